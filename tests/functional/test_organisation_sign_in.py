"""An operator sets an organisation's own sign-in and tries it; then somebody signs in with it: in Chromium."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from hub.accounts.members import set_domains
from hub.accounts.service import make_link
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from tests.functional.browser import WIDTHS, Browser, Page, chromium, needs_chromium
from tests.functional.serving import serving
from tests.hub.accounts.organisations import forget
from tests.hub.accounts.people import PASSWORD
from tests.hub.accounts.people import Browser as Somebody
from tests.hub.site import Site, filled_site
from tests.servers.oidc import Provider, provider

pytestmark = [pytest.mark.server, needs_chromium]

NUMBERS = count()


@dataclass(frozen=True)
class Live:
    """A hub that serves, and the provider of one of its organisations."""

    url: str
    site: Site
    there: Provider


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("organisation") / "hub"
    with (
        provider() as there,
        filled_site(folder, base_url=f"http://127.0.0.1:{port}") as site,
        serving(site.app, port) as url,
    ):
        with site.database.writing() as session:
            row = find_organisation(session, "northford-city")
            set_domains(session, actor=COMMAND_LINE, organisation=row, domains=["northford.example"])
        yield Live(url, site, there)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def looked_at(opened: Page, scripts: bool) -> None:
    """Nothing is wrong for a screen reader or a narrow screen; where no script runs, axe cannot look."""
    if scripts:
        assert opened.violations() == []


def at_the_provider(opened: Page, live: Live, subject: str) -> None:
    """Sign in on its page, where the browser has gone by itself."""
    opened.wait_for(f"{live.there.issuer}/**")
    opened.page.get_by_placeholder("sub").fill(subject)
    opened.page.get_by_role("button", name="Authorize").click()


@pytest.mark.parametrize(("width", "scripts"), [(WIDTHS[1], True), (WIDTHS[0], False)])
def test_from_the_settings_to_the_first_person_who_signs_in(
    live: Live, browser: Browser, width: int, scripts: bool
) -> None:
    forget(live.site)
    name = f"ann{next(NUMBERS)}"
    live.there.knows(name, email=f"{name}@northford.example", email_verified=True, name="Ann Officer")
    with live.site.database.writing() as session:
        link = make_link(session, seconds=60)
    with browser.page(width, java_script_enabled=scripts) as opened:
        page = opened.page
        opened.goto(f"{live.url}/sign-in/{link}")
        page.locator("main").get_by_role("button", name="Sign in").click()
        opened.goto(f"{live.url}/organisations/northford-city")
        page.get_by_role("link", name="Sign in with your organisation's account").click()
        looked_at(opened, scripts)
        page.get_by_label("Client ID").fill("moothall")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        assert page.get_by_label("Client ID").input_value() == "moothall"
        looked_at(opened, scripts)
        page.get_by_label("Address of the provider").fill(live.there.issuer)
        page.get_by_label("Client secret").fill("a secret")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("It is off: try it, then turn it on.").wait_for()
        looked_at(opened, scripts)
        page.get_by_role("button", name="Try it now").click()
        at_the_provider(opened, live, name)
        page.get_by_role("heading", name="It works").wait_for()
        looked_at(opened, scripts)
        page.get_by_role("link", name="Back to the settings").click()
        page.get_by_label("People of Northford City can sign in this way").check()
        page.get_by_role("button", name="Save").click()
        page.get_by_text("It is on.").wait_for()
    with browser.page(width, java_script_enabled=scripts) as opened:
        page = opened.page
        opened.goto(f"{live.url}/sign-in")
        looked_at(opened, scripts)
        page.get_by_role("link", name="Sign in with your organisation").click()
        page.get_by_label("E-mail address at work").fill("ann@nowhere.example")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        looked_at(opened, scripts)
        page.get_by_label("E-mail address at work").fill(f"{name}@northford.example")
        page.keyboard.press("Enter")
        at_the_provider(opened, live, name)
        page.get_by_role("heading", name="Your account").wait_for()
        assert "Ann Officer" in page.locator("main").inner_text()
        looked_at(opened, scripts)
        ours = [one for one in opened.messages if one.startswith(live.url) and "status of 400" not in one]
        assert ours == [], "what a provider loads on its own page is not our fault"


def test_an_account_that_was_there_is_shown_to_be_ones_own(live: Live, browser: Browser) -> None:
    name = f"bo{next(NUMBERS)}"
    live.there.knows(name, email=f"{name}@northford.example", email_verified=True)
    Somebody.at(live.site).member(f"{name}@northford.example")
    with browser.page(WIDTHS[1]) as opened:
        page = opened.page
        opened.goto(f"{live.url}/sign-in/organisation")
        page.get_by_label("or choose your organisation").select_option(label="Northford City")
        page.get_by_role("button", name="Continue").click()
        at_the_provider(opened, live, name)
        page.get_by_role("heading", name="Show that this account is yours").wait_for()
        looked_at(opened, True)
        page.get_by_label("Its password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_text("From now on your organisation's sign-in opens this account.").wait_for()
        looked_at(opened, True)
        opened.goto(f"{live.url}/sign-in/organisation/northford-city/back?state=x&code=y")
        page.get_by_role("heading", name="You are not signed in").wait_for()
        assert "code" not in page.url
        looked_at(opened, True)
