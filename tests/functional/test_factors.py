"""Second factors in Chromium: an app's codes by keyboard and without JavaScript, passkeys with a virtual device."""

import os
from collections.abc import Iterator
from itertools import count

import pytest
from passlib.totp import TOTP
from sqlalchemy import update

from hub.accounts.models import CodeApp
from hub.demo.members import free_port
from tests.functional.browser import WIDTHS, Browser, Page, chromium, needs_chromium
from tests.functional.serving import serving
from tests.functional.test_accounts import Live, looked_at
from tests.hub.accounts.people import PASSWORD
from tests.hub.accounts.people import Browser as Reader
from tests.hub.site import empty_site

pytestmark = [pytest.mark.server, needs_chromium]

NUMBERS = count()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    # A passkey is bound to the address at which a hub knows itself.
    port = free_port(8200 + os.getpid() % 1000 * 20)
    url = f"http://localhost:{port}"
    given = {"base_url": url, "trusted_hosts": "localhost,127.0.0.1"}
    with empty_site(tmp_path_factory.mktemp("factors") / "hub", **given) as site, serving(site.app, port):
        yield Live(url, site)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def email(live: Live) -> str:
    """Somebody who has an account."""
    address = f"ann{next(NUMBERS)}@northford.example"
    Reader.at(live.site).known(address)
    return address


def sign_in(opened: Page, live: Live, email: str) -> None:
    opened.goto(f"{live.url}/sign-in")
    opened.page.get_by_label("E-mail address").fill(email)
    opened.page.get_by_label("Password").fill(PASSWORD)
    opened.page.keyboard.press("Enter")


def device(opened: Page) -> None:
    """A virtual passkey device in this browser, which asks for a finger and always sees it."""
    session = opened.page.context.new_cdp_session(opened.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, True), (320, False)])
def test_an_app_for_codes(live: Live, browser: Browser, email: str, width: int, scripts: bool) -> None:
    with browser.page(width, java_script_enabled=scripts, accept_downloads=True) as opened:
        page = opened.page
        sign_in(opened, live, email)
        page.get_by_role("link", name="Apps, passkeys and recovery codes").click()
        looked_at(opened, scripts)
        page.get_by_role("link", name="Add a passkey").click()
        assert page.get_by_text("Passkeys need a browser that knows them").is_visible() is not scripts
        assert page.get_by_role("button", name="Add a passkey").is_visible() is scripts
        looked_at(opened, scripts)
        page.go_back()
        page.get_by_role("link", name="Set up an app").click()
        looked_at(opened, scripts)
        page.get_by_label("Six digits").fill("000000")
        page.keyboard.press("Enter")
        page.get_by_role("alert").first.wait_for()
        assert page.title().startswith("Error: ")
        looked_at(opened, scripts)
        totp = TOTP(key=page.locator("code.spelled").inner_text(), format="base32")
        page.get_by_label("Six digits").fill(totp.generate().token)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Your app is set up.").wait_for()
        looked_at(opened, scripts)
        codes = page.locator(".recovery code").all_inner_texts()
        with page.expect_download() as saved:
            page.get_by_role("button", name="Download as text").click()
        assert all(code in saved.value.path().read_text() for code in codes)
        page.get_by_role("link", name="I have kept them: go on").click()
        looked_at(opened, scripts)
        page.get_by_role("button", name="Sign out").first.click()
        with live.site.database.writing() as session:
            session.execute(update(CodeApp).values(counter=CodeApp.counter - 2))
        sign_in(opened, live, email)
        page.get_by_role("heading", name="One more step").wait_for()
        looked_at(opened, scripts)
        page.get_by_label("Code").fill("nothing")
        page.keyboard.press("Enter")
        page.get_by_role("alert").first.wait_for()
        looked_at(opened, scripts)
        page.get_by_label("Code").fill(totp.generate().token)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Your account").wait_for()
        assert [one for one in opened.messages if "status of 400" not in one] == [], "two slips were asked for"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_passkey(live: Live, browser: Browser, email: str, width: int) -> None:
    with browser.page(width) as opened:
        page = opened.page
        device(opened)
        sign_in(opened, live, email)
        page.get_by_role("heading", name="Your account").wait_for()
        opened.goto(f"{live.url}/account/second-factor/passkey")
        page.get_by_label("Name of the passkey").fill("My laptop")
        page.get_by_role("button", name="Add a passkey").click()
        page.get_by_role("heading", name="The passkey “My laptop” is set up.").wait_for()
        opened.goto(f"{live.url}/account/second-factor")
        assert "not used yet" in opened.text()
        looked_at(opened, True)
        page.get_by_role("button", name="Sign out").first.click()
        opened.goto(f"{live.url}/sign-in?next=/topics")
        looked_at(opened, True)
        page.get_by_label("Keep me signed in on this browser (30 days)").check()
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{live.url}/topics")
        opened.goto(f"{live.url}/account")
        assert "stays signed in until" in opened.text()
        looked_at(opened, True)
        page.get_by_role("button", name="Sign out").first.click()
        sign_in(opened, live, email)
        page.get_by_role("button", name="Use my passkey").wait_for()
        looked_at(opened, True)
        page.get_by_role("button", name="Use my passkey").click()
        page.get_by_role("heading", name="Your account").wait_for()
        opened.goto(f"{live.url}/account/second-factor/passkey")
        page.get_by_label("Name of the passkey").fill("Again")
        page.get_by_role("button", name="Add a passkey").click()
        page.get_by_text("There may be one on this device already").wait_for()
        looked_at(opened, True)
        opened.goto(f"{live.url}/account/second-factor")
        page.get_by_role("button", name="Remove").click()
        page.get_by_text("The passkey “My laptop” is removed").wait_for()
        assert opened.messages == []


@pytest.mark.parametrize("width", WIDTHS[1:])
def test_another_address(live: Live, browser: Browser, email: str, width: int) -> None:
    new = f"new-{email}"
    with browser.page(width) as opened:
        page = opened.page
        sign_in(opened, live, email)
        page.get_by_role("link", name="Change your address").click()
        looked_at(opened, True)
        page.get_by_label("New e-mail address").fill("nobody")
        page.keyboard.press("Enter")
        page.get_by_role("alert").first.wait_for()
        assert page.get_by_label("New e-mail address").input_value() == "nobody"
        looked_at(opened, True)
        page.get_by_label("New e-mail address").fill(new)
        page.keyboard.press("Enter")
        page.get_by_text(f"on its way to {new}").wait_for()
        opened.goto(live.link(new))
        looked_at(opened, True)
        page.get_by_role("button", name="Change my address").click()
        page.get_by_text("Your address is changed").wait_for()
        looked_at(opened, True)
