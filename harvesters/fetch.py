"""THE only way out: one guarded, polite, bounded GET for all that is harvested, and the same door for a library."""

import functools
import io
import math
import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.response import BaseHTTPResponse

from harvesters.addresses import (
    Allowed,
    BadAddress,
    Target,
    is_allowed,
    parse_allow,
    port_is_open,
    target_of,
    tidy,
    without_password,
)
from harvesters.answers import GONE, REDIRECTS
from harvesters.base import Response, Validators
from harvesters.bodies import PIECE, Body, BodyError
from harvesters.door import FAILURES, Door, Resolver, look_up, pools
from harvesters.errors import BlockedError, FetchError
from harvesters.faults import explain
from harvesters.journey import Journey, Purpose, Terms
from harvesters.limits import Caps, FetchTimes, user_agent
from harvesters.politeness import Politeness, Turn
from harvesters.problems import problem
from harvesters.watch import Watch

__all__ = ["Allowed", "Caps", "FetchTimes", "Resolver", "Session", "guard", "look_up", "parse_allow", "user_agent"]


class _Adapter(HTTPAdapter):
    """requests' adapter with our pools. It is used by itself, without a requests.Session around it.

    A Session reads proxies, .netrc and certificate paths from the environment, keeps cookies, and reads the body of a
    redirect whole, however much it unpacks to. None of that can happen here.
    """

    def __init__(self, door: Door, tls: ssl.SSLContext) -> None:
        self._door, self._tls = door, tls
        super().__init__(pool_connections=32, pool_maxsize=4)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._tls, **kwargs)
        self.poolmanager.pool_classes_by_scheme = pools(self._door)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing to do: the context holds the authorities, loaded once, and always checks."""


@functools.cache
def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    """The authorities that we trust, loaded once a process (20 ms). Certificate and name are always checked."""
    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


class _Wire:
    """Implements harvesters.journey.Wire with requests' adapter; `count` is told (requests, bytes) as they happen."""

    def __init__(self, door: Door, adapter: _Adapter, times: FetchTimes, ratio: int, count: Callable[[int, int], None]):
        self._door, self._adapter, self._times = door, adapter, times
        self._ratio, self._count = ratio, count

    def encode(self, url: str) -> Target:
        try:
            encoded = requests.Request("GET", tidy(url)).prepare().url or ""
        except BadAddress:
            raise
        except (requests.RequestException, ValueError) as error:
            raise BadAddress("bad-address", f"The address cannot be read: {error}.") from error
        # Encoding rewrites the address, so its spelling is judged once more.
        return target_of(tidy(encoded))

    def exchange(self, target: Target, headers: dict[str, str], terms: Terms, turn: Turn) -> Response:
        for last in (False, True):
            with self._door.watched(Watch(target, terms)) as watch:
                try:
                    return self._try(target, headers, terms, watch)
                except FAILURES as error:
                    # A connection that was kept open may have been closed by the site just then (RFC 9112 §9.3.1).
                    if last or not watch.was_stale or isinstance(error, requests.Timeout):
                        raise explain(error, watch, target, self._times.idle) from error
                    terms = replace(terms, seconds=max(watch.left, 0.001))
                except BodyError as error:
                    raise self.refuse_body(error, target, terms) from error
                finally:
                    turn.ours = watch.ours
        raise AssertionError("the second try returns or raises")

    def _try(self, target: Target, headers: dict[str, str], terms: Terms, watch: Watch) -> Response:
        request = requests.Request("GET", target.url, headers).prepare()
        self._count(1, 0)
        answer = self._adapter.send(request, stream=True, timeout=(self._times.connect, self._times.idle), proxies={})
        watch.answered = True
        raw: BaseHTTPResponse = answer.raw
        try:
            found = {name.lower(): value for name, value in raw.headers.items()}
            wanted = 200 <= raw.status < 300 or raw.status in GONE
            body = self.read(raw, found, terms, watch) if wanted else b""
            if raw.status == 304:
                # It has no body; reading that much gives the connection back to the pool.
                raw.read1(1)
        finally:
            # Where a body was read to its end the connection is back in the pool by now; else it is closed here.
            raw.close()
        return Response(target.url, raw.status, found, body)

    def read(self, raw: BaseHTTPResponse, headers: dict[str, str], terms: Terms, watch: Watch) -> bytes:
        """The body within the terms, unpacked. BodyError for one that is too large."""
        body = Body(headers.get("content-encoding", ""), terms.cap, self._ratio, terms.cut)
        told = headers.get("content-length", "")
        if told.isascii() and told.isdigit() and int(told[:12]) > terms.cap and not terms.cut:
            raise BodyError("too-large")
        while not body.full:
            piece = raw.read1(PIECE, decode_content=False)
            if watch.expired:
                raise TimeoutError
            if not piece:
                break
            self._count(0, len(piece))
            body.feed(piece)
        return body.finish()

    def refuse_body(self, error: BodyError, target: Target, terms: Terms) -> FetchError:
        """What is wrong with a body, as an error of a fetch."""
        return FetchError(
            problem(
                error.code,
                where=without_password(target.url),
                stage=terms.stage,
                host=target.host,
                limit=f"{terms.cap / 1_000_000:g} MB",
                detail=error.detail,
            )
        )


class _Mounted(_Adapter):
    """The adapter for a requests.Session of somebody else's library: each request of it is an exchange as ours are.

    No redirect, `terms` for time and size, and a line that is not encrypted leads to networks that an operator allowed.
    """

    def __init__(self, door: Door, tls: ssl.SSLContext, times: FetchTimes, ratio: int, terms: Terms) -> None:
        super().__init__(door, tls)
        self._times, self._terms = times, terms
        self._wire = _Wire(door, self, times, ratio, lambda requests, received: None)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """One exchange; what the library says of patience, proxies and certificates does not count."""
        target = self._target(request.url or "")
        with self._door.watched(Watch(target, self._terms)) as watch:
            try:
                self._require_private_line(target)
                return self._exchange(request, target, watch)
            except FAILURES as error:
                raise explain(error, watch, target, self._times.idle) from error
            except BodyError as error:
                raise self._wire.refuse_body(error, target, self._terms) from error

    def _target(self, url: str) -> Target:
        where = without_password(url)
        try:
            target = target_of(tidy(url))
        except BadAddress as error:
            raise BlockedError(problem(error.code, where=where, stage=self._terms.stage)) from error
        if not port_is_open(target.port, self._door.allow):
            said = problem("closed-port", where=where, stage=self._terms.stage, host=target.host, port=target.port)
            raise BlockedError(said)
        return target

    def _require_private_line(self, target: Target) -> None:
        """Secrets travel here: without TLS inside an allowed network only."""
        if target.scheme == "https":
            return
        for address in self._door.answers(target.host, target.port):
            if not is_allowed(address, target.port, self._door.allow):
                said = problem("not-encrypted", where=self._door.watch.where, stage=self._terms.stage, host=target.host)
                raise BlockedError(said)

    def _exchange(self, request: requests.PreparedRequest, target: Target, watch: Watch) -> requests.Response:
        patience = (self._times.connect, self._times.idle)
        answer = super().send(request, stream=True, timeout=patience, proxies={})
        watch.answered = True
        raw: BaseHTTPResponse = answer.raw
        try:
            if raw.status in REDIRECTS:
                said = problem("redirect-refused", where=watch.where, stage=self._terms.stage, host=target.host)
                raise BlockedError(said)
            found = {name.lower(): value for name, value in raw.headers.items()}
            answer.raw = io.BytesIO(self._wire.read(raw, found, self._terms, watch))
        finally:
            raw.close()
        return answer


def guard(
    library: requests.Session,
    *,
    user_agent: str,
    allow: tuple[Allowed, ...] = (),
    times: FetchTimes | None = None,
    caps: Caps | None = None,
    ca_file: str | None = None,
    resolve: Resolver = look_up,
) -> None:
    """Have every request of somebody else's library go through our door: one attempt of `times.list`, `caps.list`.

    It raises FetchError or BlockedError through the library; a redirect is refused, and http to a public address.
    """
    times, caps = times or FetchTimes(), caps or Caps()
    door = Door(allow, resolve, times, caps.headers)
    adapter = _Mounted(door, _tls_context(ca_file), times, caps.ratio, Terms("list", times.list, caps.list))
    library.trust_env = False
    library.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"})
    library.adapters.clear()
    library.mount("https://", adapter)
    library.mount("http://", adapter)


class Session:
    """Implements harvesters.base.Http: every request of a harvest goes through `get`.

    `allow` opens private networks and unusual ports (see parse_allow). `politeness` is shared by the sessions of a
    process. `ca_file` (PEM) names authorities that are trusted beside the well-known ones. `resolve` is for tests.
    `requests` counts requests sent, redirects and robots.txt among them; `bytes` the bodies as they came over the wire.
    What is not done at `until` (as time.monotonic counts) is given up with the problem `out-of-time`.
    Several threads may use one session at the same time: the counters have a lock, the pools are urllib3's.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow: tuple[Allowed, ...] = (),
        times: FetchTimes | None = None,
        politeness: Politeness | None = None,
        caps: Caps | None = None,
        ca_file: str | None = None,
        resolve: Resolver = look_up,
        until: float = math.inf,
    ) -> None:
        self.requests = 0
        self.bytes = 0
        self._guard = threading.Lock()
        times, caps = times or FetchTimes(), caps or Caps()
        door = Door(allow, resolve, times, caps.headers)
        self._adapter = _Adapter(door, _tls_context(ca_file))
        self._journey = Journey(
            _Wire(door, self._adapter, times, caps.ratio, self._count),
            allow=allow,
            agent=user_agent,
            times=times,
            caps=caps,
            politeness=politeness or Politeness(),
            until=until,
        )

    def get(
        self, url: str, *, purpose: Purpose = "list", validators: Validators | None = None, crawl: bool = False
    ) -> Response:
        """GET as harvesters.base.Http.get promises it: with `validators` conditional, so that 304 may come back.

        Keep `Response.validators` with what was read: on 304 they are the ones that were given, those of the last 200.
        Raises FetchError or BlockedError and nothing else.
        """
        return self._journey.get(url, purpose, validators, crawl)

    def close(self) -> None:
        """Close the connections that are kept open. A session that is let go of closes them too."""
        self._adapter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _count(self, requests: int, received: int) -> None:
        with self._guard:
            self.requests += requests
            self.bytes += received
