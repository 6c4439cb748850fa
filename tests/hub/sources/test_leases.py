"""Leases: one worker a run, a fence against the late, and a sweeper for the dead."""

import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.config import SHORT
from hub.db import now
from hub.errors import Conflict
from hub.sources.leases import ATTEMPTS, claim, heartbeat, holds, owner, queue_due, queue_run, sweep
from hub.sources.models import Run, Source
from tests.people import NAMED, World, source_of

pytestmark = pytest.mark.alone


def queued(hub: World) -> str:
    with hub.database.writing() as session:
        return queue_run(session, source_of(session, hub.northford)).id


def claimed(hub: World, run_id: str) -> int | None:
    with hub.database.writing() as session:
        return claim(session, run_id, SHORT)


def test_a_second_check_of_a_source_is_refused_with_when_the_first_began(hub: World) -> None:
    with hub.database.writing() as session:
        source = source_of(session, hub.northford)
        queue_run(session, source)
        with pytest.raises(Conflict, match="is going on already, since"):
            queue_run(session, source)


def test_only_one_worker_gets_the_lease(hub: World) -> None:
    run_id = queued(hub)
    fences: list[int | None] = []
    threads = [threading.Thread(target=lambda: fences.append(claimed(hub, run_id))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fence or 0 for fence in fences) == [0, 0, 0, 1]


def test_a_lease_that_ran_out_goes_to_the_next_and_the_old_fence_writes_no_more(hub: World) -> None:
    run_id = queued(hub)
    first = claimed(hub, run_id)
    with hub.database.writing() as session:
        session.get_one(Run, run_id).lease_until = now() - timedelta(seconds=1)
    second = claimed(hub, run_id)
    assert (first, second) == (1, 2)
    with hub.database.reading() as session:
        assert holds(session, run_id, 1) is None
        assert holds(session, run_id, 2) is not None


def test_the_heartbeat_outlasts_the_lease(hub: World) -> None:
    run_id = queued(hub)
    fence = claimed(hub, run_id)
    assert fence
    with heartbeat(hub.database, run_id, fence, SHORT):
        time.sleep(SHORT.lease + 0.5)
        assert sweep(hub.database, SHORT, NAMED) == []


def test_a_dead_process_of_this_machine_loses_its_lease_at_once(hub: World) -> None:
    run_id = queued(hub)
    claimed(hub, run_id)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with hub.database.writing() as session:
        session.get_one(Run, run_id).lease_owner = f"{owner().rpartition(':')[0]}:{gone.pid}"
    assert sweep(hub.database, SHORT, NAMED) == [run_id]


def test_a_run_that_loses_its_worker_too_often_ends_and_says_so(hub: World) -> None:
    run_id = queued(hub)
    for _ in range(ATTEMPTS):
        assert claimed(hub, run_id)
        with hub.database.writing() as session:
            session.get_one(Run, run_id).lease_until = now() - timedelta(seconds=1)
    assert sweep(hub.database, SHORT, NAMED) == []
    with hub.database.reading() as session:
        run = session.get_one(Run, run_id)
        assert (run.state, run.ended is not None) == ("failed", True)
        assert "worker stopped" in run.message


def test_four_tickers_queue_each_slot_once(hub: World) -> None:
    with hub.database.writing() as session:
        source_of(session, hub.northford).next_due = now() - timedelta(seconds=1)
        source_of(session, hub.eastmere, "https://e.example/feed").next_due = now() - timedelta(seconds=1)
        source_of(session, hub.eastmere, "https://f.example/feed").next_due = now() + timedelta(hours=1)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.extend(queue_due(hub.database))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(set(found)) == 2


def test_a_paused_source_is_never_due(hub: World) -> None:
    with hub.database.writing() as session:
        source = source_of(session, hub.northford)
        source.next_due, source.paused = now() - timedelta(days=1), True
    assert queue_due(hub.database) == []
    with hub.database.reading() as session:
        assert session.scalars(select(Source)).one().paused
