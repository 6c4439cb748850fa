"""Rule 22: with an address goes everything that was sent to it."""

from itertools import count

import pytest

from hub.accounts.invitations import invite, open_invitations
from hub.accounts.models import Attempt
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE, CONTENT
from tests.hub.accounts.people import Browser
from tests.hub.site import Site, site

__all__ = ["site"]

NUMBERS = count()


@pytest.fixture
def email() -> str:
    return f"rule22.{next(NUMBERS)}@northford.example"


@pytest.fixture
def browser(site: Site, email: str) -> Browser:
    with site.database.writing() as session:
        session.query(Attempt).delete()
    return Browser.at(site).known(email)


def test_what_was_sent_to_the_old_address_opens_nothing_any_more(site: Site, browser: Browser, email: str) -> None:
    stranger, elsewhere = Browser.at(site), Browser.at(site)
    elsewhere.sign_in(email)
    stranger.send("/new-password", email=email)
    reset = stranger.link(email)
    with site.database.writing() as session:
        organisation = find_organisation(session, "quietshire")
        invite(
            session,
            actor=COMMAND_LINE,
            organisation=organisation,
            email=email,
            role=CONTENT,
            address="http://127.0.0.1:8000/join/{}",
            hub="Moothall",
        )
    invitation = browser.link(email)
    assert browser.page(invitation).status == 200
    new = f"moved-{email}"
    assert browser.send("/account/address", email=new).answer.location == "/account"
    assert browser.send(browser.link(new)).answer.location == "/account"
    assert stranger.page(reset).answer.location == "/new-password"
    assert stranger.page(invitation).status == 404
    assert not elsewhere.signed_in
    with site.database.reading() as session:
        assert not open_invitations(session, find_organisation(session, "quietshire").id)
