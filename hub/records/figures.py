"""Numbers about all living records that everybody may see, each read from an index alone: a hub may hold a million."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from hub.records.models import RecordRow, Tag

FOR_ALL = RecordRow.withdrawn_at.is_(None) & RecordRow.audience.is_(None)


@dataclass(frozen=True, slots=True)
class Holding:
    """What everybody may see of one organisation: how many living documents, and the newest date of any."""

    documents: int
    newest: datetime | None


def holdings(session: Session) -> dict[str, Holding]:
    """{organisation id: what we hold of it}, of those that have any."""
    rows = session.execute(
        select(RecordRow.organisation_id, func.count(), func.max(RecordRow.published))
        .where(FOR_ALL)
        .group_by(RecordRow.organisation_id)
    )
    return {id: Holding(documents, newest) for id, documents, newest in rows}


def newest_of(session: Session, organisation_ids: Sequence[str], limit: int) -> list[tuple[str, str, datetime]]:
    """(record id, organisation id, date) of the newest dated documents of each organisation, newest first."""
    parts = [
        select(RecordRow.id, RecordRow.organisation_id, RecordRow.published)
        .where(RecordRow.organisation_id == id, FOR_ALL, RecordRow.published.is_not(None))
        .order_by(RecordRow.published.desc(), RecordRow.id)
        .limit(limit)
        .subquery()
        for id in organisation_ids
    ]
    if not parts:
        return []
    rows = session.execute(union_all(*(select(part) for part in parts))).all()
    found = [(id, organisation, published) for id, organisation, published in rows]
    return sorted(found, key=lambda row: (-row[2].timestamp(), row[0]))


def languages(session: Session) -> int:
    """In how many languages the documents are; those of unknown language count for none."""
    return (
        session.scalar(select(func.count(RecordRow.language.distinct())).where(FOR_ALL, RecordRow.language != "")) or 0
    )


def tag_counts(session: Session) -> dict[str, int]:
    """{concept URI: living records tagged with it}: all that are tagged, less those that nobody or not all may see."""
    kept = Tag.state != "rejected"
    all_of_them = select(Tag.concept_uri, func.count()).where(kept).group_by(Tag.concept_uri)
    counts = Counter(dict(session.execute(all_of_them).all()))
    # Not joined: SQLite would walk all tags and look up the record of each, to find the few that were withdrawn.
    withdrawn = select(RecordRow.id).where(RecordRow.withdrawn_at.is_not(None))
    gone = iter(session.scalars(withdrawn.union(select(RecordRow.id).where(RecordRow.audience.is_not(None)))).all())
    while some := list(islice(gone, 1000)):
        counts.subtract(session.scalars(select(Tag.concept_uri).where(Tag.record_id.in_(some), kept)))
    return {uri: count for uri, count in counts.items() if count}


def restricted(session: Session) -> int:
    """How many living records not everybody may see: for those who run the hub."""
    there = RecordRow.audience.is_not(None) & RecordRow.withdrawn_at.is_(None)
    return session.scalar(select(func.count()).select_from(RecordRow).where(there)) or 0
