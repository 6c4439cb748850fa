"""A rebuild while everything goes on: searches never see fewer documents than before, no error, and nothing is lost."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select

from federation.record import Record
from harvesters.base import upsert
from hub.config import Settings, environment
from hub.db import now
from hub.index.base import PUBLIC, Clause, Query
from hub.index.engines import open_reader, open_writer
from hub.index.outbox import waiting
from hub.index.worker import compare, deliver_all
from hub.indexed import documents_of
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.service import withdraw
from hub.sources.models import Run
from hub.sources.service import add_source
from hub.workshop import Workshop
from tests.contract.engines import forget_prefix
from tests.databases import address_of
from tests.hub.running import answers, hub_in, running, working
from tests.hub.tasks.waiting import until
from tests.people import source_of
from tests.servers.loopback import Request, Site, serve

pytestmark = pytest.mark.server

STAYING, GOING = "quokka", "wombat"
"""A word of documents that stay, and one of those that are withdrawn one by one."""

KEPT, LEAVING = 400, 200
ENTRIES = 12


class Feed:
    """A feed of ever older pages (RFC 5005), each of which takes its time, until `last` is set."""

    def __init__(self) -> None:
        self.pages = 0
        self.last = Event()

    def __call__(self, request: Request) -> tuple[int, dict[str, str], str]:
        time.sleep(0.1)
        page = int(request.query.get("page", "1"))
        self.pages = max(self.pages, page)
        entries = "".join(
            f"<entry><id>tag:f,2026:{page}-{number}</id><title>Harvested {STAYING} {page}-{number}</title>"
            f"<link href='/e/{page}/{number}'/><updated>2026-11-{number + 1:02d}T09:00:00Z</updated>"
            f"<content>A {STAYING} was seen in ward {page * ENTRIES + number}.</content></entry>"
            for number in range(ENTRIES)
        )
        older = "" if self.last.is_set() else f"<link rel='next' href='/feed?page={page + 1}'/>"
        body = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><id>x</id>{older}{entries}</feed>"
        return 200, {"Content-Type": "application/atom+xml"}, body


@dataclass
class Members:
    """Two sources: one that a process harvests, one whose documents a thread adds, changes and withdraws."""

    hub: Workshop
    feed: Feed
    organisation: str
    edited: str
    added: int = 0
    withdrawn: int = 0

    def put(self, *names: str, word: str = STAYING, text: str = "") -> None:
        with self.hub.database.writing() as session:
            records = [
                Record(native_id=name, url=f"https://n.example/{name}", title=f"A {word}, {name} {text}")
                for name in names
            ]
            found = [(upsert(record), Enriched("en")) for record in records]
            keep(session, source_id=self.edited, run_id="r", found=found, defaults=Defaults(self.organisation))

    def work(self, stop: Event) -> None:
        """Add, change and withdraw, in bursts: a rebuild must find a moment in which nobody delivers."""
        for step in count():
            if stop.is_set() or self.withdrawn == LEAVING:
                return
            self.put(f"new-{step}")
            self.added += 1
            self.put(f"kept-{step % KEPT}", text=f"changed at {step}")
            self.withdrawn += 1
            with self.hub.database.writing() as session:
                withdraw(session, source_id=self.edited, native_ids=[f"going-{step}"], run_id="r", reason="Gone.")
            stop.wait(1 if step % 10 == 9 else 0.02)


@dataclass
class Watcher:
    """Searches all the time, and notes what it sees: the totals of what stays; of what goes with the least allowed."""

    ask: Callable[[str], int]
    members: Members
    staying: list[int] = field(default_factory=list)
    going: list[tuple[int, int]] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def work(self, stop: Event) -> None:
        while not stop.is_set() and not self.errors:
            try:
                self.staying.append(self.ask(STAYING))
                total = self.ask(GOING)
                self.going.append((total, LEAVING - self.members.withdrawn))
            except BaseException as error:
                self.errors.append(error)
            stop.wait(0.005)

    def judge(self) -> None:
        """No error, and never fewer than before."""
        assert self.errors == []
        assert len(self.staying) > 50, "it searched all the time"
        assert self.staying[0] >= KEPT
        assert [pair for pair in pairwise(self.staying) if pair[0] > pair[1]] == []
        assert [(total, least) for total, least in self.going if total < least] == []


def by_site(settings: Settings) -> Callable[[str], int]:
    def ask(word: str) -> int:
        with urllib.request.urlopen(f"{settings.base_url}/search.json?q={word}", timeout=20) as answer:
            page: dict[str, Any] = json.load(answer)
        assert not page["limited"]
        return int(page["total"])

    return ask


def by_reader(settings: Settings) -> Callable[[str], int]:
    reader = open_reader(settings)
    return lambda word: reader.search(Query(rights=PUBLIC, clauses=(Clause(word),))).total


@contextmanager
def going_on(*works: Callable[[Event], None]) -> Iterator[None]:
    """Each in a thread, until the block ends."""
    stop = Event()
    threads = [Thread(target=work, args=(stop,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def rebuild(settings: Settings) -> int:
    command = [sys.executable, "-m", "hub.cli", "index", "rebuild", "--json"]
    done = subprocess.run(command, env=environment(settings), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return int(json.loads(done.stdout)["documents"])


@pytest.fixture(params=[("embedded", "sqlite"), ("opensearch", "postgresql")], ids="-".join)
def members(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Members]:
    """A hub with some hundreds of documents in its index, and a feed that is due: on one machine, and on servers."""
    engine, database = request.param
    prefix = f"in-use-{time.time_ns()}"
    search_url = "embedded:"
    if engine == "opensearch":
        search_url = f"{request.getfixturevalue('opensearch_node')}?prefix={prefix}"
    feed = Feed()
    with (
        serve({"/feed": feed}) as site,
        address_of(request, database) as url,
        hub_in(tmp_path / "hub", search_url=search_url, database_url=url) as hub,
    ):
        made = Members(hub, feed, *_sources(hub, site))
        for start in range(0, KEPT, 100):
            made.put(*(f"kept-{number}" for number in range(start, start + 100)))
        for start in range(0, LEAVING, 100):
            made.put(*(f"going-{number}" for number in range(start, start + 100)), word=GOING)
        deliver_all(hub.database, open_writer(hub.settings), documents_of(hub.vocabulary))
        yield made
    if engine == "opensearch":
        forget_prefix(prefix)


def _sources(hub: Workshop, site: Site) -> tuple[str, str]:
    with hub.database.writing() as session:
        northford = find_organisation(session, "northford-city")
        due = add_source(
            session, actor=COMMAND_LINE, organisation=northford, kind="feed", address=site.url("/feed"), name="Due"
        )
        due.next_due = now()
        edited = source_of(session, northford.id)
        edited.paused = True
        return northford.id, edited.id


def state(hub: Workshop) -> str:
    """How the harvest of the feed stands."""
    with hub.database.reading() as session:
        return session.scalar(select(Run.state)) or ""


def delivered(hub: Workshop) -> bool:
    with hub.database.reading() as session:
        return not waiting(session)


def test_searches_never_see_fewer_documents_while_the_index_is_made_anew(members: Members) -> None:
    hub, settings = members.hub, members.hub.settings
    watchers = [Watcher(ask(settings), members) for ask in (by_site, by_reader)]
    with running(settings, "-m", "hub.cli", "serve"), working(settings):
        assert until(lambda: answers(settings), 30)
        with going_on(members.work, *(one.work for one in watchers)):
            assert until(lambda: state(hub) == "running")
            before, added = open_reader(settings).stats().name, members.added
            first = rebuild(settings)
            middle = open_reader(settings).stats().name
            second = rebuild(settings)
            assert state(hub) == "running", "it was harvested all the time"
            assert members.added > added, "and written to"
            members.feed.last.set()
            assert until(lambda: state(hub) == "complete", 30)
        assert until(lambda: delivered(hub), 30)
        print(f"{first} and {second} documents; {[len(one.staying) for one in watchers]} searches")
        for one in watchers:
            one.judge()
            assert one.ask(STAYING) == KEPT + members.added + members.feed.pages * ENTRIES
            assert one.ask(GOING) == LEAVING - members.withdrawn
    reader = open_reader(settings)
    assert compare(hub.database, reader, documents_of(hub.vocabulary)).ids == ()
    assert kept(settings) == {middle, reader.stats().name}, "the index before is there still, the one before it is not"
    assert len({before, middle, reader.stats().name}) == 3


def kept(settings: Settings) -> set[str]:
    """The names of the indexes that there are."""
    if settings.search_url == "embedded:":
        return {
            place.name for place in settings.index_folder.iterdir() if place.is_dir() and place.name != "restricted"
        }
    node, _, prefix = settings.search_url.replace("opensearch:", "http:").partition("?prefix=")
    with urllib.request.urlopen(f"{node}/_cat/indices/{prefix}-*?h=index&expand_wildcards=open") as answer:
        return {
            name
            for name in answer.read().decode().split()
            if not name.endswith("-lease") and "-restricted-" not in name
        }
