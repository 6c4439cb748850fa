"""Rule 1: the guarded session alone opens sockets, and only to the open internet, whoever names the address."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from harvesters.base import Page, Tools
from harvesters.discovery import look
from harvesters.errors import BlockedError, FetchError, HarvestError
from harvesters.fetch import Session, parse_allow
from harvesters.run import harvest
from harvesters.sandbox import Sandbox
from tests.security.targets import NOT_GLOBAL, TIMES, Trap
from tests.servers.loopback import Answer, Request, serve

HOSTS = NOT_GLOBAL.split()
XML = {"Content-Type": "application/xml"}
RSS = {"Content-Type": "application/rss+xml"}
HTML = {"Content-Type": "text/html"}


@pytest.mark.parametrize("host", HOSTS)
def test_private_host_is_refused_however_it_is_spelled(
    session: Session, trap: Trap, tried: list[str], host: str
) -> None:
    before = trap.hits
    with pytest.raises(FetchError) as caught:
        session.get(f"http://{host}:{trap.port}/latest/meta-data/")
    assert caught.value.problem.code in ("private-address", "bad-address", "unknown-host", "no-name-lookup")
    assert caught.value.problem.what.endswith(".")
    assert tried == []
    assert trap.hits == before


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "0"])
def test_the_trap_would_catch_us_if_we_were_let_go(trap: Trap, host: str) -> None:
    before = trap.hits
    with (
        Session(user_agent="Moothall/0", times=TIMES, allow=parse_allow(["0.0.0.0/0:*", "::/0:*"])) as open_to_all,
        pytest.raises(FetchError, match="does not answer like a web server"),
    ):
        open_to_all.get(f"http://{host}:{trap.port}/")
    assert trap.reached(before)


@pytest.mark.parametrize(
    "url", ["http://a@127.0.0.1:{}/", "http://127.0.0.1:{}\\@site.example/", "http://site.example@127.0.0.1:{}/"]
)
def test_address_that_hides_its_host_is_refused(session: Session, trap: Trap, tried: list[str], url: str) -> None:
    with pytest.raises(BlockedError):
        session.get(url.format(trap.port))
    assert tried == []


@pytest.mark.parametrize("port", [0, 1, 22, 25, 6379, 8080, 9200, 65535])
def test_other_ports_are_closed_before_the_name_is_looked_up(tried: list[str], port: int) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8"]

    with Session(user_agent="Moothall/0", times=TIMES, resolve=resolve) as session:
        with pytest.raises(BlockedError) as caught:
            session.get(f"http://site.example:{port}/")
        assert caught.value.problem.code == ("bad-address" if port == 0 else "closed-port")
    assert (asked, tried) == ([], [])


def test_private_address_is_refused_also_for_robots_txt(session: Session, trap: Trap, tried: list[str]) -> None:
    with pytest.raises(BlockedError) as caught:
        session.get(f"http://127.0.0.1:{trap.port}/page", crawl=True)
    assert caught.value.problem.code == "private-address"
    assert tried == []


# --- every way in by which a site or a person may name an address ----------------------------------------------------


@dataclass(frozen=True)
class Lure:
    """A site of our own on loopback that leads to addresses; `list` is that of its own list."""

    targets: tuple[str, ...]

    def answer(self, request: Request) -> Answer:
        """Any request: the list of each kind, full of the targets."""
        links = [target.replace("&", "&amp;") for target in self.targets]
        match request.path:
            case "/feed":
                items = "".join(f"<item><title>A note</title><link>{one}</link></item>" for one in links)
                return 200, RSS, f'<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'
            case "/enclosures":
                items = "".join(
                    f"<item><title>A</title><guid>{number}</guid><enclosure url='{one}' type='application/pdf'/></item>"
                    for number, one in enumerate(links)
                )
                return 200, RSS, f'<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'
            case "/sitemap.xml":
                pages = "".join(f"<url><loc>{one}</loc></url>" for one in links)
                return 200, XML, f"<urlset>{pages}</urlset>"
            case "/sitemaps.xml":
                parts = "".join(f"<sitemap><loc>{one}</loc></sitemap>" for one in links)
                return 200, XML, f"<sitemapindex>{parts}</sitemapindex>"
            case "/folder/":
                shown = "".join(f'<a href="{one}">a file.pdf</a>' for one in links)
                return 200, HTML, f"<title>Index of /folder</title><h1>Index of /folder</h1>{shown}"
            case "/home":
                named = "".join(f'<link rel="alternate" type="application/rss+xml" href="{one}">' for one in links)
                return 200, HTML, f"<!doctype html><title>Home</title>{named}<p>Welcome to Northford."
        if request.path.startswith(("/older/", "/to/")):
            one = self.targets[int(request.path.rpartition("/")[2])]
            if request.path.startswith("/to/"):
                return 302, {"Location": one.encode().decode("latin-1")}, b""
            feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>N</title><link rel='next' href='{one}'/></feed>"
            return 200, {"Content-Type": "application/atom+xml"}, feed
        if request.path.startswith("/context/"):
            said = {"@context": self.targets[int(request.path.rpartition("/")[2])], "@type": "Article", "headline": "A"}
            body = f"<!doctype html><script type='application/ld+json'>{json.dumps(said)}</script><p>Words of a page."
            return 200, HTML, body
        return 404, {}, b""


def harvested(kind: str, path: str) -> Callable[[str, int, Tools], None]:
    """Harvest the list at `path` once."""

    def enter(base: str, count: int, tools: Tools) -> None:
        walk(kind, base + path, tools)

    return enter


def each(kind: str, path: str) -> Callable[[str, int, Tools], None]:
    """Harvest the list at `path` followed by a number, for every target."""

    def enter(base: str, count: int, tools: Tools) -> None:
        for number in range(count):
            walk(kind, f"{base}{path}{number}", tools)

    return enter


def walk(kind: str, address: str, tools: Tools) -> list[Page]:
    with suppress(HarvestError):
        return list(harvest(kind, address, {}, lambda ids: {}, tools))
    return []


def looked_at(base: str, count: int, tools: Tools) -> None:
    """As somebody who registers a source pastes the home page."""
    look(f"{base}/home", tools)


def in_documents(base: str, count: int, tools: Tools) -> None:
    """Pages whose JSON-LD names a context: nothing of it is ever fetched."""
    for number in range(count):
        answer = tools.http.get(f"{base}/context/{number}")
        tools.sandbox.read("html", answer.body, url=answer.url)


ENTRIES: Mapping[str, Callable[[str, int, Tools], None]] = {
    "the link of a feed's entry": harvested("feed", "/feed"),
    "the older page of a feed": each("feed", "/older/"),
    "a page of a sitemap": harvested("sitemap", "/sitemap.xml"),
    "a part of a sitemap": harvested("sitemap", "/sitemaps.xml"),
    "a redirect of a feed": each("feed", "/to/"),
    "a redirect of a sitemap": each("sitemap", "/to/"),
    "a redirect of a folder": each("folder", "/to/"),
    "a redirect of a repository": each("oaipmh", "/to/"),
    "a feed that a pasted page announces": looked_at,
}
NEVER_FETCHED: Mapping[str, Callable[[str, int, Tools], None]] = {
    "a file of a feed's entry": harvested("feed", "/enclosures"),
    "a file of a folder elsewhere": harvested("folder", "/folder/"),
    "the context of JSON-LD": in_documents,
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.mark.parametrize("entry", [*ENTRIES, *NEVER_FETCHED])
def test_no_way_in_leads_to_what_is_not_public(
    sandbox: Sandbox, trap: Trap, open_port: int, tried: list[str], entry: str
) -> None:
    before = trap.hits
    targets = tuple(f"http://{host}:{open_port}/latest/meta-data/" for host in HOSTS)
    with serve(Lure(targets).answer) as site:
        port = int(site.base_url.rpartition(":")[2])
        own = parse_allow([f"127.0.0.1/32:{port}"])
        with Session(user_agent="Moothall/0", times=TIMES, allow=own) as session:
            {**ENTRIES, **NEVER_FETCHED}[entry](site.base_url, len(targets), Tools(session, sandbox))
        assert site.seen, "the site was visited"
    assert set(tried) == {f"('127.0.0.1', {port})"}, "and nothing else"
    assert trap.hits == before


@pytest.mark.parametrize("entry", ENTRIES)
def test_each_way_in_would_lead_to_the_trap_if_it_were_public(
    sandbox: Sandbox, trap: Trap, open_port: int, entry: str
) -> None:
    before = trap.hits
    with serve(Lure((f"http://127.0.0.1:{open_port}/a",)).answer) as site:
        everything = parse_allow(["0.0.0.0/0:*", "::/0:*"])
        with Session(user_agent="Moothall/0", times=TIMES, allow=everything) as session:
            ENTRIES[entry](site.base_url, 1, Tools(session, sandbox))
    assert trap.reached(before)


def test_nothing_else_in_the_code_opens_a_socket() -> None:
    """Beside the contracts of import-linter: no module of ours names what opens one."""
    root = Path(__file__).resolve().parents[2]
    allowed = {"harvesters/door.py", "harvesters/fetch.py"}
    openers = re.compile(
        r"^\s*(?:import|from)\s+(?:socket|http\.client|urllib\.request|requests|httpx|ftplib|telnetlib)\b", re.M
    )
    found = {
        str(path.relative_to(root))
        for folder in ("vocab", "federation", "harvesters", "hub")
        for path in (root / folder).rglob("*.py")
        if openers.search(path.read_text())
    }
    assert {one for one in found if not one.startswith("hub/demo/")} <= allowed | {"hub/mail/connection.py"}
