"""What every kind of source must do, by four sites with the same documents: real session, real sandbox, loopback."""

import pytest

from harvesters.base import Tools
from harvesters.discovery import look
from harvesters.errors import HarvestError, ListError
from harvesters.kinds import KINDS
from tests.contract.sites import SITES, FolderSite, Site, SitemapSite, Store, texts
from tests.servers.loopback import Answer, Request, serve

COUNT = 13
HTML = (200, {"Content-Type": "text/html"}, "<!doctype html><html><head><title>Maintenance</title><p>We are back soon.")


@pytest.fixture(params=SITES, ids=lambda made: made.kind)
def site(request: pytest.FixtureRequest) -> Site:
    made: Site = request.param(texts(COUNT))
    return made


def test_every_kind_is_known_by_its_own_name() -> None:
    assert [kind.name for kind in KINDS.values()] == list(KINDS)
    assert {made.kind for made in SITES} == set(KINDS)
    assert all(KINDS[made.kind].semantics == made.semantics for made in SITES)


def test_first_harvest_is_complete(site: Site, tools: Tools) -> None:
    store = Store()
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
    assert store.complete
    assert len(store.records) == COUNT
    assert store.codes == []
    for record, _ in store.records.values():
        assert record.url.startswith("http")
        assert "Damp homes d" in record.title + record.text
        assert "repeat visits fell" in record.text + record.summary
    assert sum(page.requests for page in store.pages) == len(server.seen)
    assert sum(page.bytes for page in store.pages) > 1000


def test_unchanged_source_costs_no_reading_and_changes_nothing(site: Site, tools: Tools) -> None:
    store = Store()
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
        before = store.digest()
        for _ in range(2):
            store.run(site.kind, server.url(site.path), tools)
            assert store.complete
            assert (store.extracted, store.changes, store.codes) == (0, [], [])
    assert store.digest() == before


def test_changed_document_is_one_change(site: Site, tools: Tools) -> None:
    store = Store()
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
        site.documents["d03"] += " In spring the fans were changed."
        store.run(site.kind, server.url(site.path), tools)
    assert store.complete
    assert len(store.changes) == 1
    assert store.extracted <= 1
    assert store.codes == []
    changed = store.records[store.changes[0]][0]
    assert "fans were changed" in changed.text + changed.summary


def test_new_document_is_one_change(site: Site, tools: Tools) -> None:
    store = Store()
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
        site.documents = {"d99": "Newly written: " + site.documents["d00"], **site.documents}
        store.run(site.kind, server.url(site.path), tools)
    assert len(store.changes) == 1
    assert len(store.records) == COUNT + 1


def test_document_that_left_the_list(site: Site, tools: Tools) -> None:
    store = Store()
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
        names = set(store.records)
        if site.semantics == "changes":
            site.withdrawn.add("d05")
        else:
            del site.documents["d05"]
        store.run(site.kind, server.url(site.path), tools)
    assert store.complete
    missing = names - store.seen
    if site.semantics == "changes":
        assert len(store.records) == COUNT - 1
    elif site.semantics == "full":
        assert len(missing) == 1
        assert "d05" in missing.pop()
        assert store.changes == []
    else:
        assert store.changes == []
        assert set(store.records) == names


@pytest.mark.parametrize("made", SITES, ids=lambda made: made.kind)
def test_kill_at_every_page_boundary_ends_the_same(made: type[Site], tools: Tools) -> None:
    site = made(texts(65))
    calm, killed = Store(), Store()
    with serve(site.answer) as server:
        calm.run(site.kind, server.url(site.path), tools)
        for _ in range(100):
            killed.run(site.kind, server.url(site.path), tools, most=1)
            if killed.complete:
                break
    assert killed.complete
    assert len(killed.pages) >= 3
    assert killed.digest() == calm.digest()
    assert len(killed.digest()) == 65
    assert killed.seen == calm.seen
    assert killed.cursor.keys() == calm.cursor.keys()
    assert sorted(killed.changes) == sorted(calm.changes)


def test_page_instead_of_the_list_is_an_error(site: Site, tools: Tools) -> None:
    store = Store()
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
        site.broken[site.path] = HTML
        with pytest.raises(ListError) as caught:
            store.run(site.kind, server.url(site.path), tools)
    # A folder's listing is a page itself, so there the sentence is another one.
    assert caught.value.problem.code == ("not-a-list" if site.kind == "folder" else "wrong-content-html")
    assert caught.value.problem.stage == "list"
    assert len(store.records) == COUNT


def test_list_that_is_not_there_is_an_error(site: Site, tools: Tools) -> None:
    with serve({}) as server, pytest.raises(ListError, match="nothing at"):
        Store().run(site.kind, server.url(site.path), tools)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_list_that_breaks_off_never_counts_as_whole(site: Site, share: float, tools: Tools) -> None:
    store = Store()

    def cut(request: Request) -> Answer:
        status, headers, body = site.normal(request)
        whole = body if isinstance(body, bytes) else body.encode()
        listed = request.path.startswith(("/part-", site.path)) and not request.path.endswith(".txt")
        identify = request.query.get("verb") == "Identify"
        return status, headers, whole[: int(len(whole) * share)] if listed and not identify else whole

    with serve(cut) as server:
        if site.semantics == "window":
            store.run(site.kind, server.url(site.path), tools)
            assert "broken-list" in store.codes
        else:
            with pytest.raises(ListError) as caught:
                store.run(site.kind, server.url(site.path), tools)
            assert caught.value.problem.code in ("broken-list", "part-missing", "not-a-list")
            assert not store.complete
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
    assert store.complete
    # Another port is another address; only the feed's and the repository's own identifiers outlive that.
    assert len({name.rpartition("/")[2] for name in store.records}) == COUNT


def test_fault_in_the_middle_is_an_error_and_the_next_check_ends_well(site: Site, tools: Tools) -> None:
    store = Store()
    with serve(site.answer) as server:
        site.broken[site.middle] = (500, {}, b"fault")
        with pytest.raises(HarvestError) as caught:
            store.run(site.kind, server.url(site.path), tools)
        assert caught.value.problem.code == "status-5xx"
        assert not caught.value.permanent
        assert not store.complete
        site.broken.clear()
        store.run(site.kind, server.url(site.path), tools)
    assert store.complete
    assert len(store.records) == COUNT


def test_list_that_moved_for_good_says_where(site: Site, tools: Tools) -> None:
    store = Store()

    def answer(request: Request) -> Answer:
        if request.path == "/old":
            query = "&".join(f"{name}={value}" for name, value in request.query.items())
            return 301, {"Location": site.path + (f"?{query}" if query else "")}, b""
        return site.answer(request)

    with serve(answer) as server:
        store.run(site.kind, server.url("/old"), tools)
        assert store.pages[0].moved == server.url(site.path)
    assert len(store.records) == COUNT


def test_document_named_twice_is_kept_once(site: Site, tools: Tools) -> None:
    store = Store()
    site.first = ("d02",)
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
        assert store.complete
        assert len(store.records) == COUNT
        # A sitemap or a folder names addresses, and the same address twice is no fault.
        assert store.codes == (["duplicate-id"] if site.semantics in ("window", "changes") else [])
        store.run(site.kind, server.url(site.path), tools)
        assert store.changes == []


def test_empty_list_is_a_problem_and_removes_nothing(site: Site, tools: Tools) -> None:
    store = Store()
    site.documents = {}
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
    assert store.codes == ["empty-list"]
    assert store.changes == []
    assert store.complete


@pytest.mark.parametrize("made", [SitemapSite, FolderSite], ids=lambda made: made.kind)
def test_one_document_that_is_not_there(made: type[Site], tools: Tools) -> None:
    site, store = made(texts(COUNT), withdrawn={"d05"}), Store()
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
        assert store.complete
        assert store.codes == ["gone"]
        assert len(store.records) == COUNT - 1
        site.withdrawn.clear()
        store.run(site.kind, server.url(site.path), tools)
        assert len(store.records) == COUNT
        site.withdrawn.add("d07")
        store.cursor, known = {}, dict(store.records)
        # A folder would take the listing's word for it.
        store.records = {name: (record, {}) for name, (record, _) in known.items()}
        store.run(site.kind, server.url(site.path), tools)
    assert len(store.records) == COUNT - 1
    gone = [change for page in store.pages for change in page.changes if change.record is None]
    assert [change.reason for change in gone] == ["The site says that it is gone (status 404)."]


@pytest.mark.parametrize("made", [SitemapSite, FolderSite], ids=lambda made: made.kind)
def test_one_document_that_fails_costs_one_problem(made: type[Site], tools: Tools) -> None:
    site, store = made(texts(COUNT)), Store()
    path = "/d05" if made is SitemapSite else "/files/d05.txt"
    site.broken[path] = (500, {}, b"fault")
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
        assert store.complete
        assert store.codes == ["status-5xx"]
        assert len(store.records) == COUNT - 1
        site.broken.clear()
        store.run(site.kind, server.url(site.path), tools)
        assert len(store.records) == COUNT


@pytest.mark.parametrize("made", [SitemapSite, FolderSite], ids=lambda made: made.kind)
def test_known_document_that_fails_is_not_missing(made: type[Site], tools: Tools) -> None:
    site, store = made(texts(COUNT)), Store()
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
        names = set(store.records)
        site.broken["/d05" if made is SitemapSite else "/files/d05.txt"] = (403, {}, b"no")
        store.records = {name: (record, {}) for name, (record, _) in store.records.items()}
        store.run(site.kind, server.url(site.path), tools)
    assert store.seen == names
    assert "blocked-by-firewall" in store.codes


def test_site_that_fails_on_every_document_ends_the_run(tools: Tools) -> None:
    site, store = SitemapSite(texts(COUNT)), Store()
    site.broken = {f"/{name}": (503, {}, b"fault") for name in site.documents}
    with serve(site.answer) as server, pytest.raises(HarvestError, match="fault of its own"):
        store.run(site.kind, server.url(site.path), tools)


def test_part_of_a_sitemap_that_is_gone_keeps_everything(tools: Tools) -> None:
    site, store = SitemapSite(texts(COUNT)), Store()
    site.broken["/part-1.xml"] = (404, {}, b"")
    with serve(site.answer) as server, pytest.raises(ListError, match="Nothing that we hold is removed"):
        store.run(site.kind, server.url(site.path), tools)
    assert len(store.records) == 7
    assert not store.complete


def test_pages_that_robots_txt_forbids_are_not_read(tools: Tools) -> None:
    site, store = SitemapSite(texts(3)), Store()
    site.broken["/robots.txt"] = (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /d01\n")
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
        assert "/d01" not in server.paths
    assert store.codes == ["robots-refused"]
    assert len(store.records) == 2


def test_document_that_cannot_be_read_is_not_read_again(tools: Tools) -> None:
    site, store = FolderSite(texts(3)), Store()
    site.documents["d01.pdf"] = "x"
    site.broken["/files/d01.pdf.txt"] = (200, {"Content-Type": "application/pdf"}, b"%PDF-1.4 nothing of the sort")
    with serve(site.answer) as server:
        store.run(site.kind, server.url(site.path), tools)
        assert len(store.codes) == 1
        assert store.extracted == 4
        store.run(site.kind, server.url(site.path), tools)
        assert len(store.codes) == 1
        assert store.extracted == 0


def test_every_address_is_recognised_by_its_kind(site: Site, tools: Tools) -> None:
    with serve(site.answer) as server:
        (found,) = look(server.url(site.path), tools).finds
        assert (found.kind, found.address) == (site.kind, server.url(site.path))
        assert found.sentence.endswith(".")
