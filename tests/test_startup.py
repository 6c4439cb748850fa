"""The command answers at once: `--version` and `--help` import nothing heavy."""

import subprocess
import sys
import time

import pytest

from hub.cli.__main__ import COMMANDS

pytestmark = pytest.mark.alone

HEAVY = {"flask", "sqlalchemy", "rdflib", "tantivy", "lxml", "alembic", "pydantic", "requests", "huey", "apscheduler"}
SLOWEST = 0.5
"""Seconds that `moothall --version` may take, the best of five. This number only goes down."""


def moothall(*words: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *python, "-m", "hub.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)


def imported(*words: str) -> set[str]:
    """The packages that a command imports, from the interpreter's own list."""
    lines = moothall(*words, python=("-X", "importtime")).stderr.splitlines()
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines if line.startswith("import time:")}


def test_the_list_of_imports_shows_what_is_imported() -> None:
    assert {"click", "sqlalchemy", "pydantic"} <= imported("search", "--help")


def test_version_and_help_import_nothing_heavy() -> None:
    for words in (("--version",), ("--help",)):
        assert "click" in imported(*words)
        assert not imported(*words) & HEAVY


def test_version_is_there_in_half_a_second() -> None:
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        moothall("--version")
        taken.append(time.perf_counter() - began)
    print(f"moothall --version: {min(taken):.3f} s")
    assert min(taken) <= SLOWEST


def test_help_lists_all_commands() -> None:
    listed = moothall("--help").stdout.partition("Commands:")[2]
    assert [line.split()[0] for line in listed.splitlines() if line.strip()] == list(COMMANDS)
    for _, words in COMMANDS.values():
        assert words in listed
