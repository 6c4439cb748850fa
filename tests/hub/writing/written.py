"""People who write: members of organisations, with browsers of their own."""

from itertools import count

from sqlalchemy import select

from hub.accounts.models import Membership, Person
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.organisations.service import find_organisation
from hub.policy import OFFICER
from hub.topics.service import Vocabulary
from tests.hub.accounts.people import Browser
from tests.hub.site import Site

NUMBERS = count()
NORTHFORD, EASTMERE = "northford-city", "eastmere-fire-and-rescue"

NOTE = {
    "title": "Reporting damp by text message",
    "what": "Tenants of 40 blocks in Northford send a picture of damp by text message.\n\n- No app\n- No account",
    "why": "Letters were answered after nine weeks.",
    "happened": "Half of the pictures could not be used: it was too dark.",
    "again": "We would give out lamps first.",
    "outcome": "did-not-work",
    "stage": "ended",
    "ask": "Housing standards, 01632 960001",
    "topics": "HOU",
    "review_by": "2031-01-31",
    "language": "en",
    "named": "yes",
}


def somebody(site: Site, name: str, organisation: str = NORTHFORD, role: str = OFFICER) -> tuple[Browser, str, str]:
    """(a browser, its address, the account's id) of somebody new; without an organisation where it is empty."""
    email = f"writer{next(NUMBERS)}@post.example"
    browser = Browser.at(site).known(email)
    with site.database.writing() as session:
        person = session.scalars(select(Person).where(Person.email == email)).one()
        person.name = name
        if organisation:
            there = find_organisation(session, organisation).id
            session.add(Membership(person_id=person.id, organisation_id=there, role=role))
        return browser, email, person.id


def draft(browser: Browser, **changed: str) -> str:
    """The address of a new note's page."""
    answer = browser.posted("/notes/new", "/notes/new", **{**NOTE, **changed})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def publish(browser: Browser, note: str) -> str:
    """Publish it; the address of its record."""
    answer = browser.posted(f"{note}/publish", note)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def indexed(site: Site) -> None:
    """Have search know of everything."""
    deliver_all(site.database, open_writer(site.settings), documents_of(Vocabulary(site.database)))
