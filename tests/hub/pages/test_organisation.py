"""Organisations: the list, and the page of one with its contact, its months, its topics and its sources' health."""

import csv
from pathlib import Path

import feedparser
import pytest

from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from tests.hub.published import MINUTES, day
from tests.hub.site import BASE, Page, Site, empty_site

NORTHFORD = "/organisations/northford-city"
ALL = ["Eastmere Fire and Rescue", "Northford City", "Quietshire"]


def names(page: Page) -> list[str]:
    return page.all("//ul[contains(@class, 'entries')]//h2")


def test_the_list_has_everybody_by_name_with_what_we_hold(site: Site) -> None:
    page = site.page("/organisations")
    assert names(page) == ALL
    shown = day(5)
    assert page.all("//ul[contains(@class, 'entries')]//p") == [
        f"Fire and rescue2 documentsnewest {shown.day} {shown:%B %Y}",
        f"CouncilNorth{MINUTES + 5} documentsnewest {day(10).day} {day(10):%B %Y}",
        "Health0 documents",
    ]


@pytest.mark.parametrize(
    ("sort", "order"),
    [("documents", [ALL[1], ALL[0], ALL[2]]), ("newest", ALL), ("name", ALL), ("nonsense", ALL)],
)
def test_the_list_is_sorted_on_request(site: Site, sort: str, order: list[str]) -> None:
    assert names(site.page(f"/organisations?sort={sort}")) == order


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=ncc", ["Northford City"]),
        ("q=northford+COUNCIL", ["Northford City"]),
        ("sector=fire", ["Eastmere Fire and Rescue"]),
        ("q=e&sector=health", ["Quietshire"]),
        ("q=unicorn", []),
        ("sector=nonsense", []),
    ],
)
def test_the_list_is_narrowed_by_any_name_and_by_sector(site: Site, asked: str, found: list[str]) -> None:
    page = site.page(f"/organisations?{asked}")
    assert names(page) == found
    if not found:
        assert page.links()["Show all organisations"] == "/organisations"


def test_what_was_asked_for_stays_in_the_form(site: Site) -> None:
    page = site.page("/organisations?q=north&sector=council&sort=documents")
    assert page.all("//input[@name='q']/@value") == ["north"]
    assert page.all("//option[@selected]") == ["Councils"]
    assert page.all("//main//input[@name='sort']/@value") == ["documents"]
    assert page.title == "Organisations with “north”: Councils - Moothall"


def test_the_list_has_pages_and_one_too_far_leads_to_the_first(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as hub:
        with hub.database.writing() as session:
            for number in range(51):
                add_organisation(session, actor=COMMAND_LINE, name=f"Parish {number:02}", sector="council")
        first, second = hub.page("/organisations"), hub.page("/organisations?page=2")
        assert (len(names(first)), names(second)) == (50, ["Parish 50"])
        assert second.title == "Organisations (page 2 of 2) - Moothall"
        answer = hub.get("/organisations?page=3&sector=council")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/organisations?sector=council")


def test_a_hub_without_organisations_says_what_to_do(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as hub:
        page = hub.page("/organisations")
        assert "There is none yet." in page.words
        assert "moothall organisation add" in page.words


def test_the_page_says_whom_to_ask(site: Site) -> None:
    page = site.page(NORTHFORD)
    assert page.heading == "Northford City"
    assert page.all("//section[h2='Whom to ask']//li") == [
        "Housing standards",
        "standards@northford.example",
        "01632 960 001",
    ]
    links = page.links()
    assert links["standards@northford.example"] == "mailto:standards@northford.example"
    assert links["https://northford.example/"] == "https://northford.example/"
    assert "A city of 140,000." in page.words
    assert page.all("//section[h2='Also known as']/p") == ["Northford Council, NCC"]


def test_who_named_nobody_is_said(site: Site) -> None:
    assert "Quietshire has named nobody yet." in site.page("/organisations/quietshire").words


def test_months_are_a_picture_a_table_and_a_csv_with_the_same_numbers(site: Site) -> None:
    page = site.page(NORTHFORD)
    rows = dict(zip(page.all("//table//th[@scope='row']"), page.all("//table//td"), strict=True))
    assert len(rows) == 12
    expected: dict[str, int] = {}
    for ago in (10, 20, 50, 60):
        expected[f"{day(ago):%B %Y}"] = expected.get(f"{day(ago):%B %Y}", 0) + 1
    assert {month: int(count) for month, count in rows.items() if count != "0"} == expected
    assert len(page.root.xpath("//svg//rect[@class='bar-new']")) == len(expected)
    assert page.all("//svg/title") == page.all("//section[contains(@class, 'plot')]/h2")
    answer = site.get(page.links()["Download CSV"])
    assert answer.mimetype == "text/csv"
    table = list(csv.reader(answer.data.decode("utf-8-sig").splitlines()))
    assert table[0] == ["month", "documents"]
    assert [int(count) for _, count in table[1:]] == [int(count) for count in reversed(rows.values())]


def test_no_plot_where_there_is_nothing_to_see(site: Site) -> None:
    page = site.page("/organisations/quietshire")
    assert not page.root.xpath("//svg")
    assert "What Quietshire publishes will stand here." in page.words
    assert "No website of Quietshire is collected yet." in page.words
    assert site.get(page.links()["How a site gets in"]).status_code == 200


def test_what_it_published_last_and_what_about(site: Site) -> None:
    page = site.page(NORTHFORD)
    assert page.all("//article/h3")[:2] == ["Joint home visits", "What we learned from forty damp homes"]
    assert len(page.all("//article")) == 10
    assert site.page(page.links()[f"All {MINUTES + 5} documents of Northford City"]).total == MINUTES + 5
    topics = page.all("//section[h2='What it writes about']//li")
    assert topics == ["Damp and mould 2 documents", "Food waste 2 documents", "Home fire safety 1 document"]
    assert site.page(page.links("//section[h2='What it writes about']")["Food waste"]).total == 2


def test_the_health_of_its_sources_is_public(site: Site) -> None:
    page = site.page(NORTHFORD)
    (line,) = page.all("//section[h2='Its sources']//li")
    assert line.startswith("Northford City news Working")
    assert "3 new, 0 changed, 0 problems." in line
    assert site.get(page.links()["Northford City news"]).status_code == 200
    (new,) = site.page("/organisations/eastmere-fire-and-rescue").all("//section[h2='Its sources']//li")
    assert "It has not been checked yet." in new


def test_its_feed_has_its_newest_documents(site: Site) -> None:
    address = site.page(NORTHFORD).links()["Atom feed of its newest documents"]
    read = feedparser.parse(site.get(address).data)
    assert not read.bozo
    assert read.feed.title == "Northford City: newest documents - Moothall"
    assert [entry.title for entry in read.entries[:2]] == ["Joint home visits", "What we learned from forty damp homes"]
    assert len(read.entries) == MINUTES + 5
    assert {link.rel: link.href for link in read.feed.links}["alternate"] == BASE + NORTHFORD


def test_the_list_is_there_for_machines(site: Site) -> None:
    value = site.get("/organisations.json").get_json()
    assert [one["name"] for one in value] == ALL
    assert (value[1]["documents"], value[1]["newest"]) == (MINUTES + 5, str(day(10)))
    assert (value[2]["documents"], value[2]["newest"]) == (0, None)
    assert "standards@northford.example" not in site.get("/organisations.json").text


@pytest.mark.parametrize("more", ["", ".atom", "/months.csv"])
def test_an_organisation_that_never_was_is_not_found(site: Site, more: str) -> None:
    page = site.page(f"/organisations/nowhere{more}")
    assert page.status == 404
    assert "There is no such organisation." in page.words
