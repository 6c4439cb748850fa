"""Search for machines: the Atom feed, JSON, and the description for a browser's search box."""

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
