"""Commands as people type them: in this process for the many small cases, as processes for whole journeys."""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from hub.cli.__main__ import COMMANDS, main, moothall
from hub.config import Settings, environment
from hub.db import Database

ATOM = {"Content-Type": "application/atom+xml"}
PAGE = (
    "<!doctype html><html lang='en'><title>News</title><main><h1>News</h1><p>All our news, by year.</p></main></html>"
)


def feed_of(count: int) -> str:
    """An Atom feed of so many entries about food waste."""
    entries = "".join(
        f"<entry><id>tag:northford,2026:{number}</id><title>Food waste round {number}</title>"
        f"<link href='/e/{number}'/><updated>2026-11-{number % 20 + 1:02d}T09:00:00Z</updated>"
        f"<content>Weekly collection of food waste in ward {number} brought {number + 3} tonnes.</content></entry>"
        for number in range(count)
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title><id>tag:northford</id>{entries}</feed>"


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    def value(self) -> Any:
        """The one JSON value that a command printed which went well and said nothing else."""
        assert (self.status, self.err) == (0, "")
        assert self.out.count("\n") == 1, "one value, one line"
        return json.loads(self.out)

    def complaint(self, status: int = 1) -> str:
        """The one line on the error stream of a command that failed and printed nothing."""
        assert self.out == ""
        return self.reason(status)

    def reason(self, status: int = 1) -> str:
        """The one line on the error stream of a command that failed, whatever it printed before."""
        assert self.status == status
        assert self.err.startswith("moothall: ")
        assert self.err.count("\n") == 1, self.err
        assert self.err.rstrip().endswith((".", "?")), "a whole sentence"
        return self.err.removeprefix("moothall: ").rstrip()


@dataclass
class Terminal:
    """A hub, and somebody who types commands for it."""

    settings: Settings
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def type(self, *words: str) -> Said:
        """Run `moothall WORDS` in this process."""
        self.capsys.readouterr()
        status, handlers = 0, list(logging.root.handlers)
        try:
            main(list(words))
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        finally:
            # A command logs to the error stream of its process, which is another one for each test here.
            logging.root.handlers[:] = handlers
        printed = self.capsys.readouterr()
        return Said(status, printed.out, printed.err)

    def set(self, **variables: str) -> None:
        """Set MOOTHALL_ variables for the commands that follow."""
        for name, value in variables.items():
            self.monkeypatch.setenv(f"MOOTHALL_{name.upper()}", value)

    def database(self) -> Database:
        """The hub's database, to be closed."""
        return Database(self.settings.database)


def process(settings: Settings, *words: str, more: Mapping[str, str] | None = None, cwd: Path | None = None) -> Said:
    """Run `moothall WORDS` as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli", *words],
        env={**environment(settings), **(more or {})},
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def leaves() -> dict[tuple[str, ...], click.Command]:
    """Every command that does something, by the words that call it."""
    found: dict[tuple[str, ...], click.Command] = {}
    with click.Context(moothall) as context:
        for name in COMMANDS:
            command = moothall.get_command(context, name)
            assert command is not None
            if isinstance(command, click.Group):
                found.update({(name, word): one for word, one in command.commands.items()})
            else:
                found[(name,)] = command
    return found
