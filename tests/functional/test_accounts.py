"""Making an account and being a content officer in Chromium: with and without JavaScript, wide and on a phone."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from hub.accounts.models import Person
from hub.accounts.service import make_link
from hub.mail.models import Mail
from tests.functional.browser import WIDTHS, Browser, Page, chromium, needs_chromium
from tests.functional.serving import serving
from tests.hub.accounts.people import OTHER, PASSWORD
from tests.hub.site import Site, filled_site

pytestmark = [pytest.mark.server, needs_chromium]

NUMBERS = count()


@dataclass(frozen=True)
class Live:
    """A hub that serves, and the mails that it has written."""

    url: str
    site: Site

    def link(self, email: str) -> str:
        """Where the link of the newest mail to this address leads."""
        with self.site.database.reading() as session:
            newest = select(Mail.text).where(Mail.recipient == email).order_by(Mail.created.desc(), Mail.id.desc())
            text = session.scalars(newest).first() or ""
        (address,) = (word for word in text.split() if word.startswith("http"))
        return self.url + urlsplit(address).path


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with filled_site(tmp_path_factory.mktemp("accounts") / "hub") as site, serving(site.app) as url:
        yield Live(url, site)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def looked_at(page: Page, scripts: bool) -> None:
    """Nothing is wrong for a screen reader or a narrow screen; where no script runs, axe cannot look."""
    if scripts:
        assert page.violations() == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("width", WIDTHS)
def test_from_a_new_account_to_looking_after_a_source(live: Live, browser: Browser, width: int, scripts: bool) -> None:
    email = f"ann{next(NUMBERS)}@northford.example"
    with browser.page(width, java_script_enabled=scripts) as opened:
        page = opened.page
        opened.goto(live.url)
        page.get_by_role("link", name="Sign in").click()
        page.get_by_role("link", name="Make an account").click()
        looked_at(opened, scripts)
        page.get_by_label("Your name").fill("Ann Officer")
        page.get_by_label("E-mail address at work").fill(email)
        page.get_by_label("Choose a password").fill("short")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        assert page.title().startswith("Error: ")
        assert page.get_by_label("Your name").input_value() == "Ann Officer"
        assert page.get_by_label("E-mail address at work").input_value() == email
        looked_at(opened, scripts)
        page.get_by_label("Choose a password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Look into your mail").wait_for()
        looked_at(opened, scripts)
        opened.goto(live.link(email))
        looked_at(opened, scripts)
        page.get_by_role("button", name="This address is mine").click()
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill("not the right one")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        looked_at(opened, scripts)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Your account").wait_for()
        assert "Chrome on Linux" in page.locator("main").inner_text()
        looked_at(opened, scripts)
        page.get_by_role("link", name="Change your password").click()
        looked_at(opened, scripts)
        page.get_by_label("Present password").fill(PASSWORD)
        page.get_by_label("New password").fill(OTHER)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Your account").wait_for()
        page.get_by_role("button", name="Sign out").first.click()
        page.get_by_role("link", name="Sign in").wait_for()


@pytest.mark.parametrize("width", WIDTHS)
def test_an_operator_makes_a_content_officer(live: Live, browser: Browser, width: int) -> None:
    email = f"bo{next(NUMBERS)}@elsewhere.example"
    with live.site.database.writing() as session:
        session.add(Person(name=f"Bo {email}", email=email))
        link = make_link(session, seconds=60)
    with browser.page(width) as opened:
        page = opened.page
        opened.goto(f"{live.url}/sign-in/{link}")
        page.locator("main").get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Manage").click()
        page.get_by_role("navigation").get_by_role("link", name="People", exact=True).click()
        looked_at(opened, True)
        page.get_by_label("Part of a name or address").fill(email)
        page.keyboard.press("Enter")
        page.get_by_text("1 person").wait_for()
        page.get_by_text("Add to an organisation").click()
        looked_at(opened, True)
        page.get_by_label("Organisation", exact=True).select_option(label="Northford City")
        page.get_by_label("as", exact=True).select_option("content officer")
        page.get_by_role("button", name="Add").click()
        page.get_by_label("At Northford City").wait_for()
        assert page.get_by_label("At Northford City").input_value() == "content officer"
        looked_at(opened, True)
        page.get_by_role("button", name="Suspend").click()
        page.get_by_role("button", name="Let in again").wait_for()
        looked_at(opened, True)
        opened.goto(f"{live.url}/organisations/northford-city")
        page.get_by_role("link", name="People of this organisation").click()
        looked_at(opened, True)
        page.get_by_label("E-mail address").fill("nobody")
        page.get_by_role("button", name="Invite", exact=True).click()
        page.get_by_role("alert").wait_for()
        assert page.get_by_label("E-mail address").input_value() == "nobody"
        looked_at(opened, True)
        page.get_by_label("E-mail address").fill(f"invited-{email}")
        page.get_by_role("button", name="Invite", exact=True).click()
        page.get_by_text("Open invitations").wait_for()
        looked_at(opened, True)
    with browser.page(width) as opened:
        opened.goto(live.link(f"invited-{email}"))
        assert "Northford City" in opened.page.locator("h1").inner_text()
        looked_at(opened, True)
