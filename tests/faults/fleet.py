"""The hub's processes as an operator runs them: one site, two workers, two ticks, each started again when it falls."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hub.config import Settings, environment

ROLES: Final = {
    "web": ("serve",),
    "worker 1": ("worker",),
    "worker 2": ("worker",),
    "tick 1": ("tick",),
    "tick 2": ("tick",),
}
"""Name of a process to its command; the tick is also who keeps the index."""


@dataclass
class Fleet:
    """The processes. `fallen` are those that ended although nobody killed them: there must be none."""

    settings: Settings
    log: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    hung: dict[str, float] = field(default_factory=dict)
    """Stopped ones, and when they are to go on (monotonic seconds)."""
    fallen: list[str] = field(default_factory=list)
    excused: float = 0.0
    """Until then (monotonic seconds) one may fall: its connections were cut while it started, and it said so."""

    def start(self, names: Sequence[str]) -> None:
        """Start these roles."""
        for name in names:
            with self.log.open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "hub.cli", *ROLES[name]],
                    env=environment(self.settings),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def kill(self, name: str) -> None:
        """kill -9, also of one that hangs; then start it again."""
        self.hung.pop(name, None)
        self.processes[name].kill()
        self.processes[name].wait()
        self.start([name])

    def hang(self, name: str, seconds: float) -> None:
        """Stop it where it stands, for so long: it does not know, and goes on afterwards."""
        self.processes[name].send_signal(signal.SIGSTOP)
        self.hung[name] = time.monotonic() + seconds

    def look_after(self, *, all_of_them: bool = False) -> None:
        """Wake those whose time has come, and start again those that fell by themselves."""
        for name, until in list(self.hung.items()):
            if all_of_them or time.monotonic() >= until:
                del self.hung[name]
                self.processes[name].send_signal(signal.SIGCONT)
        for name, process in self.processes.items():
            if process.poll() is not None:
                if time.monotonic() > self.excused:
                    self.fallen.append(f"{name} ended with status {process.returncode}")
                self.start([name])

    def end(self) -> None:
        """Kill them all, with everything that they started."""
        for process in self.processes.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def fleet(settings: Settings, log: Path) -> Iterator[Fleet]:
    """The processes, for the block."""
    made = Fleet(settings, log)
    try:
        made.start(list(ROLES))
        yield made
    finally:
        made.end()
