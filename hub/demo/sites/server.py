"""What the six sites share: a threaded HTTP server on loopback with validators, and pages for people."""

import hashlib
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from hub.demo.texts import Text, html_of, texts


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. With `modified`, or a body and status 200, conditional requests work."""

    body: bytes = b""
    type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    modified: datetime | None = None


NOTHING = Answer(b"<!doctype html><title>Not found</title><h1>There is no such page</h1>", status=404)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nothing to tell whoever looks at the demo; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Site:
    """A member's web server. Subclasses answer paths; `name` is the folder of their texts."""

    name = ""

    def __init__(self, port: int = 0) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site._reply(self)

            def log_message(self, *_: Any) -> None:
                """A demo's servers are quiet."""

        self._server = _Server(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name=self.name)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def base(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def texts(self) -> tuple[Text, ...]:
        """What it publishes."""
        return tuple(text for text in texts(self.name) if not text.deleted)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """The answer to one GET; pages for people are here, lists in the subclasses."""
        if path == "/robots.txt":
            return Answer(b"User-agent: *\nDisallow: /private/\n", "text/plain")
        for text in self.texts:
            if path == self.path_of(text):
                return Answer(self.page(text).encode(), modified=moment_of(text))
        return NOTHING

    def path_of(self, text: Text) -> str:
        """Where people read a text on this site."""
        return f"/practice/{text.slug}"

    def page(self, text: Text) -> str:
        """A plain page."""
        return (
            f'<!doctype html>\n<html lang="{text.language}"><head><meta charset="utf-8">'
            f"<title>{escape(text.title)}</title></head><body><main><h1>{escape(text.title)}</h1>\n"
            f"<p>{escape(text.summary)}</p>\n{html_of(text)}\n</main></body></html>"
        )

    def _reply(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        answer = self.answer(unquote(parts.path), query)
        headers = {"Content-Type": answer.type, **answer.headers}
        status, body = answer.status, answer.body
        if status == 200:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if answer.modified:
                headers["Last-Modified"] = format_datetime(answer.modified, usegmt=True)
            if _unchanged(handler, headers["ETag"], answer.modified):
                status, body = 304, b""
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def _unchanged(handler: BaseHTTPRequestHandler, etag: str, modified: datetime | None) -> bool:
    if asked := handler.headers.get("If-None-Match"):
        return asked == etag
    since = handler.headers.get("If-Modified-Since")
    return bool(modified and since and parsedate_to_datetime(since) >= modified)


def moment_of(text: Text) -> datetime:
    """When a text was last changed: nine o'clock of that day."""
    return datetime.combine(text.changed or text.date, time(9), UTC)
