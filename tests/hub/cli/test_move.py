"""`moothall move`, as an operator types it: from the files of one machine to PostgreSQL and OpenSearch."""

import urllib.request
from pathlib import Path

import pytest

from hub.config import Settings
from hub.demo.members import free_port
from tests.hub.cli.conftest import ENTRIES
from tests.hub.cli.typed import Terminal
from tests.hub.running import answers, running
from tests.hub.tasks.waiting import until
from tests.people import settings_in
from tests.servers.postgres import Postgres


@pytest.mark.server
def test_a_hub_moves_to_servers_by_changing_two_addresses(
    terminal: Terminal, postgres: Postgres, opensearch_node: str
) -> None:
    search = f"{opensearch_node}?prefix=moved"
    with postgres.empty() as url:
        before = terminal.type("check", "--json").value()
        moved = terminal.type("move", "--to", url, "--search", search, "--json").value()
        assert (moved["rows"]["record"], moved["documents"], moved["differences"]) == (ENTRIES, ENTRIES, 0)
        terminal.set(database_url=url, search_url=search)
        assert terminal.type("check", "--json").value() == before
        assert terminal.type("index", "status", "--json").value()["engine"] == "opensearch"
        assert terminal.type("search", "food", "waste", "--json").value()["total"] == ENTRIES
        harvested = terminal.type("harvest", "--all", "--json").value()
        assert (harvested["new"], harvested["changed"], harvested["index_writes"]) == (0, 0, 0)
        there = {"base_url": f"http://127.0.0.1:{free_port(8100)}", "database_url": url, "search_url": search}
        settings = settings_in(terminal.settings.data, **there)
        with running(settings, "-m", "hub.cli", "serve"):
            assert until(lambda: answers(settings))
            page = read(settings, "/search?q=food+waste")
            assert f"<h1>{ENTRIES} results" in page
            assert "Limited search" not in page
            for address in ("/", "/organisations", "/sources"):
                assert "Northford" in read(settings, address)


def read(settings: Settings, address: str) -> str:
    """A page of the running hub."""
    with urllib.request.urlopen(settings.base_url + address, timeout=20) as answer:
        return str(answer.read().decode())


def test_a_move_to_where_the_hub_is_says_so(terminal: Terminal) -> None:
    said = terminal.type("move", "--to", terminal.settings.database, "--search", "embedded:")
    assert "The hub is there already" in said.complaint()


def test_the_old_hub_stays_as_it_is(terminal: Terminal, tmp_path: Path) -> None:
    before = terminal.type("check", "--json").value()
    said = terminal.type("move", "--to", f"sqlite:///{tmp_path / 'new.sqlite'}", "--search", "embedded:")
    assert "rows were copied and compared" in said.out
    assert terminal.type("check", "--json").value() == before
