"""Rule 34: tries are counted by account and by network, in the database, at every door."""

import re
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select, update

from hub.accounts import limits
from hub.accounts.models import Attempt
from hub.accounts.sealing import digest
from hub.audit.models import Audit
from hub.db import now
from tests.hub.accounts.authenticator import SECOND, code, half_signed_in, set_up
from tests.hub.accounts.people import OTHER, PASSWORD, Browser, above, errors
from tests.hub.site import BASE, Site, site

__all__ = ["site"]

NUMBERS = count()


@pytest.fixture
def email() -> str:
    return f"rule34.{next(NUMBERS)}@northford.example"


@pytest.fixture
def browser(site: Site) -> Browser:
    with site.database.writing() as session:
        session.query(Attempt).delete()
    return Browser.at(site)


def test_the_sixth_try_is_refused_in_every_process(browser: Browser, email: str) -> None:
    browser.register(email)
    browser.confirm(email)
    for _ in range(limits.BY_ACCOUNT):
        assert "do not belong together" in above(browser.sign_in(email, "not the right one"))
    assert "too many tries" in above(browser.sign_in(email))
    assert "too many tries" in above(Browser.at(browser.site).sign_in(email.upper()))
    with browser.site.database.writing() as session:
        session.execute(update(Attempt).values(at=now() - limits.WINDOW - timedelta(seconds=1)))
    assert browser.sign_in(email).answer.location == "/account"


def test_the_present_password_cannot_be_guessed_in_a_session_that_was_left_open(browser: Browser, email: str) -> None:
    browser.member(email)
    for _ in range(limits.BY_ACCOUNT):
        assert errors(browser.send("/account/password", password="a guess or two", new_password=OTHER))
    assert "too many tries" in above(browser.send("/account/password", password=PASSWORD, new_password=OTHER))
    assert "too many tries" in above(browser.send("/account/verify", password=PASSWORD))
    assert "too many tries" in above(Browser.at(browser.site).sign_in(email)), "it is one lock with several doors"


def test_codes_cannot_be_guessed_from_several_places(site: Site, browser: Browser, email: str) -> None:
    secret, codes = set_up(browser.known(email))
    guesser, other = half_signed_in(site, email), half_signed_in(site, email)
    for number in range(limits.BY_ACCOUNT):
        assert errors((guesser, other)[number % 2].send(SECOND, code=f"{number:06}"))
    for right in (code(secret), codes[0]):
        assert "too many tries" in errors(other.send(SECOND, code=right))[0]
    warned = [one for one in browser.mails(email) if "several wrong codes" in one.text]
    assert len(warned) == 1, "its owner hears of it, once"
    assert not other.signed_in
    with site.database.reading() as session:
        wrong = select(Audit.action).where(Audit.action == "wrong second factor")
        assert len(session.scalars(wrong).all()) >= limits.BY_ACCOUNT
    with site.database.writing() as session:
        session.query(Attempt).delete()
        key = digest("127.0.0.1")
        session.add_all(Attempt(what="second factor", key=key) for _ in range(limits.BY_NETWORK))
    assert "too many tries" in errors(other.send(SECOND, code=code(secret)))[0]


def test_no_token_for_programs_is_given(browser: Browser, email: str) -> None:
    browser.register(email)
    browser.confirm(email)
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.site.get("/sign-in", browser.client).text)
    assert token
    answer = browser.client.post(
        "/sign-in?include_auth_token",
        json={"email": email, "password": PASSWORD},
        base_url=BASE,
        headers={"Referer": BASE, "X-CSRFToken": token[1], "Accept": "application/json"},
    )
    assert "authentication_token" not in answer.text


def test_a_network_may_try_more_often_but_not_for_ever(site: Site, browser: Browser) -> None:
    with site.database.writing() as session:
        key = digest("127.0.0.1")
        session.add_all(Attempt(what="sign in", key=key) for _ in range(limits.BY_NETWORK))
    assert "too many tries" in above(browser.sign_in("somebody@northford.example"))


def test_who_signs_in_rightly_is_not_locked_out_by_it(browser: Browser, email: str) -> None:
    browser.register(email)
    browser.confirm(email)
    for _ in range(limits.BY_ACCOUNT + 2):
        assert browser.sign_in(email).answer.location == "/account"
        browser.posted("/sign-out", "/account")
