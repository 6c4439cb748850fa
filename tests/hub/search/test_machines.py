"""Search for machines: the Atom feed, JSON, and the description for a browser's search box."""

import csv
import xml.etree.ElementTree as ElementTree

import feedparser
import pytest

from tests.hub.published import CC_BY, day
from tests.hub.site import BASE, Site

SPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


def feed(site: Site, address: str) -> feedparser.FeedParserDict:
    """The feed, which a feed reader must find without a fault."""
    answer = site.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    read = feedparser.parse(answer.data)
    assert not read.bozo, read.get("bozo_exception")
    return read


def test_the_feed_of_a_search_is_its_newest_results(site: Site) -> None:
    read = feed(site, "/search.atom?q=mould&sector=council")
    assert [entry.title for entry in read.entries] == [
        "What we learned from forty damp homes",
        "Fans & <script>alert('1')</script> against mould",
    ]
    first = read.entries[0]
    assert first.id == first.link == BASE + site.record("homes")
    assert first.updated == f"{day(20)}T00:00:00Z"
    assert first.author == "Northford City"
    assert first.rights == "CC BY"
    assert [(tag.term, tag.label) for tag in first.tags] == [("HOU.1", "Damp and mould")]
    assert "rights" not in read.entries[1], "its publisher states no licence"


def test_a_feed_leads_to_its_page_and_knows_itself(site: Site) -> None:
    read = feed(site, "/search.atom?q=mould&sector=council")
    links = {link.rel: link.href for link in read.feed.links}
    assert links == {
        "self": f"{BASE}/search.atom?q=mould&sector=council",
        "alternate": f"{BASE}/search?q=mould&sector=council",
    }
    assert read.feed.id == links["self"]
    assert read.feed.updated == f"{day(20)}T00:00:00Z", "that of its newest entry"


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/search.atom", "Everything new - Moothall"),
        ("/search.atom?q=mould", "Search: mould - Moothall"),
        ("/search.atom?topic=HOU.1", "Search: Damp and mould - Moothall"),
        ("/search.atom?q=mould&organisation=northford-city", "Search: mould, Northford City - Moothall"),
        ("/search.atom?q=a%0bb%26%3Cb%3E", "Search: ab&<b> - Moothall"),
    ],
)
def test_a_feed_is_called_by_what_it_is_of(site: Site, address: str, title: str) -> None:
    assert feed(site, address).feed.title == title


def test_a_feed_of_nothing_is_a_feed(site: Site) -> None:
    assert feed(site, "/search.atom?q=unicorn").entries == []


def test_an_entry_says_its_language(site: Site) -> None:
    assert 'xml:lang="cy"' in site.get("/search.atom?q=casglu").text


def test_every_search_page_names_its_feed(site: Site) -> None:
    page = site.page("/search?q=mould&sector=fire&page=1")
    (address,) = page.all("//link[@rel='alternate'][@type='application/atom+xml']/@href")
    assert address == "/search.atom?q=mould&sector=fire"
    assert [entry.title for entry in feed(site, address).entries] == ["Home fire safety visits and damp"]


def test_json_has_the_results_and_the_numbers_of_the_page(site: Site) -> None:
    page, value = site.page("/search?q=mould"), site.get("/search.json?q=mould").get_json()
    assert value["total"] == page.total == 3
    assert value["facets"]["sector"] == page.choices("sector")
    assert {one["title"] for one in value["results"]} == set(page.all("//article/h2"))
    (homes,) = [one for one in value["results"] if one["url"] == BASE + site.record("homes")]
    assert homes == {
        "id": site.ids["homes"],
        "url": BASE + site.record("homes"),
        "title": "What we learned from forty damp homes",
        "summary": "Sending two people to each damp home cut repeat visits by a third.",
        "organisation": "northford-city",
        "community": "",
        "type": "case-study",
        "language": "en",
        "published": str(day(20)),
        "licence": "CC BY",
        "topics": ["HOU.1"],
    }


def test_json_has_pages(site: Site) -> None:
    pages = [site.get(f"/search.json?page={number}").get_json()["results"] for number in (1, 2, 3, 4)]
    assert [len(results) for results in pages] == [10, 10, 1, 0]
    assert len({one["id"] for results in pages for one in results}) == 21


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists with four results a page."""
    monkeypatch.setattr("hub.search.views.A_PAGE", 4)


def listed(site: Site, address: str) -> list[list[str]]:
    """The titles of a list, page by page."""
    pages = []
    while address:
        value = site.get(address.removeprefix(BASE)).get_json()
        pages.append([one["title"] for one in value["results"]])
        address = value["next"]
    return pages


@pytest.mark.usefixtures("short")
def test_json_lists_all_results_by_cursors(site: Site) -> None:
    pages = listed(site, "/search.json?cursor=*")
    assert [len(page) for page in pages] == [4, 4, 4, 4, 4, 1]
    shown = [title for number in (1, 2, 3) for title in site.page(f"/search?page={number}").hits]
    assert [title for page in pages for title in page] == shown
    few = site.get("/search.json?cursor=*&q=mould&sector=council").get_json()
    assert (few["total"], few["next"]) == (2, None)
    assert few["facets"]["sector"] == {"council": 2, "fire": 1}


@pytest.mark.usefixtures("short")
def test_a_list_of_any_of_the_words_goes_on_with_any_of_them(site: Site) -> None:
    address = "/search.json?q=minutes+unicorn&cursor=*"
    first = site.get(address).get_json()
    assert (first["any_word"], first["total"]) == (True, 14)
    assert sorted(sum(listed(site, address), [])) == sorted(f"Minutes of the board, week {n + 1}" for n in range(14))


@pytest.mark.usefixtures("short")
def test_a_cursor_that_cannot_be_used_is_said(site: Site) -> None:
    value = site.get("/search.json?q=minutes&cursor=*").get_json()
    cursor = value["next"].partition("cursor=")[2].partition("&")[0]
    for address, sentence in (
        ("q=minutes&cursor=x", "This is no cursor of this hub."),
        (f"q=minutes&cursor=~{cursor}", "This cursor belongs to another search."),
        (f"q=minutes&type=news&cursor={cursor}", "This cursor belongs to another search."),
        (f"cursor={cursor}", "This cursor belongs to another search."),
    ):
        answer = site.get(f"/search.json?{address}")
        assert answer.status_code == 400
        assert sentence in answer.text
    assert site.get(f"/search.json?q=minutes&cursor={cursor}").status_code == 200
    while value["next"]:
        last = value["next"].removeprefix(BASE)
        value = site.get(last).get_json()
    ended = site.get(last)
    assert ended.status_code == 410
    assert "This list is no longer kept; begin again from its first page." in ended.text
    assert "Limited search" not in ended.text


def table(site: Site, address: str) -> tuple[list[dict[str, str]], list[str]]:
    """The rows of a table, and the sentences below it."""
    answer = site.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(answer.data.decode("utf-8-sig").splitlines()))
    notes = [row["title"] for row in rows if not row["hub address"]]
    return [row for row in rows if row["hub address"]], notes


def test_the_page_offers_its_results_as_a_table(site: Site) -> None:
    page = site.page("/search?q=mould&sector=council&page=1")
    address = page.links()["Download these results as a table"]
    assert address == "/search.csv?q=mould&sector=council"
    rows, notes = table(site, address)
    assert [row["title"] for row in rows] == page.hits
    assert notes == []
    (homes,) = [row for row in rows if row["hub address"] == BASE + site.record("homes")]
    assert homes == {
        "title": "What we learned from forty damp homes",
        "organisation": "Northford City",
        "sector": "Council",
        "type": "Case study",
        "topics": "Damp and mould",
        "language": "English",
        "published": str(day(20)),
        "address": "https://northford.example/homes",
        "hub address": BASE + site.record("homes"),
        "community": "",
    }


def test_a_table_has_all_results_in_their_order_up_to_a_number_that_it_says(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.search.lists.AT_ONCE", 4)
    lists = site.app.extensions["moothall"]["index"].public._lists
    before = set(lists._kept)
    rows, notes = table(site, "/search.csv")
    assert [row["title"] for row in rows] == [
        title for number in (1, 2, 3) for title in site.page(f"/search?page={number}").hits
    ]
    assert notes == []
    for most in (4, 6):
        monkeypatch.setattr("hub.search.views.MOST_ROWS", most)
        fewer, notes = table(site, "/search.csv")
        assert fewer == rows[:most]
        assert notes == [f"There are 21 results. These are the first {most}."]
        assert set(lists._kept) == before, "what is not read to its end is let go"


def test_a_table_says_what_was_not_asked_for(site: Site) -> None:
    rows, notes = table(site, "/search.csv?q=minutes+unicorn&from=yesterday")
    assert len(rows) == 14
    assert notes == [
        "“yesterday” is not a date. Write it as 2026-11-24.",
        "No document has all of these words. These have at least one of them.",
    ]
    assert table(site, "/search.csv?q=unicorn") == ([], [])


def test_the_record_as_json_is_the_contract(site: Site) -> None:
    value = site.get(site.record("homes", ".json")).get_json()
    assert value["native_id"] == "homes"
    assert (value["version"], value["organisation"]) == (2, "northford-city")
    assert value["licence"] == {"uri": CC_BY, "text": "", "basis": "record"}
    assert "32 of 40" in value["text"]
    assert value["topics"] == ["https://w3id.org/moothall/topics/c0053"]


def test_a_browser_can_search_by_the_description(site: Site) -> None:
    answer = site.get("/opensearch.xml")
    assert answer.mimetype == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(answer.data)
    templates = {url.get("type"): url.get("template") or "" for url in root.iter(f"{SPACE}Url")}
    address = templates["text/html"].replace("{searchTerms}", "forty%20lorries")
    assert site.page(address.removeprefix(BASE)).heading == "2 results for “forty lorries”"
    assert feed(site, templates["application/atom+xml"].replace("{searchTerms}", "damp").removeprefix(BASE)).entries
    with site.get(root.findtext(f"{SPACE}Image", "").removeprefix(BASE)) as picture:
        assert picture.status_code == 200
