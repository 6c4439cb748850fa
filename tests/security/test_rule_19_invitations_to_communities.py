"""Rule 19 for communities: an invitation is for one address, once, for seven days; only its hash is kept."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import delete, select, update

from hub.accounts.admission import why_not
from hub.accounts.models import Attempt, CommunityMember, Person
from hub.audit.service import first_break
from hub.communities.access import CONFIDENTIAL
from hub.communities.models import Community, CommunityInvitation
from hub.db import now
from hub.policy import FACILITATOR, MEMBER
from tests.hub.accounts.people import Browser
from tests.hub.communities.made import made
from tests.hub.site import Site, site

__all__ = ["site"]

NUMBERS = count()


@pytest.fixture
def email() -> str:
    return f"lea{next(NUMBERS)}@anywhere.example"


@pytest.fixture
def operator(site: Site) -> Browser:
    with site.database.writing() as session:
        session.execute(delete(Attempt))
    return Browser(site, site.operator())


@pytest.fixture
def here(site: Site) -> str:
    """The address of a confidential community."""
    with site.database.writing() as session:
        return f"/communities/{made(session, visibility=CONFIDENTIAL).slug}"


def invited(site: Site, operator: Browser, here: str, email: str, role: str = MEMBER) -> str:
    """The path of the link that somebody gets."""
    assert operator.posted(f"{here}/invite", f"{here}/requests", email=email, role=role).status_code == 303
    return Browser.at(site).link(email.lower())


def role_of(site: Site, here: str, email: str) -> str:
    with site.database.reading() as session:
        held = select(CommunityMember.role).join(Person, Person.id == CommunityMember.person_id)
        held = held.join(Community, Community.id == CommunityMember.community_id)
        slug = here.rpartition("/")[2]
        return session.scalar(held.where(Person.email == email, Community.slug == slug)) or ""


def test_an_invited_person_joins_once(site: Site, operator: Browser, here: str, email: str) -> None:
    link = invited(site, operator, here, email.upper(), FACILITATOR)
    assert email in operator.page(f"{here}/requests").words
    browser = Browser.at(site)
    assert "Sign in" in browser.page(link).links(), "whoever has the link may know what it invites to"
    assert browser.page(here).status == 404
    browser.member(email)
    assert browser.page(link).all("//main//button") == ["Join"]
    assert role_of(site, here, email) == "", "looking joins nothing"
    assert browser.posted(link).location == here
    assert role_of(site, here, email) == FACILITATOR
    assert browser.page(here).status == 200
    assert browser.page(link).status == 404, "used up"
    assert email not in operator.page(f"{here}/requests").words
    with site.database.reading() as session:
        assert first_break(session) is None


def test_it_is_for_the_invited_address_alone(site: Site, operator: Browser, here: str, email: str) -> None:
    link = invited(site, operator, here, email)
    other = Browser.at(site).known(f"thief-{email}")
    assert "another address" in other.page(link).words
    assert not other.page(link).all("//main//button")
    assert other.posted(link, "/account").status_code == 403
    assert role_of(site, here, f"thief-{email}") == ""
    stranger = Browser.at(site)
    assert stranger.posted(link, "/sign-in").status_code == 403


@pytest.mark.parametrize("end", ["old", "withdrawn", "invited again", "archived"])
def test_an_ended_invitation_opens_nothing(site: Site, operator: Browser, here: str, email: str, end: str) -> None:
    link = invited(site, operator, here, email)
    browser = Browser.at(site).known(email)
    if end == "old":
        with site.database.writing() as session:
            session.execute(update(CommunityInvitation).values(expires=now() - timedelta(seconds=1)))
    elif end == "withdrawn":
        (id,) = operator.page(f"{here}/requests").all("//input[@name='id']/@value")
        assert operator.posted(f"{here}/invite/withdraw", f"{here}/requests", id=id).status_code == 303
    elif end == "archived":
        operator.posted(f"{here}/archive", f"{here}/edit")
    else:
        assert invited(site, operator, here, email) != link
    assert browser.posted(link, "/account").status_code == (409 if end == "archived" else 404)
    assert role_of(site, here, email) == ""


def test_an_invitation_of_one_community_is_not_withdrawn_by_another(
    site: Site, operator: Browser, here: str, email: str
) -> None:
    link = invited(site, operator, here, email)
    boss = Browser.at(site).known(f"boss-{email}")
    with site.database.writing() as session:
        them = session.scalars(select(Person.id).where(Person.email == f"boss-{email}")).one()
        theirs = f"/communities/{made(session, facilitators=[them]).slug}"
        id = session.scalars(select(CommunityInvitation.id).where(CommunityInvitation.email == email)).one()
    assert boss.posted(f"{theirs}/invite/withdraw", f"{theirs}/requests", id=id).status_code == 404
    assert boss.posted(f"{here}/invite/withdraw", f"{theirs}/requests", id=id).status_code == 404
    assert Browser.at(site).page(link).status == 200


def test_nothing_that_opens_an_invitation_is_kept_or_logged(
    site: Site, operator: Browser, here: str, email: str, caplog: pytest.LogCaptureFixture
) -> None:
    link = invited(site, operator, here, email)
    secret = link.rpartition("/")[2]
    Browser.at(site).page(link)
    assert secret not in caplog.text
    with site.database.reading() as session:
        kept = session.scalars(select(CommunityInvitation).where(CommunityInvitation.email == email)).one()
        assert secret not in (kept.hashed, kept.id)


def test_it_opens_the_door_of_a_hub_where_only_who_is_invited_has_an_account(
    site: Site, operator: Browser, here: str, email: str
) -> None:
    secret = invited(site, operator, here, email).rpartition("/")[2]
    house = replace(site.app.extensions["moothall"]["house"].now, registering="invited")
    with site.app.test_request_context(), site.database.reading() as session:
        assert why_not(session, house, email, secret) == ""
        assert why_not(session, house, f"other-{email}", secret)
        assert why_not(session, house, email, "another")
