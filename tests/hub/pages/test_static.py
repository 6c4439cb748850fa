"""Help and about: they answer what people ask, and lead where they say."""

import re
from pathlib import Path

import pytest

from hub.governance.retention import RULES
from tests.hub.accounts.people import Browser
from tests.hub.site import Site, empty_site


@pytest.mark.parametrize("address", ["/help", "/about"])
def test_every_link_leads_somewhere(site: Site, address: str) -> None:
    page = site.page(address)
    ids = set(page.all("//@id"))
    for target in page.links("/").values():
        path, _, anchor = target.partition("#")
        if not path:
            assert anchor in ids, target
        elif path.startswith("/static"):
            continue
        else:
            answer = site.get(path)
            assert answer.status_code == 200, target
            assert not anchor or f'id="{anchor}"' in answer.text, target


def test_help_explains_searching_dates_licences_and_how_a_site_gets_in(site: Site) -> None:
    headings = site.page("/help").all("//h2")
    assert {"Searching", "The four dates", "Licences and reuse", "How a site gets in"} <= set(headings)


def test_the_dates_of_the_help_are_those_of_the_record_page(site: Site) -> None:
    explained = site.page("/help").all("//h2[@id='dates']/following-sibling::dl[1]/dt")
    assert explained == ["Published", "Changed", "Review by", "Last collected"]
    assert set(explained) <= set(site.page(site.record("homes")).facts())


def test_the_filters_of_the_help_are_those_of_the_search_page(site: Site) -> None:
    explained = site.page("/help").all("//h2[@id='filters']/following-sibling::dl[1]/dt")
    shown = site.page("/search").all("//details[@class='filters']/form/details/summary")
    assert explained == shown


def test_about_says_who_visits_as_it_does_in_logs(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub", contact="hub@moothall.example", run_by="Three councils & a fire service") as hub:
        page = hub.page("/about")
        assert re.search(r"its user agent is Moothall/\S+ \(\+hub@moothall\.example\)", page.words)
        assert page.links()["hub@moothall.example"] == "mailto:hub@moothall.example"
        assert "Run by Three councils & a fire service." in page.words
        assert "Run by Three councils & a fire service." in hub.page("/help").all("//footer//p")[0]


def test_about_says_what_is_missing_until_it_is_set(site: Site) -> None:
    page = site.page("/about")
    assert "MOOTHALL_RUN_BY" in page.words
    assert "(+http://127.0.0.1:8000/about)" in page.words
    assert "Write to" not in page.words


SETTLED = {
    "run_by": "Northford City Council",
    "privacy_contact": "dpo@northford.example",
    "accessibility_contact": "https://northford.example/tell-us",
    "accessibility_prepared": "2026-11-27",
    "accessibility_reviewed": "2026-12-01",
}


def test_privacy_and_accessibility_are_made_of_the_settings(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub", **SETTLED) as hub:
        page = hub.page("/privacy")
        assert "Northford City Council runs this hub and decides" in page.words
        assert page.links()["dpo@northford.example"] == "mailto:dpo@northford.example"
        page = hub.page("/accessibility")
        assert "It is run by Northford City Council" in page.words
        assert "prepared on 27 November 2026. It was last reviewed on 1 December 2026." in page.words
        assert "https://northford.example/tell-us" in page.links().values()
        assert "partially compliant" in page.words
        for link in ("https://www.equalityadvisoryservice.com/", "https://www.equalityni.org/"):
            assert link in page.links().values()


def test_they_say_what_is_missing_until_it_is_set(site: Site) -> None:
    assert "MOOTHALL_RUN_BY" in site.page("/privacy").words
    words = site.page("/accessibility").words
    assert "MOOTHALL_ACCESSIBILITY_CONTACT" in words
    assert "MOOTHALL_ACCESSIBILITY_PREPARED" in words


def test_privacy_shows_the_table_that_is_enforced(site: Site) -> None:
    page = site.page("/privacy")
    rows = page.all("//h2[@id='kept']/following-sibling::div[1]//tbody/tr/th")
    assert rows == [*(rule.what for rule in RULES), "Your account", "Searches"]


def test_privacy_names_every_cookie_that_is_set(site: Site) -> None:
    """Whoever signs in, sends a form and chooses a language has these and no others."""
    named = set(site.page("/privacy").all("//h2[@id='cookies']/following-sibling::div[1]//tbody/tr/th"))
    browser = Browser.at(site)
    browser.page("/?lang=cy")
    browser.page("/?lang=en")
    browser.member("cookie@northford.example")
    assert {key[2] for key in browser.client._cookies} == named


def test_every_page_leads_there(site: Site) -> None:
    links = site.page("/search").links("//footer").values()
    assert {"/privacy", "/accessibility"} <= set(links)
