"""One command, two processes: a small parent that starts web and work, and starts again what falls."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Final

from hub.config import Settings, environment, read_settings
from hub.errors import HubError
from hub.importing import load
from hub.logs import start_logging

ROLES: Final = {"web": "hub.wsgi:serve", "work": "hub.jobs:work"}
"""What each does, given the settings; imported where it is done, as the parent needs neither."""
PATIENCE = 10
"""Seconds that a child gets to end by itself."""
TRIES = 5
"""How often a child that ends within five seconds is started again."""
YIELDS: Final = 5
"""By how much the work gives way to the site (nice(2)), for which people wait: a quarter of a processor stays."""

log = logging.getLogger(__name__)


@dataclass
class Child:
    """One supervised process; `falls` counts quick deaths, so that a broken one is not started in a hot loop."""

    role: str
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)
    falls: int = 0


def start(role: str, settings: Settings) -> subprocess.Popen[bytes]:
    """Start one role as a process of its own, with these settings."""
    command = [sys.executable, "-m", "hub.processes", role, str(os.getpid())]
    return subprocess.Popen(command, env=environment(settings), stdin=subprocess.DEVNULL)


def supervise(settings: Settings, stop: threading.Event) -> int:
    """Keep web and work running until `stop`; 0 when asked to stop, 1 when one of them cannot be kept up."""
    children = [Child(role, start(role, settings)) for role in ROLES]
    try:
        while not stop.wait(0.2):
            for child in children:
                if child.process.poll() is not None and not _again(child, settings):
                    return 1
        return 0
    finally:
        end([child.process for child in children])


def _again(child: Child, settings: Settings) -> bool:
    quick = time.monotonic() - child.started < 5
    child.falls = child.falls + 1 if quick else 1
    if child.falls > TRIES:
        log.error("The process %s ends again and again, last with status %s.", child.role, child.process.returncode)
        return False
    log.warning("The process %s ended with status %s; it is started again.", child.role, child.process.returncode)
    time.sleep(min(2 ** (child.falls - 1) * 0.2, 5) if quick else 0)
    child.process, child.started = start(child.role, settings), time.monotonic()
    return True


def end(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask the processes to end, and make those that do not."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> None:
    """`python -m hub.processes web|work PARENT`: one role, ending when the process with the number PARENT does."""
    settings = read_settings()
    start_logging(settings)
    role, parent = sys.argv[1], int(sys.argv[2])

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="watch parent").start()
    if role == "work":
        os.nice(YIELDS)
    try:
        load(ROLES[role])(settings)
    except HubError as error:
        sys.exit(f"moothall {role}: {error}")


if __name__ == "__main__":
    main()
