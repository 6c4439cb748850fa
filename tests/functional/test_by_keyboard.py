"""The forms of people, organisations and rights by keyboard alone: with JavaScript and without it the same comes of it.

Searching, registering a source, deciding about a held check and second factors are done so beside their own tests.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from hub.accounts.models import Membership, Person
from hub.accounts.sessions import SESSION_COOKIE
from hub.moderation.models import Report
from hub.organisations.service import find_organisation
from hub.policy import ADMIN, CONTENT, OPERATOR, SITE_MODERATOR
from tests.functional.browser import Browser, Page, chromium, needs_chromium
from tests.functional.keyboard import Keyboard
from tests.functional.serving import serving
from tests.hub.accounts.people import PASSWORD
from tests.hub.accounts.people import Browser as Client
from tests.hub.site import Site, filled_site

pytestmark = [
    pytest.mark.server,
    needs_chromium,
    pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"]),
]

WRITTEN = "The number of homes is wrong: it was 31 of 40."


@dataclass(frozen=True)
class Live:
    """A hub that serves, and a browser."""

    site: Site
    url: str
    browser: Browser

    @contextmanager
    def reader(self, scripts: bool, client: Client | None = None) -> Iterator[tuple[Page, Keyboard]]:
        """A page of whoever `client` is, and its keys."""
        cookies = [{"name": SESSION_COOKIE, "value": client.secret, "url": self.url}] if client else []
        with self.browser.page(java_script_enabled=scripts, cookies=cookies) as opened:
            yield opened, Keyboard(opened)
            assert opened.messages == []

    def known(self, name: str, scripts: bool, role: str = "person", membership: str = "") -> Client:
        """Somebody who is signed in, and belongs to Northford City where a role there is given."""
        email = f"{name}-{'with' if scripts else 'without'}@else.example"
        client = Client.at(self.site).known(email, role)
        if membership:
            with self.site.database.writing() as session:
                person = session.scalars(select(Person.id).where(Person.email == email)).one()
                northford = find_organisation(session, "northford-city").id
                session.add(Membership(person_id=person, organisation_id=northford, role=membership))
        return client


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with (
        filled_site(tmp_path_factory.mktemp("keyboard") / "hub") as site,
        serving(site.app) as url,
        chromium() as browser,
    ):
        yield Live(site, url, browser)


def test_making_an_account_and_signing_in(live: Live, scripts: bool) -> None:
    email = f"carys-{'with' if scripts else 'without'}@else.example"
    with live.reader(scripts) as (opened, keys):
        opened.goto(f"{live.url}/sign-in")
        keys.skip()
        keys.press("Make an account")
        opened.wait_for("**/register")
        keys.skip()
        keys.write("Your name", "Carys Officer")
        keys.write("E-mail address at work", email)
        keys.write("Choose a password", PASSWORD)
        opened.keys("Enter")
        opened.wait_for("**/register/sent")
        (link,) = re.findall(r"http://\S+", Client.at(live.site).mails(email)[-1].text)
        opened.goto(live.url + urlsplit(link).path)
        keys.skip()
        keys.press("This address is mine")
        opened.wait_for("**/sign-in")
        keys.skip()
        keys.write("E-mail address", email)
        keys.write("Password", PASSWORD)
        opened.keys("Enter")
        opened.wait_for("**/account")
        assert "Carys Officer" in opened.page.locator("header").inner_text()


def test_inviting_somebody_who_then_belongs_to_the_organisation(live: Live, scripts: bool) -> None:
    admin, guest = live.known("admin", scripts, membership=ADMIN), live.known("guest", scripts)
    email = f"guest-{'with' if scripts else 'without'}@else.example"
    with live.reader(scripts, admin) as (opened, keys):
        opened.goto(f"{live.url}/organisations/northford-city")
        keys.skip()
        keys.press("People of this organisation")
        opened.wait_for("**/people")
        keys.skip()
        keys.write("E-mail address", email)
        keys.choose("As", "content officer")
        keys.press("Invite")
        opened.page.get_by_role("heading", name="Open invitations").wait_for()
    with live.reader(scripts, guest) as (opened, keys):
        opened.goto(live.url + guest.link(email))
        keys.skip()
        keys.press("Join")
        opened.wait_for("**/organisations/northford-city")
    with live.site.database.reading() as session:
        person = session.scalars(select(Person.id).where(Person.email == email)).one()
        assert session.scalars(select(Membership.role).where(Membership.person_id == person)).all() == [CONTENT]


def test_reporting_a_document_and_answering(live: Live, scripts: bool) -> None:
    with live.reader(scripts) as (opened, keys):
        opened.goto(live.url + live.site.record("homes"))
        keys.skip()
        keys.press("Report a problem with this document")
        opened.wait_for("**/report")
        keys.skip()
        keys.pick("It is out of date")
        keys.write("Say what and where", WRITTEN)
        keys.press("Send the report")
        opened.wait_for("**/reports/*")
        state = opened.page.url
    with live.reader(scripts, live.known("answers", scripts, membership=ADMIN)) as (opened, keys):
        opened.goto(f"{live.url}/organisations/northford-city/reports?state=waiting")
        keys.skip()
        keys.press("It is out of date")
        opened.wait_for("**/reports/*")
        keys.skip()
        keys.pick("We do not agree")
        keys.write("Why, in your words", "We counted them all again.")
        keys.press("Send the answer")
        opened.page.get_by_text("It is answered.").wait_for()
        opened.goto(state)
        assert "We counted them all again." in opened.text()
    with live.site.database.reading() as session:
        newest = session.scalars(select(Report).order_by(Report.created.desc(), Report.id.desc())).first()
        assert newest
        assert (newest.reason, newest.outcome, newest.text) == ("out-of-date", "disagree", WRITTEN)


def test_settling_the_name_of_the_hub(live: Live, scripts: bool) -> None:
    name = f"The hub of the north {'with' if scripts else 'without'} scripts"
    with live.reader(scripts, live.known("settles", scripts, role=OPERATOR)) as (opened, keys):
        opened.goto(f"{live.url}/manage/hub")
        keys.skip()
        keys.write("Name", name)
        keys.press("Save")
        opened.page.get_by_role("link", name=name).wait_for()
        assert opened.page.title().endswith(name)


def test_taking_a_document_down(live: Live, scripts: bool) -> None:
    record = live.site.record("bins" if scripts else "alarms")
    with live.reader(scripts, live.known("moderates", scripts, role=SITE_MODERATOR)) as (opened, keys):
        opened.goto(live.url + record)
        keys.skip()
        keys.press("Take it down")
        opened.wait_for("**/take-downs/new?**")
        keys.skip()
        keys.choose("Why", "It holds personal")
        keys.write("What you found", "A name in it.")
        keys.press("Take it down")
        opened.page.locator(".govuk-notification-banner", has_text="taken down").wait_for()
        opened.goto(live.url + record)
        opened.page.get_by_role("heading", name="This document is not shown here").wait_for()
