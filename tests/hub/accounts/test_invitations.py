"""Inviting somebody to an organisation: for one address, once, for seven days, by those who may."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import func, select, update

from hub.accounts import limits
from hub.accounts.membership import INVITED
from hub.accounts.models import Attempt, Invitation, Membership, Person
from hub.audit.service import first_break
from hub.db import now
from hub.mail.models import Mail
from hub.organisations.service import find_organisation
from hub.policy import ADMIN, CONTENT, OFFICER
from tests.hub.accounts.people import Browser, errors
from tests.hub.site import Site

NUMBERS = count()
HERE = "/organisations/eastmere-fire-and-rescue/people"


@pytest.fixture
def operator(site: Site) -> Browser:
    with site.database.writing() as session:
        session.query(Attempt).delete()
        session.query(Invitation).delete()
    return Browser(site, site.operator())


@pytest.fixture
def email() -> str:
    return f"dee{next(NUMBERS)}@anywhere.example"


def role_of(site: Site, email: str) -> str:
    """What somebody is at Eastmere; empty for nothing."""
    with site.database.reading() as session:
        held = select(Membership.role).join(Person, Person.id == Membership.person_id).where(Person.email == email)
        eastmere = find_organisation(session, "eastmere-fire-and-rescue").id
        return session.scalar(held.where(Membership.organisation_id == eastmere)) or ""


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


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"email": ""}, "address"),
        ({"email": "dee"}, "address"),
        ({"email": "dee@anywhere.example\nBcc: x@y.example"}, "address"),
        ({"role": "operator"}, "no role"),
    ],
)
def test_what_cannot_be_used_is_said_beside_it(
    site: Site, operator: Browser, email: str, given: dict[str, str], said: str
) -> None:
    form = {"email": email, "role": OFFICER, **given}
    page = operator.send(f"{HERE}/invite", HERE, **form)
    assert page.status == 400
    assert said in " ".join(errors(page)).lower()
    with site.database.reading() as session:
        assert not session.scalar(select(func.count()).select_from(Invitation))
        assert not session.scalar(select(func.count()).select_from(Mail).where(Mail.recipient == email))


def test_a_member_is_not_invited_again(site: Site, operator: Browser, email: str) -> None:
    operator.posted(f"{HERE}/invite", HERE, email=email, role=OFFICER)
    browser = Browser.at(site)
    link = browser.link(email)
    browser.member(email)
    browser.posted(link)
    page = operator.send(f"{HERE}/invite", HERE, email=email, role=OFFICER)
    assert "belongs to Eastmere Fire and Rescue already" in " ".join(errors(page))


def test_only_so_many_are_invited_in_a_quarter_of_an_hour(site: Site, operator: Browser, email: str) -> None:
    with site.database.writing() as session:
        me = session.scalars(select(Person.id).where(Person.role == "operator")).one()
        session.add_all(Attempt(what="invite", key=limits._hash(me)) for _ in range(INVITED - 1))
    assert operator.posted(f"{HERE}/invite", HERE, email=email, role=OFFICER).status_code == 303
    page = operator.send(f"{HERE}/invite", HERE, email=f"more-{email}", role=OFFICER)
    assert "many people" in " ".join(errors(page))


def test_an_admin_looks_after_the_own_people_alone(site: Site, operator: Browser, email: str) -> None:
    operator.posted(f"{HERE}/invite", HERE, email=email, role=ADMIN)
    admin = Browser.at(site)
    link = admin.link(email)
    admin.member(email)
    admin.posted(link)
    assert "People of this organisation" in admin.page("/organisations/eastmere-fire-and-rescue").words
    assert "People of this organisation" not in admin.page("/organisations/northford-city").words
    assert admin.page(HERE).status == 200
    assert admin.page("/organisations/northford-city/people").status == 403
    theirs = "/organisations/northford-city/people"
    for act in ("invite", "withdraw", "role"):
        assert admin.posted(f"{theirs}/{act}", HERE, email="x@y.example", role=ADMIN).status_code == 403
    colleague = f"bea{next(NUMBERS)}@anywhere.example"
    assert admin.posted(f"{HERE}/invite", HERE, email=colleague, role=OFFICER).status_code == 303
    bea = Browser.at(site)
    link = bea.link(colleague)
    bea.member(colleague)
    bea.posted(link)
    with site.database.reading() as session:
        id = session.scalars(select(Person.id).where(Person.email == colleague)).one()
    assert bea.page(HERE).status == 403
    assert admin.posted(f"{HERE}/role", HERE, person=id, role=CONTENT).status_code == 303
    assert role_of(site, colleague) == CONTENT
    assert admin.posted(f"{HERE}/role", HERE, person=id, role="").status_code == 303
    assert role_of(site, colleague) == ""
