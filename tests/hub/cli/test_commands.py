"""The table of commands: each can be called, and each that prints a result prints it as one JSON value too."""

from pathlib import Path

import click
import pytest

from hub.accounts.service import actor_of, use_link
from hub.cli.__main__ import COMMANDS, moothall
from hub.errors import NotAllowed
from hub.policy import ANONYMOUS
from tests.databases import on_both
from tests.hub.cli.typed import Terminal, leaves
from tests.servers.loopback import Site

RESULTS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("init",): (),
    ("upgrade",): (),
    ("operator", "link"): (),
    ("organisation", "add"): ("Eastmere Fire and Rescue", "--sector", "fire"),
    ("organisation", "domains"): ("northford-city", "northford.example"),
    ("organisation", "sign-in"): ("northford-city",),
    ("organisation", "list"): (),
    ("source", "add"): ("northford-city", "{site}/other"),
    ("source", "preview"): ("{site}/feed",),
    ("source", "list"): (),
    ("source", "pause"): ("Northford news",),
    ("harvest",): ("--all",),
    ("index", "rebuild"): (),
    ("index", "status"): (),
    ("mail", "status"): (),
    ("mail", "retry"): (),
    ("search",): ("food", "waste"),
    ("audit", "verify"): (),
    ("audit", "export"): (),
    ("retention", "run"): ("--dry-run",),
    ("retention", "again"): (),
    ("check",): (),
    ("doctor",): (),
    ("backup",): ("{folder}",),
    ("move",): ("--to", "sqlite:///{folder}/moved.sqlite", "--search", "embedded:"),
}
"""Commands that print a result, with words that make them go well in the hub of these tests."""

LONGEST = {("demo",), ("run",), ("serve",), ("worker",), ("tick",)}
"""Commands that serve until they are stopped; `demo --once --json` is tested with the package."""


RECORD = {("record", one) for one in ("take-down", "take-downs", "lift")}
ELSEWHERE = {("restore",), ("mail", "test"), ("mail", "receive"), ("alert", "run"), ("alert", "preview"), *RECORD}
"""Commands that go well only where no hub is, with a relay, with people, or after each other: in files of their own."""


def test_every_command_of_the_table_is_found_where_it_says() -> None:
    with click.Context(moothall) as context:
        for name in COMMANDS:
            command = moothall.get_command(context, name)
            assert command is not None
            assert command.name == name
            assert command.help, name


def test_every_command_is_tested_with_json_or_serves_until_stopped() -> None:
    assert set(leaves()) == set(RESULTS) | LONGEST | ELSEWHERE


@pytest.mark.parametrize("words", sorted(set(leaves()) - (LONGEST - {("demo",)})), ids=" ".join)
def test_what_prints_a_result_takes_json(words: tuple[str, ...]) -> None:
    assert "--json" in [option for one in leaves()[words].params for option in one.opts]


@on_both("terminal")
@pytest.mark.parametrize("words", sorted(RESULTS), ids=" ".join)
def test_json_is_one_value_and_nothing_else(
    terminal: Terminal, site: Site, tmp_path: Path, words: tuple[str, ...]
) -> None:
    given = [word.format(site=site.base_url, folder=tmp_path) for word in RESULTS[words]]
    assert isinstance(terminal.type(*words, *given, "--json").value(), dict | list)


@pytest.mark.parametrize("words", sorted(RESULTS), ids=" ".join)
def test_people_read_sentences_and_tables(
    terminal: Terminal, site: Site, tmp_path: Path, words: tuple[str, ...]
) -> None:
    given = [word.format(site=site.base_url, folder=tmp_path) for word in RESULTS[words]]
    said = terminal.type(*words, *given)
    assert (said.status, said.err) == (0, "")
    assert said.out.strip()
    assert said.out[0] not in "{["


@pytest.mark.parametrize("words", [(), ("source",), ("--help",), ("search", "--help")], ids=" ".join)
def test_help_is_printed_and_is_no_failure(no_hub: Terminal, words: tuple[str, ...]) -> None:
    said = no_hub.type(*words)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("Usage: moothall")


@on_both("terminal")
def test_the_link_signs_one_browser_in_once(terminal: Terminal) -> None:
    address = terminal.type("operator", "link", "--json").value()["link"]
    assert address.startswith(f"{terminal.settings.base_url}/sign-in/")
    secret = address.rpartition("/")[2]
    database = terminal.database()
    with database.writing() as session:
        opened = use_link(session, secret=secret, seconds=60)
        assert actor_of(session, opened) != ANONYMOUS
    with database.writing() as session, pytest.raises(NotAllowed, match="has been used"):
        use_link(session, secret=secret, seconds=60)
    database.close()
