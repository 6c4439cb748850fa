"""Folders: what the listing alone tells, what is left out, folders below."""

from importlib.resources import files

import pytest

from harvesters.base import Tools
from harvesters.errors import ListError
from hub.demo.sites.folder import TYPES
from tests.contract.sites import FolderSite, Store, texts
from tests.servers.loopback import Answer, Request, serve

TEXT = {"Content-Type": "text/plain; charset=utf-8"}


def listing(*rows: str) -> tuple[int, dict[str, str], str]:
    body = "<html><head><title>Index of /files</title></head><body><h1>Index of /files</h1><pre>"
    return 200, {"Content-Type": "text/html"}, body + "\n".join(rows) + "</pre></body></html>"


def row(name: str, when: str = "2026-10-01 10:00", size: str = "1.2K") -> str:
    return f'<a href="{name}">{name}</a>   {when}  {size}'


def test_files_that_the_listing_shows_unchanged_are_not_asked_for(tools: Tools) -> None:
    site, store = FolderSite(texts(8)), Store()
    with serve(site.answer) as server:
        store.run("folder", server.url("/files/"), tools)
        server.seen.clear()
        store.run("folder", server.url("/files/"), tools)
        assert server.paths == ["/files/", "/files/deep/"]
        assert len(store.seen) == 8


def test_file_says_what_it_is(tools: Tools) -> None:
    body = "# Nodyn ymarfer\n\nDau ymweliad i bob cartref."
    routes: dict[str, Answer] = {"/files/": listing(row("nodyn-1.md")), "/files/nodyn-1.md": (200, TEXT, body)}
    store = Store()
    with serve(routes) as server:
        store.run("folder", server.url("/files/"), tools)
        record = next(iter(store.records.values()))[0]
        assert (record.title, record.url) == ("Nodyn ymarfer", server.url("/files/nodyn-1.md"))
        assert (record.files[0].type, record.files[0].size) == ("text/plain", len(body.encode()))


@pytest.mark.parametrize("when", ["11/01/2026 9:00 AM", "2999-01-01 10:00", ""])
def test_times_that_tell_nothing_are_not_relied_upon(when: str, tools: Tools) -> None:
    routes: dict[str, Answer] = {"/files/": listing(row("a.txt", when)), "/files/a.txt": (200, TEXT, "One text.")}
    store = Store()
    with serve(routes) as server:
        store.run("folder", server.url("/files/"), tools)
        routes["/files/a.txt"] = (200, TEXT, "Another.")
        store.run("folder", server.url("/files/"), tools)
    assert len(store.changes) == 1


def test_what_is_no_document_is_left_out_and_told_once(tools: Tools) -> None:
    rows = [row(name) for name in ("a.txt", "b.png", "c.PNG", "d.zip", ".htaccess")]
    routes: dict[str, Answer] = {"/files/": listing(*rows), "/files/a.txt": (200, TEXT, "One text.")}
    store = Store()
    with serve(routes) as server:
        store.run("folder", server.url("/files/"), tools)
        assert [path for path in server.paths if path != "/robots.txt"] == ["/files/", "/files/a.txt"]
    assert store.codes.count("unknown-format") == 1
    told = next(one for one in store.problems if one.code == "unknown-format")
    assert "2 × .png" in told.what
    assert store.complete


def test_folder_with_a_page_of_its_own_stops_nobody(tools: Tools) -> None:
    routes: dict[str, Answer] = {
        "/files/": listing(row("a.txt"), row("web/", size="-")),
        "/files/a.txt": (200, TEXT, "One text."),
        "/files/web/": b"<html><body><main><h1>Welcome</h1><p>A page.</p></main></body></html>",
    }
    store = Store()
    with serve(routes) as server:
        store.run("folder", server.url("/files/"), tools)
    assert store.complete
    assert "part-missing" in store.codes


def test_folder_that_is_gone_keeps_everything(tools: Tools) -> None:
    routes: dict[str, Answer] = {
        "/files/": listing(row("a.txt"), row("gone/", size="-")),
        "/files/a.txt": (200, TEXT, "One text."),
    }
    store = Store()
    with serve(routes) as server, pytest.raises(ListError, match="Nothing that we hold is removed"):
        store.run("folder", server.url("/files/"), tools)
    assert (len(store.records), store.complete) == (1, False)


def test_folders_that_go_in_circles_end(tools: Tools) -> None:
    def answer(request: Request) -> Answer:
        if request.path.endswith(".txt"):
            return 200, TEXT, f"The text of {request.path}."
        return listing(row("a.txt"), row("again/", size="-"))

    store = Store()
    with serve(answer) as server:
        store.run("folder", server.url("/files/"), tools)
    assert store.complete
    assert len(store.records) == 9


def test_title_is_not_repeated_as_the_first_line_of_the_text(tools: Tools) -> None:
    document = files("hub.demo").joinpath("files", "dyffryn", "03-lleithder-galw-eto.docx").read_bytes()
    routes: dict[str, Answer] = {
        "/files/": listing(row("a.docx")),
        "/files/a.docx": (200, {"Content-Type": TYPES["docx"]}, document),
    }
    store = Store()
    with serve(routes) as server:
        store.run("folder", server.url("/files/"), tools)
    record = next(iter(store.records.values()))[0]
    assert record.title.startswith("Lleithder a llwydni")
    assert not record.text.startswith(record.title)
    assert len(record.text.split()) > 300
