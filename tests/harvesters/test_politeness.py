"""Manners: how often a site is visited, by how many at once, and what its robots.txt says."""

import threading
import time
from collections.abc import Iterator

import pytest

from harvesters.errors import BlockedError, FetchError
from harvesters.fetch import FetchTimes, Session, parse_allow
from harvesters.politeness import ROBOTS_CAP, Politeness
from harvesters.problems import problem
from tests.servers.loopback import Request, Routes, serve

pytestmark = pytest.mark.alone

LOOPBACK = parse_allow(["127.0.0.0/8:*"])
AGENT = "Moothall/0.1 (+https://bot.example/about)"


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def politeness(clock: Clock) -> Politeness:
    return Politeness(clock=clock, sleep=clock.sleep)


@pytest.fixture
def session(politeness: Politeness) -> Iterator[Session]:
    times = FetchTimes(connect=1, idle=1, list=1, document=1, sleep=lambda seconds: None)
    with Session(user_agent=AGENT, allow=LOOPBACK, times=times, politeness=politeness) as made:
        yield made


def visit(politeness: Politeness, site: str, ours: bool = False) -> None:
    with politeness.turn(site) as turn:
        turn.ours = ours


def test_second_request_to_a_site_waits_one_second(politeness: Politeness, clock: Clock) -> None:
    for _ in range(3):
        visit(politeness, "site.example:443")
    assert clock.slept == [1.0, 1.0]


def test_time_that_a_request_took_counts_as_waiting(politeness: Politeness, clock: Clock) -> None:
    with politeness.turn("site.example:443"):
        clock.now += 0.7
    visit(politeness, "site.example:443")
    assert clock.slept == [0.3]


def test_other_sites_and_other_ports_do_not_wait(politeness: Politeness, clock: Clock) -> None:
    for site in ("site.example:443", "site.example:80", "other.example:443"):
        visit(politeness, site)
    assert clock.slept == []


def test_site_that_answers_with_an_error_is_not_visited_sooner(politeness: Politeness, clock: Clock) -> None:
    with pytest.raises(FetchError), politeness.turn("site.example:443"):
        raise FetchError(problem("no-connection"))
    visit(politeness, "site.example:443")
    assert clock.slept == [1.0]


def test_allowed_network_is_visited_without_waiting(session: Session, clock: Clock) -> None:
    with serve({"/": b"here"}) as site:
        for _ in range(3):
            session.get(site.url("/"))
    assert clock.slept == []


def test_sessions_of_a_process_share_the_pace_and_its_one_connection() -> None:
    busy: list[int] = []
    together: list[int] = []

    def slow(request: Request) -> bytes:
        busy.append(1)
        together.append(len(busy))
        time.sleep(0.02)
        busy.pop()
        return b"here"

    shared = Politeness()
    with serve({"/": slow}) as site:
        sessions = [Session(user_agent=AGENT, allow=LOOPBACK, politeness=shared) for _ in range(4)]
        threads = [threading.Thread(target=one.get, args=(site.url("/"),)) for one in sessions for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in sessions:
            one.close()
    assert together == [1] * 8


def refused(session: Session, url: str) -> str:
    with pytest.raises(BlockedError) as caught:
        session.get(url, crawl=True)
    return caught.value.problem.code


def test_page_that_robots_txt_closes_is_not_fetched(session: Session) -> None:
    with serve({"/robots.txt": "User-agent: *\nDisallow: /private/\nAllow: /private/open", "*": b"here"}) as site:
        assert refused(session, site.url("/private/page")) == "robots-refused"
        assert session.get(site.url("/private/open"), crawl=True).body == b"here"
        assert site.paths == ["/robots.txt", "/private/open"]


def test_address_that_a_member_gave_us_needs_no_robots_txt(session: Session) -> None:
    with serve({"/robots.txt": "User-agent: *\nDisallow: /", "*": b"here"}) as site:
        assert session.get(site.url("/feed.xml")).body == b"here"
        assert site.paths == ["/feed.xml"]


def test_rules_for_our_name_win_over_rules_for_all(session: Session) -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: moothall\nDisallow: /closed\n\nUser-agent: bot\nDisallow: /"
    with serve({"/robots.txt": rules, "*": b"here"}) as site:
        assert session.get(site.url("/page"), crawl=True).body == b"here"
        assert refused(session, site.url("/closed")) == "robots-refused"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
def test_site_without_robots_txt_is_open(session: Session, status: int) -> None:
    with serve({"/robots.txt": (status, {}, b"User-agent: *\nDisallow: /"), "*": b"here"}) as site:
        assert session.get(site.url("/page"), crawl=True).body == b"here"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_site_whose_robots_txt_fails_is_left_alone(session: Session, clock: Clock, status: int) -> None:
    with serve({"/robots.txt": (status, {}, b""), "*": b"here"}) as site:
        for _ in range(2):
            with pytest.raises(FetchError) as caught:
                session.get(site.url("/page"), crawl=True)
            assert caught.value.problem.code == "robots-unreachable"
            assert not caught.value.permanent
        assert site.paths == ["/robots.txt"] * 3, "two repeats, then the news is kept for a while"
        clock.now += 61
        with pytest.raises(FetchError):
            session.get(site.url("/page"), crawl=True)
        assert len(site.paths) == 6


def test_site_whose_robots_txt_hangs_is_left_alone(session: Session) -> None:
    held = threading.Event()

    def hang(request: Request) -> bytes:
        held.wait(5)
        return b""

    with serve({"/robots.txt": hang, "*": b"here"}) as site:
        with pytest.raises(FetchError) as caught:
            session.get(site.url("/page"), crawl=True)
        held.set()
        assert caught.value.problem.code == "robots-unreachable"
        assert site.paths == ["/robots.txt"]


def test_robots_txt_is_read_once_and_again_when_it_is_old(session: Session, clock: Clock) -> None:
    with serve({"/robots.txt": "", "*": b"here"}) as site:
        for page in ("/a", "/b", "/c"):
            session.get(site.url(page), crawl=True)
        clock.now += 3601
        session.get(site.url("/d"), crawl=True)
        assert site.paths == ["/robots.txt", "/a", "/b", "/c", "/robots.txt", "/d"]


def test_very_long_robots_txt_is_read_up_to_its_cap(session: Session) -> None:
    rules = "User-agent: *\nDisallow: /closed\n"
    long = rules + "# filler\n" * (ROBOTS_CAP // 9) + "Disallow: /late\n" + "#\n" * 100_000
    with serve({"/robots.txt": long, "*": b"here"}) as site:
        assert refused(session, site.url("/closed")) == "robots-refused"
        assert session.get(site.url("/late"), crawl=True).body == b"here"
        assert session.bytes < ROBOTS_CAP + 200_000


@pytest.mark.parametrize(("said", "waited"), [("5", 5.0), ("0.5", 0.5), ("3600", 30.0)])
def test_crawl_delay_is_obeyed_up_to_half_a_minute(session: Session, clock: Clock, said: str, waited: float) -> None:
    with serve({"/robots.txt": f"User-agent: *\nCrawl-delay: {said}", "*": b"here"}) as site:
        for page in ("/a", "/b", "/c"):
            session.get(site.url(page), crawl=True)
    assert clock.slept == [waited] * 2


def test_page_is_checked_again_after_a_redirect_to_another_site(session: Session) -> None:
    routes: Routes = {"/robots.txt": "User-agent: *\nDisallow: /closed", "*": b"secret"}
    with serve(routes) as second, serve({"/go": (302, {"Location": second.url("/closed")}, b"")}) as first:
        assert refused(session, first.url("/go")) == "robots-refused"
        assert second.paths == ["/robots.txt"]


def test_robots_txt_that_redirects_is_followed(session: Session) -> None:
    routes: Routes = {
        "/robots.txt": (301, {"Location": "/rules"}, b""),
        "/rules": "User-agent: *\nDisallow: /closed",
        "*": b"here",
    }
    with serve(routes) as site:
        assert refused(session, site.url("/closed")) == "robots-refused"


def test_robots_txt_that_is_a_web_page_closes_nothing(session: Session) -> None:
    with serve({"/robots.txt": "<!doctype html><p>Disallow: /</p>", "*": b"here"}) as site:
        assert session.get(site.url("/page"), crawl=True).body == b"here"


def test_site_that_does_not_exist_is_named_so_and_not_blamed_on_robots(session: Session) -> None:
    with serve({}) as site:
        gone = site.url("/page")
    with pytest.raises(FetchError) as caught:
        session.get(gone, crawl=True)
    assert caught.value.problem.code == "no-connection"


def test_memory_of_thousands_of_sites_stays_small(politeness: Politeness, clock: Clock) -> None:
    for number in range(5000):
        visit(politeness, f"site{number}.example:443", ours=True)
        clock.now += 1
    assert len(politeness._sites) <= 2000


def test_threads_wait_for_one_robots_txt(politeness: Politeness) -> None:
    def slow_rules(request: Request) -> bytes:
        time.sleep(0.05)
        return b""

    with (
        serve({"/robots.txt": slow_rules, "*": b"here"}) as site,
        Session(user_agent=AGENT, allow=LOOPBACK, politeness=politeness) as session,
    ):
        threads = [
            threading.Thread(target=session.get, args=(site.url(f"/{n}"),), kwargs={"crawl": True}) for n in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert site.paths.count("/robots.txt") == 1
        assert len(site.paths) == 7
