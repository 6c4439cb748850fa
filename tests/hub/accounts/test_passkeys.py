"""Passkeys: made, used instead of the password, used after it, removed; and what proves nothing."""

import json
from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import select, update

from hub.accounts.models import Attempt, Passkey, Person
from hub.accounts.passkeys import party_of
from hub.audit.models import Audit
from hub.config import read_settings
from hub.db import now
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from tests.databases import DATABASES, address_of
from tests.hub.accounts.authenticator import SECOND, Device
from tests.hub.accounts.organisations import forget, signs_in_at
from tests.hub.accounts.people import Browser, above
from tests.hub.site import Site, empty_site

NUMBERS = count()
HERE = "/account/second-factor"
NEW = f"{HERE}/passkey"
PASSKEY = "/sign-in/passkey"


@pytest.fixture(scope="module", params=DATABASES)
def named(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A hub that people reach by a name, as passkeys want it."""
    names = {"base_url": "http://localhost:8000", "trusted_hosts": "localhost,127.0.0.1"}
    folder = tmp_path_factory.mktemp("named") / "hub"
    with address_of(request, request.param, tables=True) as url, empty_site(folder, database_url=url, **names) as made:
        yield made


@pytest.fixture
def browser(named: Site, email: str) -> Browser:
    with named.database.writing() as session:
        session.query(Attempt).delete()
    return Browser.at(named).known(email)


@pytest.fixture
def email() -> str:
    return f"ki{next(NUMBERS)}@northford.example"


def added(browser: Browser, name: str = "My phone", **given: object) -> Device:
    """A passkey that was made, with the device that holds it."""
    device = Device(**given)  # type: ignore[arg-type]
    answer = browser.posted(NEW, NEW, name=name, **device.make(browser.page(NEW)))
    assert answer.status_code in (200, 303), answer.text
    return device


def whole(browser: Browser, device: Device) -> str:
    """Sign in with a passkey alone: where one is sent."""
    return str(browser.posted(PASSKEY, "/sign-in", **device.prove(browser.page("/sign-in"))).location)


def test_a_passkey_is_made_and_signs_in_alone(named: Site, browser: Browser, email: str) -> None:
    before, device = browser.secret, Device()
    page = browser.page(NEW)
    assert "Passkeys need a browser that knows them" in page.words, "said where no script runs"
    made = browser.send(NEW, name=" My  phone ", **device.make(page))
    assert made.heading == "The passkey “My phone” is set up."
    assert len(made.all("//ul[contains(@class, 'recovery')]//code")) == 10
    assert browser.secret != before
    words = browser.page(HERE).words
    assert "My phone" in words
    assert "not used yet" in words
    phone = Browser.at(named)
    assert whole(phone, device) == "/account"
    assert phone.signed_in
    assert "last used" in browser.page(HERE).words
    assert "The passkey “My phone” was added" in browser.mails(email)[-1].text
    with named.database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == email)).one()
        acts = session.scalars(select(Audit.action).where(Audit.thing == f"person {person.id}").order_by(Audit.id))
        assert [one for one in acts if one != "sign in"] == ["add passkey"]


def test_it_is_the_second_step_after_a_password(named: Site, browser: Browser, email: str) -> None:
    device, other = added(browser, verifies=False), Browser.at(named)
    assert "after the password only" in browser.page(HERE).words
    assert other.sign_in(email).answer.location == SECOND
    page = other.page(SECOND)
    assert other.posted(SECOND, SECOND, **device.prove(page)).location == "/account"
    assert other.signed_in
    assert other.posted(SECOND, "/account", **device.prove(page)).location == "/account"


def test_alone_it_must_ask_who_is_there(named: Site, browser: Browser) -> None:
    device, other = added(browser, verifies=False), Browser.at(named)
    assert whole(other, device) == "/sign-in"
    assert "did not prove who you are" in other.page("/sign-in").words
    assert not other.signed_in


def test_an_answer_is_taken_once_and_only_for_what_was_asked(named: Site, browser: Browser, email: str) -> None:
    device, thief = added(browser), Browser.at(named)
    owner = Browser.at(named)
    sent = device.prove(owner.page("/sign-in"))
    assert owner.posted(PASSKEY, "/sign-in", **sent).location == "/account"
    with named.database.writing() as session:
        session.execute(update(Passkey).values(uses=0))
    assert thief.posted(PASSKEY, "/sign-in", **sent).location == "/sign-in", "what was seen on its way opens nothing"
    thief.sign_in(email)
    for_second = device.prove(thief.page(SECOND))
    assert thief.posted(PASSKEY, SECOND, **for_second).location == "/sign-in"
    foreign = Browser.at(named).known(f"other-{email}")
    other = added(foreign)
    answer = thief.send(SECOND, **other.prove(thief.page(SECOND)))
    assert "belongs to no account here" in above(answer)
    assert not thief.signed_in


def test_a_page_that_was_open_too_long_is_told_so(
    named: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, other = added(browser), Browser.at(named)
    sent = device.prove(other.page("/sign-in"))
    monkeypatch.setattr("hub.accounts.passkeys.GOOD_FOR", -(now() - now().replace(year=2000)))
    assert other.posted(PASSKEY, "/sign-in", **sent).location == "/sign-in"
    assert "open for too long" in other.page("/sign-in").words


@pytest.mark.parametrize(
    "wrong", [{"host": "evil.example"}, {"origin": "http://evil.example"}, {"origin": "http://localhost:9000"}]
)
def test_a_passkey_for_another_site_is_none_here(named: Site, browser: Browser, wrong: dict[str, str]) -> None:
    device, other = added(browser), Browser.at(named)
    for name, value in wrong.items():
        setattr(device, name, value)
    assert whole(other, device) == "/sign-in"
    made = browser.send(NEW, name="Theirs", **Device(**wrong).make(browser.page(NEW)))  # type: ignore[arg-type]
    assert "did not prove" in above(made)
    assert made.all("//input[@name='name']/@value") == ["Theirs"], "what was typed stays"


def test_a_copied_passkey_is_noticed_by_its_count(named: Site, browser: Browser) -> None:
    device, other = added(browser), Browser.at(named)
    assert whole(other, device) == "/account"
    other.posted("/sign-out", "/account")
    device.uses = 0
    assert whole(other, device) == "/sign-in"


def test_one_that_is_held_already_is_not_added_again(browser: Browser, email: str) -> None:
    device = added(browser)
    other = Browser.at(browser.site).known(f"other-{email}")
    stolen = other.send(NEW, name="Mine", **device.make(other.page(NEW)))
    assert "did not prove" in above(stolen)
    assert "name by which" in above(other.send(NEW, name="  ", **Device().make(other.page(NEW))))
    options = json.loads(browser.page(NEW).root.xpath("//form/@data-options")[0])
    assert len(options["excludeCredentials"]) == 1
    assert options["rp"]["id"] == "localhost"
    assert email in options["user"]["name"]


def test_a_removed_one_signs_in_no_more_and_is_ones_own_to_remove(named: Site, browser: Browser, email: str) -> None:
    device = added(browser)
    with named.database.reading() as session:
        (id,) = session.scalars(
            select(Passkey.id).join(Person, Person.id == Passkey.person_id).where(Person.email == email)
        )
    stranger = Browser.at(named).known(f"other-{email}")
    assert stranger.posted(f"{NEW}/{id}/remove", HERE).status_code == 404
    assert browser.posted(f"{NEW}/{id}/remove", HERE).location == HERE
    assert "is removed" in browser.page(HERE).words
    assert "was removed" in browser.mails(email)[-1].text
    other = Browser.at(named)
    assert whole(other, device) == "/sign-in"
    assert "belongs to no account here" in other.page("/sign-in").words
    assert other.sign_in(email).answer.location == "/account", "nothing is left to ask for"


def test_where_an_organisations_sign_in_is_the_only_way_a_passkey_is_none(
    named: Site, browser: Browser, email: str
) -> None:
    device = added(browser)
    with named.database.writing() as session:
        add_organisation(session, actor=COMMAND_LINE, name="Northford City", sector="council")
    signs_in_at(named, "https://login.northford.example", only=True)
    try:
        phone = Browser.at(named)
        assert whole(phone, device) == "/sign-in/organisation"
        assert not phone.signed_in
    finally:
        forget(named)
    assert whole(Browser.at(named), device) == "/account"


def test_who_is_suspended_stays_out_with_a_passkey_too(named: Site, browser: Browser, email: str) -> None:
    device = added(browser)
    with named.database.writing() as session:
        session.execute(update(Person).where(Person.email == email).values(active=False))
    other = Browser.at(named)
    assert whole(other, device) == "/sign-in"
    assert "suspended" in other.page("/sign-in").words


def test_one_stays_signed_in_with_a_passkey_who_asks_for_it(named: Site, browser: Browser) -> None:
    device, other = added(browser), Browser.at(named)
    other.posted(PASSKEY, "/sign-in", kept="y", **device.prove(other.page("/sign-in")))
    cookie = other.client.get_cookie("moothall", domain="127.0.0.1")
    assert cookie
    assert cookie.max_age == 30 * 86400


HOSTILE = [
    "",
    "{}",
    "[]",
    "null",
    "7",
    "x" * 30_000,
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}',
    '{"id": 7, "rawId": 7, "type": 7, "response": 7}',
    '{"id": "QQ", "rawId": "QQ", "type": "public-key", "response": {"clientDataJSON": "Q", "attestationObject": "Q"}}',
    '{"id": "QQ", "rawId": "QQ", "type": "public-key", "response": {"clientDataJSON": "e", "attestationObject": "o"}}',
    '{"id": "\\u0000", "rawId": "\\ud800", "type": "public-key", "response": {"authenticatorData": "!"}}',
    "{" * 10_000,
]


def test_no_answer_however_odd_breaks_anything(named: Site, browser: Browser) -> None:
    other = Browser.at(named)
    for answer in HOSTILE:
        token = other.page("/sign-in").root.xpath("//input[@name='token']/@value")[0]
        assert other.posted(PASSKEY, "/sign-in", token=token, answer=answer).location == "/sign-in"
        made = browser.page(NEW).root.xpath("//input[@name='token']/@value")[0]
        assert browser.posted(NEW, NEW, name="Odd", token=made, answer=answer).status_code == 400
    for token in ("", "x", "." * 500):
        assert other.posted(PASSKEY, "/sign-in", token=token, answer="{}").location == "/sign-in"


def test_damaged_answers_prove_nothing(named: Site, browser: Browser) -> None:
    device, other = added(browser), Browser.at(named)
    sent = device.prove(other.page("/sign-in"))
    told = json.loads(sent["answer"])
    for name, text in told["response"].items():
        changed = {**told, "response": {**told["response"], name: text[:-6] + "AAAAAA"}}
        assert other.posted(PASSKEY, "/sign-in", **{**sent, "answer": json.dumps(changed)}).location == "/sign-in", name
    assert other.posted(PASSKEY, "/sign-in", **sent).location == "/account", "the true one still does"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://hub.example", "hub.example"),
        ("https://hub.example:8443", "hub.example"),
        ("http://localhost:8000", "localhost"),
        ("http://hub.example", None),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]", None),
    ],
)
def test_where_browsers_know_passkeys(address: str, host: str | None) -> None:
    party = party_of(read_settings(base_url=address))
    assert (party.host if party else None) == host
    assert not party or party.origin == address


def test_where_they_do_not_work_nothing_of_them_is_shown(named: Site, browser: Browser, email: str) -> None:
    assert "Add a passkey" in browser.page(HERE).links()
    with empty_site(named.settings.data.parent / "numbered") as numbered:
        there = Browser.at(numbered).known(email)
        words = there.page(HERE).words
        assert "They do not work at this address" in words
        assert "Add a passkey" not in there.page(HERE).links()
        assert there.page(NEW).status == 404
        assert "passkey" not in Browser.at(numbered).page("/sign-in").answer.text
        assert Browser.at(numbered).sign_in(email).answer.location == "/account"
