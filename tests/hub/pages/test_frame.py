"""What holds on every page: its title is its own, its headers are set, it says where one is, and lists have an end."""

from pathlib import Path

import pytest
from sqlalchemy import select

from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.sources.models import Source
from tests.hub.site import Site, empty_site
from tests.people import source_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def addresses(site: Site) -> list[str]:
    """A page of every kind, and some of them twice with other contents."""
    with site.database.reading() as session:
        source = session.scalars(select(Source.id).order_by(Source.name)).first()
    return [
        *("/", "/help", "/about", "/sources", f"/sources/{source}", f"/sources/{source}/problems"),
        *("/search", "/search?page=2", "/search?page=3", "/search?q=mould", "/search?q=visits", "/search?q=m&from=x"),
        *("/topics", "/topics?view=a-z", "/topics?q=mould", "/topics/HOU", "/topics/HOU.1"),
        *("/organisations", "/organisations?sector=fire", "/organisations?q=north"),
        *("/organisations/northford-city", "/organisations/quietshire"),
        *(site.record(name) for name in ("homes", "joint", "alarms", "fair")),
        *(site.record("homes", "/versions"), "/nothing", site.record("homes", "/raw")),
    ]


def test_every_title_is_its_own(site: Site) -> None:
    titles = {address: site.page(address).title for address in addresses(site)}
    twice = [address for address, title in titles.items() if list(titles.values()).count(title) > 1]
    assert not twice, [titles[address] for address in twice]
    assert all(title.endswith(" - Moothall") for title in titles.values())


def test_every_page_has_one_heading_and_no_number_or_python_in_it(site: Site) -> None:
    for address in addresses(site):
        page = site.page(address)
        assert page.heading, address
        assert not page.heading.startswith("0190"), address
        assert "None" not in page.words, address
        assert "undefined" not in page.words.casefold(), address


def test_every_link_on_every_page_leads_somewhere(site: Site) -> None:
    seen: set[str] = set()
    for address in addresses(site):
        page = site.page(address)
        for target in page.links("/").values():
            path = target.partition("#")[0]
            if path.startswith("/") and path not in seen:
                seen.add(path)
                # In the other language a page answers as it does in this one.
                expected = page.status if "lang=" in path else 200
                # To follow something one signs in first.
                expected = 302 if path.startswith("/my/follow") else expected
                with site.get(path) as answer:
                    assert answer.status_code == expected, f"{address} leads to {path}"
    assert len(seen) > 200


def test_the_navigation_says_where_one_is(site: Site) -> None:
    for address, word in (("/search?q=mould", "Search"), ("/topics/HOU", "Topics"), ("/sources", "Sources")):
        assert site.page(address).all("//header//a[@aria-current]") == [word]


@pytest.mark.parametrize("address", ["/", "/search?q=mould", "/topics", "/search.atom", "/search.json", "/nothing"])
def test_headers_keep_everything_foreign_out_and_caches_honest(site: Site, address: str) -> None:
    headers = site.get(address).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-cache"
    assert "Cookie" in headers["Vary"]
    assert "Set-Cookie" not in headers, "reading needs no cookie"
    assert "Strict-Transport-Security" not in headers, "not over plain http"


def test_pages_of_the_operator_are_kept_by_no_cache_and_name_them(site: Site) -> None:
    operator = site.operator()
    page = site.page("/search?q=mould", operator)
    assert page.answer.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in page.answer.headers["Vary"]
    assert page.all("//header//button") == ["Sign out"]
    assert site.page("/search?q=mould").all("//header//button") == []


def test_over_https_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub", base_url="https://127.0.0.1:8000") as hub:
        assert "max-age=31536000" in hub.get("/").headers["Strict-Transport-Security"]


def test_a_hub_without_sources_says_what_to_do(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as hub:
        page = hub.page("/sources")
        assert "There is none yet." in page.words
        assert "moothall source add" in page.words


def test_the_list_of_sources_has_everything_and_pages(site: Site, tmp_path: Path) -> None:
    listed = "//ul[contains(@class, 'entries')]//h2"
    assert site.page("/sources").all(listed) == ["Eastmere Fire and Rescue news", "Northford City news"]
    with empty_site(tmp_path / "hub") as hub:
        with hub.database.writing() as session:
            parish = add_organisation(session, actor=COMMAND_LINE, name="Parish", sector="council")
            for number in range(51):
                source_of(session, parish.id, f"https://parish.example/{number}")
        assert [len(hub.page(f"/sources?page={number}").all(listed)) for number in (1, 2)] == [50, 1]
        assert hub.page("/sources?page=2").title == "Sources (page 2 of 2) - Moothall"
        assert hub.get("/sources?page=3").status_code == 302


def test_the_hub_is_called_by_its_name_everywhere(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub", name="Dales & Vale") as hub:
        page = hub.page("/help")
        assert page.title == "Help - Dales & Vale"
        assert page.all("//a[@class='brand']") == ["Dales & Vale"]
        assert "<title>Everything new - Dales &amp; Vale</title>" in hub.get("/search.atom").text
