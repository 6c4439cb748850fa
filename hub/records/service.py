"""Keeping what a harvest brought: new records, new versions, tombstones, and the way back from each."""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, undefer

from federation.record import Licence, Record, as_moment, meta_hash, text_hash
from harvesters.base import Change, Validators
from hub.db import new_id, now
from hub.index.outbox import announce
from hub.records.models import RecordRow, RecordVersion, Tag
from hub.records.rows import record_of, version_of

DOCUMENT = "record"
"""The name of our documents in the index and its outbox."""

SHORTEST_WORK = 30
"""Words below which equal texts do not make two records copies of one work."""

Outcome = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a source says for records that do not say it themselves."""

    organisation_id: str
    language: str = ""
    type: str = ""
    licence_uri: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Enriched:
    """What the sandbox found in a record: language, tags (concept, score, reasons), index words, fingerprint."""

    language: str = ""
    tags: tuple[dict[str, Any], ...] = ()
    lemmas: str = ""
    title_lemmas: str = ""
    fingerprint: tuple[int, ...] = ()


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


def keep(
    session: Session, *, source_id: str, run_id: str, change: Change, defaults: Defaults, enriched: Enriched
) -> Outcome:
    """Write one upsert: a new row, a new version, or (the same again) only the mark that this run saw it."""
    record = change.record
    assert record is not None
    row = session.scalar(
        select(RecordRow)
        .where(RecordRow.source_id == source_id, RecordRow.native_id == record.native_id)
        .options(undefer(RecordRow.text))
    )
    hashes = (meta_hash(record), text_hash(record))
    if row is None:
        row = RecordRow(id=new_id(), source_id=source_id, native_id=record.native_id, version=1, touched=0)
        row.work_id = row.id
        row.first_seen = now()
        session.add(row)
        outcome: Outcome = "new"
    elif (row.meta_hash, row.text_hash) != hashes:
        session.add(version_of(row, run_id))
        row.version += 1
        outcome = "new" if row.withdrawn_at else "changed"
    elif row.withdrawn_at:
        outcome = "new"
    else:
        outcome = "unchanged"
    row.last_seen_run = run_id
    row.harvested = now()
    row.validators = change.validators
    if outcome != "unchanged":
        row.meta_hash, row.text_hash = hashes
        row.withdrawn_at, row.withdrawn_reason = None, ""
        _fill(row, record, defaults, enriched)
        row.raw = zlib.compress(change.raw) if change.raw else None
        row.work_id = _work_of(session, row)
        _touch(session, [row])
        _retag(session, row, enriched.tags)
    return outcome


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
    rows = list(
        session.scalars(
            select(RecordRow).where(
                RecordRow.source_id == source_id,
                RecordRow.native_id.in_(native_ids),
                RecordRow.withdrawn_at.is_(None),
            )
        )
    )
    for row in rows:
        row.withdrawn_at, row.withdrawn_reason, row.last_seen_run = now(), reason, run_id
    _touch(session, rows)
    return len(rows)


def take_back(session: Session, *, run_id: str, defaults: Defaults, enrich: Callable[[Record], Enriched]) -> int:
    """Undo a refused run: the versions that it replaced and the records that it withdrew return. Says how many."""
    gone = list(
        session.scalars(select(RecordRow).where(RecordRow.last_seen_run == run_id, RecordRow.withdrawn_at.is_not(None)))
    )
    for row in gone:
        row.withdrawn_at, row.withdrawn_reason = None, ""
    _touch(session, gone)
    versions = list(session.scalars(select(RecordVersion).where(RecordVersion.replaced_by_run == run_id)))
    for old in versions:
        row = session.get_one(RecordRow, old.record_id)
        record = record_of(old)
        row.version = old.version
        row.meta_hash, row.text_hash, row.validators = old.meta_hash, old.text_hash, old.validators
        found = enrich(record)
        _fill(row, record, defaults, found)
        _retag(session, row, found.tags)
        _touch(session, [row])
        session.delete(old)
    return len(versions) + len(gone)


def purge_withdrawn(session: Session, *, before: datetime, limit: int = 500) -> int:
    """Empty the texts of records that were withdrawn before that moment; the tombstones stay. Says how many."""
    ids = list(
        session.scalars(
            select(RecordRow.id)
            .where(RecordRow.withdrawn_at < before, RecordRow.text != "")
            .order_by(RecordRow.withdrawn_at)
            .limit(limit)
        )
    )
    if ids:
        # The text hash goes too, so that a record which comes back is a new version with its text.
        emptied: dict[str, Any] = {"text": "", "lemmas": "", "fingerprint": [], "raw": None, "text_hash": ""}
        session.execute(update(RecordRow).where(RecordRow.id.in_(ids)).values(emptied))
        session.execute(update(RecordVersion).where(RecordVersion.record_id.in_(ids)).values(text=""))
    return len(ids)


def _fill(row: RecordRow, record: Record, defaults: Defaults, enriched: Enriched) -> None:
    row.organisation_id = defaults.organisation_id
    for name in ("url", "datestamp", "title", "summary", "issued", "modified", "valid_until", "review_by", "rights"):
        setattr(row, name, getattr(record, name))
    row.text = record.text
    row.contact = record.contact or defaults.contact
    row.language = enriched.language or record.language or defaults.language
    row.type = record.type or defaults.type or "other"
    licence = licence_with(record.licence, defaults.licence_uri)
    row.licence_uri, row.licence_text, row.licence_basis = licence.uri, licence.text, licence.basis
    row.creators, row.sets, row.subjects = list(record.creators), list(record.sets), list(record.subjects)
    row.files = [{"url": f.url, "type": f.type, "size": f.size, "sha256": f.sha256} for f in record.files]
    row.hops = [
        {"hub": h.hub, "identifier": h.identifier, "datestamp": h.datestamp, "harvested": h.harvested}
        for h in record.hops
    ]
    row.published = published_at(record.issued, record.modified)
    row.lemmas, row.title_lemmas = enriched.lemmas, enriched.title_lemmas
    row.fingerprint = list(enriched.fingerprint)


def licence_with(licence: Licence, default: str) -> Licence:
    """The record's own licence, else the source's default, marked as such."""
    if licence.uri or licence.text:
        return licence
    return Licence(default, "", "source default") if default else licence


def published_at(issued: date | None, modified: date | None) -> datetime | None:
    """The source's date for sorting: the later of the two."""
    moments = [as_moment(one) for one in (issued, modified) if one]
    return max(moments, default=None)


def _work_of(session: Session, row: RecordRow) -> str:
    """The work that this record is a copy of: one with the same text elsewhere, else a work of its own."""
    if len(row.text.split()) < SHORTEST_WORK:
        return row.id
    same = select(RecordRow.work_id).where(
        RecordRow.text_hash == row.text_hash,
        RecordRow.source_id != row.source_id,
        RecordRow.withdrawn_at.is_(None),
    )
    return session.scalar(same.order_by(RecordRow.first_seen).limit(1)) or row.id


def _retag(session: Session, row: RecordRow, tags: Sequence[Mapping[str, Any]]) -> None:
    """New suggestions replace old suggestions; what a person confirmed or rejected stays."""
    held = {tag.concept_uri: tag for tag in session.scalars(select(Tag).where(Tag.record_id == row.id))}
    found = {str(tag["concept"]): tag for tag in tags}
    for uri, tag in held.items():
        if tag.state == "suggested" and uri not in found:
            session.delete(tag)
    for uri, one in found.items():
        tag = held.get(uri) or Tag(record_id=row.id, concept_uri=uri)
        tag.score, tag.reasons = float(one["score"]), list(one["reasons"])
        session.add(tag)


def _touch(session: Session, rows: Sequence[RecordRow]) -> None:
    for row in rows:
        row.touched = (row.touched or 0) + 1
    session.flush()
    announce(session, DOCUMENT, [(row.id, row.touched) for row in rows])
