"""Telling a source's organisation by mail that its state has changed, in the transaction that changes it: once each."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean, clean_line
from hub.errors import BadInput
from hub.mail.service import queue_mail
from hub.organisations.models import Organisation
from hub.sources.models import Run, Source
from hub.words import many, on

log = logging.getLogger(__name__)

FAILING: Final = 3
"""Checks that fail one after the other before anybody is told: sites have bad nights."""


@dataclass(frozen=True, slots=True)
class Named:
    """How mails name the hub, and where its pages are."""

    hub: str
    base_url: str


def tell_failed(session: Session, run: Run, source: Source, named: Named) -> None:
    """After a check that failed: when it is the third in a row, the source's organisation is told."""
    if source.failures != FAILING:
        return
    since = _since(session, source)
    text = (
        f"{named.hub} collects what is published at {source.address}. {FAILING} checks in a row have failed.\n\n"
        f"The last one, {_at(run.ended)}: {run.message}\n\n"
        "What was collected before can still be found. We go on trying, less and less often, and write again when a "
        "check has worked. If the site has moved or is to be left alone, tell the people who run the hub."
    )
    _tell(session, "failed", run, source, named, f"cannot be collected since {on(since)}", text)


def tell_finished(session: Session, run: Run, source: Source, named: Named) -> None:
    """Before a check that went well resets the failures: who was told of them is told that they are over."""
    if source.failures < FAILING:
        return
    since = _since(session, source)
    text = (
        f"{named.hub} collects what is published at {source.address} again: the check that ended {_at(run.ended)} saw "
        f"{many(run.seen, 'document')}, {run.new} of them new. Checks had failed since {on(since)}.\n\n"
        "There is nothing to do."
    )
    _tell(session, "recovered", run, source, named, "is collected again", text)


def tell_held(session: Session, run: Run, named: Named) -> None:
    """A check waits for a person: those who know the site can say whether it really changed."""
    source = session.get_one(Source, run.source_id)
    text = (
        f"{named.hub} collects what is published at {source.address}. The check of {_at(run.ended)} was stopped before "
        f"anything was removed, because {run.held['why']}.\n\n"
        "If the site really changed so much, tell the people who run the hub, who accept it. If it had a fault, mend "
        "it and tell them too. Until then nothing more is collected from there; what was collected stays findable."
    )
    _tell(session, "held", run, source, named, "a check waits for a person", text)


def _at(value: datetime | None) -> str:
    # Never "today": nobody knows when a mail is read.
    return f"{on(value)}, {value:%H:%M} UTC" if value else "just now"


def _since(session: Session, source: Source) -> datetime | None:
    """When the first of the checks ended that have failed one after the other."""
    failed = select(Run.ended).where(Run.source_id == source.id, Run.state.in_(("failed", "blocked")))
    ended = list(session.scalars(failed.order_by(Run.created.desc(), Run.id.desc()).limit(source.failures)))
    return ended[-1] if ended else None


def _tell(session: Session, state: str, run: Run, source: Source, named: Named, what: str, text: str) -> None:
    organisation = session.get_one(Organisation, source.organisation_id)
    if not organisation.contact_email or organisation.fictional:
        return
    subject = clean_line(f"[{named.hub[:80]}] {source.name[:120]}: {what}")
    page = f"The source's page, with every problem and what to do:\n{named.base_url}/sources/{source.id}"
    why = f"You get this because this address is the contact point of {organisation.name} at {named.hub}."
    try:
        queue_mail(
            session,
            key=f"source {state} {run.id}",
            recipient=organisation.contact_email,
            subject=subject,
            text=clean(f"{source.name}, {organisation.name}\n\n{text}\n\n{page}\n\n{why}\n"),
            language="en",
        )
    except BadInput as error:
        # The check is what counts: it is not to fail because nobody can be told.
        log.warning("Nobody can be told of the source %s (%s): %s", source.id, organisation.slug, error)
