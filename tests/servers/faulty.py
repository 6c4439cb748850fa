"""A web server on loopback that does everything wrong which sites do wrong; the path chooses the fault.

    with faulty() as server:
        session.get(server.url("/drip-body"))

Paths that take a number or an address have it in the query, such as `/fail?times=2` or `/redirect?to=file:///etc/passwd`.
"""

import json
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from tests.servers.loopback import Request

HTML: Final = b"<!doctype html><title>Maintenance</title><p>We are back soon."
ETAG: Final = '"v1"'
MODIFIED: Final = "Tue, 03 Nov 2026 10:00:00 GMT"
FUTURE: Final = "Fri, 01 Mar 2041 10:00:00 GMT"
TLS: Final = b"\x16\x03"
"""How a client begins that expects TLS."""
DRIP: Final = 0.4
"""Seconds between two bytes or two lines of the dripping modes."""


@dataclass
class Faulty:
    """The running server: `silent_url` is an https address whose port takes connections and never says a word."""

    base_url: str
    silent_url: str
    connections: int = 0
    seen: list[Request] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str) -> str:
        """The whole address of `path` (which begins with a slash)."""
        return self.base_url + path

    def redirect(self, to: str, status: int = 302) -> str:
        """An address that redirects to `to`."""
        return self.url(f"/redirect?status={status}&to={quote(to, safe='')}")

    def count(self, path: str) -> int:
        """How often `path` was asked for."""
        return sum(request.path == path for request in self.seen)


@contextmanager
def faulty() -> Iterator[Faulty]:
    """The server, running for the `with` block."""
    speaking, silent = _listen(), _listen()
    server = Faulty(f"http://127.0.0.1:{_port(speaking)}", f"https://127.0.0.1:{_port(silent)}/")
    threads = [
        threading.Thread(target=_accept, args=(server, speaking, _serve), daemon=True),
        threading.Thread(target=_accept, args=(server, silent, _say_nothing), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        for thread in threads:
            thread.join()


def _listen() -> socket.socket:
    sock = socket.create_server(("127.0.0.1", 0), backlog=64)
    sock.settimeout(0.05)
    return sock


def _port(sock: socket.socket) -> int:
    port: int = sock.getsockname()[1]
    return port


def _accept(server: Faulty, listener: socket.socket, talk: Callable[[Faulty, socket.socket], None]) -> None:
    talks: list[threading.Thread] = []
    with listener:
        while not server.stop.is_set():
            try:
                sock, _ = listener.accept()
            except TimeoutError:
                continue
            server.connections += 1
            talks.append(threading.Thread(target=_one, args=(server, sock, talk), daemon=True))
            talks[-1].start()
    for thread in talks:
        thread.join()


def _one(server: Faulty, sock: socket.socket, talk: Callable[[Faulty, socket.socket], None]) -> None:
    with sock:
        sock.settimeout(0.05)
        try:
            talk(server, sock)
        except OSError:
            # The client hung up, which is what most tests want of it.
            pass


def _say_nothing(server: Faulty, sock: socket.socket) -> None:
    server.stop.wait()


def _serve(server: Faulty, sock: socket.socket) -> None:
    """One answer a connection."""
    request = _request(server, sock)
    if request is None:
        return
    sock.settimeout(5)
    server.seen.append(request)
    mode = MODES.get(request.path)
    for piece in mode(server, request) if mode else _answer(404, b"nothing here"):
        if server.stop.is_set():
            return
        sock.sendall(piece)
    if request.path == "/stale":
        sock.settimeout(0.05)
        _request(server, sock)


def _request(server: Faulty, sock: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            piece = sock.recv(65536)
        except TimeoutError:
            if server.stop.is_set():
                return None
            continue
        if not piece:
            return None
        data += piece
        if data.startswith(TLS):
            sock.sendall(b"HTTP/1.1 400 Plain HTTP is spoken here\r\n\r\n")
            return None
    first, *lines = data.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
    method, target, _ = first.split(" ", 2)
    parts = urlsplit(target)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(method, parts.path, dict(parse_qsl(parts.query)), headers)


Pieces = Iterator[bytes]


def _answer(status: int, body: bytes, **headers: str) -> Pieces:
    given = {"Content-Length": str(len(body)), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    yield f"HTTP/1.1 {status} Status\r\n{lines}\r\n".encode("latin-1") + (b"" if status == 304 else body)


def hang(server: Faulty, request: Request) -> Pieces:
    """Takes the request and never answers."""
    server.stop.wait()
    yield b""


def drip_body(server: Faulty, request: Request) -> Pieces:
    """One byte of the body every DRIP seconds."""
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    while not server.stop.wait(DRIP):
        yield b"x"


def drip_open_body(server: Faulty, request: Request) -> Pieces:
    """The same without a length, so that hanging up looks like the end."""
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    while not server.stop.wait(DRIP):
        yield b"x"


def drip_headers(server: Faulty, request: Request) -> Pieces:
    """One header line every DRIP seconds."""
    yield b"HTTP/1.1 200 OK\r\n"
    while not server.stop.wait(DRIP):
        yield b"X-Drip: 1\r\n"


def drip_status(server: Faulty, request: Request) -> Pieces:
    """One letter of the status line every DRIP seconds."""
    for letter in b"HTTP/1.1 200 a very long reason indeed":
        if server.stop.wait(DRIP):
            return
        yield bytes([letter])


def slow_redirects(server: Faulty, request: Request) -> Pieces:
    """Redirects to itself, each after DRIP seconds."""
    server.stop.wait(DRIP)
    yield from _answer(302, b"", Location=f"/slow-redirects?n={request.query.get('n', '')}1")


def endless(server: Faulty, request: Request) -> Pieces:
    """A body without an end."""
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    while True:
        yield b"x" * 65536


def endless_chunks(server: Faulty, request: Request) -> Pieces:
    """A chunked body without an end."""
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + b"x" * 65536 + b"\r\n"


def endless_continue(server: Faulty, request: Request) -> Pieces:
    """`100 Continue` for ever."""
    while True:
        yield b"HTTP/1.1 100 Continue\r\nX-Filler: " + b"x" * 200 + b"\r\n\r\n"


def says_large(server: Faulty, request: Request) -> Pieces:
    """Promises 10 GB and sends nothing of it."""
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"
    server.stop.wait()


@cache
def zeros(megabytes: int) -> bytes:
    """That many million zero bytes, packed by gzip (about a thousandth)."""
    pack = zlib.compressobj(9, wbits=31)
    return b"".join(pack.compress(bytes(1_000_000)) for _ in range(megabytes)) + pack.flush()


def bomb(server: Faulty, request: Request) -> Pieces:
    """`?mb=` (200) million zeros, packed by gzip; `?status=302` makes it the body of a redirect."""
    packed = zeros(int(request.query.get("mb", "200")))
    status = int(request.query.get("status", "200"))
    return _answer(status, packed, Content_Encoding="gzip", Location="/echo")


def big_header(server: Faulty, request: Request) -> Pieces:
    """One header line of 100 KB."""
    return _answer(200, b"", X_Big="x" * 100_000)


def many_headers(server: Faulty, request: Request) -> Pieces:
    """80 header lines of 1 KB each: every line and their number within what Python takes, together too much."""
    return _answer(200, b"", **{f"X_{number}": "x" * 1000 for number in range(80)})


def redirect(server: Faulty, request: Request) -> Pieces:
    """Redirects to `?to=` with `?status=` and a cookie."""
    to = request.query["to"].encode("utf-8").decode("latin-1")
    return _answer(int(request.query.get("status", "302")), b"moved", Location=to, Set_Cookie="sid=secret; Path=/")


def chain(server: Faulty, request: Request) -> Pieces:
    """`?left=` redirects to itself, then text."""
    left = int(request.query["left"])
    if left == 0:
        return _answer(200, b"arrived")
    return _answer(int(request.query.get("status", "301")), b"", Location=f"/chain?left={left - 1}")


def nowhere(server: Faulty, request: Request) -> Pieces:
    """A redirect without a Location."""
    return _answer(302, b"")


def fail(server: Faulty, request: Request) -> Pieces:
    """Status `?status=` (500) for the first `?times=` requests, then text; `?after=` is its Retry-After."""
    if server.count("/fail") > int(request.query.get("times", "1000")):
        return _answer(200, b"well again")
    said = {"Retry_After": request.query["after"]} if "after" in request.query else {}
    return _answer(int(request.query.get("status", "500")), b"fault", **said)


def challenge(server: Faulty, request: Request) -> Pieces:
    """Cloudflare's page that asks whether one is human."""
    return _answer(503, HTML, Cf_Mitigated="challenge", Content_Type="text/html")


def html_instead(server: Faulty, request: Request) -> Pieces:
    """A page where a feed should be, and a header that says it is one."""
    return _answer(200, HTML, Content_Type="application/atom+xml")


def wrong_type(server: Faulty, request: Request) -> Pieces:
    """A feed that says it is a picture."""
    return _answer(200, b'<feed xmlns="http://www.w3.org/2005/Atom"/>', Content_Type="image/png")


def echo(server: Faulty, request: Request) -> Pieces:
    """The headers of the request, as JSON."""
    return _answer(200, json.dumps(dict(request.headers)).encode(), Content_Type="application/json")


def etag(server: Faulty, request: Request) -> Pieces:
    """A document with validators; 304 with other ones when it is asked for conditionally."""
    if request.headers.get("if-none-match") == ETAG or request.headers.get("if-modified-since") == MODIFIED:
        return _answer(304, b"", ETag='"of the 304"', Last_Modified=FUTURE)
    return _answer(200, b"state one", ETag=ETAG, Last_Modified=MODIFIED)


def future(server: Faulty, request: Request) -> Pieces:
    """A document that was changed in the year 2041."""
    return _answer(200, b"state one", ETag=ETAG, Last_Modified=FUTURE)


def unasked_304(server: Faulty, request: Request) -> Pieces:
    """304 to everybody."""
    return _answer(304, b"")


def truncated(server: Faulty, request: Request) -> Pieces:
    """Half of the body that was promised."""
    return _answer(200, b"half", Content_Length="8")


def truncated_gzip(server: Faulty, request: Request) -> Pieces:
    """Half of a packed body, with the right length of that half."""
    return _answer(200, zeros(1)[:400], Content_Encoding="gzip")


def coded(server: Faulty, request: Request) -> Pieces:
    """A body that says it is packed with brotli."""
    return _answer(200, b"\x0b\x02\x80hello\x03", Content_Encoding="br")


def garbage(server: Faulty, request: Request) -> Pieces:
    """Not HTTP."""
    yield b"SSH-2.0-OpenSSH_9.2\r\n"


def close(server: Faulty, request: Request) -> Pieces:
    """Hangs up without a word."""
    return iter(())


def stale(server: Faulty, request: Request) -> Pieces:
    """Promises to keep the connection open, and closes it just when the next request has come."""
    return _answer(200, b"once", Connection="keep-alive")


MODES: Final[dict[str, Callable[[Faulty, Request], Pieces]]] = {
    "/" + mode.__name__.replace("_", "-"): mode
    for mode in (
        *(hang, drip_body, drip_open_body, drip_headers, drip_status, slow_redirects),
        *(endless, endless_chunks, endless_continue, says_large, bomb, big_header, many_headers),
        *(redirect, chain, nowhere, fail, challenge, html_instead, wrong_type, echo),
        *(etag, future, unasked_304, truncated, truncated_gzip, coded, garbage, close, stale),
    )
}
