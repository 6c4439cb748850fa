"""Rule 20: nobody learns from us who has an account, neither by what is said nor by how long it takes."""

import re
import time
from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import select

from hub.accounts.models import Attempt, Person
from hub.wsgi import build
from tests.hub.accounts.people import OTHER, Browser
from tests.hub.site import Site, site

__all__ = ["site"]

NUMBERS = count()


@pytest.fixture
def email() -> str:
    return f"rule20.{next(NUMBERS)}@northford.example"


@pytest.fixture
def browser(site: Site) -> Browser:
    with site.database.writing() as session:
        session.query(Attempt).delete()
    return Browser.at(site)


def test_known_and_unknown_addresses_get_the_same_answers(browser: Browser, email: str) -> None:
    browser.register(email)
    browser.confirm(email)
    stranger = "nobody@northford.example"
    for address, given in (
        ("/sign-in", {"password": "not the right one"}),
        ("/new-password", {}),
        ("/register", {"name": "Ann", "password": OTHER}),
    ):
        known, unknown = (browser.posted(address, email=one, **given) for one in (email, stranger))
        assert known.status_code == unknown.status_code
        assert known.location == unknown.location
        assert plain(known.text, email) == plain(unknown.text, stranger), address
    assert "There is one already" in browser.mails(email)[-1].text, "who has an account is told by mail"


def plain(text: str, email: str) -> str:
    """A page without what differs from one time to the next."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", text.replace(email, "ADDRESS"))


def test_an_unknown_address_takes_as_long_as_a_wrong_password(site: Site, browser: Browser, email: str) -> None:
    browser.register(email)
    browser.confirm(email)
    slow = Browser.at(replace(site, app=build(site.settings)))
    slow.send("/new-password", email=email)
    slow.send(slow.link(email), password=OTHER)
    with site.database.reading() as session:
        kept = session.scalars(select(Person.password).where(Person.email == email)).one()
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$"), "hashed as a hub that is in use hashes"

    def seconds(address: str) -> float:
        start = time.process_time()  # of this process alone, whatever else the machine does
        slow.sign_in(address, "not the right one")
        return time.process_time() - start

    tries = [(seconds(email), seconds(f"nobody{number}@northford.example")) for number in range(3)]
    slow.site.app.extensions["moothall"]["database"].close()
    known, unknown = (min(one) for one in zip(*tries, strict=True))
    assert 0.4 < known / unknown < 2.5
