"""Who may see records: the condition for statements, and what happens when a source is restricted or opened."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, undefer

from hub.db import locking
from hub.policy import EVERY
from hub.records.keeping import set_works
from hub.records.models import RecordRow
from hub.records.service import touch

AT_ONCE: Final = 200
"""Records that are moved at once, with their texts in memory."""


def shown_to(audiences: Sequence[str], column: Any = RecordRow.audience) -> ColumnElement[bool]:
    """What somebody with these audiences (hub.policy.audiences) may see: what is public, and what is for them."""
    if EVERY in audiences:
        return true()
    public: ColumnElement[bool] = column.is_(None)
    return or_(public, column.in_(audiences)) if audiences else public


def only_for(audiences: Sequence[str]) -> ColumnElement[bool]:
    """What is restricted, and for them."""
    return RecordRow.audience.is_not(None) & shown_to(audiences)


def move_records(session: Session, *, source_id: str, audience: str | None) -> None:
    """Restrict all that a source has brought to these people, or open it to everybody, tombstones and all.

    The index hears of it in the same transaction. What others see of the same work does not change: a copy that is
    restricted counts for nobody else.
    """
    last = ""
    while ids := _next_ids(session, source_id, last):
        rows = list(session.scalars(locking(_WITH_TEXT.where(RecordRow.id.in_(ids)))))
        for row in rows:
            row.audience = audience
            row.rematch = row.matched_at is not None
        living = [row for row in rows if row.withdrawn_at is None]
        set_works(session, source_id, living)
        touch(session, living)
        for row in rows:
            session.expunge(row)
        last = ids[-1]


_WITH_TEXT: Final = select(RecordRow).options(undefer(RecordRow.text))


def _next_ids(session: Session, source_id: str, last: str) -> list[str]:
    of_it = select(RecordRow.id).where(RecordRow.source_id == source_id, RecordRow.id > last)
    return list(session.scalars(of_it.order_by(RecordRow.id).limit(AT_ONCE)))
