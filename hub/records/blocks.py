"""What was taken down or hidden, and how it stays away: looked up at every page of every harvest."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from federation.record import Record
from harvesters.identity import native_id
from hub.db import locking, now
from hub.languages import N_
from hub.records.decisions import ERASING, HIDE, TAKE_DOWN
from hub.records.keeping import SHORTEST_WORK
from hub.records.models import Block, Decision, KeptOut, RecordRow, RecordVersion, Tag
from hub.records.service import touch

REASON: Final = N_("It was taken down from this hub.")
LIFTED: Final = N_("It may be shown again, and comes with the next check of its source.")
HIDDEN: Final = N_("It is not shown while a report about it is looked into.")

ERASED: Final[dict[str, Any]] = {
    **dict.fromkeys(("title", "summary", "text", "lemmas", "title_lemmas", "contact", "rights", "url"), ""),
    **dict.fromkeys(("creators", "sets", "subjects", "files", "hops", "fingerprint"), []),
    **dict.fromkeys(("meta_hash", "text_hash", "licence_uri", "licence_text", "outcome", "stage"), ""),
    "raw": None,
    "validators": {},
}
"""What is left of a record whose words may not be kept: the identifier by which it stays away, and dates."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a document of a list is not taken: the decision, and what was decided (`take down` or `hide`)."""

    decision_id: str
    what: str


TAKING_DOWN: Final = "take-downs"
"""What a take-down holds alone, and whoever writes records beside others: neither misses what the other writes."""


def place_of(address: str) -> str:
    """What makes two spellings one address: scheme, `www.`, a fragment and a slash at the end do not count."""
    return native_id(address).partition("#")[0].rstrip("/")


def spellings(place: str) -> list[str]:
    """The addresses of records that `place_of` makes this place of, but for fragments."""
    return [
        f"{scheme}://{www}{place}{end}" for scheme in ("https", "http") for www in ("", "www.") for end in ("", "/")
    ]


def hash_of(title: str, text: str, text_hash: str) -> str:
    """What a text is known by wherever it stands. A short one counts with its title: many pages say “See the file”."""
    if len(text.split()) >= SHORTEST_WORK:
        return text_hash
    return hashlib.sha256(" ".join(f"{title}\n{text}".split()).encode()).hexdigest()


def withheld(session: Session, source_id: str, found: Iterable[tuple[Record, str]]) -> dict[str, Withheld]:
    """{native id: why} of those of a page's records (with the hash of their texts) that must not be taken."""
    marks = {one.native_id: (place_of(one.url), hash_of(one.title, one.text, hashed)) for one, hashed in found}
    if not marks:
        return {}
    places, hashes = ({mark[part] for mark in marks.values()} for part in (0, 1))
    blocks = session.execute(
        select(Block.place, Block.hashed, Block.decision_id).where(
            or_(Block.place.in_(places), Block.hashed.in_(hashes))
        )
    ).all()
    by_place = {row.place: row.decision_id for row in blocks if row.place}
    by_hash = {row.hashed: row.decision_id for row in blocks if row.hashed}
    why = {
        id: Withheld(by_place.get(place) or by_hash[hashed], TAKE_DOWN)
        for id, (place, hashed) in marks.items()
        if place in by_place or hashed in by_hash
    }
    held = (
        select(RecordRow.native_id, KeptOut.decision_id, Decision.what)
        .join(KeptOut, KeptOut.record_id == RecordRow.id)
        .join(Decision, Decision.id == KeptOut.decision_id)
        .where(RecordRow.source_id == source_id, RecordRow.native_id.in_(marks))
    )
    return why | {row.native_id: Withheld(row.decision_id, row.what) for row in session.execute(held)}


def why_kept_out(session: Session, record_id: str) -> str:
    """What was decided about a record that is not shown, `take down` or `hide`; empty for one that nobody keeps out."""
    held = select(Decision.what).join(KeptOut, KeptOut.decision_id == Decision.id)
    return session.scalar(held.where(KeptOut.record_id == record_id)) or ""


def keep_out(session: Session, rows: Sequence[RecordRow], decision: Decision, *, erase: bool = False) -> None:
    """Take these records from every page and the index; `erase` also forgets their words, versions and topics."""
    there = set(session.scalars(select(KeptOut.record_id).where(KeptOut.record_id.in_([row.id for row in rows]))))
    for row in rows:
        if row.id in there:
            session.execute(update(KeptOut).where(KeptOut.record_id == row.id).values(decision_id=decision.id))
        else:
            session.add(KeptOut(record_id=row.id, decision_id=decision.id))
        if row.id in there or not row.withdrawn_at:
            row.withdrawn_at = now()
            row.withdrawn_reason = HIDDEN if decision.what == HIDE else REASON
        if erase:
            _erase(session, row)
    touch(session, rows)


def keep_out_held(session: Session, source_id: str, why: Mapping[str, Withheld]) -> int:
    """Records that we show of what a list has just brought and must not be taken go too. Says how many."""
    living = select(RecordRow).where(
        RecordRow.source_id == source_id, RecordRow.native_id.in_(why), RecordRow.withdrawn_at.is_(None)
    )
    rows = list(session.scalars(locking(living)))
    for row in rows:
        decision = session.get_one(Decision, why[row.native_id].decision_id)
        keep_out(session, [row], decision, erase=decision.ground in ERASING)
    return len(rows)


def _erase(session: Session, row: RecordRow) -> None:
    for name, nothing in ERASED.items():
        setattr(row, name, nothing)
    # Equal texts of others were found by it.
    row.work_id = row.id
    session.execute(delete(RecordVersion).where(RecordVersion.record_id == row.id))
    session.execute(delete(Tag).where(Tag.record_id == row.id))


def let_in(session: Session, decision_id: str) -> list[RecordRow]:
    """What this decision kept out may be shown again, at once where its words are still here; the records."""
    rows = list(
        session.scalars(
            locking(
                select(RecordRow)
                .join(KeptOut, KeptOut.record_id == RecordRow.id)
                .where(KeptOut.decision_id == decision_id)
            )
        )
    )
    session.execute(delete(KeptOut).where(KeptOut.decision_id == decision_id))
    session.execute(delete(Block).where(Block.decision_id == decision_id))
    since = session.get_one(Decision, decision_id).at
    # What its publisher had withdrawn before stays withdrawn.
    ours = [row for row in rows if row.withdrawn_at and row.withdrawn_at >= since]
    whole = [row for row in ours if row.text_hash]
    for row in whole:
        row.withdrawn_at, row.withdrawn_reason = None, ""
    for row in ours:
        if row not in whole:
            row.withdrawn_reason = LIFTED
    touch(session, whole)
    return rows
