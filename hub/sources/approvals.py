"""Sources that wait for the operator: nothing is collected from them before somebody has looked at them."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.audit.service import note_act
from hub.db import locking, now
from hub.errors import Conflict
from hub.languages import N_, speaking
from hub.languages import gettext as _
from hub.mail.service import queue_mail
from hub.organisations.models import Organisation
from hub.policy import Actor, can
from hub.setup.house import House
from hub.sources.models import DECLINED, WAITING, Source
from hub.sources.notices import Named

DECIDED: Final = N_("Somebody else has decided this meanwhile. Load the page again.")


def must_wait(actor: Actor, organisation: Organisation, house: House) -> bool:
    """Whether what somebody registers for this organisation waits for the operator."""
    return house.sources_wait and not organisation.trusted and not can(actor, "approve")


def waiting_sources(session: Session) -> list[tuple[Source, Organisation, Person | None]]:
    """(source, whose it is, who registered it) of those that wait, the longest first."""
    there = (
        select(Source, Organisation, Person)
        .join(Organisation, Organisation.id == Source.organisation_id)
        .outerjoin(Person, Person.id == Source.registered_by)
        .where(Source.approval == WAITING)
        .order_by(Source.created, Source.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(there)]


def number_waiting(session: Session) -> int:
    """How many they are."""
    return session.scalar(select(func.count()).select_from(Source).where(Source.approval == WAITING)) or 0


def approve(session: Session, *, actor: Actor, id: str, named: Named) -> Source:
    """It is collected from now on; also one that was declined before. Whoever registered it is told."""
    source = _taken(session, id, (WAITING, DECLINED))
    source.approval, source.declined, source.next_due = "", "", now()
    _tell(session, source, named, "approved", "")
    note_act(session, actor=actor, action="approve source", thing=f"source {source.id}")
    return source


def decline(session: Session, *, actor: Actor, id: str, reason: str, named: Named) -> Source:
    """It is not collected, and whoever registered it is told why; it can be approved later."""
    source = _taken(session, id, (WAITING,))
    source.approval, source.declined = DECLINED, reason
    _tell(session, source, named, "declined", reason)
    note_act(session, actor=actor, action="decline source", thing=f"source {source.id}")
    return source


def _taken(session: Session, id: str, states: tuple[str, ...]) -> Source:
    """What is decided now, so that it is decided once."""
    source = session.scalar(locking(select(Source).where(Source.id == id)))
    if source is None or source.approval not in states:
        raise Conflict(_(DECIDED))
    return source


def _tell(session: Session, source: Source, named: Named, what: str, reason: str) -> None:
    person = session.get(Person, source.registered_by) if source.registered_by else None
    if person is None or not person.email or not person.active:
        return
    words = {"name": source.name, "hub": named.hub, "address": f"{named.base_url}/sources/{source.id}"}
    with speaking(person.language):
        if reason:
            subject = _("%(name)s is not collected at %(hub)s", **words)
            text = _(
                "Whoever runs %(hub)s has not approved the source %(name)s that you registered. The reason:\n\n"
                "%(reason)s\n\nYou can change the source and say so to those who run the hub:\n%(address)s",
                reason=reason,
                **words,
            )
        else:
            subject = _("%(name)s is approved at %(hub)s", **words)
            text = _(
                "Whoever runs %(hub)s has approved the source %(name)s that you registered. Its first check is on "
                "the way:\n\n%(address)s",
                **words,
            )
    queue_mail(
        session,
        # A source that is declined and approved later is told of both, but of each decision once.
        key=f"source {what} {source.id} {now():%Y-%m-%dT%H:%M:%S}",
        recipient=person.email,
        subject=subject[:300],
        text=text,
        language=person.language,
    )
