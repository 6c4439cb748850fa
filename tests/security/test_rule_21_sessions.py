"""Rule 21: a session is made anew where rights begin, and ends on the server."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import update

from hub.accounts.models import Attempt, Person, WebSession
from hub.db import now
from tests.hub.accounts.people import OTHER, PASSWORD, Browser, errors
from tests.hub.site import Site, site

__all__ = ["site"]

NUMBERS = count()


@pytest.fixture
def email() -> str:
    return f"rule21.{next(NUMBERS)}@northford.example"


@pytest.fixture
def browser(site: Site) -> Browser:
    with site.database.writing() as session:
        session.query(Attempt).delete()
    return Browser.at(site)


def test_signing_in_makes_a_new_secret_and_signing_out_ends_it(browser: Browser, email: str) -> None:
    browser.client.set_cookie("moothall", "planted", domain="127.0.0.1")
    browser.member(email)
    first = browser.secret
    assert first != "planted"
    thief = Browser.at(browser.site)
    thief.client.set_cookie("moothall", first, domain="127.0.0.1")
    assert thief.signed_in, "a copied cookie works as long as the session does"
    browser.posted("/sign-out", "/account")
    assert not thief.signed_in
    browser.sign_in(email)
    assert browser.secret not in ("", first)


def test_the_cookie_of_forms_says_nothing_of_who_is_signed_in(browser: Browser, email: str) -> None:
    browser.member(email)
    other = Browser.at(browser.site)
    for cookie in ("moothall-form",):
        held = browser.client.get_cookie(cookie, domain="127.0.0.1")
        assert held
        other.client.set_cookie(cookie, held.value, domain="127.0.0.1")
    assert not other.signed_in


def test_a_session_ends_by_its_time_and_with_the_person(browser: Browser, email: str) -> None:
    browser.member(email)
    with browser.site.database.writing() as session:
        session.execute(update(Person).where(Person.email == email).values(active=False))
    assert not browser.signed_in, "at the next request"
    assert browser.sign_in(email).status == 200
    with browser.site.database.writing() as session:
        session.execute(update(Person).where(Person.email == email).values(active=True))
    assert browser.signed_in
    with browser.site.database.writing() as session:
        session.execute(update(WebSession).values(expires=now() - timedelta(seconds=1)))
    assert not browser.signed_in


def test_a_new_password_ends_every_other_session(browser: Browser, email: str) -> None:
    browser.member(email)
    elsewhere = Browser.at(browser.site)
    elsewhere.sign_in(email)
    assert elsewhere.signed_in
    before = browser.secret
    wrong = browser.send("/account/password", password="not mine", new_password=OTHER)
    assert errors(wrong) == ["This is not your password."]
    weak = browser.send("/account/password", password=PASSWORD, new_password="password12")
    assert "Choose another" in errors(weak)[0]
    assert browser.send("/account/password", password=PASSWORD, new_password=OTHER).answer.location == "/account"
    assert browser.signed_in
    assert browser.secret != before
    assert not elsewhere.signed_in
    assert elsewhere.sign_in(email).status == 200
    assert elsewhere.sign_in(email, OTHER).answer.location == "/account"
    assert "was changed" in browser.mails(email)[-1].subject
