"""Telling a source's organisation by mail that its state has changed, in the transaction that changes it: once each."""

import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean, clean_line
from hub.errors import BadInput
from hub.languages import gettext as _
from hub.languages import ngettext, speaking
from hub.mail.service import queue_mail
from hub.organisations.models import Organisation
from hub.sources.health import is_news, message_of, said_of, why_held
from hub.sources.models import Run, Source
from hub.words import on

log = logging.getLogger(__name__)

FAILING: Final = 3
"""Checks that fail one after the other before anybody is told: sites have bad nights."""


@dataclass(frozen=True, slots=True)
class Named:
    """How mails name the hub, and where its pages are."""

    hub: str
    base_url: str
    key: str = field(default="", repr=False)
    """Signs the links by which somebody wants mails, or none."""


def tell_failed(session: Session, run: Run, source: Source, named: Named) -> None:
    """After a check that failed: when it is the third in a row, the source's organisation is told."""
    if source.failures != FAILING:
        return
    since = _since(session, source)

    def told() -> tuple[str, str]:
        text = (
            _("%(hub)s collects what is published at %(address)s.", hub=named.hub, address=source.address),
            " ",
            ngettext("%(num)s check in a row has failed.", "%(num)s checks in a row have failed.", FAILING),
            "\n\n",
            _("The last one, %(when)s: %(message)s", when=_at(run.ended), message=message_of(run)),
            "\n\n",
            _(
                "What was collected before can still be found. We go on trying, less and less often, and write again "
                "when a check has worked. If the site has moved or is to be left alone, tell the people who run the "
                "hub."
            ),
        )
        return _("%(source)s: cannot be collected since %(day)s", source=source.name[:120], day=on(since)), "".join(
            text
        )

    _tell(session, "failed", run, source, named, told)


def tell_finished(session: Session, run: Run, source: Source, named: Named) -> None:
    """Before a check that went well resets the failures: who was told of them is told that they are over."""
    if source.failures < FAILING:
        return
    since = _since(session, source)

    def told() -> tuple[str, str]:
        text = (
            _("%(hub)s collects what is published at %(address)s again.", hub=named.hub, address=source.address),
            " ",
            ngettext(
                "The check that ended %(when)s saw %(num)s document; new: %(new)s.",
                "The check that ended %(when)s saw %(num)s documents; new: %(new)s.",
                run.seen,
                when=_at(run.ended),
                new=run.new,
            ),
            " ",
            _("Checks had failed since %(day)s.", day=on(since)),
            "\n\n",
            _("There is nothing to do."),
        )
        return _("%(source)s: is collected again", source=source.name[:120]), "".join(text)

    _tell(session, "recovered", run, source, named, told)


def tell_held(session: Session, run: Run, named: Named) -> None:
    """A check waits for a person: those who know the site can say whether it really changed."""
    source = session.get_one(Source, run.source_id)

    def told() -> tuple[str, str]:
        text = (
            _("%(hub)s collects what is published at %(address)s.", hub=named.hub, address=source.address),
            " ",
            _(
                "The check of %(when)s was stopped before anything was removed: %(why)s.",
                when=_at(run.ended),
                why=why_held(run),
            ),
            "\n\n",
            _(
                "If the site really changed so much, tell the people who run the hub, who accept it. If it had a "
                "fault, mend it and tell them too. Until then nothing more is collected from there; what was collected "
                "stays findable."
            ),
        )
        return _("%(source)s: a check waits for a person", source=source.name[:120]), "".join(text)

    _tell(session, "held", run, source, named, told)


def _at(value: datetime | None) -> str:
    # Never "today": nobody knows when a mail is read.
    return f"{on(value)}, {value:%H:%M} UTC" if value else _("just now")


def _since(session: Session, source: Source) -> datetime | None:
    """When the first of the checks ended that have failed one after the other."""
    failed = select(Run.ended).where(Run.source_id == source.id, Run.state.in_(("failed", "blocked")))
    ended = list(session.scalars(failed.order_by(Run.created.desc(), Run.id.desc()).limit(source.failures)))
    return ended[-1] if ended else None


def tell_run(session: Session, run: Run, source: Source, named: Named) -> None:
    """After any check: whoever wants to hear of each, or of those that brought something."""
    wanted = source.tell_level == "every" or (source.tell_level == "changes" and is_news(run))
    if not wanted or source.failures >= FAILING:
        # From the third failure on the change of state is told, and it is told once.
        return

    def told() -> tuple[str, str]:
        return f"{source.name[:120]}: {said_of(run)}", _(
            "%(hub)s has checked what is published at %(address)s. The check ended %(when)s: %(said)s.",
            hub=named.hub,
            address=source.address,
            when=_at(run.ended),
            said=said_of(run),
        )

    organisation = session.get_one(Organisation, source.organisation_id)
    _tell_other(session, "told", run, source, organisation, named, told)


def _tell(
    session: Session, state: str, run: Run, source: Source, named: Named, told: Callable[[], tuple[str, str]]
) -> None:
    """`told` says (subject, text), in the language of the organisation's contact point. Others hear it too."""
    organisation = session.get_one(Organisation, source.organisation_id)
    if organisation.contact_email and not organisation.fictional:
        with speaking(organisation.language):
            why = _(
                "You get this because this address is the contact point of %(organisation)s at %(hub)s.",
                organisation=organisation.name,
                hub=named.hub,
            )
        _write(session, f"source {state} {run.id}", organisation.contact_email, source, organisation, named, told, why)
    if source.tell_email != organisation.contact_email.lower():
        _tell_other(session, state, run, source, organisation, named, told)


def _tell_other(
    session: Session,
    state: str,
    run: Run,
    source: Source,
    organisation: Organisation,
    named: Named,
    told: Callable[[], tuple[str, str]],
) -> None:
    """The address of the source's own, once it has said that it wants the mails."""
    if not source.tell_email or not source.tell_confirmed or source.tell_level == "never" or organisation.fictional:
        return
    with speaking(organisation.language):
        why = _(
            "You get this because this address wants to hear of this source. To get none any more:\n%(link)s",
            link=f"{named.base_url}/sources/{source.id}/told/{secret_of(source, named)}",
        )
    _write(session, f"source {state} {run.id} other", source.tell_email, source, organisation, named, told, why)


def secret_of(source: Source, named: Named) -> str:
    """What shows that somebody reads the mails of the address that is told beside the organisation's."""
    words = f"told {source.id} {source.tell_email}".encode()
    return hmac.new(named.key.encode(), words, hashlib.sha256).hexdigest()[:40]


def _write(
    session: Session,
    key: str,
    recipient: str,
    source: Source,
    organisation: Organisation,
    named: Named,
    told: Callable[[], tuple[str, str]],
    why: str,
) -> None:
    address = f"{named.base_url}/sources/{source.id}"
    with speaking(organisation.language):
        what, text = told()
        subject = clean_line(f"[{named.hub[:80]}] {what}")
        page = _("The page of the source, with every problem and what to do:")
    try:
        queue_mail(
            session,
            key=key,
            recipient=recipient,
            subject=subject,
            text=clean(f"{source.name}, {organisation.name}\n\n{text}\n\n{page}\n{address}\n\n{why}\n"),
            language=organisation.language,
        )
    except BadInput as error:
        # The check is what counts: it is not to fail because nobody can be told.
        log.warning("Nobody can be told of the source %s (%s): %s", source.id, organisation.slug, error)
