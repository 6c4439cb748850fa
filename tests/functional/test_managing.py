"""The operator's pages in Chromium, wide and on a phone: nothing is wrong for a screen reader or a narrow screen."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from hub.accounts.models import Joining, Person
from hub.accounts.service import make_link
from hub.sources.models import WAITING, Source
from tests.functional.browser import WIDTHS, Browser, chromium, needs_chromium
from tests.functional.serving import serving
from tests.hub.site import Site, filled_site

pytestmark = [pytest.mark.server, needs_chromium]


@dataclass(frozen=True)
class Live:
    """A hub that serves, with a source and somebody who wait."""

    url: str
    site: Site
    source: str

    def link(self) -> str:
        """A way in for the operator."""
        with self.site.database.writing() as session:
            return f"{self.url}/sign-in/{make_link(session, seconds=60)}"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with filled_site(tmp_path_factory.mktemp("managing") / "hub") as site, serving(site.app) as url:
        with site.database.writing() as session:
            source = session.scalars(select(Source)).first()
            assert source is not None
            source.approval = WAITING
            person = Person(name="Pat Lee", email="pat@northford.example")
            session.add(person)
            session.flush()
            session.add(Joining(person_id=person.id, organisation_id=source.organisation_id))
        yield Live(url, site, source.id)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("width", WIDTHS)
def test_the_operators_pages_are_for_everybody(live: Live, browser: Browser, width: int) -> None:
    with browser.page(width) as opened:
        opened.goto(live.link())
        opened.page.locator("main button").click()
        opened.page.get_by_role("heading", name="How the hub is").wait_for()
        found = opened.violations()
        for address in (
            "/manage/hub",
            "/manage/approvals",
            "/manage/organisations",
            "/manage/organisations/new",
            "/organisations/northford-city/edit",
            f"/sources/{live.source}",
            f"/sources/{live.source}/edit",
            f"/sources/{live.source}/told",
        ):
            opened.goto(live.url + address)
            found += opened.violations()
        assert found + opened.messages == []


def test_without_scripts_a_colour_that_cannot_be_read_is_refused_and_another_is_worn(
    live: Live, browser: Browser
) -> None:
    with browser.page(1280, java_script_enabled=False) as opened:
        page = opened.page
        opened.goto(live.link())
        page.locator("main button").click()
        page.get_by_role("link", name="This hub", exact=True).click()
        page.get_by_label("Main colour").fill("#aaddcc")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("alert").wait_for()
        assert page.title().startswith("Error: ")
        page.get_by_label("Main colour").fill("#27407f")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved. Everybody sees it in a few seconds.").wait_for()
        save = page.get_by_role("button", name="Save")
        assert save.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(39, 64, 127)"
