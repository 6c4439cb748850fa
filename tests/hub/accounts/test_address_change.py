"""Another address for an account: shown to be one's own before it counts, and what ends with the old one."""

import re
from itertools import count

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.accounts.members import set_domains, set_role
from hub.accounts.models import AddressChange, Attempt, Membership, Person, WebSession
from hub.accounts.sealing import digest
from hub.audit.models import Audit
from hub.audit.service import first_break
from hub.db import now
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE, CONTENT
from tests.hub.accounts.people import Browser, above, errors
from tests.hub.site import Site

NUMBERS = count()
HOME = "northford-city"


@pytest.fixture(autouse=True)
def domains(site: Site) -> None:
    """Northford's and Eastmere's; nobody has tried anything yet."""
    with site.database.writing() as session:
        session.query(Attempt).delete()
        for slug, domain in ((HOME, "northford.example"), ("eastmere-fire-and-rescue", "eastmere.example")):
            set_domains(session, actor=COMMAND_LINE, organisation=find_organisation(session, slug), domains=[domain])


@pytest.fixture
def email() -> str:
    return f"mo{next(NUMBERS)}@northford.example"


@pytest.fixture
def browser(site: Site, email: str) -> Browser:
    return Browser.at(site).known(email)


def belongs_to(site: Site, email: str) -> dict[str, str]:
    """{organisation: how}."""
    with site.database.reading() as session:
        rows = select(Membership.organisation_id, Membership.how).join(Person, Person.id == Membership.person_id)
        found = dict(session.execute(rows.where(Person.email == email)).all())
        return {slug: found[id] for slug in (HOME, "eastmere-fire-and-rescue") if (id := _id(session, slug)) in found}


def _id(session: Session, slug: str) -> str:
    return find_organisation(session, slug).id


def move(browser: Browser, new: str) -> None:
    assert browser.send("/account/address", email=new).answer.location == "/account"
    assert browser.send(browser.link(new)).answer.location == "/account"


def test_a_new_address_counts_once_it_is_shown_to_be_ones_own(site: Site, browser: Browser, email: str) -> None:
    new = f"new-{email}"
    assert "Change your address" in browser.page("/account").links()
    assert browser.send("/account/address", email=new.upper()).answer.location == "/account"
    assert f"on its way to {new}" in browser.page("/account").words
    link = browser.link(new)
    asked = browser.page(link)
    assert asked.heading == "Confirm your new address"
    assert new in asked.words
    assert browser.page("/account").facts()["E-mail address"].startswith(email), "looking changes nothing"
    secret = browser.secret
    assert browser.send(link).answer.location == "/account"
    assert browser.page("/account").facts()["E-mail address"].startswith(new)
    assert browser.secret != secret
    assert browser.page(link).status == 404, "a link works once"
    assert f"has the address {new} now" in browser.mails(email)[-1].text
    stranger = Browser.at(site)
    assert stranger.sign_in(email).status == 200
    assert stranger.sign_in(new).answer.location == "/account"
    with site.database.reading() as session:
        assert first_break(session) is None
        person = session.scalars(select(Person).where(Person.email == new)).one()
        acts = session.scalars(select(Audit.action).where(Audit.thing == f"person {person.id}").order_by(Audit.id))
        assert [one for one in acts if "address" in one] == ["ask for another address", "change address"]


def test_only_the_account_that_asked_can_use_the_link(site: Site, browser: Browser, email: str) -> None:
    new = f"mine-{email}"
    browser.send("/account/address", email=new)
    link = browser.link(new)
    stranger = Browser.at(site)
    assert stranger.page(link).answer.location.startswith("/sign-in?next=")
    other = stranger.known(f"other-{email}")
    assert other.page(link).status == 404
    assert other.posted(link, "/account/address").status_code == 404
    browser.send("/account/address", email=f"second-{email}")
    assert browser.page(link).status == 404, "a later wish ends the one before"
    with site.database.writing() as session:
        session.execute(update(AddressChange).values(expires=now()))
    assert browser.page(browser.link(f"second-{email}")).status == 404, "a link is good for a day"


def test_the_same_is_said_of_an_address_that_somebody_has(site: Site, browser: Browser, email: str) -> None:
    taken, free = f"taken-{email}", f"free-{email}"
    Browser.at(site).known(taken)
    said = []
    for address in (taken, free):
        answer = browser.send("/account/address", email=address)
        said.append((answer.status, answer.answer.location, browser.page("/account").words.replace(address, "")))
    assert said[0] == said[1]
    assert "you have an account with it" in browser.mails(taken)[-1].text
    assert "http" not in browser.mails(taken)[-1].text
    browser.send("/account/address", email=free)
    late = browser.link(free)
    Browser.at(site).known(free)
    assert browser.posted(late, "/account/address").status_code == 409, "taken meanwhile"
    assert browser.page("/account").facts()["E-mail address"].startswith(email)


@pytest.mark.parametrize("typed", ["", "mo", "mo@northford.example\nBcc: b@c.example", "x" * 250 + "@n.example"])
def test_what_is_no_address_is_said_beside_it(browser: Browser, typed: str) -> None:
    page = browser.send("/account/address", email=typed)
    assert page.title.startswith("Error: ")
    assert errors(page) == ["Enter an e-mail address, like name@example.gov.uk."]
    assert above(page)


def test_ones_own_address_is_no_change_and_one_cannot_ask_for_ever(browser: Browser, email: str) -> None:
    assert errors(browser.send("/account/address", email=email)) == ["This is your address already."]
    for number in range(4):
        browser.send("/account/address", email=f"a{number}-{email}")
    assert "often just now" in errors(browser.send("/account/address", email=f"b-{email}"))[0]
    assert not browser.mails(f"b-{email}")


def test_who_gave_the_password_long_ago_gives_it_again(site: Site, browser: Browser, email: str) -> None:
    with site.database.writing() as session:
        session.execute(update(WebSession).values(state={"fs_paa": 0, "_fresh": True}))
    assert browser.page("/account/address").answer.location == "/account/verify?next=/account/address"
    before = browser.posted("/account/address", "/account", email=f"x-{email}")
    assert before.location == "/account/verify?next=/account/address"
    assert not browser.mails(f"x-{email}")
    there = "/account/verify?next=/account/address"
    assert browser.send(there, password="wombat trellis gravy").answer.location == "/account/address"
    assert browser.page("/account/address").status == 200


def test_who_joined_by_an_address_leaves_with_it_and_is_told_before(site: Site, browser: Browser, email: str) -> None:
    new = email.replace("@northford", "@elsewhere")
    assert belongs_to(site, email) == {HOME: "domain"}
    assert "you leave it when the new one is not" in browser.page("/account/address").words
    browser.send("/account/address", email=new)
    assert "You will no longer belong to Northford City" in browser.page(browser.link(new)).words
    browser.send(browser.link(new))
    assert belongs_to(site, new) == {}
    with site.database.reading() as session:
        assert session.scalars(select(Audit.action).order_by(Audit.id.desc()).limit(2)).all()[1] == "leave"


def test_who_moves_to_another_organisations_address_joins_that_one(site: Site, browser: Browser, email: str) -> None:
    new = email.replace("@northford", "@station.eastmere")
    browser.send("/account/address", email=new)
    words = browser.page(browser.link(new)).words
    assert "no longer belong to Northford City" in words
    assert "an officer of Eastmere Fire and Rescue" in words
    browser.send(browser.link(new))
    assert belongs_to(site, new) == {"eastmere-fire-and-rescue": "domain"}
    within = new.replace("@station.", "@")
    browser.send("/account/address", email=within)
    words = browser.page(browser.link(within)).words
    assert "no longer belong" not in words
    assert "an officer of" not in words


def test_a_membership_that_was_given_or_invited_to_stays(site: Site, browser: Browser, email: str) -> None:
    with site.database.writing() as session:
        person = session.scalars(select(Person).where(Person.email == email)).one()
        for slug in (HOME, "eastmere-fire-and-rescue"):
            set_role(session, actor=COMMAND_LINE, person_id=person.id, organisation_id=_id(session, slug), role=CONTENT)
    browser.sign_in(email)
    new = email.replace("@northford", "@elsewhere")
    move(browser, new)
    assert belongs_to(site, new) == {"eastmere-fire-and-rescue": "given"}, "a better role keeps how one came there"
    with site.database.writing() as session:
        session.execute(update(Membership).where(Membership.person_id == person.id).values(how="invitation"))
    move(browser, email)
    assert belongs_to(site, email) == {HOME: "domain", "eastmere-fire-and-rescue": "invitation"}


def test_of_memberships_from_before_the_domain_of_the_address_tells(site: Site, browser: Browser, email: str) -> None:
    with site.database.writing() as session:
        session.execute(update(Membership).values(how=""))
    new = email.replace("@northford", "@elsewhere")
    move(browser, new)
    assert belongs_to(site, new) == {}


def test_staying_signed_in_is_asked_for_and_shown(site: Site, browser: Browser, email: str) -> None:
    phone = Browser.at(site, "A phone")
    phone.send("/sign-in", email=email, password="wombat trellis gravy", remember="y")
    cookie = phone.client.get_cookie("moothall", domain="127.0.0.1")
    assert cookie
    assert cookie.max_age == 30 * 86400
    assert not phone.client.get_cookie("remember_token", domain="127.0.0.1")
    days = (session_of(phone).expires - now()).days
    assert days == 29
    rows = browser.page("/account").all("//ul[contains(@class, 'lined')]/li")
    assert [("stays signed in until" in one) for one in rows if "A phone" in one] == [True]
    assert [("stays signed in until" in one) for one in rows if "Test browser" in one] == [False]
    assert phone.send("/account/password", password="wombat trellis gravy", new_password="lantern biscuit moraine")
    assert (session_of(phone).expires - now()).days == 29, "a new secret is kept as long"
    assert not browser.signed_in
    browser.sign_in(email, "lantern biscuit moraine")
    assert re.search("Sign out there", browser.page("/account").words)
    browser.posted("/account/sessions/end", "/account", session="others")
    assert not phone.signed_in


def session_of(browser: Browser) -> WebSession:
    """The row behind a browser's cookie."""
    with browser.site.database.reading() as session:
        return session.get_one(WebSession, digest(browser.secret))
