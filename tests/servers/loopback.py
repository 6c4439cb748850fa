"""A web server on loopback with the routes that a test gives it, and the list of requests that it saw.

with serve({"/feed.xml": FEED, "/old": lambda request: (301, {"Location": "/feed.xml"}, b"")}) as site:
    session.get(site.url("/feed.xml"))
    assert site.seen[0].headers["user-agent"].startswith("Moothall/")
"""

import mimetypes
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """One request as it came: `query` has the last value of each name, `headers` lower-case names."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


Answer = bytes | str | tuple[int, Mapping[str, str], bytes | str]
"""A body (status 200, type by the path's ending, else HTML), or (status, headers, body)."""

Route = Answer | Callable[[Request], Answer]
Routes = Mapping[str, Route] | Callable[[Request], Answer]
"""Path -> what it answers; the path `*` answers for all others (else 404). Or one callable for everything."""


@dataclass
class Site:
    """A running server: its address without a slash at the end, and what it saw."""

    base_url: str
    seen: list[Request] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str) -> str:
        """The whole address of `path` (which begins with a slash)."""
        return self.base_url + path

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.path for request in self.seen]


@contextmanager
def serve(
    routes: Routes, *, host: str = "127.0.0.1", port: int = 0, name: str = "", tls: ssl.SSLContext | None = None
) -> Iterator[Site]:
    """A server with `routes` at `host` (a loopback address), on a free port unless one is given, for the `with` block.

    `name` stands in the address instead of `host` (such as `localhost`). With `tls` the server speaks https.
    """
    server = _Server((host, port), _Handler)
    shown = name or (f"[{host}]" if ":" in host else host)
    site = Site(f"{'https' if tls else 'http'}://{shown}:{server.server_address[1]}")
    server.site, server.routes, server.tls = site, routes, tls
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.hang_up()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    site: Site
    routes: Routes
    tls: ssl.SSLContext | None = None

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.open: set[socket.socket] = set()
        super().__init__(address, handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        sock, address = super().get_request()
        self.site.connections += 1
        if self.tls:
            # The handshake happens at the first read, in the handler's thread, so that a slow client stops nobody.
            sock = self.tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        self.open.add(sock)
        return sock, address

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nothing to report: the tests look at the client's side."""

    def hang_up(self) -> None:
        """End connections that clients keep open."""
        for sock in list(self.open):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet, or each answer would wait 40 ms for the client's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {key.lower(): value for key, value in self.headers.items()},
            self.rfile.read(length),
        )
        self.server.site.seen.append(request)
        status, headers, body = _answer_of(self.server.routes, request)
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        if status != 304 and "content-length" not in {key.lower() for key in headers}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read `Site.seen`."""


def _answer_of(routes: Routes, request: Request) -> tuple[int, Mapping[str, str], bytes]:
    route = routes if callable(routes) else routes.get(request.path, routes.get("*"))
    if route is None:
        return 404, {"Content-Type": "text/plain"}, b"nothing here"
    answer = route(request) if callable(route) else route
    if isinstance(answer, tuple):
        status, headers, body = answer
    else:
        media = mimetypes.guess_type(request.path)[0] or "text/html; charset=utf-8"
        status, headers, body = 200, {"Content-Type": media}, answer
    return status, headers, body.encode() if isinstance(body, str) else body
