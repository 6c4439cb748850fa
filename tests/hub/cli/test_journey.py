"""Whole journeys at the terminal, each command a process of its own, as an operator types them."""

import re
from pathlib import Path

import pytest

from hub.config import Settings
from hub.index.engines import open_reader
from tests.hub.cli.typed import ATOM, PAGE, feed_of, process
from tests.people import settings_in
from tests.servers.loopback import serve

ENTRIES = 12


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
        assert type_("search", "waste").startswith("0 results"), "a preview stores nothing"
        added = type_("source", "add", "northford-city", site.url("/feed"), "--name", "News", "--type", "news")
        assert "moothall harvest" in added
        source_id = added.rsplit(maxsplit=1)[1]
        assert f"1 sources checked: {ENTRIES} documents seen, {ENTRIES} new" in type_("harvest", source_id)
    found = type_("search", "food", "waste", "--sector", "council", "--type", "news")
    assert found.startswith(f"{ENTRIES} results\nFood waste round ")
    assert "Northford City · News · 2026-11-" in found
    digest = type_("check").splitlines()
    assert digest[0] == "The index is what the database says."
    assert f"embedded, {ENTRIES} documents" in type_("index", "status")
    assert type_("index", "rebuild") == f"The index is new and holds {ENTRIES} documents.\n"
    assert type_("check").splitlines() == digest
    again = type_("search", "food", "waste", "--sector", "council", "--type", "news")
    assert sorted(again.splitlines()) == sorted(found.splitlines()), "equally good ones may change places"
    assert type_("source", "pause", "News") == "News is paused.\n"
    assert "Paused." in type_("source", "list")
    assert "0 sources checked" in type_("harvest", "--all")
    assert type_("source", "pause", "news", "--resume") == "News is checked again.\n"
    assert f"ok   index: {ENTRIES} documents." in type_("doctor")
    assert "Traceback" not in "".join(shown)


def test_a_hub_made_twice_keeps_what_it_has(settings: Settings) -> None:
    with serve({"/feed": (200, ATOM, feed_of(ENTRIES))}) as site:
        process(settings, "init", "--json").value()
        process(settings, "organisation", "add", "Northford City", "--sector", "council", "--json").value()
        process(settings, "source", "add", "northford-city", site.url("/feed"), "--json").value()
        assert process(settings, "harvest", "--due", "--json").value()["new"] == ENTRIES
    secret = settings.secret()
    before = process(settings, "check", "--json").value()
    process(settings, "init", "--json").value()
    process(settings, "upgrade", "--json").value()
    assert settings.secret() == secret
    assert process(settings, "check", "--json").value() == before
    assert open_reader(settings).stats().documents == ENTRIES


def test_failures_end_the_process_with_status_1_and_one_line(settings: Settings) -> None:
    assert "moothall init" in process(settings, "search", "food").complaint()
    assert "No such command" in process(settings, "nonsense").complaint()
    process(settings, "init", "--json").value()
    with serve({"/news": PAGE}) as site:
        assert "We found no feed" in process(settings, "source", "preview", site.url("/news")).complaint()
    broken = process(settings, "search", "food", more={"MOOTHALL_SEARCH_URL": "solr://x"})
    assert "MOOTHALL_SEARCH_URL" in broken.complaint()
