"""The guarded fetch against a server that does everything wrong, over real sockets on loopback."""

import gzip
import json
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from harvesters.base import Http
from harvesters.errors import BlockedError, FetchError
from harvesters.fetch import Caps, FetchTimes, Session, parse_allow, user_agent
from tests.servers.faulty import ETAG, MODIFIED, Faulty, faulty
from tests.servers.loopback import Request, serve

pytestmark = pytest.mark.alone

LOOPBACK = parse_allow(["127.0.0.0/8:*"])
PATIENCE = 0.9
"""Seconds that an attempt may take here; the dripping modes send something every 0.4 s."""


class Naps:
    """Takes down how long we would have slept."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def server() -> Iterator[Faulty]:
    with faulty() as made:
        yield made


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def times(naps: Naps) -> FetchTimes:
    return FetchTimes(connect=5, idle=10, list=5, document=5, sleep=naps)


@pytest.fixture
def session(times: FetchTimes) -> Iterator[Session]:
    with Session(user_agent="Moothall/0 (+https://hub.example)", allow=LOOPBACK, times=times) as made:
        yield made


def failing(session: Session, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        session.get(url)
    said = caught.value.problem
    assert said.what.endswith(".")
    assert said.fix.endswith(".")
    assert said.where
    return caught.value


# --- what arrives ---------------------------------------------------------------------------------------------------


def test_session_is_the_http_that_kinds_ask_for(session: Session) -> None:
    asked: Http = session
    assert (asked.requests, asked.bytes) == (0, 0)


def test_answer_has_its_address_headers_and_body(session: Session, server: Faulty) -> None:
    answer = session.get(server.url("/html-instead#part"))
    assert (answer.url, answer.status, answer.moved) == (server.url("/html-instead"), 200, "")
    assert answer.media_type == "application/atom+xml"
    assert answer.body.startswith(b"<!doctype html>")
    assert session.get(server.url("/wrong-type")).media_type == "image/png"


def test_we_say_who_we_are_and_ask_for_nothing_that_we_cannot_unpack(session: Session, server: Faulty) -> None:
    sent = json.loads(session.get(server.url("/echo")).body)
    assert sent["user-agent"] == "Moothall/0 (+https://hub.example)"
    assert sent["accept-encoding"] == "gzip, deflate"
    assert sent["host"] == server.base_url.removeprefix("http://")
    assert not {"cookie", "authorization", "if-none-match", "referer"} & sent.keys()


def test_user_agent_names_version_and_contact() -> None:
    assert user_agent("https://hub.example/about").startswith("Moothall/")
    assert user_agent("https://hub.example/about").endswith(" (+https://hub.example/about)")
    assert "\n" not in user_agent("post\r\nX-Evil: 1")
    assert "+" not in user_agent("")


def test_counters_tell_requests_and_bytes(session: Session, server: Faulty) -> None:
    session.get(server.url("/chain?left=2"))
    assert (session.requests, session.bytes) == (3, len(b"arrived"))


@pytest.mark.parametrize("path", ["/404", "/410"])
def test_page_that_is_gone_comes_back_as_an_answer(session: Session, path: str) -> None:
    with serve({"/410": (410, {"ETag": '"x"'}, b"gone")}) as site:
        answer = session.get(site.url(path))
        assert answer.status == int(path[1:])
        assert answer.validators == {}


def test_address_in_other_letters_is_encoded(session: Session) -> None:
    with serve({"*": b"here"}) as site:
        session.get(site.url("/ffeil/cyngor ŵ.pdf?q=é"))
        assert site.paths == ["/ffeil/cyngor%20%C5%B5.pdf"]


def test_open_connection_is_used_again_also_after_304_and_404(session: Session) -> None:
    with serve({"/": b"here", "/same": (304, {}, b"")}) as site:
        for _ in range(5):
            session.get(site.url("/"))
            session.get(site.url("/same"), validators={"etag": ETAG})
            session.get(site.url("/none"))
        assert (len(site.seen), site.connections) == (15, 1)


def test_connection_that_was_closed_meanwhile_is_opened_again(session: Session, server: Faulty) -> None:
    for _ in range(3):
        assert session.get(server.url("/stale")).body == b"once"
    assert server.connections == 3


def test_many_threads_use_one_session(session: Session) -> None:
    with serve({"*": lambda request: request.path}) as first, serve({"*": lambda request: request.path}) as second:
        wrong: list[str] = []

        def fetch(number: int) -> None:
            for turn in range(10):
                site, path = (first, second)[turn % 2], f"/{number}/{turn}"
                if session.get(site.url(path)).body != path.encode():
                    wrong.append(path)

        threads = [threading.Thread(target=fetch, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert session.requests == len(first.seen) + len(second.seen) == 80


# --- time -----------------------------------------------------------------------------------------------------------


def test_silence_on_an_open_connection_is_not_tried_again(times: FetchTimes) -> None:
    held = threading.Event()

    def hang(request: Request) -> bytes:
        held.wait(5)
        return b""

    with (
        serve({"/": b"here", "/hang": hang}) as site,
        Session(user_agent="Moothall/0", allow=LOOPBACK, times=replace(times, idle=0.3)) as session,
    ):
        session.get(site.url("/"))
        assert failing(session, site.url("/hang")).problem.code == "too-slow"
        assert site.paths == ["/", "/hang"]
        held.set()


def test_no_thread_stays_behind(session: Session, server: Faulty) -> None:
    session.get(server.url("/echo"))
    before = threading.active_count()
    for _ in range(20):
        session.get(server.url("/echo"))
    time.sleep(0.2)
    assert threading.active_count() <= before + 1


# --- size -----------------------------------------------------------------------------------------------------------


def test_document_may_be_larger_than_a_list(server: Faulty, times: FetchTimes) -> None:
    caps = Caps(list=1000, document=2000)
    with (
        serve({"/": b"x" * 1500}) as site,
        Session(user_agent="Moothall/0", allow=LOOPBACK, times=times, caps=caps) as session,
    ):
        assert len(session.get(site.url("/"), purpose="document").body) == 1500
        assert failing(session, site.url("/")).problem.code == "too-large"


def test_short_page_that_packs_well_is_no_bomb(session: Session, server: Faulty) -> None:
    assert session.get(server.url("/bomb?mb=1")).body == bytes(1_000_000)


# --- redirects ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "moved"), [(301, True), (308, True), (302, False), (303, False), (307, False)])
def test_list_has_moved_only_when_every_redirect_is_permanent(
    session: Session, server: Faulty, status: int, moved: bool
) -> None:
    end = server.url("/chain?left=0")
    assert session.get(server.url(f"/chain?left=2&status={status}")).url == end
    answer = session.get(server.redirect(server.url(f"/chain?left=0&status={status}"), status))
    assert answer.moved == (answer.url if moved else "")
    mixed = session.get(server.redirect(server.redirect(end, 302), 301))
    assert mixed.moved == ""


def test_list_that_moved_to_nothing_has_not_moved(session: Session, server: Faulty) -> None:
    answer = session.get(server.redirect(server.url("/none"), 301))
    assert (answer.status, answer.moved) == (404, "")


def test_redirect_without_an_address_is_refused(session: Session, server: Faulty) -> None:
    assert failing(session, server.url("/nowhere")).problem.code == "bad-redirect"


@pytest.mark.parametrize(
    ("location", "path"), [("/tŷ".encode().decode("latin-1"), "/t%C5%B7"), ("/ty\xe9", "/ty%C3%A9")]
)
def test_redirect_may_be_relative_and_in_other_letters(session: Session, location: str, path: str) -> None:
    with serve({"/old": (302, {"Location": location}, b""), path: b"house"}) as site:
        assert session.get(site.url("/old")).body == b"house"


# --- statuses and repeats -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_fault_that_passes_is_waited_out(session: Session, server: Faulty, naps: Naps, status: int) -> None:
    assert session.get(server.url(f"/fail?times=2&status={status}")).body == b"well again"
    assert server.count("/fail") == 3
    assert 0.5 <= naps.slept[0] <= 1.5
    assert 1 <= naps.slept[1] <= 3


@pytest.mark.parametrize(("status", "code"), [(429, "status-429"), (500, "status-5xx"), (503, "status-5xx")])
def test_fault_that_lasts_is_an_error_after_three_tries(
    session: Session, server: Faulty, status: int, code: str
) -> None:
    error = failing(session, server.url(f"/fail?status={status}"))
    assert (error.problem.code, error.permanent, server.count("/fail")) == (code, False, 3)


def test_short_retry_after_is_waited_for(session: Session, server: Faulty, naps: Naps) -> None:
    assert session.get(server.url("/fail?times=1&status=429&after=60")).body == b"well again"
    assert naps.slept == [60]


def test_long_retry_after_ends_the_run_and_tells_when_to_come_back(
    session: Session, server: Faulty, naps: Naps
) -> None:
    error = failing(session, server.url("/fail?status=503&after=61"))
    assert (error.retry_after, error.problem.code) == (61, "status-5xx")
    assert (server.count("/fail"), naps.slept) == (1, [])


def test_retry_after_may_be_a_date(session: Session, server: Faulty, naps: Naps) -> None:
    error = failing(session, server.url("/fail?status=503&after=Fri, 01 Mar 2041 10:00:00 GMT".replace(" ", "%20")))
    assert error.retry_after is not None
    assert error.retry_after > 86400
    session.get(server.url("/fail?times=2&status=503&after=Tue,%2003%20Nov%202020%2010:00:00%20GMT"))
    assert naps.slept == [0]


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "bad-status"), (405, "bad-status"), (451, "bad-status"), (401, "status-401"), (403, "blocked-by-firewall")],
)
def test_refusal_is_not_repeated(session: Session, server: Faulty, status: int, code: str) -> None:
    error = failing(session, server.url(f"/fail?status={status}"))
    assert (error.problem.code, server.count("/fail")) == (code, 1)
    assert isinstance(error, BlockedError) == (status in (401, 403))


def test_challenge_of_cloudflare_is_a_block_and_tells_what_to_allow(session: Session, server: Faulty) -> None:
    error = failing(session, server.url("/challenge"))
    assert (error.problem.code, error.permanent, server.count("/challenge")) == ("blocked-by-firewall", True, 1)
    assert "Moothall/0 (+https://hub.example)" in error.problem.fix


@pytest.mark.parametrize("path", ["/truncated", "/truncated-gzip", "/coded", "/garbage", "/close"])
def test_broken_answer_is_an_error_of_ours(session: Session, server: Faulty, path: str) -> None:
    assert failing(session, server.url(path)).problem.code == "bad-answer"


def test_site_that_is_down_is_said_to_be_down(session: Session) -> None:
    with serve({}) as site:
        gone = site.url("/")
    assert failing(session, gone).problem.code == "no-connection"


@pytest.mark.parametrize(
    "url", ["", "site.example", "file:///etc/passwd", "http://[::1", "http://a.example:x/", "http://①.example/"]
)
def test_what_is_no_address_is_refused(session: Session, url: str) -> None:
    with pytest.raises(BlockedError) as caught:
        session.get(url)
    assert caught.value.problem.code == "bad-address"


# --- conditional requests -------------------------------------------------------------------------------------------


def test_unchanged_document_is_304_and_keeps_the_validators_of_the_last_200(session: Session, server: Faulty) -> None:
    first = session.get(server.url("/etag"))
    assert first.validators == {"etag": ETAG, "last_modified": MODIFIED}
    second = session.get(server.url("/etag"), validators=first.validators)
    assert (second.status, second.body) == (304, b"")
    assert second.validators == first.validators, "not those of the 304"
    sent = server.seen[-1].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == (ETAG, MODIFIED)


@pytest.mark.parametrize("validators", [{"etag": ETAG}, {"last_modified": MODIFIED}])
def test_one_validator_is_enough(session: Session, server: Faulty, validators: dict[str, str]) -> None:
    assert session.get(server.url("/etag"), validators=validators).status == 304


def test_change_date_in_the_future_is_dropped(session: Session, server: Faulty) -> None:
    assert session.get(server.url("/future")).validators == {"etag": ETAG}


def test_validator_that_would_break_the_headers_is_left_out(session: Session, server: Faulty) -> None:
    validators = {"etag": '"a"\r\nX-Evil: 1', "lastmod": "2026-11-03", "size": "9"}
    assert session.get(server.url("/etag"), validators=validators).status == 200
    assert not {"if-none-match", "x-evil", "lastmod"} & server.seen[-1].headers.keys()


def test_304_that_nobody_asked_for_is_an_error(session: Session, server: Faulty) -> None:
    assert failing(session, server.url("/unasked-304")).problem.code == "bad-status"


# --- TLS ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def certificate(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


def secure(times: FetchTimes, ca_file: str | None) -> Session:
    """A session to which every name is on loopback."""
    return Session(
        user_agent="Moothall/0",
        allow=LOOPBACK,
        times=times,
        ca_file=ca_file,
        resolve=lambda host, port: ["127.0.0.1"],
    )


def test_certificate_and_server_name_are_those_of_the_name(
    authority: trustme.CA, times: FetchTimes, ca_file: str
) -> None:
    asked: list[str | None] = []
    context = certificate(authority, "site.example")
    context.sni_callback = lambda sock, name, _: asked.append(name)
    with serve({"/": b"safe"}, name="site.example", tls=context) as site, secure(times, ca_file) as session:
        for _ in range(3):
            assert session.get(site.url("/")).body == b"safe"
        assert (asked, site.connections) == (["site.example"], 1)


def test_certificate_for_another_name_is_refused(authority: trustme.CA, times: FetchTimes, ca_file: str) -> None:
    tls = certificate(authority, "other.example", "127.0.0.1")
    with serve({"/": b"safe"}, name="site.example", tls=tls) as site, secure(times, ca_file) as session:
        error = failing(session, site.url("/"))
        assert error.problem.code == "tls"
        assert "another name" in error.problem.what
        assert site.seen == []


def test_certificate_of_an_unknown_authority_is_refused(authority: trustme.CA, times: FetchTimes) -> None:
    tls = certificate(authority, "site.example")
    with serve({"/": b"safe"}, name="site.example", tls=tls) as site, secure(times, None) as session:
        error = failing(session, site.url("/"))
        assert error.problem.code == "tls"
        assert "intermediate" in error.problem.what
        assert site.seen == []


def test_one_authority_does_not_vouch_for_another(authority: trustme.CA, times: FetchTimes, ca_file: str) -> None:
    tls = certificate(trustme.CA(), "site.example")
    with serve({"/": b"safe"}, name="site.example", tls=tls) as site, secure(times, ca_file) as session:
        assert failing(session, site.url("/")).problem.code == "tls"


def test_plain_http_behind_https_is_an_error_of_ours(session: Session, server: Faulty) -> None:
    error = failing(session, server.url("/echo").replace("http://", "https://"))
    assert error.problem.code == "tls"


# --- the environment ------------------------------------------------------------------------------------------------


def test_environment_has_no_say(
    authority: trustme.CA, times: FetchTimes, ca_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No proxy, no password of .netrc, no other certificates."""
    (tmp_path / ".netrc").write_text("default login anna password geheim\n")
    with serve({"*": b"proxied"}) as proxy, serve({"/": b"direct"}) as site:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.base_url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nothing.pem"))
        tls = certificate(authority, "site.example")
        with serve({"/": b"direct"}, name="site.example", tls=tls) as safe, secure(times, ca_file) as session:
            assert session.get(site.url("/")).body == b"direct"
            assert session.get(safe.url("/")).body == b"direct"
        assert "authorization" not in site.seen[0].headers
        assert (proxy.seen, proxy.connections) == ([], 0)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "raw-deflate", "two-gzips", "padded-gzip", "identity"])
def test_packed_answers_are_unpacked(session: Session, coding: str) -> None:
    text = bytes(range(256)) * 1000
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(text),
        "x-gzip": gzip.compress(text),
        "deflate": zlib.compress(text),
        "raw-deflate": raw.compress(text) + raw.flush(),
        "two-gzips": gzip.compress(text[:1000]) + gzip.compress(text[1000:]),
        "padded-gzip": gzip.compress(text) + bytes(100),
        "identity": text,
    }[coding]
    said = {"raw-deflate": "deflate", "two-gzips": "gzip", "padded-gzip": "GZIP"}.get(coding, coding)

    def answer(request: Request) -> tuple[int, dict[str, str], bytes]:
        return 200, {"Content-Encoding": said}, packed

    with serve({"/": answer}) as site:
        assert session.get(site.url("/")).body == text
        assert session.bytes == len(packed)
