"""The way of one GET: politeness, redirects by hand, repeats, conditional requests. It opens no socket: Wire does."""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol
from urllib.parse import urljoin

from harvesters.addresses import Allowed, BadAddress, Target, port_is_open, without_password
from harvesters.answers import PERMANENT, REDIRECTS, conditional, error_of, honest_headers
from harvesters.base import Response, Validators
from harvesters.errors import BlockedError, FetchError
from harvesters.limits import Caps, FetchTimes
from harvesters.politeness import ROBOTS_CAP, Politeness, Turn
from harvesters.problems import problem

HOPS: Final = 5
"""Redirects that are followed."""
REPEATS: Final = 2
"""How often 429 and 5xx are tried again."""

Purpose = Literal["list", "document"]


@dataclass(frozen=True)
class Terms:
    """What one exchange may cost: seconds in all, bytes after unpacking. With `cut` the rest of a body is left."""

    stage: Literal["list", "fetch"]
    seconds: float
    cap: int
    cut: bool = False


class Wire(Protocol):
    """One request and its answer, every address checked, every limit kept. Made by harvesters.fetch."""

    def encode(self, url: str) -> Target:
        """The address as it goes over the wire (IDNA, percent signs); BadAddress when it is not one to fetch."""
        ...

    def exchange(self, target: Target, headers: dict[str, str], terms: Terms, turn: Turn) -> Response:
        """One GET, no redirect followed. Raises FetchError or BlockedError; any status comes back as it is.

        The body is empty where nobody reads it (redirects, 304, errors).
        """
        ...


class Journey:
    """What happens around the exchanges of one session. Holds no state of its own, so any thread may use it."""

    def __init__(
        self,
        wire: Wire,
        *,
        allow: tuple[Allowed, ...],
        agent: str,
        times: FetchTimes,
        caps: Caps,
        politeness: Politeness,
        until: float = math.inf,
    ) -> None:
        self._wire, self._allow, self._agent = wire, allow, agent
        self._times, self._caps, self._politeness = times, caps, politeness
        self._until = until

    def get(self, url: str, purpose: Purpose, validators: Validators | None, crawl: bool) -> Response:
        """The answer, as harvesters.base.Http.get promises it."""
        if purpose == "list":
            terms = Terms("list", self._times.list, self._caps.list)
        else:
            terms = Terms("fetch", self._times.document, self._caps.document)
        try:
            target = self._wire.encode(url)
        except BadAddress as error:
            said = problem(error.code, where=without_password(url), stage=terms.stage)
            raise BlockedError(said) from error
        return self._repeat(lambda: self._follow(target, terms, validators, crawl))

    def _repeat(self, attempt: Callable[[], Response]) -> Response:
        for turn in range(REPEATS):
            try:
                return attempt()
            except FetchError as error:
                wait = self._wait(error, turn)
                if wait is None:
                    raise
                self._times.sleep(wait)
        return attempt()

    def _wait(self, error: FetchError, turn: int) -> float | None:
        """Seconds until the same request may succeed; None when this run need not try."""
        if error.problem.code not in ("status-429", "status-5xx"):
            return None
        wait = self._times.backoff * 2.0**turn * random.uniform(0.5, 1.5)
        if error.retry_after is not None:
            wait = error.retry_after
        return wait if wait <= min(self._times.longest_wait, self._left()) else None

    def _left(self) -> float:
        """Seconds until this session is over."""
        return self._until - time.monotonic()

    def _follow(self, target: Target, terms: Terms, validators: Validators | None, crawl: bool) -> Response:
        """One attempt: the redirects together have the seconds of `terms`; waiting out of politeness costs none."""
        first, left, permanent = target, terms.seconds, True
        for _ in range(HOPS + 1):
            self._may_visit(target, terms, crawl)
            begun, reply = self._visit(target, validators, replace(terms, seconds=left))
            left = max(left - (time.monotonic() - begun), 0.001)
            if reply.status not in REDIRECTS:
                return self._arrive(target, reply, validators, terms, moved=permanent and target is not first)
            permanent = permanent and reply.status in PERMANENT
            target = self._next(target, reply, terms)
        raise FetchError(problem("too-many-redirects", where=without_password(first.url), stage=terms.stage))

    def _visit(self, target: Target, validators: Validators | None, terms: Terms) -> tuple[float, Response]:
        """When the exchange began, and what came of it; FetchError `out-of-time` when this session is over by then."""
        late = problem("out-of-time", where=without_password(target.url), stage=terms.stage)
        if self._left() <= 0:
            raise FetchError(late)
        try:
            with self._politeness.turn(target.site, self._left()) as turn:
                begun = time.monotonic()
                terms = replace(terms, seconds=max(min(terms.seconds, self._left()), 0.001))
                return begun, self._wire.exchange(target, self._headers(validators), terms, turn)
        except TimeoutError:
            raise FetchError(late) from None
        except FetchError as error:
            if error.problem.code == "too-slow" and self._left() <= 0:
                raise FetchError(late) from error
            raise

    def _headers(self, validators: Validators | None) -> dict[str, str]:
        """Made anew for each hop, so that nothing of one site (a cookie, a password) ever travels to another."""
        ours = {"User-Agent": self._agent, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        return ours | conditional(validators)

    def _may_visit(self, target: Target, terms: Terms, crawl: bool) -> None:
        if not port_is_open(target.port, self._allow):
            where = without_password(target.url)
            raise BlockedError(
                problem("closed-port", where=where, stage=terms.stage, host=target.host, port=target.port)
            )
        if crawl:
            self._politeness.ask(target, self._agent, self._robots)

    def _robots(self, url: str) -> Response:
        terms = Terms("fetch", self._times.list, ROBOTS_CAP, cut=True)
        target = self._wire.encode(url)
        return self._repeat(lambda: self._follow(target, terms, None, crawl=False))

    def _next(self, target: Target, reply: Response, terms: Terms) -> Target:
        """Where a redirect leads. BlockedError when that is no web address; its network is checked when connecting."""
        location = reply.headers.get("location", "")
        try:
            # Header lines arrive as Latin-1, and sites write addresses in UTF-8 there.
            location = location.encode("latin-1").decode("utf-8")
        except UnicodeError:
            pass
        try:
            if not location:
                raise BadAddress("bad-redirect", "The redirect leads nowhere.")
            return self._wire.encode(urljoin(target.url, location))
        except ValueError as error:
            said = problem(
                "bad-redirect", where=target.url, stage=terms.stage, sample=without_password(location), host=target.host
            )
            raise BlockedError(said) from error

    def _arrive(
        self, target: Target, reply: Response, validators: Validators | None, terms: Terms, *, moved: bool
    ) -> Response:
        where, status = without_password(target.url), reply.status
        error = error_of(status, reply.headers, where=where, host=target.host, agent=self._agent, stage=terms.stage)
        if error is not None:
            raise error
        if status == 304 and not conditional(validators):
            # Nobody asked whether anything changed, so there is nothing that this could confirm.
            raise FetchError(problem("bad-status", where=where, stage=terms.stage, host=target.host, status=status))
        headers = honest_headers(status, reply.headers, validators)
        new = target.url if moved and status in (200, 304) else ""
        return Response(target.url, status, headers, reply.body, new)
