"""People who wait for the operator: whoever wants to belong to an organisation where the hub asks first."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.accounts.announcing import announce_person
from hub.accounts.members import membership_of
from hub.accounts.models import Joining, Membership, Person, new_stamp
from hub.audit.service import note_act
from hub.db import locking
from hub.errors import Conflict, NotFound
from hub.languages import N_, speaking
from hub.languages import gettext as _
from hub.mail.service import queue_mail
from hub.organisations.models import Organisation
from hub.policy import OFFICER, Actor

DECIDED = N_("Somebody else has decided this meanwhile. Load the page again.")


def waiting_people(session: Session) -> list[tuple[Joining, Person, Organisation]]:
    """Those who wait, the longest first."""
    there = (
        select(Joining, Person, Organisation)
        .join(Person, Person.id == Joining.person_id)
        .join(Organisation, Organisation.id == Joining.organisation_id)
        .order_by(Joining.created, Joining.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(there)]


def asked_by(session: Session, person_id: str) -> list[tuple[Joining, Organisation]]:
    """What somebody waits to belong to."""
    there = select(Joining, Organisation).join(Organisation, Organisation.id == Joining.organisation_id)
    rows = session.execute(there.where(Joining.person_id == person_id).order_by(Joining.created, Joining.id))
    return [(row[0], row[1]) for row in rows]


def number_waiting(session: Session) -> int:
    """How many they are."""
    return session.scalar(select(func.count()).select_from(Joining)) or 0


def let_join(session: Session, *, actor: Actor, id: str, hub: str, address: str) -> Person:
    """They belong to the organisation from now on, and are told so by mail."""
    row, person, organisation = _taken(session, id)
    if membership_of(session, person.id, organisation.id) is None:
        how = Membership.BY_DOMAIN
        session.add(Membership(person_id=person.id, organisation_id=organisation.id, role=OFFICER, how=how))
        person.fs_uniquifier = new_stamp()
        announce_person(session, person)
    session.delete(row)
    _tell(session, row, person, address, hub, organisation.name, "")
    note_act(session, actor=actor, action="let join", thing=f"person {person.id}", organisation=organisation.slug)
    return person


def turn_away(session: Session, *, actor: Actor, id: str, reason: str, hub: str, address: str) -> Person:
    """They do not belong to the organisation, and are told why by mail; their account stays."""
    row, person, organisation = _taken(session, id)
    session.delete(row)
    _tell(session, row, person, address, hub, organisation.name, reason)
    note_act(session, actor=actor, action="turn away", thing=f"person {person.id}", organisation=organisation.slug)
    return person


def _taken(session: Session, id: str) -> tuple[Joining, Person, Organisation]:
    """What is decided now, so that it is decided once."""
    row = session.scalar(locking(select(Joining).where(Joining.id == id)))
    if row is None:
        raise Conflict(_(DECIDED))
    person, organisation = session.get(Person, row.person_id), session.get(Organisation, row.organisation_id)
    if person is None or organisation is None:
        raise NotFound(_("There is no such person or organisation any more."))
    return row, person, organisation


def _tell(session: Session, row: Joining, person: Person, address: str, hub: str, name: str, reason: str) -> None:
    if not person.email:
        return
    with speaking(person.language):
        if reason:
            subject = _("You do not belong to %(name)s at %(hub)s", name=name, hub=hub)
            text = _(
                "Whoever runs %(hub)s has not let you join %(name)s. The reason:\n\n%(reason)s\n\n"
                "Your account stays as it is. If this is a mistake, answer those who run the hub:\n%(address)s",
                hub=hub,
                name=name,
                reason=reason,
                address=f"{address}/about",
            )
        else:
            subject = _("You belong to %(name)s at %(hub)s", name=name, hub=hub)
            text = _(
                "Whoever runs %(hub)s has let you join %(name)s. Sign in to see it:\n\n%(address)s",
                hub=hub,
                name=name,
                address=f"{address}/account",
            )
    key = f"joining {row.id}"
    queue_mail(session, key=key, recipient=person.email, subject=subject, text=text, language=person.language)
