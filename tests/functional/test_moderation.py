"""The queue by keyboard: single keys move and decide, are silent in fields, and can be switched off."""

from pathlib import Path

import pytest
from sqlalchemy import select

from hub.accounts.models import Person
from hub.accounts.sessions import SESSION_COOKIE
from hub.communities.access import OPEN
from hub.talk.access import Place
from hub.talk.service import Draft, open_thread
from tests.functional.browser import chromium, needs_chromium
from tests.functional.serving import serving
from tests.hub.accounts.people import Browser as Client
from tests.hub.communities.made import acting, made, somebody
from tests.hub.site import Site, filled_site

pytestmark = [pytest.mark.server, needs_chromium]

HERE = "() => document.activeElement.closest('.queue > li')?.querySelector('h2').textContent"
EMAIL = "leila@queue.example"


def _queue(site: Site) -> Client:
    """A facilitator for whom the first posts of three people wait."""
    client = Client.at(site).known(EMAIL)
    with site.database.writing() as session:
        leila = session.scalars(select(Person.id).where(Person.email == EMAIL)).one()
        people = [somebody(session) for _ in range(3)]
        row = made(session, visibility=OPEN, facilitators=[leila], members=people)
        for number, one in enumerate(people):
            draft = Draft("question", f"Question {number}", "For the fans.")
            open_thread(session, Place(row, acting(session, one)), draft)
    return client


def test_single_keys_move_and_decide_and_can_be_switched_off(tmp_path: Path) -> None:
    with filled_site(tmp_path / "hub") as site, serving(site.app) as url, chromium() as browser:
        client = _queue(site)
        cookies = [{"name": SESSION_COOKIE, "value": client.secret, "url": url}]
        with browser.page(cookies=cookies) as opened:
            page = opened.page
            opened.goto(f"{url}/moderation")
            opened.keys("j")
            assert page.evaluate(HERE) == "Question 0"
            opened.keys("j", "j", "j", "k")
            assert page.evaluate(HERE) == "Question 1"
            page.get_by_label("Age").focus()
            opened.keys("a")
            assert "done=" not in page.url
            page.locator(".queue > li").nth(1).focus()
            opened.keys("a")
            opened.wait_for("**done=**")
            assert "You have just decided about “Question 1”." in opened.text()
            assert "Question 0" in opened.text()
            opened.press("Undo")
            opened.wait_for("**/moderation*")
            opened.keys("j", "d")
            opened.wait_for("**/moderation/items/**")
            assert "The reason on which it stands" in opened.text()
            opened.goto(f"{url}/moderation")
            opened.press("Switch the keys off")
            opened.goto(f"{url}/moderation")
            opened.keys("j")
            assert page.evaluate(HERE) is None
            assert page.get_by_role("button", name="Switch the keys on").is_visible()
            assert opened.violations() == []
            assert opened.messages == []
