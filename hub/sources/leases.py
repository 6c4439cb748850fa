"""Who works on which run: queueing, claiming with a lease and a fence, the heartbeat, and the sweeper."""

import logging
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from harvesters.problems import PROBLEMS
from hub.config import Times
from hub.db import NO_ANSWER, Database, locking, new_id, now
from hub.errors import Conflict
from hub.languages import gettext as _
from hub.sources.models import ACTIVE, WRITTEN, Run, Source
from hub.sources.notices import Named, tell_failed
from hub.sources.written import require_visited
from hub.words import on

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a run whose worker died is taken up again before it ends as failed."""


def queue_run(session: Session, source: Source, slot: str = "") -> Run:
    """A new run, to be sent to the courier after the commit. Conflict when one is active, or it is not approved."""
    session.scalar(locking(select(Source).where(Source.id == source.id)))
    if source.approval:
        raise Conflict(_("%(name)s is not approved, so nothing is collected from it.", name=source.name))
    require_visited(source)
    active = session.scalar(select(Run).where(Run.source_id == source.id, Run.state.in_(ACTIVE)))
    if active is not None:
        told = {"name": source.name, "when": f"{on(active.created)}, {active.created:%H:%M} UTC"}
        if active.state == "held":
            raise Conflict(_("A check of %(name)s waits for a person already, since %(when)s.", **told))
        raise Conflict(_("A check of %(name)s is going on already, since %(when)s.", **told))
    run = Run(id=new_id(), source_id=source.id, slot=slot or new_id(), state="queued")
    session.add(run)
    session.flush()
    return run


def resume_or_queue(session: Session, source: Source) -> Run:
    """The source's active run if nobody works on it, else a new one. Conflict when somebody does, or it is held."""
    active = session.scalar(select(Run).where(Run.source_id == source.id, Run.state.in_(("queued", "running"))))
    if active is not None and (active.state == "queued" or lease_is_free(active)):
        return active
    return queue_run(session, source)


def queue_due(database: Database) -> list[str]:
    """Queue a run for every source that is due; the slot is when it was due, so a second ticker finds it taken."""
    with database.reading() as session:
        busy = select(Run.source_id).where(Run.state.in_(ACTIVE))
        due = list(
            session.scalars(
                select(Source.id)
                .where(
                    *(Source.paused.is_(False), Source.approval == "", Source.kind != WRITTEN),
                    *(Source.next_due <= now(), Source.id.not_in(busy)),
                )
                .order_by(Source.next_due)
            )
        )
    queued = []
    for source_id in due:
        try:
            with database.writing() as session:
                source = session.scalar(locking(select(Source).where(Source.id == source_id)))
                if source and source.next_due and source.next_due <= now():
                    queued.append(queue_run(session, source, source.next_due.isoformat()).id)
        except (IntegrityError, Conflict):
            continue  # another ticker was first
    return queued


def claim(session: Session, run_id: str, times: Times) -> int | None:
    """Take the run's lease. Its new fence, or None when somebody else has it or it is done."""
    run = session.scalar(locking(select(Run).where(Run.id == run_id)))
    if run is None or run.state not in ("queued", "running"):
        return None
    if run.state == "running" and not lease_is_free(run):
        return None
    run.state = "running"
    run.fence += 1
    run.attempts += 1
    run.started = run.started or now()
    run.lease_owner, run.lease_until = owner(), now() + timedelta(seconds=times.lease)
    session.flush()
    return run.fence


def holds(session: Session, run_id: str, fence: int) -> Run | None:
    """The run, if this fence still counts; None when the lease went to somebody else or the run was ended.

    Nobody else takes it before the transaction ends.
    """
    return session.scalar(locking(select(Run).where(Run.id == run_id, Run.fence == fence, Run.state == "running")))


@contextmanager
def heartbeat(database: Database, run_id: str, fence: int, times: Times) -> Iterator[None]:
    """Keep the lease from a thread while the block works: fifty documents at one request a second outlast it."""
    stop = Event()

    def beat() -> None:
        while not stop.wait(times.heartbeat):
            try:
                with database.writing() as session:
                    session.execute(
                        update(Run)
                        .where(Run.id == run_id, Run.fence == fence, Run.state == "running")
                        .values(lease_until=now() + timedelta(seconds=times.lease))
                    )
            except NO_ANSWER as error:
                log.warning("A heartbeat did not reach the database, the next one may: %s", error.orig)

    thread = Thread(target=beat, daemon=True, name=f"heartbeat {run_id[:8]}")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def sweep(database: Database, times: Times, named: Named) -> list[str]:
    """Find runs that nobody works on. Those to be sent again come back; those tried too often end as failed."""
    again = []
    with database.writing() as session:
        stale = now() - timedelta(seconds=times.lease)
        left = select(Run).where(or_(Run.state == "running", (Run.state == "queued") & (Run.created < stale)))
        # One that is locked is being worked on, or looked at by another sweeper.
        for run in session.scalars(locking(left, skip=True)):
            if run.state == "running" and not lease_is_free(run):
                continue
            if run.attempts >= ATTEMPTS:
                end_as_stopped(session, run, times, named)
            else:
                run.state, run.lease_owner, run.lease_until = "queued", "", None
                again.append(run.id)
    return again


def end_as_stopped(session: Session, run: Run, times: Times, named: Named) -> None:
    """The run's worker stopped too often: it ends, and says so."""
    what, fix = PROBLEMS["worker-stopped"]
    run.state, run.ended, run.message = "failed", now(), f"{what} {fix}"
    run.said = {"code": "worker-stopped", "words": {"where": ""}}
    source = session.get_one(Source, run.source_id)
    source.failures += 1
    source.next_due = now() + timedelta(seconds=times.first_wait)
    tell_failed(session, run, source, named)


def lease_is_free(run: Run) -> bool:
    """Whether the lease ran out, or its holder is a process of this machine that has died."""
    if run.lease_until is None or run.lease_until < now():
        return True
    host, _, pid = run.lease_owner.rpartition(":")
    return host == platform.node() and not _alive(int(pid))


def owner() -> str:
    """How this process names itself in a lease."""
    return f"{platform.node()}:{os.getpid()}"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
