"""Whole journeys at the terminal, each command a process of its own, as an operator types them."""

import re
from pathlib import Path

import pytest

from hub.config import Settings
from tests.hub.cli.typed import ATOM, PAGE, Terminal, feed_of, process
from tests.people import settings_in
from tests.servers.loopback import serve

ENTRIES = 9


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "hub")


def test_from_nothing_to_a_search_result_and_on(settings: Settings) -> None:
    shown: list[str] = []

    def type_(*words: str) -> str:
        said = process(settings, *words)
        assert (said.status, said.err) == (0, ""), words
        shown.append(said.out)
        return said.out

    with serve({"/feed": (200, ATOM, feed_of(ENTRIES)), "/news": PAGE}) as site:
        assert "The hub is ready in" in type_("init")
        added = type_("organisation", "add", "Northford City", "--sector", "council", "--area", "Northford")
        assert added == "Added Northford City. Its short name for commands is northford-city.\n"
        preview = type_("source", "preview", site.url("/feed"), "--size", "2")
        assert re.findall(r"^Food waste round \d+$", preview, re.M) == ["Food waste round 0", "Food waste round 1"]
        assert "Food waste" in preview.split("·")[-1], "the topics that it would get"
        added = type_("source", "add", "northford-city", site.url("/feed"), "--name", "News", "--type", "news")
        assert "moothall harvest" in added
        source_id = added.rsplit(maxsplit=1)[1]
        assert f"1 source checked: {ENTRIES} documents seen, {ENTRIES} new" in type_("harvest", source_id)
    found = type_("search", "food", "waste", "--sector", "council", "--type", "news")
    assert found.startswith(f"{ENTRIES} results\nFood waste round ")
    assert "Northford City · News · 2026-11-" in found
    digest = type_("check").splitlines()
    assert digest[0] == "The index is what the database says."
    assert f"embedded, {ENTRIES} documents" in type_("index", "status")
    assert type_("index", "rebuild") == f"The index is new and holds {ENTRIES} documents.\n"
    assert type_("check").splitlines() == digest
    assert type_("source", "pause", "News") == "News is paused.\n"
    assert f"ok   index: {ENTRIES} documents." in type_("doctor")
    assert "Traceback" not in "".join(shown)


def test_a_hub_made_twice_keeps_what_it_has(terminal: Terminal) -> None:
    secret = terminal.settings.secret()
    before = terminal.type("check", "--json").value()
    terminal.type("init", "--json").value()
    terminal.type("upgrade", "--json").value()
    assert terminal.settings.secret() == secret
    assert terminal.type("check", "--json").value() == before
    assert terminal.type("index", "status", "--json").value()["documents"] > 0


def test_upgrade_makes_tables_in_a_folder_that_has_none(no_hub: Terminal) -> None:
    no_hub.settings.data.mkdir()
    assert "moothall upgrade" in no_hub.type("source", "list").complaint()
    assert no_hub.type("upgrade").out == "The database has its newest shape.\n"
    assert no_hub.type("source", "list", "--json").value() == []


def test_failures_end_the_process_with_status_1_and_one_line(settings: Settings) -> None:
    assert "moothall init" in process(settings, "search", "food").complaint()
    assert "No such command" in process(settings, "nonsense").complaint()
    process(settings, "init", "--json").value()
    with serve({"/news": PAGE}) as site:
        assert "We found no feed" in process(settings, "source", "preview", site.url("/news")).complaint()
    broken = process(settings, "search", "food", more={"MOOTHALL_SEARCH_URL": "solr://x"})
    assert "MOOTHALL_SEARCH_URL" in broken.complaint()
