"""From a note that an officer finds to the mail that tells them of the next one: a community at work, in Chromium.

A real harvest brings the documents, a real mail server takes the digest. In English on a wide screen, in Welsh on a
phone; the pictures of both stand in the folder that pytest keeps (`communities*/shots`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hub.accounts.models import Membership, Person
from hub.accounts.service import actors_for, link_for, use_link
from hub.accounts.sessions import SESSION_COOKIE
from hub.cli.harvest import harvest_now
from hub.communities.models import Community
from hub.communities.service import Details, open_community
from hub.jobs import Watch
from hub.languages import gettext, speaking
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.sources.service import add_source
from hub.workshop import Workshop
from tests.functional.browser import Browser, Page, chromium, needs_chromium
from tests.functional.serving import serving
from tests.hub.alerts.telling import telling, text_of
from tests.hub.site import Site, filled_site
from tests.servers.loopback import serve
from tests.servers.town import Town

pytestmark = [pytest.mark.server, needs_chromium]

QUESTION = "How soon do you go back to a home with black mould?"
ANSWER = "After six weeks, the same two officers. One wall in four was wet again."
NEW = "Mould: the second visit after six weeks"
NEWS = (
    f"<item><title>{NEW}</title><link>http://northford.example/9</link><guid>n9</guid>"
    "<pubDate>Fri, 27 Nov 2026 09:00:00 GMT</pubDate>"
    "<description>Damp and mould in homes: officers go back.</description></item>"
)


@dataclass
class Reader:
    """Somebody in a browser of their own, who reads one language."""

    opened: Page
    code: str
    shots: Path

    def said(self, message: str, **words: Any) -> str:
        """What a sentence of the hub is in their language."""
        with speaking(self.code):
            return gettext(message, **words)

    def link(self, message: str) -> None:
        """Follow the first link of these words."""
        self.opened.page.get_by_role("link", name=self.said(message), exact=True).first.click()

    def press(self, message: str) -> None:
        """Press the first button of these words."""
        self.opened.page.locator("main").get_by_role("button", name=self.said(message)).first.click()

    def fill(self, message: str, words: str) -> None:
        """Write into the field with this label."""
        self.opened.page.get_by_label(self.said(message), exact=True).fill(words)

    def look(self, name: str) -> None:
        """Keep a picture, and have axe look."""
        self.opened.page.screenshot(path=self.shots / f"{name}.png", full_page=True)
        assert self.opened.violations() == []


@contextmanager
def signed_in(site: Site, browser: Browser, url: str, person: Person, width: int, shots: Path) -> Iterator[Reader]:
    with site.database.writing() as session:
        secret = use_link(session, secret=link_for(session, person, seconds=60), seconds=600)
    cookie = {"name": SESSION_COOKIE, "value": secret, "url": url}
    with browser.page(width, cookies=[cookie]) as opened:
        yield Reader(opened, person.language, shots)
        assert opened.messages == []


def somebody(site: Site, name: str, slug: str, language: str) -> Person:
    with site.database.writing() as session:
        organisation = find_organisation(session, slug)
        email = f"{name.split()[0].lower()}@{slug}.example"
        person = Person(name=name, email=email, confirmed_at=organisation.created, language=language)
        session.add(person)
        session.flush()
        session.add(Membership(person_id=person.id, organisation_id=organisation.id))
        return person


def community_of(site: Site, person: Person, topic: str) -> Community:
    with site.database.writing() as session:
        details = Details("Damp homes", "What to do about mould.", "open", concepts=(topic,))
        eastmere = find_organisation(session, "eastmere-fire-and-rescue")
        actor = actors_for(session, [person.id])[person.id]
        return open_community(session, actor=actor, organisation_id=eastmere.id, details=details)


def unsubscribe(mail: EmailMessage, url: str) -> int:
    """What a mail program does that offers to unsubscribe (RFC 8058), without any session; the status."""
    address = urlsplit(str(mail["List-Unsubscribe"]).strip("<>"))
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", address.path, str(mail["List-Unsubscribe-Post"]), form)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize(("code", "width"), [("en", 1280), ("cy", 320)])
def test_a_note_a_question_an_answer_a_note_and_one_mail(code: str, width: int, tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    town = Town()
    with (
        filled_site(tmp_path / "hub") as site,
        serve(town.answer) as server,
        telling(site) as told,
        serving(site.app) as url,
        chromium() as browser,
    ):
        workshop, town_url = Workshop(site.settings), server.base_url
        with site.database.writing() as session:
            northford = find_organisation(session, "northford-city")
            source = add_source(
                session, actor=COMMAND_LINE, organisation=northford, kind="feed", address=f"{town_url}/news.rss"
            )
            source_id = source.id
        harvest_now(workshop, [source_id], "Documents")
        topic = next(one for one in told.telling.vocabulary.scheme if one.pref("en") == "Damp and mould")
        officer = somebody(site, "Aisha Bell", "northford-city", code)
        facilitator = somebody(site, "Carys Wyn", "eastmere-fire-and-rescue", code)
        community = community_of(site, facilitator, topic.uri)
        Watch(workshop).look()

        with signed_in(site, browser, url, officer, width, shots) as reader:
            reader.opened.goto(f"{url}/search?q=mould")
            reader.look("found")
            reader.opened.page.get_by_role("link", name="Damp and mould: two people").first.click()
            reader.look("note")
            reader.opened.page.get_by_role("link", name=topic.pref(code), exact=True).first.click()
            reader.press("Follow")
            reader.look("topic-followed")
            reader.opened.goto(f"{url}/communities/{community.slug}")
            reader.press("Join")
            reader.link("Discussions")
            reader.link("Ask a question")
            reader.fill("Title", QUESTION)
            reader.fill("Your question", "We are asked by the landlords.")
            reader.press("Continue")
            reader.look("before-it-is-published")
            reader.press("Publish")
            reader.look("asked")
            question = reader.opened.page.url

        with signed_in(site, browser, url, facilitator, width, shots) as reader:
            reader.opened.goto(f"{url}/communities/{community.slug}/library/candidates")
            reader.look("candidates")
            waiting = reader.opened.page.locator("input[name=chosen]")
            assert waiting.count() >= 2
            waiting.nth(0).check()
            waiting.nth(1).check()
            reader.press("Pin them")
            reader.opened.goto(f"{url}/communities/{community.slug}/library")
            assert reader.opened.page.locator("main h3").count() >= 2
            reader.look("library")
            reader.opened.goto(question)
            reader.fill("What you want to say", ANSWER)
            reader.press("Publish")
            reader.press("This is the answer")
            reader.look("answered")
            reader.link("Make this a practice note")
            reader.fill("What happened", "Of 40 walls ten were wet again.")
            reader.opened.page.get_by_label(reader.said("Worked"), exact=True).check()
            reader.opened.page.get_by_label(reader.said("In use"), exact=True).check()
            reader.press("Save and see how it looks")
            reader.look("note-before-it-is-published")
            reader.press("Publish")
            reader.look("note-published")
            assert QUESTION in reader.opened.page.locator("h1").inner_text()

        town.items = NEWS
        harvest_now(workshop, [source_id], "Documents")
        told.tell(a_day_later=True)
        told_of_it = [mail for mail in told.mails_to(officer) if NEW in text_of(mail)]
        assert len(told_of_it) == 1, [str(mail.message["Subject"]) for mail in told.mails_to(officer)]
        digest, text = told_of_it[0].message, text_of(told_of_it[0])
        assert text.count(NEW) == 1
        assert topic.pref(code) in text
        assert digest["Content-Language"] == code
        assert unsubscribe(digest, url) == 200
        with signed_in(site, browser, url, officer, width, shots) as reader:
            reader.opened.goto(f"{url}/my/alerts")
            row = reader.opened.page.locator(
                "main tr", has=reader.opened.page.get_by_role("link", name=topic.pref(code))
            )
            assert row.locator("select").input_value() == "hub"
            reader.look("unsubscribed")
        workshop.close()
