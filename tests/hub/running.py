"""A hub that runs as processes: `moothall run` or single roles of it, looked at from outside."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.cli.init import make_hub
from hub.config import Settings, environment
from hub.demo.members import free_port
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.workshop import Workshop
from tests.people import settings_in

ENDS = 15.0
"""Seconds that a process may take to end when it is told to."""


@contextmanager
def hub_in(folder: Path, **given: object) -> Iterator[Workshop]:
    """A hub with Northford City, a free port (other runs of the tests look elsewhere) and short times; its parts."""
    settings = settings_in(folder, base_url=f"http://127.0.0.1:{free_port(8100 + os.getpid() % 1000 * 20)}", **given)
    parts = make_hub(settings)
    with parts.database.writing() as session:
        add_organisation(session, actor=COMMAND_LINE, name="Northford City", sector="council")
    try:
        yield parts
    finally:
        parts.close()


@contextmanager
def running(settings: Settings, *words: str, heard: bool = True) -> Iterator[subprocess.Popen[str]]:
    """`python WORDS` with these settings; at the end it and its roles are killed, if they are there still.

    What it says can be read, by `communicate`. One that may say more than a pipe holds is not `heard`, or it would
    stand still: its words go where those of the tests go.
    """
    pipe = subprocess.PIPE if heard else None
    process = subprocess.Popen(
        [sys.executable, *words],
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        for pid in roles(process.pid).values():
            os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=ENDS)


@contextmanager
def working(settings: Settings, heard: bool = True) -> Iterator[subprocess.Popen[str]]:
    """One work process of the hub, as the supervisor starts it."""
    with running(settings, "-m", "hub.processes", "work", str(os.getpid()), heard=heard) as process:
        yield process


def roles(parent: int) -> dict[str, int]:
    """Role -> process number of what a supervisor with the number `parent` has started and that is alive."""
    found = {}
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"hub.processes" in words and words[-2] == str(parent).encode():
            found[words[-3].decode()] = int(place.parent.name)
    return found


def templates(parents: list[int]) -> list[int]:
    """Process numbers of the sandboxes of these processes."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(place.read_text().rpartition(")")[2].split()[1])
            words = (place.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent in parents and b"harvesters.sandbox" in words:
            found.append(int(place.parent.name))
    return found


def alive(pid: int) -> bool:
    """Whether this process runs; one that only waits to be buried does not."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def answers(settings: Settings) -> bool:
    """Whether the site shows its home page."""
    try:
        with urllib.request.urlopen(settings.base_url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
