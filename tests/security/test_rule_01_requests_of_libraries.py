"""Rules 1, 3 to 6 once more, for requests that somebody else's library makes: they go out by the same door."""

import threading
import time
from collections.abc import Iterator

import pytest
from authlib.integrations.requests_client import OAuth2Session

from harvesters.errors import BlockedError, FetchError
from harvesters.fetch import Caps, guard, parse_allow
from tests.security.targets import NOT_GLOBAL, TIMES, Trap
from tests.servers.loopback import Answer, Request, serve


def library(allow: str = "", cap: int = 100_000) -> OAuth2Session:
    """A session of Authlib with our way out."""
    made = OAuth2Session("client", "secret", token_endpoint_auth_method="client_secret_basic")
    allowed = parse_allow([allow]) if allow else ()
    guard(made, user_agent="Moothall/0", times=TIMES, allow=allowed, caps=Caps(list=cap))
    return made


@pytest.fixture(scope="module")
def own() -> Iterator[OAuth2Session]:
    with library("127.0.0.0/8:*") as made:
        yield made


@pytest.mark.parametrize("host", NOT_GLOBAL.split())
def test_private_host_is_refused_however_it_is_spelled(trap: Trap, open_port: int, tried: list[str], host: str) -> None:
    before = trap.hits
    with library() as session:
        for scheme in ("http", "https"):
            for call in (session.get, session.post):
                with pytest.raises((FetchError, OSError)):
                    call(f"{scheme}://{host}:{open_port}/token", withhold_token=True)
    assert tried == []
    assert trap.hits == before


def test_no_secret_goes_over_an_open_line_to_the_internet(tried: list[str]) -> None:
    with library() as session, pytest.raises(BlockedError) as caught:
        session.fetch_token("http://8.8.8.8/token", grant_type="authorization_code", code="x")
    assert caught.value.problem.code == "not-encrypted"
    assert tried == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(own: OAuth2Session, status: int) -> None:
    with serve({"/token": (status, {"Location": "/there"}, b""), "/there": b"{}"}) as site:
        with pytest.raises(BlockedError) as caught:
            own.fetch_token(site.url("/token"), grant_type="authorization_code", code="x")
        assert caught.value.problem.code == "redirect-refused"
        assert site.paths == ["/token"]


def test_what_the_environment_and_the_site_say_does_not_count(
    own: OAuth2Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with serve({"/a": (200, {"Set-Cookie": "a=b"}, b"{}")}) as site:
        for _ in range(2):
            assert own.get(site.url("/a"), withhold_token=True).json() == {}
        assert all("cookie" not in one.headers and "authorization" not in one.headers for one in site.seen)


def test_an_answer_that_is_too_large_or_unpacks_to_more_is_refused(own: OAuth2Session) -> None:
    with serve({"/a": b"x" * 200_000}) as site, pytest.raises(FetchError) as caught:
        own.get(site.url("/a"), withhold_token=True)
    assert caught.value.problem.code == "too-large"


def test_silence_ends(own: OAuth2Session) -> None:
    ended = threading.Event()

    def wait(_: Request) -> Answer:
        ended.wait(20)
        return b"{}"

    with serve(wait) as site:
        begun = time.monotonic()
        with pytest.raises(FetchError) as caught:
            own.get(site.url("/a"), withhold_token=True)
        ended.set()
    assert caught.value.problem.code == "too-slow"
    assert time.monotonic() - begun < TIMES.list + 2
