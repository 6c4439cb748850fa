"""The search server hangs, dies or loses its index: the rest goes on, searches say that they are limited, it mends."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.cli.harvest import harvest_now
from hub.config import Settings, environment
from hub.errors import IndexUnavailable
from hub.index.engines import open_reader
from hub.index.worker import compare
from hub.indexed import documents_of
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.sources.models import Run, Source
from hub.sources.service import add_source
from hub.workshop import Workshop
from tests.faults.publishers import ATOM, ONE
from tests.faults.visitors import Visitor
from tests.hub.running import answers, hub_in, running, working
from tests.hub.tasks.waiting import until
from tests.servers.loopback import serve
from tests.servers.opensearch import Node

LIMITED = "Limited search"


@pytest.fixture
def hub(tmp_path: Path, opensearch_node: str) -> Iterator[Workshop]:
    """A hub with one document, its index on the server."""
    with (
        serve({"/feed": (200, ATOM, ONE)}) as site,
        hub_in(tmp_path / "hub", search_url=f"{opensearch_node}?prefix={tmp_path.name.replace('_', '-')}") as parts,
    ):
        with parts.database.writing() as session:
            northford = find_organisation(session, "northford-city")
            address = site.url("/feed")
            id = add_source(session, actor=COMMAND_LINE, organisation=northford, kind="feed", address=address).id
        assert harvest_now(parts, [id]).new == 1
        yield parts


def read(settings: Settings, address: str) -> tuple[str, float]:
    """A page of the running site, and how many seconds it took."""
    begun = time.monotonic()
    with urllib.request.urlopen(settings.base_url + address, timeout=20) as answer:
        assert answer.status == 200
        return str(answer.read().decode()), time.monotonic() - begun


@contextmanager
def hung(server: Node) -> Iterator[None]:
    """The server takes connections, and says nothing."""
    server.hang()
    try:
        yield
    finally:
        server.wake()


def test_a_server_that_hangs_limits_searches_and_nothing_else(hub: Workshop, opensearch_server: Node) -> None:
    settings = hub.settings
    with running(settings, "-m", "hub.cli", "serve"):
        assert until(lambda: answers(settings), 30)
        assert LIMITED not in read(settings, "/search?q=wet")[0]
        with hung(opensearch_server):
            took = []
            for _ in range(5):
                page, seconds = read(settings, "/search?q=damp")
                assert LIMITED in page
                assert "1 result" in page
                took.append(seconds)
            assert took[-1] < 1, f"after three failures nobody waits for it any more: {took}"
            assert max(took) < 8, took
            for address in ("/", "/topics", "/organisations", "/sources", "/health/ready"):
                assert read(settings, address)[1] < 8
        assert until(lambda: LIMITED not in read(settings, "/search?q=wet")[0], 30, 0.5)
        assert "1 result" in read(settings, "/search?q=wet")[0]


def test_an_index_that_was_deleted_is_made_again_by_itself(hub: Workshop, opensearch_node: str) -> None:
    settings = hub.settings
    with running(settings, "-m", "hub.cli", "serve"):
        assert until(lambda: answers(settings), 30)
        for name in names(settings.search_url):
            urllib.request.urlopen(urllib.request.Request(f"{http(settings.search_url)}/{name}", method="DELETE"))
        assert LIMITED in read(settings, "/search?q=damp")[0]
        with working(settings):
            assert until(lambda: LIMITED not in read(settings, "/search?q=wet")[0], 30, 0.5)
            assert "1 result" in read(settings, "/search?q=wet")[0]
            assert until(lambda: whole(hub), 30, 0.5), "the public index comes first, the restricted one after it"


def test_while_the_server_is_dead_people_sign_in_and_checks_go_on_and_afterwards_all_is_found(
    hub: Workshop, opensearch_server: Node
) -> None:
    settings = hub.settings
    with running(settings, "-m", "hub.cli", "serve"), working(settings):
        assert until(lambda: answers(settings), 30)
        opensearch_server.kill()
        try:
            operator = Visitor(settings)
            operator.sign_in(hub.database)
            assert LIMITED in operator.get("/search?q=damp").body
            with hub.database.writing() as session:
                northford = find_organisation(session, "northford-city")
                address = session.scalars(select(Source.address)).one() + "?again"
                source = add_source(session, actor=COMMAND_LINE, organisation=northford, kind="feed", address=address)
                source.paused = True  # nobody else is to be quicker than the operator
                id = source.id
            assert operator.post(f"/sources/{id}/pause", paused="yes") == 303
            assert operator.post(f"/sources/{id}/check") == 303
            assert until(lambda: checked(hub, id), 30, 0.2), "the check is done although nothing can be indexed"
            assert "2 results" in operator.get("/search?q=damp").body, "and the database finds what it brought"
        finally:
            opensearch_server.start()
        assert until(lambda: "2 results" in read(settings, "/search?q=wet")[0], 40, 0.5)
        assert until(lambda: not compare(hub.database, open_reader(settings), documents_of(hub.vocabulary)).ids, 20)


def test_a_repair_from_the_command_line_brings_back_what_the_server_lost(
    hub: Workshop, opensearch_server: Node
) -> None:
    parts = (hub.database, open_reader(hub.settings), documents_of(hub.vocabulary))
    body = json.dumps({"query": {"match_all": {}}}).encode()
    (index,) = (
        name for name in names(hub.settings.search_url) if not name.endswith("-lease") and "-restricted-" not in name
    )
    address = f"{http(hub.settings.search_url)}/{index}/_delete_by_query?refresh=true"
    urllib.request.urlopen(urllib.request.Request(address, body, {"Content-Type": "application/json"}))
    assert len(compare(*parts).missing) == 1
    opensearch_server.kill()
    refused = command(hub.settings, "check", "--repair")
    assert (refused.returncode, "cannot be reached" in refused.stderr) == (1, True), refused.stderr
    opensearch_server.start()
    repaired = command(hub.settings, "check", "--repair")
    assert repaired.returncode == 0, repaired.stderr
    assert compare(*parts).ids == ()


def whole(hub: Workshop) -> bool:
    """Whether both indexes are there and hold what the database does."""
    try:
        return not compare(hub.database, open_reader(hub.settings), documents_of(hub.vocabulary)).ids
    except IndexUnavailable:
        return False


def checked(hub: Workshop, source: str) -> bool:
    """Whether a check of this source has ended well."""
    with hub.database.reading() as session:
        return bool(session.scalar(select(Run.id).where(Run.source_id == source, Run.state == "complete")))


def command(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of the hub, to its end."""
    whole = [sys.executable, "-m", "hub.cli", *words]
    return subprocess.run(whole, env=environment(settings), capture_output=True, text=True, timeout=60)


def http(search_url: str) -> str:
    """The server's own address."""
    return search_url.partition("?")[0].replace("opensearch:", "http:")


def names(search_url: str) -> list[str]:
    """The hub's indexes on the server."""
    prefix = search_url.partition("prefix=")[2]
    with urllib.request.urlopen(f"{http(search_url)}/_cat/indices/{prefix}-*?h=index") as answer:
        return str(answer.read().decode()).split()
