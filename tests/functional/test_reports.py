"""Reporting a document, answering, taking it down and handing things over in Chromium, wide and on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.accounts.models import Membership, Person
from hub.accounts.service import make_link
from hub.db import now
from hub.organisations.service import find_organisation
from hub.policy import OFFICER
from tests.functional.browser import Browser, Page, chromium, needs_chromium
from tests.functional.serving import serving
from tests.hub.site import Site, filled_site

pytestmark = [pytest.mark.server, needs_chromium]

TEXT = "The number of homes is wrong: it was 31 of 40."


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Site, str]]:
    with filled_site(tmp_path / "hub") as site, serving(site.app) as url:
        yield site, url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def looked_at(page: Page, scripts: bool) -> None:
    """Nothing is wrong for a screen reader or a narrow screen; where no script runs, axe cannot look."""
    if scripts:
        assert page.violations() == []


@pytest.mark.parametrize(("width", "scripts"), [(320, True), (1280, False)])
def test_from_a_report_to_a_take_down(live: tuple[Site, str], browser: Browser, width: int, scripts: bool) -> None:
    site, url = live
    with browser.page(width, java_script_enabled=scripts) as opened:
        page = opened.page
        opened.goto(url + site.record("homes"))
        page.get_by_role("link", name="Report a problem with this document").click()
        looked_at(opened, scripts)
        page.get_by_label("Say what and where").fill(TEXT)
        page.get_by_label("Your e-mail address").fill("carys")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        assert page.title().startswith("Error: ")
        assert page.get_by_label("Say what and where").input_value() == TEXT
        assert page.get_by_label("Your e-mail address").input_value() == "carys"
        looked_at(opened, scripts)
        page.get_by_label("Something in it is wrong").check()
        page.get_by_label("Your e-mail address").fill("carys@home.example")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Your report").wait_for()
        assert TEXT in opened.text()
        looked_at(opened, scripts)
        state = page.url
        with site.database.writing() as session:
            link = make_link(session, seconds=60)
        opened.goto(f"{url}/sign-in/{link}")
        page.locator("main").get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Manage").click()
        page.get_by_role("link", name="Reports").click()
        looked_at(opened, scripts)
        page.get_by_role("link", name="Something in it is wrong").click()
        looked_at(opened, scripts)
        page.get_by_label("It is corrected, or soon will be").check()
        page.get_by_label("Why, in your words").fill("We counted anew.")
        page.get_by_role("button", name="Send the answer").click()
        page.get_by_text("It is answered.").wait_for()
        opened.goto(state)
        assert "We counted anew." in opened.text()
        opened.goto(url + site.record("bins"))
        page.get_by_role("link", name="Take it down").click()
        looked_at(opened, scripts)
        page.get_by_role("button", name="Take it down").click()
        page.get_by_role("alert").wait_for()
        looked_at(opened, scripts)
        page.get_by_label("Why").select_option("personal-data")
        page.get_by_label("What you found").fill("A name in it.")
        page.get_by_role("button", name="Take it down").click()
        page.get_by_text("1 document is taken down.").wait_for()
        looked_at(opened, scripts)
        opened.goto(url + site.record("bins"))
        page.get_by_role("heading", name="This document is not shown here").wait_for()
        looked_at(opened, scripts)


def test_what_nobody_answers_for_is_given_to_somebody(live: tuple[Site, str], browser: Browser) -> None:
    site, url = live
    with site.database.writing() as session:
        ann = Person(name="Ann Officer", email="ann@northford.example", confirmed_at=now())
        session.add(ann)
        session.flush()
        northford = find_organisation(session, "northford-city").id
        session.add(Membership(person_id=ann.id, organisation_id=northford, role=OFFICER))
        link = make_link(session, seconds=60)
    with browser.page(320) as opened:
        page = opened.page
        opened.goto(f"{url}/sign-in/{link}")
        page.locator("main").get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Manage").click()
        page.get_by_role("link", name="Hand-over").click()
        looked_at(opened, True)
        page.get_by_role("link", name="Give it to … Northford City news").click()
        page.locator("li", has_text="Northford City news").get_by_text("Give it to").click()
        looked_at(opened, True)
        thing = page.locator("li", has_text="Northford City news")
        thing.get_by_label("Answers for it").select_option(label="Ann Officer")
        thing.get_by_role("button", name="Save").click()
        page.get_by_text("Ann Officer answers for it").wait_for()
        looked_at(opened, True)
        opened.goto(f"{url}/account/leaving")
        looked_at(opened, True)
