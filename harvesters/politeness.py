"""How often a site is visited and which of its pages: one connection and one request a second, robots.txt obeyed."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from protego import Protego

from harvesters.addresses import Target
from harvesters.base import Response
from harvesters.errors import BlockedError, FetchError
from harvesters.problems import problem

ROBOTS_CAP: Final = 512 * 1024
"""Bytes of robots.txt that are read; what comes after is left out (RFC 9309 §2.5 asks for at least 500 KiB)."""

_SITES_KEPT: Final = 2000


@dataclass
class Turn:
    """One visit that is going on; whoever connects sets `ours` where the address lies inside MOOTHALL_FETCH_ALLOW."""

    ours: bool = False


@dataclass
class _Site:
    """What one process knows of one host:port. `busy` is its one connection."""

    busy: threading.Lock = field(default_factory=threading.Lock)
    asking: threading.Lock = field(default_factory=threading.Lock)
    next_visit: float = 0.0
    crawl_delay: float = 0.0
    robots: Protego | None = None
    robots_error: FetchError | None = None
    robots_until: float = 0.0


class Politeness:
    """The manners of one process, shared by all of its sessions and threads.

    `delay` seconds lie between the starts of two requests to one host:port, none where the address is inside an
    allowed network; a Crawl-delay of the site counts everywhere, up to `longest_delay`. robots.txt is kept for
    `robots_age` seconds, and the news that it could not be read for `error_age`.
    """

    def __init__(
        self,
        *,
        delay: float = 1.0,
        longest_delay: float = 30.0,
        robots_age: float = 3600.0,
        error_age: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._delay, self._longest_delay = delay, longest_delay
        self._robots_age, self._error_age = robots_age, error_age
        self._clock, self._sleep = clock, sleep
        self._sites: dict[str, _Site] = {}
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, site: str, patience: float = math.inf) -> Iterator[Turn]:
        """Wait until `site` (host:port) may be visited; nobody else visits it during the `with` block.

        TimeoutError, at once where that can be known, when its turn does not come within `patience` seconds.
        """
        known, latest = self._site(site), self._clock() + patience
        if not known.busy.acquire(timeout=min(max(patience, 0), threading.TIMEOUT_MAX)):
            raise TimeoutError
        try:
            if known.next_visit > latest:
                raise TimeoutError
            wait = known.next_visit - self._clock()
            if wait > 0:
                self._sleep(wait)
            begun, turn = self._clock(), Turn()
            try:
                yield turn
            finally:
                known.next_visit = begun + max(0.0 if turn.ours else self._delay, known.crawl_delay)
        finally:
            known.busy.release()

    def ask(self, target: Target, agent: str, fetch: Callable[[str], Response]) -> None:
        """Whether `agent` may read this page: returns when it may, BlockedError when robots.txt says no.

        `fetch` gets robots.txt (at most ROBOTS_CAP bytes) the first time, and again when it is too old. A status of 4xx
        lets everything through; a fault of the site or no answer in time is a FetchError, as RFC 9309 §2.3.1 asks.
        """
        token = agent.partition("/")[0]
        site = self._site(target.site)
        with site.asking:
            if self._clock() >= site.robots_until:
                self._read_robots(site, target, token, fetch)
            robots, error = site.robots, site.robots_error
        if error is not None:
            raise error
        if robots is not None and not robots.can_fetch(target.url, token):
            said = problem("robots-refused", where=target.url, stage="fetch", host=target.host, agent=token)
            raise BlockedError(said)

    def _read_robots(self, site: _Site, target: Target, token: str, fetch: Callable[[str], Response]) -> None:
        site.robots, site.robots_error, site.crawl_delay = None, None, 0.0
        try:
            site.robots = _robots(fetch(target.robots))
        except FetchError as error:
            if error.problem.code == "out-of-time":
                # Whoever asked was in a hurry: that says nothing about the site.
                raise
            site.robots_error = _unreachable(error, target)
        if site.robots is not None:
            site.crawl_delay = min(site.robots.crawl_delay(token) or 0.0, self._longest_delay)
        site.robots_until = self._clock() + (self._robots_age if site.robots_error is None else self._error_age)

    def _site(self, name: str) -> _Site:
        with self._guard:
            if len(self._sites) >= _SITES_KEPT and name not in self._sites:
                self._forget()
            return self._sites.setdefault(name, _Site())

    def _forget(self) -> None:
        """Let go of sites that nobody visits and that may be visited at once, so that the memory stays small."""
        now = self._clock()
        free = [
            name
            for name, site in self._sites.items()
            if site.next_visit <= now and not site.busy.locked() and not site.asking.locked()
        ]
        for name in free:
            del self._sites[name]


def _robots(response: Response) -> Protego | None:
    if response.status != 200:
        return None
    return Protego.parse(response.body[:ROBOTS_CAP].decode("utf-8-sig", "replace"))


def _unreachable(error: FetchError, target: Target) -> FetchError | None:
    """What a failed fetch of robots.txt means: None for leave (4xx), else the error for every page of the site."""
    code = error.problem.code
    if code in ("status-401", "blocked-by-firewall", "bad-status"):
        return None
    if code in ("unknown-host", "no-name-lookup", "no-connection", "tls", "private-address", "closed-port"):
        # The page itself would fail in the same way, and this sentence is the better one.
        return error
    said = problem("robots-unreachable", where=target.robots, stage="fetch", host=target.host)
    return FetchError(said, error.retry_after)
