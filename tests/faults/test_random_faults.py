"""The whole hub under load, its processes and servers killed at random: nothing confirmed is lost, nothing done twice.

The seed is printed; MOOTHALL_TEST_SEED repeats it, MOOTHALL_TEST_FAULTS sets how many faults each setting gets.
It does not show what a loss of power does: there the promises of SQLite and PostgreSQL are all there is.
"""

import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, undefer

from hub.audit.models import Audit
from hub.audit.service import first_break
from hub.errors import IndexUnavailable
from hub.index.engines import open_reader
from hub.index.outbox import waiting
from hub.index.worker import compare
from hub.indexed import documents_of
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.records.models import RecordRow, RecordVersion
from hub.sources.models import ACTIVE, Run, Source
from hub.sources.service import add_source
from hub.workshop import Workshop
from tests.faults.crowd import Acts, Crowd, crowd
from tests.faults.fleet import fleet
from tests.faults.publishers import FEEDS, REPORTS, Publishers, publishers
from tests.faults.storm import Storm
from tests.faults.visitors import Visitor
from tests.hub.running import answers, hub_in
from tests.hub.tasks.waiting import until

FAULTS: Final = int(os.environ.get("MOOTHALL_TEST_FAULTS", "55"))
SETTLED: Final = 60.0
"""Seconds after the last fault in which the index is to be what the database says."""

QUIET: Final = 2
"""Sources that are paused all the time, and paused again."""

pytestmark = pytest.mark.server


@pytest.fixture(params=["sqlite, embedded", "postgresql, opensearch"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Workshop, dict[str, object]]]:
    """A hub on (database, engine), and the servers that may be broken."""
    given: dict[str, object] = {}
    servers: dict[str, object] = {}
    with ExitStack() as stack:
        if request.param.startswith("postgresql"):
            servers["postgres"] = request.getfixturevalue("postgres")
            servers["node"] = request.getfixturevalue("opensearch_server")
            given["database_url"] = stack.enter_context(servers["postgres"].empty())
            given["courier_url"] = given["database_url"]
            given["search_url"] = f"{servers['node'].address}?prefix=storm-{time.time_ns()}"
        yield stack.enter_context(hub_in(tmp_path / "hub", **given)), servers
        if "node" in servers and not servers["node"].answers():
            assert until(servers["node"].answers, 120, 1), "other tests need the server"


def test_nothing_confirmed_is_lost_and_nothing_is_done_twice(
    place: tuple[Workshop, dict[str, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub, servers = place
    seed = int(os.environ.get("MOOTHALL_TEST_SEED", random.randrange(10**6)))
    with capsys.disabled():
        print(f"\nseed {seed}, {FAULTS} faults", flush=True)
    chance = random.Random(seed)
    with publishers(chance) as sites, fleet(hub.settings, tmp_path / "log") as processes:
        busy, quiet = _sources(hub, sites)
        assert until(lambda: answers(hub.settings), 60, 0.2)
        operator = Visitor(hub.settings)
        operator.sign_in(hub.database)
        storm = Storm(hub.settings, processes, sites, chance, **servers)
        with crowd(hub.settings, operator, busy, quiet, seed) as people:
            began = time.monotonic()
            storm.rage(FAULTS)
            raged = time.monotonic() - began
        with capsys.disabled():
            print(f"{raged:.0f} s of {dict(storm.done)}")
            print(f"answers {dict(people.statuses)}, the slowest {people.slowest:.1f} s", flush=True)
        assert people.odd == []
        sites.still = True
        lasted = _settle(hub, processes)
        _rest(hub, processes)
        assert processes.fallen == [], f"see {tmp_path / 'log'}"
        _nothing_lost(hub, people)
        effects = _nothing_twice(hub)
        _all_found(hub, sites, operator)
    with capsys.disabled():
        print(f"index = database after {lasted:.1f} s; {effects}", flush=True)


def _sources(hub: Workshop, sites: Publishers) -> tuple[list[str], list[str]]:
    """Those that are checked every second, and those that are only paused."""
    with hub.database.writing() as session:
        northford = find_organisation(session, "northford-city")
        made = [
            add_source(session, actor=COMMAND_LINE, organisation=northford, kind="feed", address=sites.address(number))
            for number in range(FEEDS + QUIET)
        ]
        for source in made:
            source.interval = 1
        for source in made[FEEDS:]:
            source.paused = True
        ids = [source.id for source in made]
    return ids[:FEEDS], ids[FEEDS:]


def _settle(hub: Workshop, processes) -> float:
    """Seconds until nothing waits for the index and it is what the database says, while the work goes on."""
    began = time.monotonic()

    def same() -> bool:
        processes.look_after()
        with hub.database.reading() as session:
            if waiting(session):
                return False
        try:
            return not compare(hub.database, open_reader(hub.settings), documents_of(hub.vocabulary)).ids
        except IndexUnavailable:
            return False

    assert until(same, SETTLED, 0.5), f"the index is not what the database says {SETTLED} s after the last fault"
    return time.monotonic() - began


def _rest(hub: Workshop, processes) -> None:
    """One whole check of each source after the last fault; then nothing is due any more, and nothing active."""
    with hub.database.reading() as session:
        last = session.scalar(select(func.max(Run.created)))

    def checked() -> bool:
        processes.look_after()
        with hub.database.reading() as session:
            done = select(func.count(Run.source_id.distinct())).where(Run.state == "complete", Run.created > last)
            return session.scalar(done) == FEEDS

    assert until(checked, 90, 0.5), "every source is checked again"
    with hub.database.writing() as session:
        session.execute(update(Source).values(paused=True))
    assert until(lambda: not _active(hub), 60, 0.5), "no check is left half done"
    _settle(hub, processes)


def _active(hub: Workshop) -> list[str]:
    with hub.database.reading() as session:
        return list(session.scalars(select(Run.id).where(Run.state.in_(ACTIVE))))


def _nothing_lost(hub: Workshop, people: Crowd) -> None:
    """What the operator was told is done has been done, and once; what broke off has been done once or not at all."""
    with hub.database.reading() as session:
        # The slot of a check that somebody asked for is an id, of one that was due it is the time.
        asked_for = select(Run.source_id, func.count()).where(Run.slot.not_like("20%")).group_by(Run.source_id)
        _between(people.checks, dict(session.execute(asked_for).all()))
        acts = select(Audit.thing, func.count()).where(Audit.action == "pause source").group_by(Audit.thing)
        found = dict(session.execute(acts).all())
        _between(people.pauses, {thing.removeprefix("source "): count for thing, count in found.items()})
        assert first_break(session) is None, "the audit log is whole"


def _between(acts: Acts, found: dict[str, int]) -> None:
    assert acts.done.total() > 0, "somebody was told that something is done"
    for source, tried in acts.tried.items():
        assert acts.done[source] <= found.get(source, 0) <= tried, source


def _nothing_twice(hub: Workshop) -> str:
    """Each edition is written once, in order, and what the checks say they did is what was done."""
    with hub.database.reading() as session:
        records = list(session.scalars(select(RecordRow).options(undefer(RecordRow.text))))
        versions: dict[str, list[RecordVersion]] = {record.id: [] for record in records}
        for version in session.scalars(select(RecordVersion).order_by(RecordVersion.version)):
            versions[version.record_id].append(version)
        for record in records:
            texts = [*(version.text for version in versions[record.id]), record.text]
            assert all(one < other for one, other in pairwise(map(_edition, texts))), (record.title, texts)
            assert record.version == len(texts)
        assert len(records) == FEEDS * REPORTS
        assert _sum(session, Run.new) == len(records)
        assert _sum(session, Run.changed) == sum(map(len, versions.values()))
        runs = Counter(session.scalars(select(Run.state)))
        again = session.scalar(select(func.count()).where(Run.attempts > 1))
    assert runs["complete"] > FEEDS
    return f"{dict(runs)} checks, {again} taken up again, {sum(map(len, versions.values()))} new editions"


def _sum(session: Session, column) -> int:
    return session.scalar(select(func.sum(column))) or 0


def _edition(text: str) -> int:
    found = re.search(r"Edition (\d+)", text)
    assert found
    return int(found[1])


def _all_found(hub: Workshop, sites: Publishers, visitor: Visitor) -> None:
    """The site finds the last edition of everything, and no older one."""
    answer = visitor.get("/search.json?q=office")
    assert (answer.status, f'"total":{FEEDS * REPORTS}' in answer.body.replace(" ", "")) == (200, True)
    with hub.database.reading() as session:
        for record in session.scalars(select(RecordRow).options(undefer(RecordRow.text))):
            feed, report = map(int, record.native_id.rpartition(":")[2].split("-"))
            assert _edition(record.text) == sites.edition(feed, report)
