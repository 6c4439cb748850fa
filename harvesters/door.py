"""THE only place that opens sockets to the outside: to addresses that were judged, watched to the end of their time."""

import http.client
import io
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from harvesters.addresses import Allowed, is_allowed, may_connect
from harvesters.base import Problem
from harvesters.errors import BlockedError, FetchError
from harvesters.faults import HeadersTooLarge
from harvesters.limits import FetchTimes
from harvesters.problems import problem
from harvesters.watch import Watch

Resolver = Callable[[str, int], Sequence[str]]
"""(host, port) -> every address of the name, as text; raises OSError (socket.gaierror) when there is none."""

FAILURES: Final = (HTTPError, http.client.HTTPException, OSError, ValueError)
"""What the libraries raise where an exchange fails; what requests raises is an OSError."""

_ATTEMPTED: Final = 4
"""Addresses of one name that are tried, one after the other."""


def look_up(host: str, port: int) -> list[str]:
    """Every address of a name by the system's resolver, each once, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Door:
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

    def __init__(self, *args: Any, door: Door, **kwargs: Any) -> None:
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


def pools(door: Door) -> dict[str, Callable[..., HTTPConnectionPool]]:
    """{scheme: what makes urllib3's pools through this door}."""
    return {"http": partial(_Pool, door=door), "https": partial(_TlsPool, door=door)}
