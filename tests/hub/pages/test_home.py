"""The first page: one box, true numbers, what is new by sector."""

from pathlib import Path

from tests.hub.published import MINUTES
from tests.hub.site import Site, empty_site


def test_there_is_one_search_box_and_it_searches(site: Site) -> None:
    page = site.page("/")
    (form,) = page.root.xpath("//main//form")
    assert (form.get("action"), form.get("method")) == ("/search", "get")
    assert page.all("//main//form/label") == ["Search all documents"]
    assert site.page("/search?q=mould").total == 3


def test_the_examples_are_searches_that_work(site: Site) -> None:
    links = site.page("/").links("//div[@class='hero']")
    assert len(links) == 3
    for words, address in links.items():
        assert f"“{words}”" in site.page(address).heading


def test_the_numbers_are_true(site: Site) -> None:
    page = site.page("/")
    numbers = dict(zip(page.all("//dl/div/dt"), page.all("//dl/div/dd"), strict=True))
    assert numbers["organisations"] == "3"
    assert numbers["documents"] == str(MINUTES + 7) == str(site.page("/search").total)
    assert numbers["searched together"] == "2 languages", "one whose language nobody knows is no language"
    assert numbers["last collected"].startswith("today, ")


def test_what_is_new_stands_by_sector_newest_first(site: Site) -> None:
    page = site.page("/")
    sections = {heading: number for number, heading in enumerate(page.all("//section/h3"), 1)}
    assert list(sections) == ["Councils", "Fire and rescue"], "no sector without documents"
    newest = page.all("(//section[h3])[1]//li/a")
    assert newest == ["Joint home visits", "What we learned from forty damp homes", "Casglu gwastraff bwyd"]
    assert page.all("(//section[h3])[1]//li/a[@lang='cy']") == ["Casglu gwastraff bwyd"]
    assert page.all("(//section[h3])[2]//li/span") == [
        "Eastmere Fire and Rescue · 5 days ago",
        "Eastmere Fire and Rescue · 2 weeks ago",
    ]


def test_a_sector_leads_to_all_of_it_newest_first(site: Site) -> None:
    page = site.page(site.page("/").links()["Councils"])
    assert page.total == MINUTES + 5
    assert page.all("//article/h2")[0] == "Joint home visits"


def test_topics_lead_to_their_pages(site: Site) -> None:
    links = site.page("/").links()
    assert site.page(links["Housing and homelessness"]).heading == "Housing and homelessness"
    assert site.page(links["All topics from A to Z"]).title == "Topics from A to Z - Moothall"


def test_an_empty_hub_says_what_to_do_first(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as empty:
        page = empty.page("/")
        assert page.status == 200
        assert "Nothing has been collected yet." in page.words
        assert "moothall source add" in page.words
        assert not page.root.xpath("//dl"), "no numbers where there are none"
        for address in page.links().values():
            assert empty.get(address).status_code == 200, address
