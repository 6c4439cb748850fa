"""Making an account, confirming it, signing in and out, and a new password: with the forms as they are sent."""

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import func, select

from hub.accounts import limits
from hub.accounts.models import Attempt, Person, WebSession
from hub.audit.models import Audit
from hub.audit.service import first_break
from tests.hub.accounts.people import OTHER, PASSWORD, Browser, above, errors
from tests.hub.site import BASE, Site

NUMBERS = count()


@pytest.fixture
def email() -> str:
    return f"ann{next(NUMBERS)}@northford.example"


@pytest.fixture
def browser(site: Site) -> Browser:
    with site.database.writing() as session:
        session.query(Attempt).delete()
    return Browser.at(site)


def acts(site: Site, email: str) -> list[str]:
    """What the log says of this person."""
    with site.database.reading() as session:
        assert first_break(session) is None
        person = session.scalars(select(Person).where(Person.email == email)).one()
        return list(
            session.scalars(select(Audit.action).where(Audit.thing == f"person {person.id}").order_by(Audit.id))
        )


def test_from_nothing_to_ones_account(browser: Browser, email: str) -> None:
    assert (
        browser.register(email.upper().replace("NORTHFORD.EXAMPLE", "Northford.example")).answer.location
        == "/register/sent"
    )
    assert "Look into your mail" in browser.page("/register/sent").heading
    refused = browser.sign_in(email)
    assert refused.status == 200
    assert "not confirmed yet" in above(refused)
    asked = browser.page(browser.link(email))
    assert asked.heading == "Confirm your address"
    assert browser.confirm(email).answer.location == "/sign-in"
    assert browser.sign_in(email).answer.location == "/account"
    account = browser.page("/account")
    assert account.facts()["Name"] == "Ann Officer"
    assert account.facts()["E-mail address"].startswith(email)
    assert account.answer.headers["Cache-Control"] == "private, no-store"
    assert browser.posted("/sign-out", "/account").location == "/"
    assert not browser.signed_in
    assert acts(browser.site, email) == [
        *("register", "wrong password", "confirm address", "sign in", "sign out"),
    ]


def test_looking_at_the_link_of_a_mail_confirms_nothing(browser: Browser, email: str) -> None:
    browser.register(email)
    for _ in range(3):
        assert browser.page(browser.link(email)).status == 200
    with browser.site.database.reading() as session:
        assert session.scalar(select(Person.confirmed_at).where(Person.email == email)) is None
    browser.confirm(email)
    assert "confirmed already" in browser.page(browser.link(email)).words


def test_strangers_leave_nothing_in_the_database(browser: Browser) -> None:
    for address in ("/", "/sign-in", "/register", "/new-password", "/confirm", "/register/sent", "/account"):
        with browser.site.statements() as seen:
            browser.page(address)
        assert not [one for one in seen if not one.startswith("SELECT")], address


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "Enter your name"),
        ({"name": "Win at https://bet.example"}, "not the address of a page"),
        ({"name": "x" * 201}, "too long"),
        ({"email": ""}, "Enter your e-mail address"),
        ({"email": "ann"}, "no e-mail address"),
        ({"email": "ann@northford.example\nBcc: b@c.example"}, "no e-mail address"),
        ({"email": "a" * 250 + "@northford.example"}, "no e-mail address"),
        ({"password": ""}, "Enter your password"),
        ({"password": "short"}, "too short"),
        ({"password": "password12"}, "Choose another"),
        ({"password": "annofficer1"}, "Choose another"),
        ({"password": "Moothall2026"}, "Choose another"),
        ({"password": "w" * 201}, "too long"),
    ],
)
def test_what_cannot_be_used_is_said_beside_it_and_nothing_typed_is_lost(
    browser: Browser, email: str, given: dict[str, str], said: str
) -> None:
    typed = {"name": "Ann Officer", "email": email, "password": PASSWORD, **given}
    page = browser.send("/register", **typed)
    assert page.status == 200
    assert page.title.startswith("Error: ")
    assert said in " ".join(errors(page))
    assert page.all("//div[contains(@class, 'error-summary')]//a/@href")
    assert page.all("//input[@name='name']/@value") == [" ".join(typed["name"].split())]
    assert not page.all("//input[@type='password']/@value"), "a password is never sent back"
    with browser.site.database.reading() as session:
        assert not session.scalar(select(func.count()).select_from(Person).where(Person.email == email))


def test_more_fields_than_the_form_has_change_nothing(browser: Browser, email: str) -> None:
    browser.posted(
        "/register",
        name="Ann",
        email=email,
        password=PASSWORD,
        role="operator",
        active="1",
        confirmed_at="2026-01-01",
        id="1",
        fs_uniquifier="known",
    )
    with browser.site.database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == email)).one()
    assert (person.role, person.confirmed_at) == ("person", None)
    assert person.id != "1"
    assert person.fs_uniquifier != "known"
    assert person.password is not None
    assert person.password.startswith("$argon2")


def test_a_form_that_is_sent_twice_at_once_makes_one_account(site: Site, browser: Browser, email: str) -> None:
    browsers = [browser, *(Browser.at(site) for _ in range(3))]
    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = list(pool.map(lambda one: one.register(email), browsers))
    assert {one.status for one in answers} <= {302, 409}
    assert 302 in {one.status for one in answers}
    with site.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person).where(Person.email == email)) == 1
    assert browser.mails(email)


def test_a_forgotten_password_is_replaced_once(browser: Browser, email: str) -> None:
    browser.member(email)
    forgetful = Browser.at(browser.site)
    forgetful.send("/new-password", email=email)
    link = forgetful.link(email)
    assert forgetful.page(link).heading == "Choose a new password"
    assert browser.signed_in, "asking alone changes nothing"
    assert forgetful.send(link, password=OTHER).answer.location == "/sign-in"
    assert not browser.signed_in
    assert forgetful.page(link).answer.location == "/new-password", "a link works once"
    assert forgetful.sign_in(email).status == 200
    assert forgetful.sign_in(email, OTHER).answer.location == "/account"


def test_one_sees_and_ends_ones_sessions(browser: Browser, email: str) -> None:
    browser.member(email)
    phone, library = (Browser.at(browser.site, name) for name in ("A phone", "A library's computer"))
    phone.sign_in(email)
    library.sign_in(email)
    page = browser.page("/account")
    assert len(page.all("//ul[contains(@class, 'lined')]/li[contains(., 'since')]")) == 3
    assert any("this one" in one and "Test browser" in one for one in page.all("//ul[contains(@class, 'lined')]/li"))
    (key,) = page.root.xpath("//li[contains(., 'A phone')]//input[@name='session']/@value")
    assert browser.posted("/account/sessions/end", "/account", session=key).location == "/account"
    assert (phone.signed_in, library.signed_in, browser.signed_in) == (False, True, True)
    browser.posted("/account/sessions/end", "/account", session="others")
    assert (library.signed_in, browser.signed_in) == (False, True)
    stranger = Browser.at(browser.site).member(f"other-{email}")
    with browser.site.database.reading() as session:
        (mine,) = session.scalars(
            select(WebSession.hashed).join(Person, Person.id == WebSession.person_id).where(Person.email == email)
        )
    assert stranger.posted("/account/sessions/end", "/account", session=mine).status_code == 404
    assert browser.signed_in, "nobody ends another's session"


@pytest.mark.parametrize("address", ["/sign-in", "/register", "/new-password", "/confirm", "/sign-out"])
def test_without_the_token_of_its_form_nothing_is_done(browser: Browser, address: str) -> None:
    answer = browser.client.post(address, data={"email": "a@northford.example"}, base_url=BASE)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "there",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "/%09/evil.example",
    ],
)
def test_signing_in_leads_to_no_other_site(browser: Browser, email: str, there: str) -> None:
    browser.register(email)
    browser.confirm(email)
    answer = browser.client.get("/sign-in", query_string={"next": there}, base_url=BASE)
    token = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert token
    given = {"csrf_token": token[1], "email": email, "password": PASSWORD}
    sent = browser.client.post(
        "/sign-in", query_string={"next": there}, data=given, base_url=BASE, headers={"Referer": BASE}
    )
    assert not (sent.location or "/").lstrip("/\\%09").startswith(("evil", "https://evil"))


def test_a_link_with_another_host_is_never_mailed(browser: Browser, email: str) -> None:
    answer = browser.client.post("/new-password", data={"email": email}, base_url="http://evil.example")
    assert answer.status_code == 400
    browser.register(email)
    assert browser.link(email).startswith("/confirm/")


def test_a_networks_address_is_one_of_ipv4_or_a_64_of_ipv6() -> None:
    assert limits.network_of("192.0.2.7") == "192.0.2.7"
    assert limits.network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert limits.network_of("2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert limits.network_of("") == ""
