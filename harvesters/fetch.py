"""THE only place that opens sockets to the outside: one guarded, polite, bounded GET for all that is harvested."""

import functools
import http.client
import io
import ipaddress
import math
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Final, Self, cast

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from harvesters.addresses import (
    Allowed,
    BadAddress,
    Target,
    is_allowed,
    may_connect,
    parse_allow,
    port_is_open,
    target_of,
    tidy,
    without_password,
)
from harvesters.answers import GONE, REDIRECTS
from harvesters.base import Problem, Response, Validators
from harvesters.bodies import PIECE, Body, BodyError
from harvesters.errors import BlockedError, FetchError
from harvesters.faults import HeadersTooLarge, explain
from harvesters.journey import Journey, Purpose, Terms
from harvesters.limits import Caps, FetchTimes, user_agent
from harvesters.politeness import Politeness, Turn
from harvesters.problems import problem
from harvesters.watch import Watch

__all__ = ["Allowed", "Caps", "FetchTimes", "Resolver", "Session", "guard", "look_up", "parse_allow", "user_agent"]

Resolver = Callable[[str, int], Sequence[str]]
"""(host, port) -> every address of the name, as text; raises OSError (socket.gaierror) when there is none."""

_ATTEMPTED: Final = 4
"""Addresses of one name that are tried, one after the other."""


def look_up(host: str, port: int) -> list[str]:
    """Every address of a name by the system's resolver, each once, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Door:
    """Opens every socket: looks the name up, checks each answer, connects to a checked address and to no other."""

    def __init__(self, allow: tuple[Allowed, ...], resolve: Resolver, times: FetchTimes, header_cap: int) -> None:
        self.allow, self.header_cap = allow, header_cap
        self._resolve, self._times = resolve, times
        self._local = threading.local()

    @property
    def watch(self) -> Watch:
        """The clock of this thread's attempt."""
        watch: Watch = self._local.watch
        return watch

    @contextmanager
    def watched(self, watch: Watch) -> Iterator[Watch]:
        """`watch` is the clock of this thread during the `with` block."""
        self._local.watch = watch
        with watch:
            yield watch

    def open(self, host: str, port: int) -> tuple[socket.socket, bool]:
        """A connected socket, and whether it leads inside an allowed network. FetchError or BlockedError otherwise."""
        addresses = self.answers(host, port)
        if not all(may_connect(address, port, self.allow) for address in addresses):
            # One private answer among public ones is an attack or a fault; which one we would get is chance.
            raise BlockedError(self._problem("private-address", host))
        for address in addresses[:_ATTEMPTED]:
            try:
                return self._connect(address, port), is_allowed(address, port, self.allow)
            except OSError:
                continue
        raise FetchError(self._problem("no-connection", host))

    def _connect(self, address: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(max(min(self._times.connect, self.watch.left), 0.001))
            sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            sock.close()
            raise
        return sock

    def answers(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a name within the time that is left: the system's resolver itself knows no deadline."""
        outcome: list[Sequence[str] | Exception] = []

        def ask() -> None:
            try:
                outcome.append(self._resolve(host, port))
            except (OSError, ValueError) as error:
                outcome.append(error)

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(self.watch.left)
        if not outcome:
            raise FetchError(self._problem("no-name-lookup", host))
        answer = outcome[0]
        if isinstance(answer, Exception):
            passing = getattr(answer, "errno", None) == socket.EAI_AGAIN
            raise FetchError(self._problem("no-name-lookup" if passing else "unknown-host", host)) from answer
        if not answer:
            raise FetchError(self._problem("unknown-host", host))
        return answer

    def _problem(self, code: str, host: str) -> Problem:
        return problem(code, where=self.watch.where, stage=self.watch.stage, host=host)


class _HeadersTooLarge(HeadersTooLarge, http.client.HTTPException):
    """The same as an error that urllib3 knows, so that it closes the connection."""


class _Head:
    """The stream of an answer while its headers are read: stops after `cap` bytes of lines."""

    def __init__(self, stream: Any, cap: int) -> None:
        self._stream, self._left = stream, cap

    def readline(self, limit: int) -> bytes:
        line: bytes = self._stream.readline(min(limit, self._left + 1))
        self._left -= len(line)
        if self._left < 0:
            raise _HeadersTooLarge
        return line

    def close(self) -> None:
        self._stream.close()


class _Answer(http.client.HTTPResponse):
    """An answer whose header lines have one cap together.

    The standard library alone takes 100 lines of 64 KiB each, after any number of `100 Continue`.
    """

    def __init__(self, *args: Any, header_cap: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._header_cap = header_cap

    def begin(self) -> None:
        stream = self.fp
        self.fp = cast(io.BufferedReader, _Head(stream, self._header_cap))
        try:
            super().begin()
        finally:
            if self.fp is not None:
                self.fp = stream


def _second_handle(sock: socket.socket) -> socket.socket:
    return socket.fromfd(sock.fileno(), sock.family, sock.type)


class _Connection(HTTPConnection):
    """A connection that goes through the door, and is watched at every request that it carries."""

    def __init__(self, *args: Any, door: _Door, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._door = door
        self._ours = False
        self._used = False
        self.response_class = cast(type[http.client.HTTPResponse], partial(_Answer, header_cap=door.header_cap))

    def _new_conn(self) -> socket.socket:
        sock, self._ours = self._door.open(self._dns_host, self.port)
        self._used = False
        self._door.watch.over(_second_handle(sock))
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        watch = self._door.watch
        if self._used and self.sock is not None:
            watch.fresh = False
            watch.over(_second_handle(self.sock))
        super().request(*args, **kwargs)
        watch.ours = self._ours
        self._used = True


class _TlsConnection(_Connection, HTTPSConnection):
    """The same with TLS on top: server name and certificate are those of the name, whatever the address."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    """requests' adapter with our pools. It is used by itself, without a requests.Session around it.

    A Session reads proxies, .netrc and certificate paths from the environment, keeps cookies, and reads the body of a
    redirect whole, however much it unpacks to. None of that can happen here.
    """

    def __init__(self, door: _Door, tls: ssl.SSLContext) -> None:
        self._door, self._tls = door, tls
        super().__init__(pool_connections=32, pool_maxsize=4)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._tls, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_Pool, door=self._door),
            "https": partial(_TlsPool, door=self._door),
        }

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

    def __init__(
        self, door: _Door, adapter: _Adapter, times: FetchTimes, ratio: int, count: Callable[[int, int], None]
    ):
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
                except (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError) as error:
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

    def __init__(self, door: _Door, tls: ssl.SSLContext, times: FetchTimes, ratio: int, terms: Terms) -> None:
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
            except (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError) as error:
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
    door = _Door(allow, resolve, times, caps.headers)
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
        door = _Door(allow, resolve, times, caps.headers)
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
