"""Rule 19: an invitation is for one address, once, for seven days; only its hash is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hub.accounts.models import Invitation
from hub.audit.service import first_break
from hub.db import now
from hub.policy import ADMIN, CONTENT, OFFICER
from tests.hub.accounts.inviting import HERE, email, operator, role_of
from tests.hub.accounts.people import Browser
from tests.hub.site import Site, site

__all__ = ["email", "operator", "site"]


def test_an_invited_person_joins_once(site: Site, operator: Browser, email: str) -> None:
    assert operator.posted(f"{HERE}/invite", HERE, email=email.upper(), role=CONTENT).status_code == 303
    assert email in operator.page(HERE).words
    browser = Browser.at(site)
    link = browser.link(email)
    assert link.startswith("/join/")
    assert "as content officer" in browser.page(link).words
    assert "Sign in" in browser.page(link).links()
    browser.member(email)
    before = browser.secret
    assert browser.page(link).all("//main//button") == ["Join"]
    assert role_of(site, email) == "", "looking joins nothing"
    assert browser.posted(link).location == "/organisations/eastmere-fire-and-rescue"
    assert role_of(site, email) == CONTENT
    assert browser.secret != before, "other rights, another secret"
    assert browser.page(link).status == 404, "used up"
    assert email not in " ".join(operator.page(HERE).all("//ul[contains(@class, 'lined')]/li"))
    with site.database.reading() as session:
        assert first_break(session) is None


def test_it_is_for_the_invited_address_alone(site: Site, operator: Browser, email: str) -> None:
    operator.posted(f"{HERE}/invite", HERE, email=email, role=ADMIN)
    link = Browser.at(site).link(email)
    other = Browser.at(site).member(f"thief-{email}")
    page = other.page(link)
    assert "another address" in page.words
    assert not page.all("//main//button")
    assert other.posted(link, "/account").status_code == 403
    assert role_of(site, f"thief-{email}") == ""


def test_a_stranger_cannot_use_it_without_an_account(site: Site, operator: Browser, email: str) -> None:
    operator.posted(f"{HERE}/invite", HERE, email=email, role=OFFICER)
    stranger = Browser.at(site)
    assert stranger.posted(stranger.link(email), "/sign-in").status_code == 403


@pytest.mark.parametrize("end", ["old", "withdrawn", "invited again"])
def test_an_ended_invitation_opens_nothing(site: Site, operator: Browser, email: str, end: str) -> None:
    operator.posted(f"{HERE}/invite", HERE, email=email, role=OFFICER)
    browser = Browser.at(site)
    link = browser.link(email)
    browser.member(email)
    if end == "old":
        with site.database.writing() as session:
            session.execute(update(Invitation).values(expires=now() - timedelta(seconds=1)))
    elif end == "withdrawn":
        (id,) = operator.page(HERE).all("//input[@name='id']/@value")
        assert operator.posted(f"{HERE}/withdraw", HERE, id=id).status_code == 303
    else:
        operator.posted(f"{HERE}/invite", HERE, email=email, role=CONTENT)
        assert browser.link(email) != link
    assert "Ask whoever invited you" in browser.page(link).words
    assert browser.posted(link, "/account").status_code == 404
    assert role_of(site, email) == ""


def test_nothing_that_opens_an_invitation_is_kept_or_logged(
    site: Site, operator: Browser, email: str, caplog: pytest.LogCaptureFixture
) -> None:
    operator.posted(f"{HERE}/invite", HERE, email=email, role=OFFICER)
    browser = Browser.at(site)
    secret = browser.link(email).rpartition("/")[2]
    browser.page(f"/join/{secret}")
    assert secret not in caplog.text
    with site.database.reading() as session:
        kept = session.scalars(select(Invitation).where(Invitation.email == email)).one()
        assert secret not in (kept.hashed, kept.id)
