"""Taking a record down, with its copies, so that no harvest brings it back; hiding it for a time; and letting it in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session, undefer

from federation.record import clean_line
from harvesters.identity import is_web_address
from hub.audit.service import note_act
from hub.db import alone, locking, now, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.languages import gettext as _
from hub.policy import Actor, audiences, can
from hub.records.audiences import shown_to
from hub.records.blocks import TAKING_DOWN, hash_of, keep_out, let_in, place_of, spellings
from hub.records.decisions import ERASING, GROUNDS, HIDE, LIFT, SHOW, TAKE_DOWN, decide, known_to
from hub.records.keeping import SHORTEST_WORK
from hub.records.models import Block, Decision, KeptOut, RecordRow
from hub.sources.models import LONGEST_ADDRESS, ProblemRow, Source

LONGEST: Final = 4_000
"""Characters of what somebody writes about a record."""

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_ID: Final = re.compile(r"(?:.*/records/)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/?")


@dataclass(frozen=True, slots=True)
class Found:
    """What a take-down would hit: the records, and the addresses and texts that would be kept away."""

    rows: tuple[RecordRow, ...]
    marks: tuple[tuple[str, str], ...]
    """(place, hash) of each, as a `Block` keeps them."""


def look_up(session: Session, what: str, base_url: str, *, actor: Actor) -> Found:
    """The records behind an address, our own page of one, its id, or the hash of a text, with all their copies.

    Of restricted ones those that `actor` may see: whoever is no operator does not learn that there are others.

    BadInput for what is none of these. An address or hash that no record has is found too: it can be kept away before
    it ever comes.
    """
    asked = clean_line(what)[:3_000]
    ours = _ID.fullmatch(asked.removeprefix(base_url)) if asked.startswith((base_url, "/")) else _ID.fullmatch(asked)
    if ours:
        row = session.get(RecordRow, ours[1])
        if row is None or not can(actor, "read", row):
            raise BadInput(_("There is no document with this address here."), "what")
        return _with_copies(session, [row], [], actor)
    if _HASH.fullmatch(asked.lower()):
        there = session.scalars(_living(actor).where(RecordRow.text_hash == asked.lower()))
        return _with_copies(session, list(there), [("", asked.lower())], actor)
    if not is_web_address(asked):
        raise BadInput(
            _("Give the address of the document, beginning with https://, or the SHA-256 of its text."), "what"
        )
    place = place_of(asked)
    if len(place.encode()) > LONGEST_ADDRESS:
        raise BadInput(_("The address is too long: at most %(num)s bytes can be kept.", num=LONGEST_ADDRESS), "what")
    require_storable(Block, {"place": place})
    there = session.scalars(_living(actor).where(RecordRow.url.in_(spellings(place))))
    return _with_copies(session, list(there), [(place, "")], actor)


def _living(actor: Actor) -> Select[RecordRow]:
    shown = select(RecordRow).where(RecordRow.withdrawn_at.is_(None) | RecordRow.id.in_(select(KeptOut.record_id)))
    return shown.where(shown_to(audiences(actor))).options(undefer(RecordRow.text))


def _with_copies(session: Session, rows: list[RecordRow], marks: list[tuple[str, str]], actor: Actor) -> Found:
    """Also what has the same address or the same text as one of them."""
    found = {row.id: row for row in rows}
    for row in rows:
        text = RecordRow.text_hash == row.text_hash
        if len(row.text.split()) < SHORTEST_WORK:
            text &= RecordRow.title == row.title
        same = or_(RecordRow.url.in_(spellings(place_of(row.url))), text)
        if row.text_hash:
            found |= {one.id: one for one in session.scalars(_living(actor).where(same))}
    marks += [_mark_of(row) for row in found.values()]
    return Found(tuple(found.values()), tuple(dict.fromkeys(mark for mark in marks if any(mark))))


def _marked(session: Session, marks: Sequence[tuple[str, str]], actor: Actor) -> list[RecordRow]:
    """Records at one of these places, or with one of these texts."""
    addresses = [spelling for place, _hashed in marks if place for spelling in spellings(place)]
    hashes = [hashed for _place, hashed in marks if hashed]
    marked = or_(RecordRow.url.in_(addresses), RecordRow.text_hash.in_(hashes))
    return list(session.scalars(_living(actor).where(marked)))


def _mark_of(row: RecordRow) -> tuple[str, str]:
    hashed = hash_of(row.title, row.text, row.text_hash) if row.text_hash else ""
    return place_of(row.url), hashed


def take_down(
    session: Session, found: Found, *, actor: Actor, ground: str, facts: str, report_id: str = ""
) -> Decision:
    """Take it down everywhere, for good until somebody lifts it. BadInput for no ground, or no facts.

    On a ground that forbids to keep them, their words, versions and items as they came are erased.
    """
    check_reasons(ground, facts)
    if not found.marks:
        raise Conflict(_("Its words are erased already."))
    alone(session, TAKING_DOWN)
    # What a harvest has written since it was looked up goes, too.
    there = [*found.rows, *_marked(session, found.marks, actor)]
    found = _with_copies(session, there, list(found.marks), actor)
    rows = list(session.scalars(locking(select(RecordRow).where(RecordRow.id.in_([row.id for row in found.rows])))))
    # About a restricted one where there is one: the decision is not told to those who may not see that.
    first = min(rows, key=lambda row: row.audience is None, default=None)
    decision = decide(
        session,
        actor=actor,
        what=TAKE_DOWN,
        ground=ground,
        facts=facts,
        record_id=first.id if first else "",
        report_id=report_id,
        organisation_id=first.organisation_id if first else None,
    )
    session.add_all(Block(decision_id=decision.id, place=place, hashed=hashed) for place, hashed in found.marks)
    erase = ground in ERASING
    if erase:
        _forget_samples(session, rows)
    keep_out(session, rows, decision, erase=erase)
    recount(session, rows)
    note_act(session, actor=actor, action=TAKE_DOWN, thing=f"decision {decision.id}", ground=ground, records=len(rows))
    return decision


def check_reasons(ground: str, facts: str) -> None:
    """BadInput when it is not said why."""
    if ground not in GROUNDS:
        raise BadInput(_("Choose why it is taken down."), "ground")
    if not facts.strip():
        raise BadInput(_("Say what you found, so that others can follow it."), "facts")
    if len(facts) > LONGEST:
        raise BadInput(_("Say it in at most %(num)s characters.", num=f"{LONGEST:,}"), "facts")


def _forget_samples(session: Session, rows: Sequence[RecordRow]) -> None:
    """What checks have kept of these documents to show what was wrong with them."""
    for row in rows:
        if row.url:
            about = (ProblemRow.source_id == row.source_id) & (ProblemRow.where == row.url)
            session.execute(delete(ProblemRow).where(about))


def recount(session: Session, rows: Sequence[RecordRow]) -> None:
    """The number of documents beside each of their sources."""
    for source_id in {row.source_id for row in rows}:
        there = select(func.count()).where(RecordRow.source_id == source_id, RecordRow.withdrawn_at.is_(None))
        session.execute(update(Source).where(Source.id == source_id).values(documents=there.scalar_subquery()))


def hide(session: Session, row: RecordRow, *, actor: Actor, facts: str = "", report_id: str = "") -> Decision:
    """Take one record from pages and search until it is settled; nothing of it is lost. Conflict when it is gone."""
    alone(session, TAKING_DOWN)
    session.scalar(locking(select(RecordRow).where(RecordRow.id == row.id)))
    if row.withdrawn_at:
        raise Conflict(_("It is not shown any more already."))
    decision = decide(
        session,
        actor=actor,
        what=HIDE,
        ground="report" if report_id else "",
        facts=facts,
        record_id=row.id,
        report_id=report_id,
        organisation_id=row.organisation_id,
    )
    keep_out(session, [row], decision)
    recount(session, [row])
    note_act(session, actor=actor, action=HIDE, thing=f"record {row.id}")
    return decision


def lift(session: Session, decision_id: str, *, actor: Actor, facts: str = "") -> int:
    """End a take-down or a hiding; the next check of each source brings what was erased. Says how many records."""
    alone(session, TAKING_DOWN)
    before = session.scalar(select(Decision).where(Decision.id == decision_id, known_to(audiences(actor))))
    in_force = select(KeptOut.record_id).where(KeptOut.decision_id == decision_id)
    blocked = select(Block.id).where(Block.decision_id == decision_id)
    if before is None or not (session.scalar(in_force.limit(1)) or session.scalar(blocked.limit(1))):
        raise NotFound(_("There is no such take-down any more."))
    after = decide(
        session,
        actor=actor,
        what=SHOW if before.what == HIDE else LIFT,
        facts=facts,
        record_id=before.record_id,
        report_id=before.report_id,
        organisation_id=before.organisation_id,
    )
    rows = let_in(session, decision_id)
    recount(session, rows)
    for source in session.scalars(locking(select(Source).where(Source.id.in_({row.source_id for row in rows})))):
        # Its list may be the same as before, and nobody would read it again.
        source.cursor, source.next_due = {}, now()
    note_act(session, actor=actor, action=after.what, thing=f"decision {decision_id}", records=len(rows))
    return len(rows)


@dataclass(frozen=True, slots=True)
class InForce:
    """A take-down or a hiding that holds: what, since when, by whom and why, and what it keeps away."""

    decision: Decision
    records: int
    marks: tuple[tuple[str, str], ...]


def in_force(session: Session, *, actor: Actor, offset: int, limit: int) -> tuple[list[InForce], int]:
    """Those that hold and that `actor` may know of, the newest first, and how many there are."""
    theirs = audiences(actor)
    kept_out, blocked = select(KeptOut.decision_id), select(Block.decision_id)
    holds = select(Decision).where(known_to(theirs), Decision.id.in_(kept_out.union(blocked)))
    total = session.scalar(select(func.count()).select_from(holds.subquery())) or 0
    rows = list(session.scalars(holds.order_by(Decision.at.desc(), Decision.id).offset(offset).limit(limit)))
    ids = [row.id for row in rows]
    seen = select(KeptOut.decision_id, func.count()).join(RecordRow, RecordRow.id == KeptOut.record_id)
    seen = seen.where(KeptOut.decision_id.in_(ids), shown_to(theirs)).group_by(KeptOut.decision_id)
    counts = dict(session.execute(seen).all())
    marks: dict[str, list[tuple[str, str]]] = {}
    for block in session.scalars(select(Block).where(Block.decision_id.in_(ids)).order_by(Block.id)):
        marks.setdefault(block.decision_id, []).append((block.place, block.hashed))
    return [InForce(row, counts.get(row.id, 0), tuple(marks.get(row.id, ()))) for row in rows], total
