"""The search page as an officer uses it: topics, marked words, order, pages; and what it costs the database."""

import re
from datetime import date
from pathlib import Path

import pytest

from hub.index.engines import open_writer
from hub.index.worker import rebuild
from hub.indexed import documents_of
from hub.topics.service import Vocabulary
from tests.hub.published import MINUTES, day
from tests.hub.site import Site, empty_site, filled_site, parameters


def test_where_no_document_has_all_words_that_is_said(site: Site) -> None:
    page = site.page("/search?q=mould+unicorn")
    assert page.total == 3
    assert "No document has all of these words." in page.words
    assert "No document has all" not in site.page("/search?q=mould+homes").words


@pytest.mark.parametrize(
    "address", ["/search?page=99", "/search?q=mould&sector=council&page=2", "/search?q=unicorn&page=3"]
)
def test_a_page_that_does_not_exist_leads_to_the_first(site: Site, address: str) -> None:
    answer = site.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"] == re.sub(r"[?&]page=\d+$", "", address)
    assert site.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("number", ["0", "-1", "two", "1e3", "²"])
def test_a_page_number_that_is_none_is_the_first(site: Site, number: str) -> None:
    assert site.page(f"/search?page={number}").title.startswith("Search (page 1 of 3)")


def test_pages_hold_everything_once_and_say_where_they_stand(site: Site) -> None:
    seen: list[str] = []
    address: str | None = "/search"
    names = []
    while address:
        page = site.page(address)
        seen += page.all("//article/h2/a/@href")
        names.append(page.title)
        address = next(iter(page.all("//nav[@class='paging']//a[@rel='next']/@href")), None)
    assert len(seen) == len(set(seen)) == site.page("/search").total == MINUTES + 7
    assert names == [f"Search (page {number} of 3) - Moothall" for number in (1, 2, 3)]


def test_paging_keeps_what_was_asked_and_marks_the_page(site: Site) -> None:
    page = site.page("/search?q=minutes&sector=council&page=2")
    assert page.all("//nav[@class='paging']//a[@aria-current='page']") == ["2"]
    back = page.all("//nav[@class='paging']//a[@rel='prev']/@href")
    assert [parameters(one) for one in back] == [{"q": ["minutes"], "sector": ["council"]}]


def test_words_that_name_a_topic_bring_its_words_in_other_languages(site: Site) -> None:
    page = site.page("/search?q=food+waste")
    (line,) = [words for words in page.all("//p[@class='notice']") if words.startswith("Your words match")]
    assert line.startswith("Your words match Food waste (part of Waste and recycling).")
    assert "Also searched: Gwastraff bwyd" in line
    assert page.all("//p[@class='notice']/i[@lang='cy']") == ["Gwastraff bwyd"]
    assert set(page.hits) == {"Food waste rounds in winter", "Casglu gwastraff bwyd"}


def test_a_wide_topic_names_the_closer_ones(site: Site) -> None:
    page = site.page("/search?q=waste+and+recycling")
    assert "Closer topics: " in page.words
    assert "Food waste" in page.links()


def test_only_my_words_are_searched_on_request_and_topics_again(site: Site) -> None:
    with_topics = site.page("/search?q=food+waste+collection")
    assert with_topics.total == 2
    only = with_topics.links()["Search only my words"]
    assert parameters(only)["words"] == ["only"]
    page = site.page(only)
    assert page.hits == ["Food waste rounds in winter"]
    assert "Your words match" not in page.words
    assert site.page(page.links()["Search topics too"]).total == 2


def test_results_say_who_what_when_and_how_they_may_be_reused(site: Site) -> None:
    page = site.page("/search?q=mould")
    (hit,) = [one for one in page.all("//article") if one.startswith("What we learned")]
    shown = day(20)
    for words in (
        "Northford City",
        "Case study",
        f"{shown.day} {shown:%B %Y} (2 weeks ago)",
        "CC BY",
        "Damp and mould",
    ):
        assert words in hit
    (fans,) = [one for one in page.all("//article") if one.startswith("Fans")]
    assert "Licence not stated: ask before you reuse it" in fans


def test_results_say_why_they_are_there(site: Site) -> None:
    (why,) = site.page("/search?q=lorries").all("//details[@class='why']")
    assert "“lorries” in the text" in why
    assert "Check before reuse: Its review is overdue." in why


def test_copies_are_said_and_the_withdrawn_are_not_found(site: Site) -> None:
    page = site.page("/search?q=joint+home+visits")
    assert "Also published by 1 other organisation" in page.words
    assert "Careers fair" not in site.page("/search?q=careers+fair").hits


def test_a_result_in_another_language_says_so(site: Site) -> None:
    page = site.page("/search?q=casglu")
    assert page.all("//article/h2/@lang") == ["cy"]
    assert page.all("//article//span[@class='tag'][@lang='cy']") == ["Cymraeg"]


def test_marked_words_are_escaped(site: Site) -> None:
    page = site.page("/search?q=fans+alert+mould")
    (heading,) = page.root.xpath("//article[contains(., 'Fans')]/h2")
    assert heading.text_content().strip() == "Fans & <script>alert('1')</script> against mould"
    assert "fans" in [mark.text.casefold() for mark in heading.iter("mark")]
    assert not page.root.xpath("//script[not(@src='/static/suggest.js')]")
    assert not page.root.xpath("//main//img")
    assert not page.root.xpath("//article//p//b[text()='fans']")


def test_typed_words_are_escaped(site: Site) -> None:
    page = site.page("/search?q=%3Cscript%3Ealert(1)%3C/script%3E&sector=%3Cimg%3E&from=%22%3E%3Cscript%3E")
    assert page.status == 200
    assert not page.root.xpath("//script[not(@src='/static/suggest.js')]")
    assert "Remove filter ✕ Sector: <img>" in page.links()


def test_newest_is_by_the_publishers_date_and_best_comes_back(site: Site) -> None:
    page = site.page("/search?q=mould")
    newest = site.page(page.links("//p[@class='orders']")["newest"])
    dates = [date.fromisoformat(one) for one in newest.all("//article//p[@class='badge']/time/@datetime")]
    assert dates == sorted(dates, reverse=True)
    assert newest.links("//p[@class='orders']")["best match"] == "/search?q=mould"


def test_phrases_exclusions_and_or(site: Site) -> None:
    assert site.page('/search?q="forty+damp+homes"').hits == ["What we learned from forty damp homes"]
    assert "Fans" not in " ".join(site.page("/search?q=mould+-fans").hits)
    assert set(site.page("/search?q=lorries+OR+alarms&words=only").hits) == {
        "Food waste rounds in winter",
        "Joint home visits for smoke alarms",
        "Joint home visits",
    }


def test_an_empty_hub_says_that_there_is_nothing_to_search_yet(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as empty:
        page = empty.page("/search")
        assert (page.status, page.heading) == (200, "Nothing to search yet")
        assert "/sources" in page.links().values()
        assert empty.page("/search?q=mould").heading == "0 results for “mould”"


def test_without_its_index_the_hub_goes_on_and_says_that_search_is_limited(tmp_path: Path, database_url: str) -> None:
    with filled_site(tmp_path / "hub", database_url=database_url) as hub:
        topic, organisation = hub.page("/topics/HOU.1"), hub.page("/organisations/northford-city")
        for file in sorted(hub.settings.index_folder.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        page = hub.page("/search?q=homes&sector=council")
        assert page.status == 200
        assert page.words.count("Limited search.") == 1
        assert page.total >= 1
        assert all("homes" in title.casefold() for title in page.all("//article/h2"))
        assert page.links()["Remove filter ✕ Sector: Councils"] == "/search?q=homes"
        assert hub.page("/search?q=homes&sector=police").total == 0
        # What a topic is called in another language finds what is tagged with it, whatever its title.
        named = hub.page("/search?q=schimmel")
        assert named.total == hub.page("/search?topic=HOU.1").total == len(topic.all("//article"))
        assert hub.page("/search?q=schimmel&words=only").total == 0
        assert hub.get("/search.json?q=homes").get_json()["limited"] is True
        assert hub.get("/search.atom?q=homes").status_code == 200
        assert hub.get("/search.json?q=homes&cursor=*").status_code == 503, "half a list would pass for a whole one"
        lines = hub.get("/search.csv?q=schimmel").text.splitlines()
        assert len(lines) == 1 + named.total + 1
        assert lines[-1].startswith('"Limited search: the search index was away')
        assert hub.page("/search?page=9").status == 302
        for address in ("/", "/organisations", "/topics", hub.record("homes")):
            assert hub.page(address).status == 200
        for address, before in (("/topics/HOU.1", topic), ("/organisations/northford-city", organisation)):
            assert hub.page(address).all("//article//h3") == before.all("//article//h3")
        rebuild(hub.database, open_writer(hub.settings), documents_of(Vocabulary(hub.database)))
        assert "Limited search." not in hub.page("/search?q=homes").words
