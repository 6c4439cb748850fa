"""What an organisation's people write on this hub comes through a source of its own, which nobody visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.kinds import KINDS
from hub.db import alone
from hub.errors import Conflict
from hub.languages import N_
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.records.service import living
from hub.sources.models import WRITTEN, Source


@dataclass(frozen=True, slots=True)
class Told:
    """What people read for a kind that no harvester knows."""

    words: str


SHOWN_KINDS: Final[Mapping[str, Any]] = {**KINDS, WRITTEN: Told(N_("Practice notes written here"))}
"""Every kind that a list of sources shows."""


def source_of_notes(session: Session, organisation: Organisation, base_url: str) -> Source:
    """The source that an organisation's practice notes come through, made with the first of them."""
    alone(session, f"notes {organisation.id}")
    theirs = Source.organisation_id == organisation.id, Source.kind == WRITTEN
    held = session.scalar(select(Source).where(*theirs))
    if held is not None:
        return held
    made = Source(
        organisation_id=organisation.id,
        name=f"{organisation.name[:150]}: practice notes",
        kind=WRITTEN,
        address=f"{base_url}/organisations/{organisation.slug}",
    )
    session.add(made)
    session.flush()
    return made


def recount_notes(session: Session, source: Source) -> None:
    """Count what it has brought anew."""
    source.documents = living(session, source.id)


def require_visited(source: Source) -> None:
    """Conflict for a source that nobody visits."""
    if source.kind == WRITTEN:
        raise Conflict(_("These notes are written on this hub: there is nothing to visit."))
