"""Faults at random, for a bounded number of them, from a seed."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from hub.config import Settings
from tests.faults.fleet import ROLES, Fleet
from tests.faults.publishers import Publishers
from tests.hub.running import answers
from tests.servers.opensearch import Node
from tests.servers.postgres import Postgres

LEASE: Final = 2.0
"""Seconds of a lease with the times that tests use: who hangs for longer has lost it when it goes on."""

STARTS: Final = 5.0
"""Seconds that a process takes to start on a busy machine."""

REST: Final = 25.0
"""Seconds between two faults of the search server: it takes fifteen to start."""


@dataclass
class Storm:
    """What there is to be broken. `done` counts the faults by class."""

    settings: Settings
    fleet: Fleet
    publishers: Publishers
    chance: random.Random
    postgres: Postgres | None = None
    node: Node | None = None
    done: Counter[str] = field(default_factory=Counter)
    _mend: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    _rested: float = 0.0

    def rage(self, faults: int) -> None:
        """Do so many, with a pause of about a second after each; then mend everything that was broken for a time."""
        kinds = {
            "kill -9 web": (self._kill_web, 3),
            "kill -9 worker": (self._kill_worker, 4),
            "kill -9 tick": (self._kill_tick, 4),
            "kill -9 all five": (self._kill_all, 1),
            "worker hangs": (lambda: self._hang("worker"), 2),
            "tick hangs": (lambda: self._hang("tick"), 2),
            "site hangs": (lambda: self._hang("web"), 1),
            "publishers fail": (self._break_publishers, 1),
        }
        if self.postgres:
            kinds["connections cut"] = (self._cut, 2)
        if self.node:
            kinds["kill -9 OpenSearch"] = (self._kill_node, 2)
            kinds["OpenSearch hangs"] = (self._hang_node, 1)
        else:
            kinds["index deleted"] = (self._delete_index, 1)
        names, weights = list(kinds), [weight for _, weight in kinds.values()]
        while self.done.total() < faults:
            (name,) = self.chance.choices(names, weights)
            if kinds[name][0]():
                self.done[name] += 1
                self._wait(self.chance.uniform(0.2, 1.6))
        self._wait(0, everything=True)

    def _wait(self, seconds: float, *, everything: bool = False) -> None:
        end = time.monotonic() + seconds
        while True:
            self.fleet.look_after(all_of_them=everything)
            due = [one for one in self._mend if everything or time.monotonic() >= one[0]]
            for one in due:
                self._mend.remove(one)
                one[1]()
            if time.monotonic() >= end:
                return
            time.sleep(0.05)

    def _later(self, seconds: float, mend: Callable[[], None]) -> None:
        self._mend.append((time.monotonic() + seconds, mend))

    def _one(self, role: str) -> str:
        return self.chance.choice([name for name in ROLES if name.startswith(role)])

    def _kill_web(self) -> bool:
        # One that starts is left alone, or on a slow machine nobody would ever be told that something is done.
        if not answers(self.settings):
            return False
        self.fleet.kill("web")
        return True

    def _kill_worker(self) -> bool:
        self.fleet.kill(self._one("worker"))
        return True

    def _kill_tick(self) -> bool:
        self.fleet.kill(self._one("tick"))
        return True

    def _kill_all(self) -> bool:
        if not answers(self.settings):
            return False
        for name in ROLES:
            self.fleet.kill(name)
        return True

    def _hang(self, role: str) -> bool:
        name = self._one(role)
        if name in self.fleet.hung:
            return False
        self.fleet.hang(name, self.chance.uniform(0.5, 3 if role == "worker" else 1.5) * LEASE)
        return True

    def _break_publishers(self) -> bool:
        self.publishers.broken = True

        def mend() -> None:
            self.publishers.broken = False

        self._later(2, mend)
        return True

    def _cut(self) -> bool:
        assert self.postgres
        self.fleet.excused = time.monotonic() + STARTS
        return self.postgres.cut_off(self.settings.database) > 0

    def _delete_index(self) -> bool:
        shutil.rmtree(self.settings.index_folder, ignore_errors=True)
        return True

    def _kill_node(self) -> bool:
        assert self.node
        if not self._may_break():
            return False
        self.node.kill()
        self.node.begin()
        return True

    def _hang_node(self) -> bool:
        assert self.node
        if not self._may_break():
            return False
        self.node.hang()
        self._later(self.chance.uniform(1, 4), self.node.wake)
        return True

    def _may_break(self) -> bool:
        """Not while it still recovers from the last time."""
        assert self.node
        if time.monotonic() < self._rested or not self.node.answers():
            return False
        self._rested = time.monotonic() + REST
        return True
