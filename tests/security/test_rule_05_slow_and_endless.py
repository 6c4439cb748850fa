"""Rule 5: whatever a site does with time, it is left at the deadline; headers have a size."""

import time
from collections.abc import Sequence
from dataclasses import replace
from threading import Event

import pytest

from harvesters.errors import FetchError
from harvesters.fetch import Caps, Session
from tests.security.fetching import LOOPBACK, TIMES, failing, session
from tests.servers.faulty import Faulty

__all__ = ["session"]

pytestmark = pytest.mark.alone

PATIENCE = 0.9
"""Seconds that an attempt may take here; the dripping modes send something every 0.4 s."""


@pytest.mark.parametrize(
    "path",
    ["/hang", "/drip-body", "/drip-open-body", "/drip-headers", "/drip-status", "/slow-redirects", "/says-large", ""],
)
def test_slow_site_is_left_at_the_deadline(server: Faulty, path: str) -> None:
    with Session(
        user_agent="Moothall/0", allow=LOOPBACK, times=replace(TIMES, list=PATIENCE), caps=Caps(list=20_000_000_000)
    ) as session:
        begun = time.monotonic()
        error = failing(session, server.url(path) if path else server.silent_url)
        took = time.monotonic() - begun
    assert error.problem.code == "too-slow"
    assert not error.permanent
    assert PATIENCE - 0.2 <= took < PATIENCE + 1


def test_document_has_its_own_deadline(server: Faulty) -> None:
    with Session(user_agent="Moothall/0", allow=LOOPBACK, times=replace(TIMES, document=0.3)) as session:
        begun = time.monotonic()
        with pytest.raises(FetchError, match=r"within 0\.3 seconds"):
            session.get(server.url("/hang"), purpose="document")
        assert time.monotonic() - begun < 1.3


def test_silence_ends_an_attempt_before_the_deadline(server: Faulty) -> None:
    with Session(user_agent="Moothall/0", allow=LOOPBACK, times=replace(TIMES, idle=0.3)) as session:
        begun = time.monotonic()
        assert failing(session, server.url("/hang")).problem.code == "too-slow"
        assert time.monotonic() - begun < 1.3


def test_name_server_that_hangs_is_left_at_the_deadline() -> None:
    asked = Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.wait(5)
        return ["127.0.0.1"]

    with Session(user_agent="Moothall/0", times=replace(TIMES, list=0.3), resolve=resolve) as session:
        begun = time.monotonic()
        assert failing(session, "http://site.example/").problem.code == "no-name-lookup"
        assert time.monotonic() - begun < 1.3
    asked.set()


@pytest.mark.parametrize("path", ["/big-header", "/many-headers", "/endless-continue"])
def test_headers_that_are_too_large_are_refused(session: Session, server: Faulty, path: str) -> None:
    error = failing(session, server.url(path))
    assert (error.problem.code, "headers" in error.problem.what) == ("bad-answer", True)
