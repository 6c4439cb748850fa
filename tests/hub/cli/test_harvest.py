"""`moothall harvest`: one source, those that are due, or all; and what it says when some of them fail."""

import json
import os
import platform
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.config import environment
from hub.db import now
from hub.sources.models import Run, Source
from tests.databases import on_both
from tests.hub.cli.conftest import ENTRIES
from tests.hub.cli.typed import Terminal
from tests.servers.loopback import Site

pytestmark = pytest.mark.alone

pty = pytest.importorskip("pty")


def other(terminal: Terminal, site: Site, path: str = "/other", *more: str) -> str:
    """A second source of Northford; its id."""
    words = ("source", "add", "northford-city", site.url(path), "--name", "Other", *more, "--json")
    return str(terminal.type(*words).value()["id"])


@pytest.mark.parametrize("key", ["id", "name", "address", "beginning"])
def test_a_source_is_named_by_id_name_or_address(terminal: Terminal, site: Site, key: str) -> None:
    id = other(terminal, site)
    word = {"id": id, "name": "other", "address": site.url("/other"), "beginning": id[:30]}[key]
    result = terminal.type("harvest", word, "--json").value()
    assert (result["sources"], result["new"], result["index_writes"]) == (1, ENTRIES, ENTRIES)


@on_both("terminal")
def test_only_what_is_due_is_checked_with_due(terminal: Terminal, site: Site) -> None:
    other(terminal, site)
    assert terminal.type("harvest", "--due", "--json").value()["sources"] == 1, "the first was checked just now"
    assert terminal.type("harvest", "--due", "--json").value()["sources"] == 0


@on_both("terminal")
def test_a_second_check_changes_nothing_and_writes_nothing(terminal: Terminal) -> None:
    result = terminal.type("harvest", "--all", "--json").value()
    assert (result["sources"], result["new"], result["changed"], result["index_writes"]) == (1, 0, 0, 0)


@on_both("terminal")
def test_a_paused_source_is_left_out_of_all_and_checked_when_it_is_named(terminal: Terminal) -> None:
    assert terminal.type("source", "pause", "Northford news", "--json").value()["paused"] is True
    assert "Paused." in terminal.type("source", "list").out
    assert terminal.type("harvest", "--all", "--json").value()["sources"] == 0
    assert terminal.type("harvest", "Northford news", "--json").value()["sources"] == 1
    assert terminal.type("source", "pause", "northford news", "--resume").out == "Northford news is checked again.\n"
    assert terminal.type("harvest", "--due", "--json").value()["sources"] == 1, "it is due at once"


def test_a_source_that_fails_is_the_reason_of_status_1(terminal: Terminal, site: Site) -> None:
    other(terminal, site, "/none", "--kind", "feed")
    said = terminal.type("harvest", "Other", "--json")
    assert said.reason().startswith("Other: There is nothing at")
    assert json.loads(said.out)["failed"] == [said.reason()], "the counts are printed nevertheless"


def test_one_failing_source_does_not_spoil_the_others(terminal: Terminal, site: Site) -> None:
    other(terminal, site, "/none", "--kind", "feed")
    result = terminal.type("harvest", "--all", "--json").value()
    assert (result["sources"], len(result["failed"])) == (2, 1)
    assert "! Other: There is nothing at" in terminal.type("harvest", "--all").out


@on_both("terminal")
def test_a_source_that_somebody_checks_is_skipped_and_said(terminal: Terminal) -> None:
    database = terminal.database()
    with database.writing() as session:
        source = session.scalars(select(Source)).one()
        held_by, until = f"{platform.node()}:{os.getpid()}", now() + timedelta(minutes=1)
        session.add(Run(source_id=source.id, slot="now", state="running", lease_owner=held_by, lease_until=until))
    database.close()
    assert terminal.type("harvest", "--all", "--json").value()["skipped"] == ["Northford news"]
    assert "- Northford news is being checked already." in terminal.type("harvest", "--all").out


@pytest.mark.parametrize(("words", "label"), [("harvest Other", "Checking"), ("index rebuild", "Indexing")])
def test_progress_is_shown_on_the_error_stream_to_a_person_who_looks(
    terminal: Terminal, site: Site, words: str, label: str
) -> None:
    other(terminal, site)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "hub.cli", *words.split(), "--json"]
    env = {**environment(terminal.settings), "TERM": "xterm"}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=theirs, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0
    assert isinstance(json.loads(done.stdout), dict)
    assert label in shown
    assert f"]  {ENTRIES}" in shown, "it counts"
