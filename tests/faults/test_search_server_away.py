"""The search server hangs, or loses its index: every page goes on, searches say that they are limited, and it mends."""

import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.cli.harvest import harvest_now
from hub.config import Settings
from hub.index.engines import open_reader
from hub.index.worker import compare
from hub.jobs import Workshop, documents_of
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.sources.service import add_source
from tests.hub.running import answers, hub_in, running, working
from tests.hub.tasks.waiting import until
from tests.servers.loopback import serve
from tests.servers.opensearch import process_at

FEED = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><id>x</id><entry><id>tag:f,2026:1</id><title>Damp</title>"
    "<link href='/1'/><updated>2026-11-01T09:00:00Z</updated><content>Repairs to wet homes.</content></entry></feed>"
)
LIMITED = "Limited search"


@pytest.fixture
def hub(tmp_path: Path, opensearch_node: str) -> Iterator[Workshop]:
    """A hub with one document, its index on the server."""
    with (
        serve({"/feed": (200, {"Content-Type": "application/atom+xml"}, FEED)}) as site,
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
def hung(address: str) -> Iterator[None]:
    """The server at this address takes connections, and says nothing."""
    process = process_at(address)
    if process is None:
        pytest.skip("The search server hangs: that of MOOTHALL_TEST_OPENSEARCH_URL is not ours to stop.")
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def test_a_server_that_hangs_limits_searches_and_nothing_else(hub: Workshop, opensearch_node: str) -> None:
    settings = hub.settings
    with running(settings, "-m", "hub.cli", "serve"):
        assert until(lambda: answers(settings), 30)
        assert LIMITED not in read(settings, "/search?q=wet")[0]
        with hung(opensearch_node):
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
        found = compare(hub.database, open_reader(settings), documents_of(hub.vocabulary))
        assert found.ids == ()


def http(search_url: str) -> str:
    """The server's own address."""
    return search_url.partition("?")[0].replace("opensearch:", "http:")


def names(search_url: str) -> list[str]:
    """The hub's indexes on the server."""
    prefix = search_url.partition("prefix=")[2]
    with urllib.request.urlopen(f"{http(search_url)}/_cat/indices/{prefix}-*?h=index") as answer:
        return str(answer.read().decode()).split()
