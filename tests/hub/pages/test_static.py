"""Help and about: they answer what people ask, and lead where they say."""

import re
from pathlib import Path

import pytest

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
