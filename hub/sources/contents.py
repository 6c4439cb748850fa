"""What we hold of a source, for its page: how many documents, and some of them."""

from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.languages import N_
from hub.records.models import KeptOut, RecordRow, Tag
from hub.records.service import AT_ONCE

EXAMPLES: Final = 5


def holding_of(session: Session, id: str) -> dict[str, int]:
    """What we hold of the source: living documents, those with text, with topics, and withdrawn ones."""
    living = (RecordRow.source_id == id) & RecordRow.withdrawn_at.is_(None)

    def count(*conditions: Any) -> int:
        return session.scalar(select(func.count()).select_from(RecordRow).where(*conditions)) or 0

    return {
        N_("Documents"): count(living),
        N_("With text"): count(living, RecordRow.text != ""),
        N_("With topics"): count(living, RecordRow.id.in_(select(Tag.record_id))),
        N_("Withdrawn"): count(RecordRow.source_id == id, RecordRow.withdrawn_at.is_not(None)),
    }


def examples_of(session: Session, id: str) -> list[tuple[str, str]]:
    """(id, title) of the newest documents whose item was kept as it came."""
    rows = session.execute(
        select(RecordRow.id, RecordRow.title)
        .where(RecordRow.source_id == id, RecordRow.withdrawn_at.is_(None), RecordRow.raw.is_not(None))
        .order_by(RecordRow.id.desc())
        .limit(EXAMPLES)
    )
    return [(row.id, row.title) for row in rows]


def titles_of(session: Session, ids: list[str]) -> list[tuple[str, str]]:
    """(id, title) of those of these records that nobody keeps out."""
    shown = select(RecordRow.id, RecordRow.title).where(RecordRow.id.not_in(select(KeptOut.record_id)))
    parts = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
    return [(row.id, row.title) for part in parts for row in session.execute(shown.where(RecordRow.id.in_(part)))]
