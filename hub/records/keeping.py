"""Writing what a harvest brought: records, versions, their tags and works; and the way back of a refused run."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import false, func, select
from sqlalchemy.orm import Session, undefer

from federation.record import TYPES, Licence, Record, as_moment, meta_hash, text_hash
from harvesters.base import Change
from hub.db import alone, locking, new_id, now
from hub.records.models import KeptOut, RecordRow, RecordVersion, Tag
from hub.records.rows import record_of, version_of
from hub.records.service import touch

SHORTEST_WORK = 30
"""Words below which equal texts do not make two records copies of one work."""

LONGEST_LICENCE = 300
"""Characters of a licence's address."""

Outcome = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a source says for records that do not say it themselves; `audience` is said by nobody else."""

    organisation_id: str
    language: str = ""
    type: str = ""
    licence_uri: str = ""
    contact: str = ""
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class Enriched:
    """What the sandbox found in a record: language, tags (concept, score, reasons), index words, fingerprint."""

    language: str = ""
    tags: tuple[dict[str, Any], ...] = ()
    lemmas: str = ""
    title_lemmas: str = ""
    fingerprint: tuple[int, ...] = ()


def keep(
    session: Session,
    *,
    source_id: str,
    run_id: str,
    found: Sequence[tuple[Change, Enriched]],
    defaults: Defaults,
) -> list[Outcome]:
    """Write the upserts of one page, each identifier once: a new row, a new version, or only the mark of being seen.

    However many they are, it takes one statement a table.
    """
    held = _held(session, source_id, [change.native_id for change, _ in found])
    outcomes: list[Outcome] = []
    written: list[tuple[RecordRow, Enriched]] = []
    for change, enriched in found:
        row = held.get(change.native_id) or _new(session, source_id, change.native_id)
        outcomes.append(_put(session, row, change, run_id))
        if outcomes[-1] != "unchanged":
            assert change.record is not None
            fill(row, change.record, defaults, enriched)
            written.append((row, enriched))
            row.rematch = row.matched_at is not None
    set_works(session, source_id, [row for row, _ in written])
    _retag(session, {row.id: enriched.tags for row, enriched in written})
    touch(session, [row for row, _ in written])
    return outcomes


def _held(session: Session, source_id: str, native_ids: Sequence[str]) -> dict[str, RecordRow]:
    rows = session.scalars(
        locking(
            select(RecordRow)
            .where(RecordRow.source_id == source_id, RecordRow.native_id.in_(native_ids))
            .options(undefer(RecordRow.text))
        )
    )
    return {row.native_id: row for row in rows}


def _new(session: Session, source_id: str, native_id: str) -> RecordRow:
    row = RecordRow(id=new_id(), source_id=source_id, native_id=native_id, version=0, touched=0, first_seen=now())
    row.work_id = row.id
    session.add(row)
    return row


def _put(session: Session, row: RecordRow, change: Change, run_id: str) -> Outcome:
    """Everything but the record's own words: hashes, version, what this run saw. Says what the row becomes."""
    assert change.record is not None
    hashes = (meta_hash(change.record), text_hash(change.record))
    same = (row.meta_hash, row.text_hash) == hashes
    if row.version and not same:
        session.add(version_of(row, run_id))
    row.last_seen_run, row.harvested, row.validators = run_id, now(), change.validators
    if same and not row.withdrawn_at:
        return "unchanged"
    fresh = not row.version or bool(row.withdrawn_at)
    row.version += not same
    row.meta_hash, row.text_hash = hashes
    row.withdrawn_at, row.withdrawn_reason = None, ""
    row.raw = zlib.compress(change.raw) if change.raw else None
    return "new" if fresh else "changed"


def take_back(session: Session, *, run_id: str, defaults: Defaults, enrich: Callable[[Record], Enriched]) -> int:
    """Undo a refused run: the versions that it replaced and the records that it withdrew return. Says how many."""
    withdrawn = select(RecordRow).where(
        RecordRow.last_seen_run == run_id,
        RecordRow.withdrawn_at.is_not(None),
        RecordRow.id.not_in(select(KeptOut.record_id)),
    )
    gone = list(session.scalars(locking(withdrawn)))
    for row in gone:
        row.withdrawn_at, row.withdrawn_reason = None, ""
    touch(session, gone)
    versions = list(session.scalars(select(RecordVersion).where(RecordVersion.replaced_by_run == run_id)))
    for old in versions:
        row = session.get_one(RecordRow, old.record_id)
        record = record_of(old)
        row.version = old.version
        row.meta_hash, row.text_hash, row.validators = old.meta_hash, old.text_hash, old.validators
        found = enrich(record)
        fill(row, record, defaults, found)
        _retag(session, {row.id: found.tags})
        touch(session, [row])
        session.delete(old)
    return len(versions) + len(gone)


def fill(row: RecordRow, record: Record, defaults: Defaults, enriched: Enriched) -> None:
    """Put into the row what the record says, its source's defaults where it says nothing, and what was found in it."""
    row.organisation_id, row.audience = defaults.organisation_id, defaults.audience
    for name in ("url", "datestamp", "title", "summary", "issued", "modified", "valid_until", "review_by", "rights"):
        setattr(row, name, getattr(record, name))
    row.outcome, row.stage = record.outcome, record.stage
    row.text = record.text
    row.contact = record.contact or defaults.contact
    row.language = enriched.language or _short(record.language) or defaults.language
    row.type = (record.type if record.type in TYPES else "") or defaults.type or "other"
    licence = licence_with(record.licence, defaults.licence_uri)
    row.licence_uri, row.licence_text = licence.uri, licence.text
    row.licence_basis = licence.basis if licence.basis in ("source default", "none") else "record"
    row.creators, row.sets, row.subjects = list(record.creators), list(record.sets), list(record.subjects)
    row.files = [{"url": f.url, "type": f.type, "size": f.size, "sha256": f.sha256} for f in record.files]
    row.hops = [
        {"hub": h.hub, "identifier": h.identifier, "datestamp": h.datestamp, "harvested": h.harvested}
        for h in record.hops
    ]
    row.published = published_at(record.issued, record.modified)
    row.lemmas, row.title_lemmas = enriched.lemmas, enriched.title_lemmas
    row.fingerprint = list(enriched.fingerprint)


def relicense(session: Session, source_id: str, licence_uri: str) -> None:
    """Give the living records that state no licence of their own another default of their source."""
    rows = session.scalars(
        select(RecordRow).where(
            RecordRow.source_id == source_id,
            RecordRow.withdrawn_at.is_(None),
            RecordRow.licence_basis.in_(("source default", "none")),
            RecordRow.licence_text == "",
        )
    )
    changed = [row for row in rows if row.licence_uri != licence_uri]
    for row in changed:
        row.licence_uri, row.licence_basis = licence_uri, "source default" if licence_uri else "none"
    touch(session, changed)


def _short(language: str) -> str:
    """A language tag as the column takes it; a longer one is none."""
    return language if len(language) <= 20 else ""


def licence_with(licence: Licence, default: str) -> Licence:
    """The record's own licence, else the source's default, marked as such. What is too long for an address is text."""
    if len(licence.uri) > LONGEST_LICENCE:
        return Licence("", f"{licence.text} {licence.uri}".strip(), "record")
    if licence.uri or licence.text:
        return licence
    return Licence(default, "", "source default") if default else licence


def published_at(issued: date | None, modified: date | None) -> datetime | None:
    """The source's date for sorting: the later of the two."""
    moments = [as_moment(one) for one in (issued, modified) if one]
    return max(moments, default=None)


def set_works(session: Session, source_id: str, rows: Sequence[RecordRow]) -> None:
    """Each record is a copy of the work that has the same text elsewhere, else a work of its own.

    All are for one audience. A public record is never a copy of one that not everybody may see.
    """
    long = [row for row in rows if len(row.text.split()) >= SHORTEST_WORK]
    works: dict[str, str] = {}
    if long:
        # Two sources that bring one text at the same time: the second is to see the first.
        alone(session, "works")
        theirs = RecordRow.audience == long[0].audience if long[0].audience else false()
        elsewhere = (
            select(RecordRow.text_hash, RecordRow.work_id)
            .where(
                RecordRow.text_hash.in_({row.text_hash for row in long}),
                RecordRow.source_id != source_id,
                RecordRow.withdrawn_at.is_(None),
                RecordRow.audience.is_(None) | theirs,
            )
            # A row for each work, not for each of its copies: thousands may have one text.
            .group_by(RecordRow.text_hash, RecordRow.work_id)
        )
        # The oldest comes last, and counts.
        works = dict(session.execute(elsewhere.order_by(func.min(RecordRow.first_seen).desc())).all())
    known = {row.id: works[row.text_hash] for row in long if row.text_hash in works}
    for row in rows:
        row.work_id = known.get(row.id, row.id)


def _retag(session: Session, tags: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """{record id: suggestions}: new ones replace old ones; what a person confirmed or rejected stays."""
    held: dict[str, dict[str, Tag]] = {id: {} for id in tags}
    for tag in session.scalars(select(Tag).where(Tag.record_id.in_(tags))):
        held[tag.record_id][tag.concept_uri] = tag
    for id, suggested in tags.items():
        found = {str(tag["concept"]): tag for tag in suggested}
        for uri, tag in held[id].items():
            if tag.state == "suggested" and uri not in found:
                session.delete(tag)
        for uri, one in found.items():
            tag = held[id].get(uri) or Tag(record_id=id, concept_uri=uri)
            tag.score, tag.reasons = float(one["score"]), list(one["reasons"])
            session.add(tag)
