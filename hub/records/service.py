"""The state of records: which we hold, which a run saw, tombstones, and what the index must hear of."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from federation.record import clean
from harvesters.base import Validators
from hub.db import locking, now
from hub.index.outbox import announce
from hub.records.models import RecordRow, RecordVersion

DOCUMENT = "record"
"""The name of our documents in the index and its outbox."""

AT_ONCE = 1000
"""Identifiers that one statement names: databases count what a statement is given, and a source may lose all it had."""


def known_in(session: Session, source_id: str, native_ids: Sequence[str]) -> dict[str, tuple[str, str, Validators]]:
    """What we hold of these identifiers. A withdrawn record is not known: it would be new again."""
    rows = session.execute(
        select(RecordRow.native_id, RecordRow.meta_hash, RecordRow.text_hash, RecordRow.validators).where(
            RecordRow.source_id == source_id,
            RecordRow.native_id.in_(native_ids),
            RecordRow.withdrawn_at.is_(None),
        )
    )
    return {native_id: (meta, text, validators) for native_id, meta, text, validators in rows}


def mark_seen(session: Session, *, source_id: str, run_id: str, native_ids: Iterable[str]) -> None:
    """These were in the list, as we know them."""
    wanted = list(native_ids)
    if wanted:
        session.execute(
            update(RecordRow)
            .where(RecordRow.source_id == source_id, RecordRow.native_id.in_(wanted))
            .values(last_seen_run=run_id, harvested=now())
        )


def refresh(session: Session, *, source_id: str, validators: Iterable[tuple[str, Validators]]) -> None:
    """New validators of unchanged records: the next fetch asks with them, and reads nothing again."""
    given = dict(validators)
    rows = session.scalars(select(RecordRow).where(RecordRow.source_id == source_id, RecordRow.native_id.in_(given)))
    for row in rows:
        row.validators = given[row.native_id]


def living(session: Session, source_id: str) -> int:
    """How many records of the source are there and not withdrawn."""
    there = (RecordRow.source_id == source_id) & RecordRow.withdrawn_at.is_(None)
    return session.scalar(select(func.count()).select_from(RecordRow).where(there)) or 0


def living_ids(session: Session, source_id: str, native_ids: Sequence[str]) -> list[str]:
    """Our ids of those among these records that are there and not withdrawn."""
    there = (RecordRow.source_id == source_id) & RecordRow.withdrawn_at.is_(None)
    return list(session.scalars(select(RecordRow.id).where(there, RecordRow.native_id.in_(native_ids))))


def unseen(session: Session, *, source_id: str, run_id: str) -> list[RecordRow]:
    """Living records of the source that this run did not see."""
    return list(
        session.scalars(
            select(RecordRow)
            .where(
                RecordRow.source_id == source_id,
                RecordRow.withdrawn_at.is_(None),
                RecordRow.last_seen_run != run_id,
            )
            .order_by(RecordRow.id)
        )
    )


def withdraw(session: Session, *, source_id: str, native_ids: Sequence[str], run_id: str, reason: str) -> int:
    """Make tombstones: out of the index at once, the text kept for the way back. Says how many were living."""
    count = 0
    for start in range(0, len(native_ids), AT_ONCE):
        rows = list(
            session.scalars(
                locking(
                    select(RecordRow).where(
                        RecordRow.source_id == source_id,
                        RecordRow.native_id.in_(native_ids[start : start + AT_ONCE]),
                        RecordRow.withdrawn_at.is_(None),
                    )
                )
            )
        )
        for row in rows:
            row.withdrawn_at, row.withdrawn_reason, row.last_seen_run = now(), clean(reason), run_id
        touch(session, rows)
        count += len(rows)
    return count


def forget_texts(session: Session, ids: Sequence[str]) -> None:
    """Empty the texts of these records, which are withdrawn, and of their versions, and them as they came.

    One that has come back meanwhile keeps them.
    """
    withdrawn = select(RecordRow.id).where(RecordRow.id.in_(ids), RecordRow.withdrawn_at.is_not(None))
    ids = session.scalars(locking(withdrawn)).all()
    if ids:
        # The text hash goes too, so that a record which comes back is a new version with its text.
        emptied: dict[str, Any] = {"text": "", "lemmas": "", "fingerprint": [], "raw": None, "text_hash": ""}
        session.execute(update(RecordRow).where(RecordRow.id.in_(ids)).values(emptied))
        session.execute(update(RecordVersion).where(RecordVersion.record_id.in_(ids)).values(text=""))


def touch_all(
    session: Session, *conditions: ColumnElement[bool], organisation_id: str = "", audience: str | None = None
) -> int:
    """Have the index bring all records anew of which this is true, and give them to another organisation where one is
    named, for this audience; how many. By one statement: it may be a hundred thousand of them."""
    told: dict[str, Any] = {"touched": func.coalesce(RecordRow.touched, 0) + 1}
    told |= {"organisation_id": organisation_id, "audience": audience} if organisation_id else {}
    changed = update(RecordRow).where(*conditions).values(told).returning(RecordRow.id, RecordRow.touched)
    rows = session.execute(changed, execution_options={"synchronize_session": False}).all()
    announce(session, DOCUMENT, [(row.id, row.touched) for row in rows])
    return len(rows)


def touch(session: Session, rows: Sequence[RecordRow]) -> None:
    """Have the index bring these records up to date."""
    for row in rows:
        row.touched = (row.touched or 0) + 1
    session.flush()
    announce(session, DOCUMENT, [(row.id, row.touched) for row in rows])
