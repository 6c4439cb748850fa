"""A PostgreSQL of the system, to be killed and restarted: its own cluster, with fsync on as in use (Debian 12 has 15).

The newest version below /usr/lib/postgresql is taken. It refuses root, so it runs as nobody, in a folder below /tmp.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from tests.hub.tasks.waiting import until

VERSIONS: Final = Path("/usr/lib/postgresql")
USER, GROUP = "nobody", "nogroup"

MODES: Final = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
"""How a server is told to stop: when all have gone, by ending all, or at once, as if the machine had fallen."""


def programs() -> Path | None:
    """The folder of the newest version's programs; None where there is none."""
    found = [place for place in VERSIONS.glob("*/bin") if (place / "initdb").exists() and place.parent.name.isdigit()]
    return max(found, key=lambda place: int(place.parent.name), default=None)


class Cluster:
    """One server on a socket in its folder. `start` first."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://moothall@/postgres?host={folder}"
        self._run("initdb", "-D", "data", "-U", "moothall", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")

    def start(self) -> None:
        """Start it, and wait until it answers. What the last one left must have ended first, which takes a moment."""
        assert until(self._begin, 30), self.log()

    def _begin(self) -> bool:
        words = ["-D", "data", "-k", str(self._folder), "-c", "listen_addresses=", "-c", "fsync=on"]
        command = [str(self._programs / "postgres"), *words]
        if shutil.which("setpriv"):
            # Ends with us, even when we are killed.
            command = ["setpriv", "--pdeathsig", "QUIT", *command]
        with (self._folder / "log").open("ab") as log:
            self._process = process = subprocess.Popen(command, stdout=log, stderr=log, **self._as_its_user())
        until(lambda: process.poll() is not None or self._answers(), 20)
        return process.poll() is None and self._answers()

    def stop(self, mode: str = "fast") -> None:
        """Stop it in one of MODES."""
        self._end(MODES[mode])

    def kill(self) -> None:
        """SIGKILL of the server's first process: the others see it and end."""
        self._end(signal.SIGKILL)

    def restart(self, mode: str = "immediate") -> None:
        """Stop it in one of MODES, and start it again."""
        self.stop(mode)
        self.start()

    def log(self) -> str:
        """The last lines of what it said."""
        return "\n".join((self._folder / "log").read_text(errors="replace").splitlines()[-20:])

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def _run(self, name: str, *words: str) -> None:
        command = [str(self._programs / name), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, **self._as_its_user())
        assert done.returncode == 0, done.stderr

    def _as_its_user(self) -> dict[str, Any]:
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
        given: dict[str, Any] = {"cwd": self._folder, "env": environment, "stdin": subprocess.DEVNULL}
        if os.geteuid() == 0:
            given |= {"user": USER, "group": GROUP, "extra_groups": []}
        return given


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running server; where the system has none, a skip that says what is not covered."""
    found = programs()
    if found is None:
        pytest.skip(f"PostgreSQL killed and restarted: there is no server below {VERSIONS}.")
    folder = Path(tempfile.mkdtemp(prefix="moothall-cluster-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER, GROUP)
        made = Cluster(folder, found)
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
