"""`moothall harvest`: check sources now, in this process, several hosts at a time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import click
from sqlalchemy import select

from hub.cli.shown import as_json, progress, show, workshop
from hub.db import now
from hub.errors import BadInput, Conflict
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.sources.harvest import Work, perform
from hub.sources.leases import resume_or_queue
from hub.sources.models import ACTIVE, WRITTEN, Run, Source
from hub.sources.service import find_source
from hub.words import many
from hub.workshop import Workshop

TOGETHER = 6


@dataclass
class Harvested:
    """What checks brought, added up. `skipped` are sources that were being checked already.

    `index_writes` are documents that this command wrote to the index or removed; a running hub may do it first.
    """

    sources: int = 0
    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    problems: int = 0
    extracted: int = 0
    requests: int = 0
    index_writes: int = 0
    failed: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def harvest_now(parts: Workshop, source_ids: Sequence[str], label: str = "Checking") -> Harvested:
    """Check these sources, then bring the index up to date. A source that is being checked already is skipped."""
    result = Harvested()
    queued = []
    for source_id in source_ids:
        with parts.database.writing() as session:
            source = session.get_one(Source, source_id)
            try:
                queued.append(resume_or_queue(session, source).id)
            except Conflict:
                result.skipped.append(source.name)
    seen = dict.fromkeys(queued, 0)
    parts.sandbox()
    with progress(label) as tell, ThreadPoolExecutor(TOGETHER) as pool:

        def one(run_id: str) -> None:
            def told(count: int) -> None:
                seen[run_id] = count
                tell(sum(seen.values()))

            perform(run_id, replace(Work(parts.database, parts.tools(), parts.times, parts.named), told=told))

        list(pool.map(one, queued))
    delivered = deliver_all(parts.database, open_writer(parts.settings), documents_of(parts.vocabulary))
    result.index_writes = delivered.written + delivered.removed
    _add_up(parts, queued, result)
    return result


def _add_up(parts: Workshop, run_ids: Sequence[str], result: Harvested) -> None:
    with parts.database.reading() as session:
        for run, source in session.execute(
            select(Run, Source).join(Source, Source.id == Run.source_id).where(Run.id.in_(run_ids))
        ):
            result.sources += 1
            for name in ("seen", "new", "changed", "unchanged", "deleted", "extracted", "requests"):
                setattr(result, name, getattr(result, name) + getattr(run, name))
            result.problems += run.failed
            if run.state in ("failed", "blocked"):
                result.failed.append(f"{source.name}: {run.message}")
            if run.state == "held":
                result.held.append(f"{source.name}: {run.message}")


@click.command()
@click.argument("source", required=False)
@click.option("--due", is_flag=True, help="Check every source that is due.")
@click.option("--all", "all_", is_flag=True, help="Check every source that is not paused.")
@as_json
def harvest(source: str | None, due: bool, all_: bool, json_: bool) -> None:
    """Check SOURCE (its id, name or address), or those that are --due, or --all of them."""
    if sum((source is not None, due, all_)) != 1:
        raise BadInput("Say which: a source, or --due, or --all.")
    with workshop() as parts:
        result = harvest_now(parts, _chosen(parts, source, due))
    show(result, json_=json_, words=lambda: _words(result))
    if result.failed and len(result.failed) == result.sources:
        raise BadInput(result.failed[0] if len(result.failed) == 1 else "No source could be checked.")


def _chosen(parts: Workshop, source: str | None, due: bool) -> list[str]:
    with parts.database.reading() as session:
        if source is not None:
            return [find_source(session, source).id]
        wanted = select(Source.id).where(Source.paused.is_(False), Source.kind != WRITTEN).order_by(Source.created)
        if due:
            busy = select(Run.source_id).where(Run.state.in_(ACTIVE))
            wanted = wanted.where(Source.next_due <= now(), Source.id.not_in(busy))
        return list(session.scalars(wanted))


def _words(result: Harvested) -> str:
    lines = [
        f"{many(result.sources, 'source')} checked: {many(result.seen, 'document')} seen, {result.new} new, "
        f"{result.changed} changed, {result.unchanged} unchanged, {result.deleted} gone, "
        f"{many(result.problems, 'problem')}."
    ]
    lines += [f"! {sentence}" for sentence in result.failed]
    lines += [f"? {sentence}" for sentence in result.held]
    lines += [f"- {name} is being checked already." for name in result.skipped]
    return "\n".join(lines)
