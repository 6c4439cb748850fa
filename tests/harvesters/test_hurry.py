"""Somebody waits: sessions, turns and readers that are given up at a moment, and what is kept of them."""

import time

import pytest

from harvesters.errors import FetchError, ReadError
from harvesters.fetch import Session, parse_allow
from harvesters.politeness import Politeness
from harvesters.sandbox import SHORTEST, Sandbox
from tests.harvesters.hostile import __name__ as hostile
from tests.servers.loopback import Answer, Request, serve

pytestmark = pytest.mark.alone

ALLOW = parse_allow(["127.0.0.0/8:*"])


def test_a_turn_that_comes_too_late_is_not_waited_for() -> None:
    politeness = Politeness(delay=3)
    with politeness.turn("northford.example:443"):
        begun = time.monotonic()
        with pytest.raises(TimeoutError), politeness.turn("northford.example:443", 0.1):
            raise AssertionError("another visit is going on")
        assert 0.1 <= time.monotonic() - begun < 1
    begun = time.monotonic()
    with pytest.raises(TimeoutError), politeness.turn("northford.example:443", 1):
        raise AssertionError("the next visit is in three seconds")
    assert time.monotonic() - begun < 0.5, "that is known at once"
    with politeness.turn("eastmere.example:443", 1):
        pass


def test_an_answer_that_comes_too_late_is_out_of_time_and_not_the_sites_fault() -> None:
    def answer(_: Request) -> Answer:
        time.sleep(3)
        return "late"

    begun = time.monotonic()
    with serve(answer) as site, Session(user_agent="T", allow=ALLOW, until=begun + 0.5) as session:
        with pytest.raises(FetchError) as late:
            session.get(site.url("/"))
        assert late.value.problem.code == "out-of-time"
        assert time.monotonic() - begun < 2


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "30"}], ids=["backoff", "Retry-After"])
def test_a_site_that_asks_for_patience_gets_none_from_somebody_who_waits(headers: dict[str, str]) -> None:
    begun = time.monotonic()
    with serve({"/": (503, headers, b"")}) as site, Session(user_agent="T", allow=ALLOW, until=begun + 0.3) as session:
        with pytest.raises(FetchError, match="fault of its own"):
            session.get(site.url("/"))
        assert time.monotonic() - begun < 2
        assert len(site.seen) == 1


def test_robots_txt_that_there_was_no_time_for_is_asked_for_again() -> None:
    slow = True

    def answer(request: Request) -> Answer:
        if request.path == "/robots.txt" and slow:
            time.sleep(2)
        return (404, {}, b"") if request.path == "/robots.txt" else "a page"

    shared = Politeness()
    with serve(answer) as site:
        hurried = Session(user_agent="T", allow=ALLOW, politeness=shared, until=time.monotonic() + 0.4)
        with hurried, pytest.raises(FetchError, match="no time left"):
            hurried.get(site.url("/"), crawl=True)
        slow = False
        with Session(user_agent="T", allow=ALLOW, politeness=shared) as patient:
            assert patient.get(site.url("/"), crawl=True).status == 200


def test_a_reader_ends_soon_after_the_moment_and_what_has_arrived_is_still_read() -> None:
    with Sandbox(readers={"sleep": f"{hostile}:sleep", "text": "harvesters.readers.text:read"}) as sandbox:
        sandbox.read("text", b"warm")
        begun = time.monotonic()
        hurried = sandbox.hurried(begun)
        assert hurried.read("text", b"# A title\n\nWords")["title"] == "A title"
        with pytest.raises(ReadError) as slow:
            hurried.read("sleep", b"60")
        assert slow.value.problem.code == "reader-too-slow"
        assert time.monotonic() - begun < SHORTEST + 3
