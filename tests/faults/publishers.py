"""Sites that never stand still: each time a feed is read, some of its reports have a new edition."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.servers.loopback import Request, serve

ATOM: Final = {"Content-Type": "application/atom+xml"}
ONE: Final = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><id>x</id><entry><id>tag:f,2026:1</id><title>Damp</title>"
    "<link href='/1'/><updated>2026-11-01T09:00:00Z</updated><content>Repairs to wet homes.</content></entry></feed>"
)
"""A feed of one report, for those who need no more."""

FEEDS: Final = 6
REPORTS: Final = 12
NEW_EDITIONS: Final = 3
"""Reports of a feed that have a new edition each time."""


LONGEST: Final = 0.5
"""Seconds that an answer takes at most."""


@dataclass
class Publishers:
    """The sites behind one address. `still`: no new editions. `broken`: every answer is an error."""

    chance: random.Random
    base_url: str = ""
    still: bool = False
    broken: bool = False
    editions: dict[tuple[int, int], int] = field(default_factory=dict)
    asked: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def address(self, feed: int) -> str:
        """Where a feed is."""
        return f"{self.base_url}/{feed}"

    def answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        """The feed, a newer one each time."""
        feed = int(request.path[1:])
        # So that many a worker is struck between reading and writing.
        time.sleep(self.chance.uniform(0, LONGEST))
        with self._guard:
            self.asked += 1
            if self.broken:
                return 500, {}, "We are back soon."
            if not self.still:
                for report in self.chance.sample(range(REPORTS), NEW_EDITIONS):
                    self.editions[feed, report] = self.editions.get((feed, report), 1) + 1
            entries = "".join(self._entry(feed, report) for report in range(REPORTS))
        return 200, ATOM, f"<feed xmlns='http://www.w3.org/2005/Atom'><title>F{feed}</title><id>x</id>{entries}</feed>"

    def edition(self, feed: int, report: int) -> int:
        """The newest edition of a report."""
        return self.editions.get((feed, report), 1)

    def _entry(self, feed: int, report: int) -> str:
        edition = self.edition(feed, report)
        return (
            f"<entry><id>tag:f,2026:{feed}-{report}</id><title>Report {report} of office {feed}</title>"
            f"<link href='/{feed}/{report}'/><updated>2026-11-01T09:00:00Z</updated>"
            f"<content>Collection of food waste in ward {report}. Edition {edition}.</content></entry>"
        )


@contextmanager
def publishers(chance: random.Random) -> Iterator[Publishers]:
    """The sites, running."""
    made = Publishers(chance)
    with serve({"*": made.answer}) as site:
        made.base_url = site.base_url
        yield made
