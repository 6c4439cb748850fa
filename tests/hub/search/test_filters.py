"""Filters of the search page: counts that hold, taking each away, dates, and what to do when nothing is left."""

import pytest

from tests.hub.published import day
from tests.hub.site import Page, Site, parameters

FACETS = ("sector", "organisation", "type", "topic", "language")
NARROW = (
    "/search?q=unicorn&sector=council&sector=fire&organisation=northford-city&type=policy&topic=HOU.1&language=cy"
    "&from=2020-01-01&to=2020-02-01"
)


def filters_in_use(page: Page) -> dict[str, str]:
    links = page.links("//ul[@class='active']")
    return {words.removeprefix("Remove filter ✕ "): address for words, address in links.items() if "✕" in words}


@pytest.mark.parametrize("words", ["", "mould", "visits", "gwastraff"])
@pytest.mark.parametrize("facet", FACETS)
def test_the_number_beside_a_choice_is_what_it_finds(site: Site, words: str, facet: str) -> None:
    choices = site.page(f"/search?q={words}").choices(facet)
    assert choices
    for value, count in choices.items():
        assert site.page(f"/search?q={words}&{facet}={value}").total == count


def test_no_choice_gives_nothing(site: Site) -> None:
    page = site.page("/search?q=mould")
    assert all(count for facet in FACETS for count in page.choices(facet).values())
    assert "education" not in page.choices("sector")


def test_choices_inside_a_facet_widen_and_facets_narrow_each_other(site: Site) -> None:
    council = site.page("/search?sector=council")
    counts = council.choices("sector")
    assert counts["fire"] == 2, "what else can be chosen stands there with its number"
    both = site.page("/search?sector=council&sector=fire")
    assert both.total == council.total + counts["fire"]
    assert site.page("/search?sector=council&type=policy").total == 2
    assert site.page("/search?sector=council&type=policy&language=cy").total == 1


def test_other_facets_are_counted_within_the_choice(site: Site) -> None:
    assert site.page("/search?sector=fire").choices("organisation") == {"eastmere-fire-and-rescue": 2}
    assert site.page("/search?sector=fire").choices("type") == {"practice-note": 1, "guidance": 1}


def test_a_wider_topic_finds_what_is_about_the_closer_ones(site: Site) -> None:
    choices = site.page("/search").choices("topic")
    assert choices["HOU"] == choices["HOU.1"] == 3


def test_chosen_boxes_stay_ticked_and_the_form_keeps_the_words(site: Site) -> None:
    page = site.page("/search?q=mould&sector=fire&sort=newest&words=only")
    assert page.all("//form//input[@checked]/@value") == ["fire"]
    kept = page.root.xpath("//details[@class='filters']//input[@type='hidden']")
    assert {one.get("name"): one.get("value") for one in kept} == {"q": "mould", "sort": "newest", "words": "only"}


def test_every_filter_can_be_taken_away_also_where_nothing_was_found(site: Site) -> None:
    page = site.page(NARROW)
    assert page.total == 0
    active = filters_in_use(page)
    assert set(active) == {
        "Sector: Councils",
        "Sector: Fire and rescue",
        "Organisation: Northford City",
        "Kind: Policy",
        "Topic: Damp and mould",
        "Language: Cymraeg",
        "From: 1 January 2020",
        "Until: 1 February 2020",
    }
    for taken, address in active.items():
        assert set(filters_in_use(site.page(address))) == set(active) - {taken}


def test_clearing_all_filters_keeps_the_words_and_the_order(site: Site) -> None:
    clear = site.page(f"{NARROW}&sort=newest").links()["Clear all filters"]
    assert parameters(clear) == {"q": ["unicorn"], "sort": ["newest"]}


def test_a_new_search_from_the_box_keeps_the_filters(site: Site) -> None:
    kept = site.page(NARROW).root.xpath("//form[@class='box']/input[@type='hidden']")
    names = [one.get("name") for one in kept]
    assert names == ["sector", "sector", "organisation", "type", "topic", "language", "from", "to"]


@pytest.mark.parametrize(
    "asked",
    [
        "q=mould&sector=fire&language=cy",
        "q=mould&sector=fire&type=case-study",
        "q=mould&from=1999-01-01&to=1999-12-31",
        "q=%22two+people%22+-form",
        "q=casglu+gwastraff+bwyd+-cyngor+-collection",
        "q=lorries+OR+caddies+-snow",
    ],
)
def test_a_page_with_nothing_says_what_costs_the_most_and_is_right(site: Site, asked: str) -> None:
    page = site.page(f"/search?{asked}")
    assert page.total == 0
    lines = [line for line in page.all("//main//li") if line.startswith("Without ")]
    assert lines
    links = page.links()
    totals = []
    for line in lines:
        words, _, count = line.rpartition(": ")
        totals.append(int(count.split()[0]))
        assert site.page(links[words]).total == totals[-1], words
    assert totals == sorted(totals, reverse=True)
    assert all(totals)


def test_the_costs_name_filters_as_people_know_them(site: Site) -> None:
    lines = site.page("/search?q=mould&sector=fire&type=case-study").all("//main//li")
    assert "Without Kind: Case study: 1 result" in lines
    assert "Without Sector: Fire and rescue: 1 result" in lines


def test_a_page_with_nothing_offers_ways_on(site: Site) -> None:
    page = site.page("/search?q=unicorn")
    assert page.heading == "0 results for “unicorn”"
    links = page.links()
    assert {links["topics"], links["organisations"]} == {"/topics", "/organisations"}
    assert links["Atom feed"] == "/search.atom?q=unicorn"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("q=unicorn", "No document holds this word in any of its forms."),
        ("q=unicorn+zebra", "No document holds any of these words."),
        ("q=unicorn+OR+zebra", "No document holds any of these words."),
        ("q=%22mould+unicorn%22", "No document holds these words side by side."),
        ("q=unicorn+-mould", "No document holds this word in any of its forms without those that you excluded."),
        (
            "q=unicorn&sector=fire",
            "No document among those that your filters leave holds this word in any of its forms.",
        ),
        ("sector=fire&type=policy", "No document fits all of your filters."),
    ],
)
def test_a_page_with_nothing_says_why(site: Site, query: str, reason: str) -> None:
    page = site.page(f"/search?{query}")
    assert page.heading.startswith("0 results")
    assert reason in page.all("//main//p")


def test_a_page_with_results_gives_no_such_reason(site: Site) -> None:
    assert "No document" not in site.page("/search?q=mould").words


def test_a_date_that_is_none_is_said_beside_its_field_and_kept(site: Site) -> None:
    page = site.page("/search?q=mould&from=last+week&to=2026-02-31")
    assert page.title.startswith("Error: mould")
    assert page.total == 3, "the rest of the search stands"
    summary = page.links("//div[contains(@class, 'govuk-error-summary')]")
    for name, typed in (("from", "last week"), ("to", "2026-02-31")):
        (box,) = page.root.xpath(f"//input[@id='date-{name}']")
        assert box.get("value") == typed
        said = " ".join(page.all(f"//*[@id='{box.get('aria-describedby').split()[-1]}']"))
        assert f"“{typed}” is not a date. Write it as 2026-11-24." in said
        assert summary[f"“{typed}” is not a date. Write it as 2026-11-24."] == f"#date-{name}"
    assert page.all("//details[@class='filters']/@open"), "on a phone the filters stand open, or nobody finds it"


def test_dates_are_those_of_the_publisher_and_include_both_ends(site: Site) -> None:
    found = site.page(f"/search?from={day(10)}&to={day(5)}").hits
    assert found == ["Joint home visits for smoke alarms", "Joint home visits"]
    assert site.page(f"/search?from={day(4)}").hits == [], "all of it was collected today"


@pytest.mark.parametrize("edge", ["from=0001-01-01", "to=9999-12-31", "from=2026-11-01&to=2026-10-01"])
def test_odd_dates_break_nothing(site: Site, edge: str) -> None:
    assert site.page(f"/search?{edge}").status == 200
