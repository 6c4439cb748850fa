"""Discovery: what is found at any address that a person pastes, in a sentence each, with few and polite visits."""

import time
from dataclasses import dataclass, field

import pytest

from harvesters.base import Tools
from harvesters.discovery import MOST_VISITS, NOTHING, Looked, addresses_of, look
from harvesters.errors import BlockedError, FetchError, HarvestError, ListError
from harvesters.fetch import Session, parse_allow
from harvesters.sandbox import Sandbox
from tests.contract.sites import FeedSite, FolderSite, OaiSite, SitemapSite, texts
from tests.harvesters.workshop import AT_ONCE
from tests.servers.loopback import Answer, Request, Site, serve

HTML = {"Content-Type": "text/html; charset=utf-8"}
ATOM = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Northford news</title><id>n</id>'
    "<entry><id>1</id><title>One</title><link href='/1'/><updated>2026-11-19T09:00:00Z</updated></entry>"
    "<entry><id>2</id><title>Two</title><link href='/2'/><updated>2026-10-02T09:00:00Z</updated></entry></feed>"
)
JSON_FEED = (
    '{"version": "https://jsonfeed.org/version/1.1", "title": "Ashmoor notes", '
    '"items": [{"id": "1", "url": "https://a.example/1", "title": "One"}]}'
)


def page(head: str = "", body: str = "<p>Hello</p>") -> Answer:
    return 200, HTML, f"<html><head><title>Northford City</title>{head}</head><body><main>{body}</main></body></html>"


def announced(address: str, type: str = "application/atom+xml") -> str:
    return f'<link rel="alternate" type="{type}" href="{address}">'


@dataclass
class Town:
    """Answers by path; the rest is not there."""

    routes: dict[str, Answer] = field(default_factory=dict)

    def answer(self, request: Request) -> Answer:
        return self.routes.get(request.path, (404, {}, b""))


def found(looked: Looked, site: Site) -> list[tuple[str, str]]:
    return [(one.kind, one.address.removeprefix(site.base_url)) for one in looked.finds]


def test_a_feed_is_named_with_its_form_its_size_and_its_newest_date(tools: Tools) -> None:
    with serve(Town({"/news.atom": ATOM, "/notes.json": (200, {}, JSON_FEED)}).answer) as site:
        looked = look(site.url("/news.atom"), tools)
        assert found(looked, site) == [("feed", "/news.atom")]
        (find,) = looked.finds
        assert find.title == "Northford news"
        assert find.sentence == ("An Atom feed, “Northford news”, with 2 documents; the newest is of 19 November 2026.")
        assert looked.sentence == "This address can be collected as it is."
        assert look(site.url("/notes.json"), tools).finds[0].sentence == (
            "A JSON feed, “Ashmoor notes”, with 1 document; none of them states a date."
        )
        assert len(site.seen) == 2, "one visit each"
    with serve(FeedSite(texts(3)).answer) as site:
        assert look(site.url("/feed.xml"), tools).finds[0].sentence.startswith("An RSS feed, “Damp”, with 3 documents")


def test_a_page_leads_to_the_feeds_that_it_announces_but_not_to_that_of_its_comments(tools: Tools) -> None:
    head = announced("/news.atom") + announced("/comments/feed/") + announced("/notes.json", "application/feed+json")
    town = Town({"/": page(head), "/news.atom": ATOM, "/notes.json": JSON_FEED})
    with serve(town.answer) as site:
        looked = look(site.url("/"), tools)
        assert found(looked, site) == [("feed", "/news.atom"), ("feed", "/notes.json")]
        assert looked.itself == "This is a web page named “Northford City”, not a feed."
        assert looked.sentence.endswith("It or its site leads to these:")
        assert "/comments/feed/" not in site.paths


def test_feeds_among_the_links_of_a_page_are_tried_after_asking_robots_txt(tools: Tools) -> None:
    body = '<a href="/rss.xml">Subscribe</a> <a href="/odd">RSS feed</a> <a href="/forbidden/feed">News feed</a>'
    town = Town({"/": page(body=body), "/rss.xml": (200, {"Content-Type": "application/rss+xml"}, ATOM), "/odd": ATOM})
    town.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /forbidden/\n")
    with serve(town.answer) as site:
        looked = look(site.url("/"), tools)
        assert found(looked, site) == [("feed", "/rss.xml"), ("feed", "/odd")]
        assert "/forbidden/feed" not in site.paths
    outcomes = {one.address.removeprefix(site.base_url): one.outcome for one in looked.visits}
    assert "robots.txt asks us not to read" in outcomes["/forbidden/feed"]
    assert outcomes["/robots.txt"] == "It names no sitemap."


def test_a_website_is_found_by_its_sitemap_and_by_robots_txt(tools: Tools) -> None:
    made = SitemapSite(texts(3))
    made.broken["/"] = page()
    with serve(made.answer) as site:
        looked = look(site.url("/"), tools)
        assert found(looked, site) == [("sitemap", "/sitemap.xml")]
        assert looked.finds[0].sentence == "The sitemap of 127.0.0.1, in 2 parts."
        made.broken["/robots.txt"] = (200, {}, "User-agent: *\nSitemap: /part-1.xml\n")
        looked = look(site.url("/"), tools)
        assert found(looked, site) == [("sitemap", "/part-1.xml")]
        assert looked.finds[0].sentence == "The sitemap of 127.0.0.1, with 1 page."
        looked = look(site.url("/robots.txt"), tools)
        assert looked.itself == "This is the robots.txt of 127.0.0.1, which speaks to programs."
        assert found(looked, site) == [("sitemap", "/part-1.xml")]


def test_a_sitemap_says_when_it_changed_last(tools: Tools) -> None:
    urls = "<url><loc>/a</loc><lastmod>2026-11-19</lastmod></url><url><loc>/b</loc><lastmod>2026-01-02</lastmod></url>"
    with serve(Town({"/map.xml": f"<urlset>{urls}</urlset>"}).answer) as site:
        sentence = look(site.url("/map.xml"), tools).finds[0].sentence
    assert sentence == "The sitemap of 127.0.0.1, with 2 pages; the last change is of 19 November 2026."


def test_a_repository_is_asked_who_it_is_only_where_the_address_or_the_page_says_so(tools: Tools) -> None:
    with serve(OaiSite(texts(3)).answer) as site:
        for typed in ("/oai", "/oai?verb=Identify", "/oai?verb=ListRecords&metadataPrefix=oai_dc"):
            looked = look(site.url(typed), tools)
            assert looked.finds[0].kind == "oaipmh"
            assert looked.finds[0].address.startswith(site.url("/oai"))
            assert "“Trentside & friends”" in looked.finds[0].sentence
        kept = look(site.url("/oai?verb=ListRecords&set=practice"), tools).finds[0]
        assert kept.address == site.url("/oai?set=practice")
    repository = OaiSite(texts(1))

    def answer(request: Request) -> Answer:
        if request.path == "/":
            return page(body='<a href="/cgi/oai2">OAI-PMH</a>')
        return repository.normal(request) if request.path == "/cgi/oai2" and request.query else (404, {}, b"")

    with serve(answer) as site:
        assert found(look(site.url("/"), tools), site) == [("oaipmh", "/cgi/oai2")]
        assert found(look(site.url("/cgi/oai2"), tools), site) == [("oaipmh", "/cgi/oai2")], "although it answers 404"
    with serve(Town({"/": page()}).answer) as site:
        look(site.url("/"), tools)
        assert not [one for one in site.seen if "verb" in one.query]


def test_a_folder_is_found(tools: Tools) -> None:
    with serve(FolderSite(texts(3)).answer) as site:
        (find,) = look(site.url("/files/"), tools).finds
    assert (find.kind, find.title) == ("folder", "/files/")
    assert find.sentence == "A folder of files, /files/, with 3 files and 1 folder in it."


@pytest.mark.parametrize(
    ("typed", "answer", "feed"),
    [
        ("/", page('<link rel="https://api.w.org/" href="/wp-json/">'), "/feed/"),
        ("/blog/wp-json/", (200, {"Content-Type": "application/json"}, '{"name": "Blog"}'), "/blog/feed/"),
        ("/", page('<meta name="generator" content="ckan 2.10.4">'), "/feeds/dataset.atom"),
        ("/api/3/action/package_list", (200, {"Content-Type": "application/json"}, "{}"), "/feeds/dataset.atom"),
    ],
    ids=["WordPress", "interface of WordPress", "CKAN", "interface of CKAN"],
)
def test_the_system_of_a_site_tells_where_its_feed_is(tools: Tools, typed: str, answer: Answer, feed: str) -> None:
    with serve(Town({typed: answer, feed: ATOM}).answer) as site:
        looked = look(site.url(typed), tools)
        assert ("feed", feed) in found(looked, site)
        assert looked.itself


def test_a_single_document_and_a_strange_thing_are_called_so(tools: Tools) -> None:
    town = Town({"/plan.pdf": b"%PDF-1.4 nothing", "/logo.png": b"\x89PNG\r\n"})
    with serve(town.answer) as site:
        assert look(site.url("/plan.pdf"), tools).itself == "This is a single document, not a list of documents."
        looked = look(site.url("/logo.png"), tools)
    assert looked.itself == "This is something that we cannot read (image/png)."
    assert looked.finds == ()
    assert looked.sentence.endswith(NOTHING)


def test_where_nothing_fits_it_says_what_was_looked_at(tools: Tools) -> None:
    with serve({"/": page()}) as site:
        looked = look(site.url("/"), tools)
        assert looked.finds == ()
        assert looked.sentence == f"This is a web page named “Northford City”, not a feed. {NOTHING}"
        paths = [one.address.removeprefix(site.base_url) for one in looked.visits]
    assert paths == ["/robots.txt", "/sitemap.xml"]
    assert all("There is nothing at" in one.outcome for one in looked.visits)


def test_it_visits_few_addresses_however_many_a_page_names(tools: Tools) -> None:
    head = "".join(announced(f"/feed-{number}.atom") for number in range(9))
    body = "".join(f'<a href="/{number}/rss.xml">RSS</a><a href="/oai{number}/oai2">x</a>' for number in range(9))
    routes: dict[str, Answer] = {"/": page(head, body)}
    routes["/robots.txt"] = "\n".join(f"Sitemap: /map-{number}.xml" for number in range(9))
    with serve(Town(routes).answer) as site:
        looked = look(site.url("/"), tools)
        assert len(site.seen) <= MOST_VISITS + 2, "robots.txt is asked, too, before an address that nobody named"
    assert looked.finds == ()


def test_an_address_without_its_beginning_is_tried_with_https_then_with_http(tools: Tools) -> None:
    assert addresses_of(" northford.example/news ") == (
        "https://northford.example/news",
        "http://northford.example/news",
    )
    assert addresses_of("feed://northford.example/f") == addresses_of("northford.example/f")
    assert addresses_of("<https://northford.example/>") == ("https://northford.example/",)
    with serve(Town({"/news.atom": ATOM}).answer) as site:
        looked = look(site.url("/news.atom").removeprefix("http://"), tools)
        assert found(looked, site) == [("feed", "/news.atom")]


@pytest.mark.parametrize(
    ("typed", "error", "words"),
    [
        ("{site}/nowhere", ListError, "There is nothing at"),
        ("{site}/broken", FetchError, "has a fault of its own"),
        ("{site}/secret", FetchError, "user name and a password"),
        ("http://127.0.0.1:9/", FetchError, "could not connect"),
        ("nobody.invalid/", FetchError, "There is no site named nobody.invalid"),
        ("ftp://northford.example/feed", BlockedError, "is not a web address"),
        ("two words", BlockedError, "is not a web address"),
        ("http://me:secret@127.0.0.1/", BlockedError, "user name or a password"),
    ],
)
def test_what_cannot_be_had_is_a_sentence(tools: Tools, typed: str, error: type[HarvestError], words: str) -> None:
    routes: dict[str, Answer] = {"/broken": (500, {}, b""), "/secret": (401, {}, b"")}
    with serve(Town(routes).answer) as site, pytest.raises(error, match=words):
        look(typed.format(site=site.base_url), tools)


def test_private_addresses_are_refused_without_a_connection(sandbox: Sandbox) -> None:
    with serve({"/": page(), "/feed.xml": ATOM}) as site, Session(user_agent="T", times=AT_ONCE) as closed:
        for typed in (site.url("/feed.xml"), "http://127.0.0.1/", "http://169.254.169.254/latest", "[::1]"):
            with pytest.raises(BlockedError):
                look(typed, Tools(closed, sandbox))
        assert site.connections == 0


def test_a_feed_inside_a_private_network_that_a_page_announces_is_not_visited(sandbox: Sandbox) -> None:
    with serve({"/feed.xml": ATOM}, host="127.0.0.2") as inside:
        with serve({"/": page(announced(inside.url("/feed.xml")))}) as outside:
            allow = parse_allow(["127.0.0.1/32:*"])
            with Session(user_agent="T", times=AT_ONCE, allow=allow) as session:
                looked = look(outside.url("/"), Tools(session, sandbox))
        assert inside.connections == 0
    assert any("inside a private network" in one.outcome or "port" in one.outcome for one in looked.visits)


def test_a_slow_site_ends_the_look_in_time_and_what_was_found_stays(sandbox: Sandbox) -> None:
    def answer(request: Request) -> Answer:
        if request.path == "/robots.txt":
            time.sleep(5)
        if request.path == "/news.atom":
            return ATOM
        return page(announced("/news.atom")) if request.path == "/" else (404, {}, b"")

    begun = time.monotonic()
    with serve(answer) as site:
        allow = parse_allow(["127.0.0.0/8:*"])
        with Session(user_agent="T", allow=allow, until=begun + 1.5) as session:
            looked = look(site.url("/"), Tools(session, sandbox.hurried(begun + 1.5)))
        assert time.monotonic() - begun < 3
        assert found(looked, site) == [("feed", "/news.atom")]
        assert looked.missed == (site.url("/robots.txt"), site.url("/sitemap.xml"))
        with Session(user_agent="T", allow=allow, until=time.monotonic()) as over:
            before = site.connections
            with pytest.raises(FetchError, match="no time left"):
                look(site.url("/"), Tools(over, sandbox))
            assert site.connections == before
