"""PostgreSQL falls again and again, with fsync as in use: no acknowledged write is lost, and the work ends well.

What is tested is the end of processes. That the disk keeps what PostgreSQL has synced is PostgreSQL's own promise.
"""

import multiprocessing
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import func, select

from federation.record import Record
from harvesters.base import upsert
from hub import tables
from hub.db import NO_ANSWER, Database, now
from hub.index.engines import open_reader
from hub.index.outbox import waiting
from hub.index.worker import compare
from hub.indexed import documents_of
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.models import RecordRow
from hub.sources.models import Run
from hub.sources.service import add_source
from hub.workshop import Workshop
from tests.hub.running import answers, hub_in, running, working
from tests.hub.tasks.waiting import until
from tests.people import source_of
from tests.servers.loopback import Request, serve
from tests.servers.postgres15 import Cluster, cluster

pytestmark = pytest.mark.server

SECONDS = 20
PAGES, ENTRIES = 20, 12


@pytest.fixture
def server() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


@pytest.fixture
def hub(server: Cluster, tmp_path: Path) -> Iterator[Workshop]:
    with hub_in(tmp_path / "hub", database_url=server.url) as parts:
        yield parts


class Noted:
    """What a writer was told: which documents are kept, and the errors that it saw instead, by name."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def kept(self, name: str) -> None:
        self._note("kept", name)

    def failed(self, error: Exception) -> None:
        self._note("failed", "no answer" if isinstance(error, NO_ANSWER) else type(error).__name__)

    def _note(self, *words: str) -> None:
        with self.place.open("a") as file:
            print(*words, file=file)

    def read(self, what: str) -> list[str]:
        text = self.place.read_text() if self.place.exists() else ""
        lines = (line.split(" ", 1) for line in text.splitlines())
        return [rest for first, rest in lines if first == what]


def write(database: Database, name: str, source: str, organisation: str, noted: Noted, stop: Any) -> None:
    """Keep one document after the other, each in a transaction of its own, until told to stop."""
    number = 0
    while not stop.is_set():
        number += 1
        record = Record(native_id=f"{name}-{number}", url=f"https://n.example/{name}/{number}", title="Damp homes")
        try:
            with database.writing() as session:
                keep(
                    session,
                    source_id=source,
                    run_id="r",
                    found=[(upsert(record), Enriched("en"))],
                    defaults=Defaults(organisation),
                )
        except Exception as error:
            noted.failed(error)
            time.sleep(0.02)
        else:
            noted.kept(record.native_id)


def write_in_a_process(url: str, name: str, source: str, organisation: str, place: Path, stop: Any) -> None:
    assert tables.TABLES
    database = Database(url)
    write(database, name, source, organisation, Noted(place), stop)
    database.close()


def ask(base: str, seen: Counter[int | str], stop: Event) -> None:
    """Ask the site for pages, one after the other; how often it answered with which status, or not at all."""
    while not stop.is_set():
        for address in ("/", "/search?q=damp", "/organisations", "/health/ready"):
            try:
                with urllib.request.urlopen(base + address, timeout=20) as answer:
                    seen[answer.status] += 1
            except urllib.error.HTTPError as error:
                seen[error.code] += 1
                error.close()
            except OSError as error:
                seen[repr(error)] += 1
        time.sleep(0.01)


def test_nothing_that_was_acknowledged_is_lost_by_a_server_that_falls_again_and_again(
    hub: Workshop, server: Cluster, tmp_path: Path
) -> None:
    with hub.database.writing() as session:
        northford = find_organisation(session, "northford-city").id
        source = source_of(session, northford).id
    spawn = multiprocessing.get_context("spawn")
    stop, stop_processes = Event(), spawn.Event()
    notes = [Noted(tmp_path / f"noted-{number}") for number in range(4)]
    statuses: Counter[int | str] = Counter()
    restarts = 0
    with running(hub.settings, "-m", "hub.cli", "serve", heard=False):
        assert until(lambda: answers(hub.settings), 30)
        threads = [
            Thread(target=write, args=(hub.database, f"thread-{n}", source, northford, notes[n], stop)) for n in (0, 1)
        ]
        threads.append(Thread(target=ask, args=(hub.settings.base_url, statuses, stop)))
        processes = [
            spawn.Process(
                target=write_in_a_process,
                args=(server.url, f"process-{n}", source, northford, notes[n].place, stop_processes),
            )
            for n in (2, 3)
        ]
        for one in (*threads, *processes):
            one.start()
        try:
            assert until(lambda: all(one.read("kept") for one in notes), 30)
            began = time.monotonic()
            while time.monotonic() - began < SECONDS:
                server.restart("immediate")
                restarts += 1
                time.sleep(0.5)
        finally:
            stop.set()
            stop_processes.set()
            for one in (*threads, *processes):
                one.join(30)
        assert [process.exitcode for process in processes] == [0, 0]
        assert until(lambda: answers(hub.settings), 10), "the site needs no restart"
    kept = [name for one in notes for name in one.read("kept")]
    failed = Counter(kind for one in notes for kind in one.read("failed"))
    with hub.database.reading() as session:
        stored = set(session.scalars(select(RecordRow.native_id)))
    print(f"{restarts} restarts: {len(kept)} acknowledged, {len(stored)} stored, {failed}, pages {statuses}")
    assert set(kept) - stored == set()
    assert restarts >= 5
    assert len(kept) > 100
    assert set(failed) == {"no answer"}
    assert set(statuses) == {200, 503}


class Feed:
    """A feed (RFC 5005) of which each page takes a moment."""

    def __call__(self, request: Request) -> tuple[int, dict[str, str], str]:
        time.sleep(0.1)
        page = int(request.query.get("page", "1"))
        entries = "".join(
            f"<entry><id>tag:f,2026:{page}-{number}</id><title>Damp homes {page}-{number}</title>"
            f"<link href='/e/{page}/{number}'/><updated>2026-11-{number + 1:02d}T09:00:00Z</updated>"
            f"<content>Repairs to {page * ENTRIES + number} homes.</content></entry>"
            for number in range(ENTRIES)
        )
        older = f"<link rel='next' href='/feed?page={page + 1}'/>" if page < PAGES else ""
        body = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><id>x</id>{older}{entries}</feed>"
        return 200, {"Content-Type": "application/atom+xml"}, body


def test_a_harvest_whose_database_is_killed_ends_complete_when_it_is_back(hub: Workshop, server: Cluster) -> None:
    def count() -> int:
        with hub.database.reading() as session:
            return session.scalar(select(func.count()).select_from(RecordRow)) or 0

    def states() -> list[tuple[str, int]]:
        with hub.database.reading() as session:
            return [(run.state, run.new) for run in session.scalars(select(Run))]

    def delivered() -> bool:
        with hub.database.reading() as session:
            return not waiting(session)

    with serve({"/feed": Feed()}) as site, working(hub.settings, heard=False) as process:
        with hub.database.writing() as session:
            northford = find_organisation(session, "northford-city")
            address = site.url("/feed")
            add_source(
                session, actor=COMMAND_LINE, organisation=northford, kind="feed", address=address
            ).next_due = now()
        assert until(lambda: count() >= 3 * ENTRIES)
        server.kill()
        time.sleep(1)
        server.start()
        assert states()[0][0] == "running"
        assert count() < PAGES * ENTRIES
        assert until(lambda: states() == [("complete", PAGES * ENTRIES)], 30), states()
        assert until(delivered)
        assert process.poll() is None
    assert count() == PAGES * ENTRIES
    assert compare(hub.database, open_reader(hub.settings), documents_of(hub.vocabulary)).ids == ()
