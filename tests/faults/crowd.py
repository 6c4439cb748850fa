"""The load: people who read all the time, and an operator who changes things and remembers what was confirmed."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Final

from hub.config import Settings
from tests.faults.visitors import Answer, Visitor

PAGES: Final = (
    *(
        "/search?q=food+waste",
        "/search?q=report&sort=newest",
        "/search.json?q=edition",
        "/search?q=ward&sector=council",
    ),
    *("/", "/sources", "/topics", "/organisations/northford-city", "/health/ready"),
)
AWAY: Final = "nobody answers"


@dataclass
class Acts:
    """What the operator asked for: by source, how often it was tried, and how often the site said that it is done."""

    tried: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)


@dataclass
class Crowd:
    """What the people saw. `statuses` counts the answers by status, or AWAY; `slowest` is in seconds."""

    checks: Acts = field(default_factory=Acts)
    pauses: Acts = field(default_factory=Acts)
    statuses: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    slowest: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    def read(self, settings: Settings, chance: random.Random) -> None:
        """Read pages until told to stop."""
        visitor = Visitor(settings)
        while not self.stop.wait(chance.uniform(0, 0.1)):
            address = chance.choice(PAGES)
            begun = time.monotonic()
            status = self._status(visitor, "GET", address)
            if status == 200:
                self.slowest = max(self.slowest, time.monotonic() - begun)
            elif status not in (0, 503):
                self.odd.append(f"{status} {address}")

    def operate(self, operator: Visitor, checked: Sequence[str], paused: Sequence[str], chance: random.Random) -> None:
        """Have sources checked, and others paused and resumed, until told to stop."""
        while not self.stop.wait(chance.uniform(0.05, 0.4)):
            if chance.random() < 0.5:
                self._act(operator, self.checks, chance.choice(checked), "check")
            else:
                self._act(operator, self.pauses, chance.choice(paused), "pause", paused="yes")

    def _act(self, operator: Visitor, acts: Acts, source: str, what: str, **fields: str) -> None:
        acts.tried[source] += 1
        status = self._status(operator, "POST", f"/sources/{source}/{what}", **fields)
        acts.done[source] += status == 303
        if status not in (0, 303, 409, 503):
            self.odd.append(f"{status} {what}")

    def _status(self, visitor: Visitor, method: str, address: str, **fields: str) -> int:
        try:
            answer = visitor.get(address) if method == "GET" else Answer(visitor.post(address, **fields), "")
        except (OSError, HTTPException):
            self.statuses[AWAY] += 1
            return 0
        self.statuses[str(answer.status)] += 1
        return answer.status


@contextmanager
def crowd(
    settings: Settings, operator: Visitor, checked: Sequence[str], paused: Sequence[str], seed: int, readers: int = 2
) -> Iterator[Crowd]:
    """People at work during the block."""
    made = Crowd()
    threads = [threading.Thread(target=made.read, args=(settings, random.Random(seed + n))) for n in range(readers)]
    threads.append(threading.Thread(target=made.operate, args=(operator, checked, paused, random.Random(seed - 1))))
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.stop.set()
        for thread in threads:
            thread.join()
