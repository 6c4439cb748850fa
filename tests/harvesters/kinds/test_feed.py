"""Feeds: conditional requests, archives, entries without a text, identifiers that outlive a move."""

import json

from harvesters.base import Tools
from harvesters.identity import native_id, same_origin, same_site
from tests.contract.sites import FeedSite, Store, page_of, texts
from tests.servers.loopback import Answer, Request, serve


class WithValidators(FeedSite):
    """Answers 304 to whoever knows its ETag, and counts how often it was asked without."""

    asked = 0
    sent = 0

    def answer(self, request: Request) -> Answer:
        status, headers, body = self.normal(request)
        etag = f'"{len(body)}"'
        self.asked += 1
        if request.headers.get("if-none-match") == etag:
            return 304, {"ETag": etag}, b""
        self.sent += 1
        return status, {**headers, "ETag": etag}, body


def summaries(*names: str, extra: str = "") -> str:
    items = "".join(
        f"<item><title>T {name}</title><link>/{name}</link><guid isPermaLink='false'>{name}</guid>"
        f"<description>Short {extra}</description></item>"
        for name in names
    )
    return (
        f'<rss version="2.0"><channel><title>S</title><link>/</link><description>d</description>{items}</channel></rss>'
    )


def test_feed_with_validators_is_sent_once_and_whole_every_tenth_run(tools: Tools) -> None:
    site, store = WithValidators(texts(4)), Store()
    with serve(site.answer) as server:
        for _ in range(10):
            store.run("feed", server.url("/feed.xml"), tools)
            assert store.complete
        assert (site.asked, site.sent) == (10, 1)
        store.run("feed", server.url("/feed.xml"), tools)
        assert (site.sent, store.cursor["runs"]) == (2, 0)
        assert store.changes == []
        store.cursor["whole"] = "2026-01-01T00:00:00+00:00"
        store.run("feed", server.url("/feed.xml"), tools)
        assert site.sent == 3


def test_archive_is_walked_once_and_again_only_as_far_as_all_is_new(tools: Tools) -> None:
    site, store = FeedSite(texts(20)), Store()
    with serve(site.answer) as server:
        store.run("feed", server.url("/feed.xml"), tools)
        assert (len(store.pages), len(store.records)) == (4, 20)
        server.seen.clear()
        site.documents = {"new": "A new note about damp homes.", **site.documents}
        store.run("feed", server.url("/feed.xml"), tools)
        assert (len(server.seen), store.changes) == (1, ["new"])
        server.seen.clear()
        site.documents = {**{f"n{n}": f"Note {n} of seven new ones." for n in range(7)}, **site.documents}
        store.run("feed", server.url("/feed.xml"), tools)
        assert (len(server.seen), len(store.changes)) == (2, 7)


def test_archive_that_promises_more_than_it_has_ends_there(tools: Tools) -> None:
    site, store = FeedSite(texts(9), broken={"/feed.xml?at=5": (404, {}, b"")}), Store()
    with serve(site.answer) as server:
        store.run("feed", server.url("/feed.xml"), tools)
    assert (store.complete, len(store.records)) == (True, 5)


def test_feed_that_links_to_itself_ends(tools: Tools) -> None:
    feed = '<feed xmlns="http://www.w3.org/2005/Atom"><title>L</title><link rel="next" href="{}"/><entry><id>{}</id>'
    rest = '<link href="/1"/><title>T</title><content>Words of the one entry.</content></entry></feed>'
    routes = {"/a.xml": feed.format("/b.xml", "1") + rest, "/b.xml": feed.format("/a.xml", "2") + rest}
    store = Store()
    with serve(routes) as server:
        store.run("feed", server.url("/a.xml"), tools)
        assert server.paths == ["/a.xml", "/b.xml"]
    assert store.complete


def test_entries_without_a_text_get_the_text_of_their_pages_once(tools: Tools) -> None:
    routes: dict[str, Answer] = {"/feed.xml": summaries("a", "b")}
    routes |= {f"/{name}": page_of(name, texts(1)["d00"] + name) for name in ("a", "b")}
    store = Store()
    with serve(routes) as server:
        store.run("feed", server.url("/feed.xml"), tools)
        assert store.extracted == 2
        assert "within one winter" in store.records["a"][0].text
        assert (store.records["a"][0].title, store.records["a"][0].summary) == ("T a", "Short")
        assert "/robots.txt" in server.paths
        server.seen.clear()
        routes["/feed.xml"] = summaries("new", "a", "b")
        routes["/new"] = page_of("new", texts(1)["d00"])
        store.run("feed", server.url("/feed.xml"), tools)
        assert (store.changes, store.extracted) == (["new"], 1)
        assert "/a" not in server.paths


def test_page_that_cannot_be_had_leaves_the_summary_and_is_asked_for_again(tools: Tools) -> None:
    routes: dict[str, Answer] = {"/feed.xml": summaries("a"), "/a": (500, {}, b"")}
    store = Store()
    with serve(routes) as server:
        store.run("feed", server.url("/feed.xml"), tools)
        assert (store.complete, store.codes, store.records["a"][0].text) == (True, ["status-5xx"], "")
        routes["/a"] = page_of("a", texts(1)["d00"])
        store.run("feed", server.url("/feed.xml"), tools)
        assert "within one winter" in store.records["a"][0].text
        routes |= {"/feed.xml": summaries("a", extra="and more"), "/a": (404, {}, b"")}
        store.run("feed", server.url("/feed.xml"), tools)
        # What we have is better than what is left of it.
        assert (store.codes, store.changes) == (["gone"], [])


def test_page_that_robots_txt_forbids_is_not_read(tools: Tools) -> None:
    routes = {"/feed.xml": summaries("a"), "/robots.txt": "User-agent: *\nDisallow: /\n", "/a": page_of("a", "x")}
    store = Store()
    with serve(routes) as server:
        store.run("feed", server.url("/feed.xml"), tools)
        assert "/a" not in server.paths
    assert store.codes == ["robots-refused"]
    assert "a" in store.records


def test_site_whose_pages_all_fail_is_asked_five_times(tools: Tools) -> None:
    routes: dict[str, Answer] = {"/feed.xml": summaries(*"abcdefghij"), "*": (503, {}, b"")}
    routes["/robots.txt"] = (404, {}, b"")
    store = Store()
    with serve(routes) as server:
        store.run("feed", server.url("/feed.xml"), tools)
        assert len({path for path in server.paths if len(path) == 2}) == 5
    assert (store.complete, len(store.records)) == (True, 10)


def test_entries_with_faults_are_told_one_by_one(tools: Tools) -> None:
    body = (
        '<rss version="2.0"><channel><title>S</title><link>/</link><description>d</description>'
        "<item><title>No link and no guid</title><description>x</description></item>"
        "<item><title>T</title><guid isPermaLink='false'>2</guid><link>javascript:alert(1)</link>"
        "<description>x</description></item>"
        f"<item><title>T</title><guid isPermaLink='false'>3</guid><link>/3</link><pubDate>yesterday</pubDate>"
        f"<description>{'Long words. ' * 60}</description></item></channel></rss>"
    )
    store = Store()
    with serve({"/feed.xml": body}) as server:
        store.run("feed", server.url("/feed.xml"), tools)
    assert list(store.records) == ["3"]
    assert sorted(store.codes) == ["bad-link", "broken-date", "no-id", "no-url"]
    assert store.complete


def test_json_feed_is_a_feed(tools: Tools) -> None:
    items = [{"id": "1", "url": "/1", "title": "One", "content_text": "Words of the first item."}]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "nl", "items": items})
    store = Store()
    with serve({"/feed.json": (200, {"Content-Type": "application/feed+json"}, body)}) as server:
        store.run("feed", server.url("/feed.json"), tools)
    assert (store.records["1"][0].title, store.records["1"][0].language) == ("One", "nl")


def test_identifiers_outlive_a_change_of_scheme(tools: Tools) -> None:
    def feed(scheme: str) -> str:
        return (
            f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><id>{scheme}Northford.example/1</id>'
            f'<link href="https://northford.example/1"/><title>T</title><content>Words.</content></entry></feed>'
        )

    routes = {"/feed": feed("http://www.")}
    store = Store()
    with serve(routes) as server:
        store.run("feed", server.url("/feed"), tools)
        routes["/feed"] = feed("https://")
        store.run("feed", server.url("/feed"), tools)
    assert list(store.records) == ["northford.example/1"]
    assert store.changes == []


def test_native_ids() -> None:
    assert native_id("HTTPS://www.Northford.example/A?b=C") == "northford.example/A?b=C"
    assert native_id("tag:northford.example,2026:1") == "tag:northford.example,2026:1"
    assert native_id(" urn:uuid:1\x00 ") == "urn:uuid:1"
    assert native_id("httpd-log") == "httpd-log"


def test_origins_and_sites() -> None:
    assert same_origin("http://www.a.example/x", "https://a.example:443/y")
    assert not same_origin("http://a.example:8080/", "http://a.example/")
    assert not same_origin("", "http://a.example/")
    assert not same_origin("http://[", "http://a.example/")
    assert same_site("https://files.a.example/x", "https://www.a.example/")
    assert not same_site("https://evil-a.example/", "https://a.example/")
