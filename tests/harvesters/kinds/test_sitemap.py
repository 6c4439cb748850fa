"""Sitemaps: parts and packing, where they are found, which lastmod is believed, what a page's address is."""

import gzip

import pytest

from harvesters.base import Tools
from harvesters.errors import ListError
from tests.contract.sites import Store, page_of, texts
from tests.servers.loopback import Answer, Request, serve

XML = {"Content-Type": "application/xml"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


class Website:
    """Pages by name, each with a lastmod; `asked` counts the pages that were asked for."""

    def __init__(self, count: int, lastmod: str = "2026-10-01") -> None:
        self.pages = texts(count)
        self.lastmod = dict.fromkeys(self.pages, lastmod)
        self.asked = 0

    def answer(self, request: Request) -> Answer:
        host = f"http://{request.headers['host']}"
        if request.path == "/sitemap.xml":
            urls = "".join(
                f"<url><loc>{host}/{name}</loc><lastmod>{self.lastmod[name]}</lastmod></url>" for name in self.pages
            )
            return 200, XML, f"<urlset>{urls}</urlset>"
        name = request.path.removeprefix("/")
        if name not in self.pages:
            return 404, {}, b""
        self.asked += 1
        return 200, HTML, page_of(name, self.pages[name])


def checked(site: Website, store: Store, address: str, tools: Tools) -> tuple[int, int]:
    """(pages asked for, changes) of one check."""
    site.asked = 0
    store.run("sitemap", address, tools)
    assert store.complete
    return site.asked, len(store.changes)


def test_lastmod_is_believed_after_twenty_truths_and_tested_ever_after(tools: Tools) -> None:
    site, store = Website(30), Store()
    with serve(site.answer) as server:
        address = server.url("/sitemap.xml")
        assert checked(site, store, address, tools) == (30, 30)
        assert checked(site, store, address, tools) == (30, 0)
        assert checked(site, store, address, tools) == (20, 0)
        assert store.cursor["kept"] == 50
        site.pages["d29"] += " Changed, and said so."
        site.lastmod["d29"] = "2026-11-01"
        assert checked(site, store, address, tools)[1] == 1


def test_site_whose_lastmod_lied_is_asked_for_every_page_again(tools: Tools) -> None:
    site, store = Website(25), Store()
    with serve(site.answer) as server:
        address = server.url("/sitemap.xml")
        for _ in range(3):
            checked(site, store, address, tools)
        for name in site.pages:
            site.pages[name] += " Changed in silence."
        checked(site, store, address, tools)
        assert store.cursor["lied"]
        # Those that were taken on trust in that run are found now.
        checked(site, store, address, tools)
        assert checked(site, store, address, tools) == (25, 0)
        assert all("in silence" in record.text for record, _ in store.records.values())


def test_lastmod_that_is_always_now_is_harmless(tools: Tools) -> None:
    site, store = Website(22, "2026-11-20T00:00:00Z"), Store()
    with serve(site.answer) as server:
        checked(site, store, server.url("/sitemap.xml"), tools)
        for day in (21, 22, 23):
            site.lastmod = dict.fromkeys(site.pages, f"2026-11-{day}T00:00:00Z")
            assert checked(site, store, server.url("/sitemap.xml"), tools) == (22, 0)
            assert store.extracted == 0
    assert store.cursor["kept"] == 0


def test_new_validators_of_an_unchanged_page_are_kept(tools: Tools) -> None:
    version = ["1"]
    body = page_of("a", texts(1)["d00"])

    def answer(request: Request) -> Answer:
        if request.path == "/sitemap.xml":
            return 200, XML, f"<urlset><url><loc>http://{request.headers['host']}/a</loc></url></urlset>"
        if request.path != "/a":
            return 404, {}, b""
        if request.headers.get("if-none-match") == version[0]:
            return 304, {}, b""
        return 200, {**HTML, "ETag": version[0]}, f"{body}<!-- {version[0]} -->"

    store = Store()
    with serve(answer) as server:
        for number, read in (("1", 1), ("2", 1), ("2", 0)):
            version[0] = number
            store.run("sitemap", server.url("/sitemap.xml"), tools)
            assert store.extracted == read
            assert [given["etag"] for _, given in store.records.values()] == [number]


def test_parts_may_be_packed_nested_and_announced_by_robots_txt(tools: Tools) -> None:
    def answer(request: Request) -> Answer:
        host = f"http://{request.headers['host']}"
        files: dict[str, Answer] = {
            "/robots.txt": f"User-agent: *\nSitemap: {host}/index.xml\nsitemap:{host}/more.txt\n",
            # GPP-burgerportaal writes its index with this root.
            "/index.xml": (200, XML, f"<urlset><sitemap><loc>{host}/part.xml.gz</loc></sitemap></urlset>"),
            "/part.xml.gz": gzip.compress(f"<urlset><url><loc>{host}/a</loc></url></urlset>".encode()),
            "/more.txt": f"{host}/b\n{host}/a\n",
            "/a": page_of("a", texts(1)["d00"]),
            "/b": page_of("b", texts(1)["d00"]),
        }
        return files.get(request.path, (404, {}, b""))

    store = Store()
    with serve(answer) as server:
        store.run("sitemap", server.url("/"), tools)
        assert server.paths.count("/a") == 1
    assert (store.complete, len(store.records), store.codes) == (True, 2, [])


def test_canonical_address_is_kept_on_the_same_site_only(tools: Tools) -> None:
    def answer(request: Request) -> Answer:
        host = f"http://{request.headers['host']}"
        if request.path == "/sitemap.xml":
            return 200, XML, "<urlset>" + "".join(f"<url><loc>{host}/{n}</loc></url>" for n in "ab") + "</urlset>"
        if request.path not in ("/a", "/b"):
            return 404, {}, b""
        canonical = f"{host}/real" if request.path == "/a" else "https://evil.example/real"
        body = page_of(request.path, texts(1)["d00"])
        return 200, HTML, body.replace("<head>", f'<head><link rel="canonical" href="{canonical}">')

    store = Store()
    with serve(answer) as server:
        store.run("sitemap", server.url("/sitemap.xml"), tools)
        assert sorted(record.url for record, _ in store.records.values()) == [server.url("/b"), server.url("/real")]


def test_pages_of_other_sites_are_left_out_and_told(tools: Tools) -> None:
    body = "<urlset><url><loc>https://elsewhere.example/a</loc></url></urlset>"
    store = Store()
    with serve({"/sitemap.xml": (200, XML, body)}) as server:
        store.run("sitemap", server.url("/sitemap.xml"), tools)
    assert sorted(store.codes) == ["empty-list", "other-site"]


def test_other_documents_are_read_by_their_readers(tools: Tools) -> None:
    def answer(request: Request) -> Answer:
        host = f"http://{request.headers['host']}"
        if request.path == "/sitemap.xml":
            urls = "".join(f"<url><loc>{host}/{name}</loc></url>" for name in ("note.md", "photo.png"))
            return 200, XML, f"<urlset>{urls}</urlset>"
        files: dict[str, Answer] = {
            "/note.md": (200, {"Content-Type": "text/markdown"}, "# A note\n\nAbout damp homes."),
            "/photo.png": (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n"),
        }
        return files.get(request.path, (404, {}, b""))

    store = Store()
    with serve(answer) as server:
        store.run("sitemap", server.url("/sitemap.xml"), tools)
        assert store.codes == ["unknown-format"]
        assert store.extracted == 1
        record = next(iter(store.records.values()))[0]
        assert (record.title, record.files[0].url) == ("A note", server.url("/note.md"))
        assert len(record.files[0].sha256) == 64


def test_plain_page_is_no_sitemap(tools: Tools) -> None:
    with serve({"/sitemap.xml": (200, HTML, "<html><p>x")}) as server, pytest.raises(ListError, match="is a web page"):
        Store().run("sitemap", server.url("/sitemap.xml"), tools)
