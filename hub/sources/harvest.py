"""A check from start to end: harvest page by page, one transaction a page, and the ways in which a run can end."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import Record, clean, text_hash
from harvesters.base import Change, Page, Problem, Sandbox, Tools, Validators
from harvesters.errors import BlockedError, HarvestError
from harvesters.kinds import KINDS
from harvesters.problems import problem
from harvesters.run import harvest
from hub.config import Times
from hub.db import NO_ANSWER, Database, beside, locking, now
from hub.languages import N_
from hub.records import service as records
from hub.records.blocks import TAKING_DOWN, Withheld, keep_out_held, withheld
from hub.records.keeping import Defaults, Enriched, keep
from hub.retold import kept
from hub.sources.categories import with_categories
from hub.sources.guard import too_few_seen, too_many_changed, too_many_gone
from hub.sources.leases import claim, heartbeat, holds
from hub.sources.models import LONGEST_ADDRESS, Run, Source, claim_of
from hub.sources.notices import Named, tell_failed, tell_finished, tell_held, tell_run
from hub.sources.problems import note_problems, problems_of_withheld, words_of

TAGS_A_RECORD = 5


class LostLease(Exception):
    """Another worker has taken this run over; nothing more may be written here."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a check works with. `told` hears of every page: the number of documents seen so far."""

    database: Database
    tools: Tools
    times: Times
    named: Named
    told: Callable[[int], None] = lambda seen: None


def perform(run_id: str, work: Work) -> None:
    """Carry the run to its end, or to where another worker takes it up. Safe to call twice for one run."""
    with work.database.writing() as session:
        fence = claim(session, run_id, work.times)
        if fence is None:
            return
        run = session.get_one(Run, run_id)
        source = session.get_one(Source, run.source_id)
        cursor = run.cursor or source.cursor
    with heartbeat(work.database, run_id, fence, work.times):
        try:
            _walk(run_id, fence, source, cursor, work)
        except LostLease:
            return
        except HarvestError as error:
            if isinstance(error.__cause__, NO_ANSWER):
                # Not the site failed, but our database: the run is taken up again when its lease has run out.
                raise error.__cause__ from None
            _end_badly(run_id, fence, error.problem, error, work)


def _walk(run_id: str, fence: int, source: Source, cursor: dict[str, Any], work: Work) -> None:
    def known(native_ids: Sequence[str]) -> dict[str, tuple[str, str, Validators]]:
        with work.database.reading() as session:
            return records.known_in(session, source.id, native_ids)

    for page in harvest(KINDS[source.kind], source.address, cursor, known, work.tools):
        upserts = [change for change in page.changes if change.record is not None]
        found = [change.record for change in upserts if change.record]
        enriched = enrich(work.tools.sandbox, found)
        replaced = known([change.native_id for change in upserts])
        with work.database.writing() as session:
            run = holds(session, run_id, fence)
            if run is None:
                raise LostLease
            if _suspicious(session, run, page, len(replaced), work.named):
                return
            _write(session, run, page, list(zip(upserts, enriched, strict=True)))
            if page.complete:
                _complete(session, run, page, work)
            seen, ended = run.seen, run.state != "running"
        work.told(seen)
        if ended:
            return


def _write(
    session: Session,
    run: Run,
    page: Page,
    upserts: list[tuple[Change, Enriched]],
) -> None:
    """Everything of one page: records, problems, counters, cursor; the caller's transaction holds it together."""
    # Before any row is held, or a take-down and we would wait for each other.
    beside(session, TAKING_DOWN)
    # As it is now, and held: somebody may have edited it since the run began, and a run must not undo that.
    source = session.scalars(locking(select(Source).where(Source.id == run.source_id))).one()
    why = _withheld(session, run, source, [one for one, _ in upserts])
    taken = [(one, more) for one, more in upserts if one.native_id not in why]
    found = [(one, with_categories(more, subjects_of(one), source.categories)) for one, more in taken]
    outcomes = keep(session, source_id=source.id, run_id=run.id, found=found, defaults=defaults_of(source))
    deleted = sum(
        records.withdraw(session, source_id=source.id, native_ids=[one.native_id], run_id=run.id, reason=one.reason)
        for one in page.changes
        if one.record is None
    )
    records.mark_seen(session, source_id=source.id, run_id=run.id, native_ids=page.unchanged)
    records.refresh(session, source_id=source.id, validators=page.refreshed)
    run.deleted += deleted
    run.new += outcomes.count("new")
    run.changed += outcomes.count("changed")
    run.unchanged += outcomes.count("unchanged") + len(page.unchanged)
    run.seen += len(upserts) + len(page.unchanged)
    run.pages += 1
    run.extracted += page.extracted
    run.requests += page.requests
    run.bytes += page.bytes
    run.failed += sum(one.severity == "error" for one in page.problems)
    note_problems(session, run, page.problems)
    run.cursor = dict(page.cursor)
    if page.moved:
        _move(session, run, page.moved)
    # Counted exactly at the end; to count them all at every page would make long lists ever slower.
    source.documents += outcomes.count("new") - deleted


def _withheld(session: Session, run: Run, source: Source, upserts: Sequence[Change]) -> Mapping[str, Withheld]:
    """What of it was taken down or is hidden: it is not written, what we show of it goes, and the run says so."""
    held = [(one.record, text_hash(one.record)) for one in upserts if one.record]
    why = withheld(session, source.id, held)
    if not why:
        return why
    gone = keep_out_held(session, source.id, why)
    run.deleted += gone
    source.documents -= gone
    note_problems(session, run, problems_of_withheld(why))
    return why


def _move(session: Session, run: Run, address: str) -> None:
    """Follow the list to its new address; not where another source has that one, or it is beyond all measure."""
    source = session.get_one(Source, run.source_id)
    if source.address == address or len(address.encode()) > LONGEST_ADDRESS:
        return
    note_problems(
        session, run, [problem("moved", where=source.address, stage="list", severity="notice", detail=address)]
    )
    claim = claim_of(address, source.brings_for)
    if not session.scalar(select(Source.id).where(Source.kind == source.kind, Source.claim == claim)):
        source.address, source.claim = address, claim


def _suspicious(session: Session, run: Run, page: Page, replaced: int, named: Named) -> bool:
    """Judge the page *before* it is written: would too many of the documents that we knew change or go at once?"""
    if run.accepted:
        return False
    changed = run.changed + replaced
    known_seen = run.changed + run.unchanged + replaced + len(page.unchanged)
    why = too_many_changed(changed=changed, known_seen=known_seen)
    told_gone = [change.native_id for change in page.changes if change.record is None]
    going = records.living_ids(session, run.source_id, told_gone) if told_gone else []
    if going and not why:
        alive = records.living(session, run.source_id)
        why = too_many_gone(gone=run.deleted + len(going), living=alive + run.deleted)
    if why:
        hold(session, run, why, gone=going, changed=changed, named=named)
    return bool(why)


def _complete(session: Session, run: Run, page: Page, work: Work) -> None:
    """The list was walked to its end: deletions by absence where the kind allows them, through the guard."""
    source = session.get_one(Source, run.source_id)
    if KINDS[source.kind].semantics == "full" and run.seen:
        gone = records.unseen(session, source_id=source.id, run_id=run.id)
        alive = records.living(session, source.id)
        why = too_many_gone(gone=run.deleted + len(gone), living=alive + run.deleted) or too_few_seen(
            seen=run.seen, gone=len(gone), earlier=_earlier(session, source.id)
        )
        if why and not run.accepted:
            hold(session, run, why, gone=[row.id for row in gone], changed=run.changed, named=work.named)
            return
        reason = N_("It is no longer in the list of the site that published it.")
        run.deleted += records.withdraw(
            session, source_id=source.id, native_ids=[row.native_id for row in gone], run_id=run.id, reason=reason
        )
    finish(session, run, source, page.cursor, work)


def finish(session: Session, run: Run, source: Source, cursor: Any, work: Work) -> None:
    """The run is complete: the cursor moves on, the source is due again after its interval."""
    run.state = "complete_with_errors" if run.failed else "complete"
    run.ended = now()
    run.message, run.said = "", {}
    source.cursor = dict(cursor)
    tell_finished(session, run, source, work.named)
    tell_run(session, run, source, work.named)
    source.failures = 0
    source.documents = records.living(session, source.id)
    source.next_due = now() + timedelta(seconds=source.interval)


def hold(session: Session, run: Run, why: str, *, gone: list[str], changed: int, named: Named) -> None:
    """Stop here and wait for a person: nothing is removed, the source's cursor stays."""
    run.state, run.ended = "held", now()
    run.held = {"why": str(why), "said": kept(why), "gone": gone, "changed": changed}
    held = problem("held", stage="list", severity="warning", detail=why)
    run.message = f"{held.what} {held.fix}"
    run.said = {"code": held.code, "words": words_of(held)}
    note_problems(session, run, [held])
    tell_held(session, run, named)


def _end_badly(run_id: str, fence: int, found: Problem, error: HarvestError, work: Work) -> None:
    """The list could not be read: what was written stays, the next check is later each time it fails."""
    with work.database.writing() as session:
        run = holds(session, run_id, fence)
        if run is None:
            return
        source = session.get_one(Source, run.source_id)
        run.state = "blocked" if isinstance(error, BlockedError) else "failed"
        run.ended = now()
        run.message = clean(f"{found.what} {found.fix}")
        run.said = {"code": found.code, "words": words_of(found)}
        run.failed += 1
        note_problems(session, run, [found])
        source.failures += 1
        source.documents = records.living(session, source.id)
        source.next_due = now() + timedelta(seconds=wait_after(source.failures, error.retry_after, work.times))
        tell_failed(session, run, source, work.named)
        tell_run(session, run, source, work.named)


def wait_after(failures: int, asked: float | None, times: Times) -> float:
    """Seconds to the next try: doubling from `first_wait` to `longest_wait` with jitter, or what the site asked for."""
    if asked is not None:
        return min(asked, times.longest_wait)
    wait = min(times.first_wait * 2 ** min(failures - 1, 16), times.longest_wait)
    return float(wait * random.uniform(0.8, 1.2))


def _earlier(session: Session, source_id: str) -> list[int]:
    """How many documents the last five complete checks saw."""
    return list(
        session.scalars(
            select(Run.seen)
            .where(Run.source_id == source_id, Run.state.in_(("complete", "complete_with_errors")))
            .order_by(Run.ended.desc())
            .limit(5)
        )
    )


def subjects_of(change: Change) -> Sequence[str]:
    """The publisher's own words for what the record is about."""
    return change.record.subjects if change.record else ()


def defaults_of(source: Source) -> Defaults:
    """What the source says for records that do not."""
    said = (source.language, source.type, source.licence_uri, source.contact)
    return Defaults(source.organisation_id, *said, audience=source.brings_for)


def enrich(sandbox: Sandbox, found: Sequence[Record]) -> list[Enriched]:
    """Language, tags, index words and fingerprint of each record, found in one sandbox child."""
    if not found:
        return []
    items = [
        {"title": one.title, "text": f"{one.summary}\n{one.text}", "language": one.language, "subjects": one.subjects}
        for one in found
    ]
    request = json.dumps({"items": items, "limit": TAGS_A_RECORD}).encode()
    return [
        Enriched(
            language=item["language"],
            tags=tuple(item["tags"]),
            lemmas=item["lemmas"],
            title_lemmas=item["title_lemmas"],
            fingerprint=tuple(item["fingerprint"]),
        )
        for item in sandbox.read("enrich", request)["items"]
    ]
