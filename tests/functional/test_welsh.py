"""The hub in Welsh, in Chromium: the switch, a form that is wrong, a mail. The gate looks at every screen in both."""

from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from hub.mail.delivery import Mailer
from tests.functional.browser import WIDTHS, Browser, chromium, needs_chromium
from tests.functional.serving import serving
from tests.hub.mail.made import QUICK, drain, relay
from tests.hub.site import Site, filled_site
from tests.servers.smtp import smtp

pytestmark = [pytest.mark.server, needs_chromium]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    with filled_site(tmp_path_factory.mktemp("welsh") / "hub") as site, serving(site.app) as url:
        yield site, url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("width", WIDTHS)
def test_the_switch_keeps_page_and_query_and_is_remembered(
    live: tuple[Site, str], browser: Browser, width: int
) -> None:
    _site, url = live
    with browser.page(width) as opened:
        page = opened.page
        opened.goto(f"{url}/search?q=mould&sector=council")
        assert page.locator("h1").inner_text().endswith("for “mould”")
        page.get_by_role("link", name="Cymraeg").click()
        assert page.locator("h1").inner_text().endswith("am “mould”")
        assert page.get_by_role("link", name="Sector: Cynghorau").count() == 1
        opened.goto(f"{url}/topics")
        assert page.locator("h1").inner_text() == "Pynciau"
        page.get_by_role("link", name="English").click()
        assert page.locator("h1").inner_text() == "Topics"


@pytest.mark.parametrize("width", WIDTHS)
def test_an_account_made_in_welsh(live: tuple[Site, str], browser: Browser, width: int) -> None:
    site, url = live
    email = f"gwen{width}@dyffryn.example"
    with browser.page(width) as opened:
        page = opened.page
        opened.goto(f"{url}/register?lang=cy")
        page.get_by_label("Cyfeiriad e-bost yn y gwaith").fill(email)
        page.get_by_label("Dewis cyfrinair").fill("byr")
        opened.press("Gwneud cyfrif")
        assert page.title().startswith("Gwall: ")
        assert "Rhowch eich enw" in opened.text()
        assert "Mae’r cyfrinair yn rhy fyr: o leiaf 10 nod." in opened.text()
        assert opened.violations() == []
        page.get_by_label("Eich enw").fill("Gwen")
        page.get_by_label("Dewis cyfrinair").fill("wombat trellis gravy")
        opened.press("Gwneud cyfrif")
        assert page.locator("h1").inner_text() == "Edrychwch yn eich e-bost"
    (mail,) = [one for one in delivered(site) if one["To"] == email]
    assert mail["Subject"] == "Cadarnhewch eich cyfeiriad ar gyfer Moothall"
    assert mail["Content-Language"] == "cy"
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().startswith("Helo Gwen,")


def delivered(site: Site) -> list[EmailMessage]:
    """What the relay gets of what waits."""
    with smtp() as post:
        mailer = Mailer(site.database, relay(post.port), QUICK)
        drain(mailer)
        mailer.close()
        return [one.message for one in post.mails]
