"""Who a reader is behind a proxy: as the proxy says that we know, and as nobody else says."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from flask import Flask, request

from hub.wsgi import open_server
from tests.people import settings_in

THERE = "203.0.113.7"


@contextmanager
def listening(folder: Path, **given: object) -> Iterator[str]:
    """A server that says from where it was asked, and under which name and scheme."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: {"from": request.remote_addr, "base": request.host_url})
    server = open_server(app, settings_in(folder, **given), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}/"
    finally:
        server.close()
        thread.join(5)


def asked(url: str, **headers: str) -> dict[str, str]:
    with urlopen(Request(url, headers=headers), timeout=5) as answer:
        said: dict[str, str] = json.load(answer)
        return said


@pytest.mark.parametrize(
    ("proxy", "said", "seen"),
    [
        ("", THERE, "127.0.0.1"),
        ("198.51.100.1", THERE, "127.0.0.1"),
        ("127.0.0.1", THERE, THERE),
        ("127.0.0.1", f"10.0.0.1, {THERE}", THERE),
        ("*", THERE, THERE),
    ],
)
def test_the_reader_is_who_the_known_proxy_says(tmp_path: Path, proxy: str, said: str, seen: str) -> None:
    with listening(tmp_path, trusted_proxy=proxy) as url:
        assert asked(url, **{"X-Forwarded-For": said})["from"] == seen


def test_nothing_else_that_a_proxy_says_counts(tmp_path: Path) -> None:
    with listening(tmp_path, trusted_proxy="127.0.0.1") as url:
        more = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
        assert asked(url, **more) == {"from": "127.0.0.1", "base": url}
