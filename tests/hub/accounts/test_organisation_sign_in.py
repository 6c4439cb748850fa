"""Signing in with one's organisation, against a real provider in a process of its own."""

import re
from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import delete, select, update

from hub.accounts.members import membership_of, set_active, set_domains
from hub.accounts.models import Attempt, Identity, Person, Provider, WebSession
from hub.audit.models import Audit
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from tests.hub.accounts.authenticator import SECOND, code, later, set_up
from tests.hub.accounts.organisations import (
    SECRET,
    come_back,
    depart,
    forget,
    identities,
    person,
    returned,
    signs_in_at,
)
from tests.hub.accounts.people import OTHER, PASSWORD, Browser, above
from tests.hub.pages.test_approvals import rules
from tests.hub.site import BASE, Page, Site, parameters
from tests.servers.oidc import Provider as There
from tests.servers.oidc import provider

NUMBERS = count()


@pytest.fixture(scope="module")
def there() -> Iterator[There]:
    with provider() as started:
        yield started


@pytest.fixture
def northford(site: Site, there: There) -> Iterator[Site]:
    signs_in_at(site, there.issuer)
    with site.database.writing() as session:
        session.execute(delete(Attempt))
    yield site
    forget(site)


@pytest.fixture
def email(there: There) -> str:
    """A new address at Northford, whose owner the provider knows by the part before the @."""
    name = f"ann{next(NUMBERS)}"
    there.knows(name, email=f"{name}@northford.example", email_verified=True, name="Ann Officer")
    return f"{name}@northford.example"


def name_of(email: str) -> str:
    return email.partition("@")[0]


def sign_in(there: There, browser: Browser, email: str, **more: str) -> Page:
    """All the way to the provider and back."""
    return come_back(browser, there.sign_in(depart(browser, email, **more), name_of(email)))


def test_whoever_comes_for_the_first_time_is_an_officer_without_a_password(
    northford: Site, there: There, email: str
) -> None:
    browser = Browser.at(northford)
    page = sign_in(there, browser, email)
    assert (page.status, page.answer.location) == (303, "/account")
    assert browser.page("/account").facts()["Name"] == "Ann Officer"
    made = person(northford, email)
    assert made.password is None
    assert made.confirmed_at
    with northford.database.reading() as session:
        held = membership_of(session, made.id, find_organisation(session, "northford-city").id)
        assert held
        assert held.role == "officer"
        done = [row.action for row in session.scalars(select(Audit).where(Audit.thing == f"person {made.id}"))]
    assert done == ["register", "sign in"]
    assert Browser.at(northford).sign_in(email).status == 200, "there is no password that could be right"


def test_the_second_time_it_is_the_same_person_whatever_the_address_is_now(
    northford: Site, there: There, email: str
) -> None:
    first = Browser.at(northford)
    sign_in(there, first, email)
    there.knows(name_of(email), email="married@elsewhere.example", email_verified=False)
    second = Browser.at(northford)
    assert sign_in(there, second, email).status == 303
    assert second.page("/account").facts()["E-mail address"].startswith(email)
    assert first.secret != second.secret
    assert second.page("/account").words.count("Test browser since") == 2
    second.send("/sign-out", "/account")
    assert not second.signed_in
    assert first.signed_in


def test_the_way_there_asks_for_what_makes_it_safe(northford: Site, email: str) -> None:
    page = depart(Browser.at(northford), email)
    asked = {name: values[0] for name, values in parameters(page).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{BASE}/sign-in/organisation/northford-city/back"
    assert asked["login_hint"] == email
    assert min(len(asked["state"]), len(asked["nonce"]), len(asked["code_challenge"])) >= 32
    again = parameters(depart(Browser.at(northford), email))
    assert again["state"] != [asked["state"]]
    assert SECRET not in page


def test_one_goes_on_to_where_one_wanted_to_and_never_to_another_site(
    northford: Site, there: There, email: str
) -> None:
    assert sign_in(there, Browser.at(northford), email, next="/sources?page=2").answer.location == "/sources?page=2"
    for other in ("//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"):
        assert sign_in(there, Browser.at(northford), email, next=other).answer.location == "/account"


def test_a_new_session_takes_the_place_of_the_one_before(northford: Site, there: There, email: str) -> None:
    browser = Browser.at(northford).member(f"own{next(NUMBERS)}@elsewhere.example")
    before = browser.secret
    sign_in(there, browser, email)
    assert browser.secret not in ("", before)
    with northford.database.reading() as session:
        owners = set(session.scalars(select(WebSession.person_id).where(WebSession.browser == "Test browser")))
    assert person(northford, email).id in owners
    replayed = Browser.at(northford)
    replayed.client.set_cookie("moothall", before, domain="127.0.0.1")
    assert not replayed.signed_in


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(northford: Site, there: There, email: str) -> None:
    browser, other = Browser.at(northford), Browser.at(northford)
    answer = there.sign_in(depart(browser, email), name_of(email))
    for stranger in (other, other):
        refused = come_back(stranger, answer)
        assert (refused.status, stranger.secret) == (400, "")
        assert "belongs to no sign-in that was begun in this browser" in refused.words
        depart(other, email)
    assert come_back(browser, answer).status == 303
    assert come_back(browser, answer).status == 400


def test_a_code_that_was_used_is_refused_by_the_provider_and_said_so(
    northford: Site, there: There, email: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser.at(northford)
    answer = there.sign_in(depart(browser, email), name_of(email))
    come_back(browser, answer)
    (code,) = parameters(answer)["code"]
    thief = Browser.at(northford)
    page = returned(thief, depart(thief, email), code)
    assert page.status == 502
    assert "was used already or took too long" in page.words
    assert thief.secret == ""
    assert code not in caplog.text
    assert "invalid_grant" in caplog.text


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"email_verified": True}, "does not tell your address"),
        ({"email": "bo{0}@northford.example"}, "does not say that your address is verified"),
        ({"email": "bo{0}@northford.example", "email_verified": "false"}, "does not say that your address is verified"),
        ({"email": "bo{0}@eastmere.example", "email_verified": True}, "is no address of Northford City"),
        ({"email": "bo{0}@northford.example.evil.example", "email_verified": True}, "is no address of Northford City"),
        ({"email": "no address", "email_verified": True}, "is no mail address"),
    ],
)
def test_an_address_that_does_not_count_opens_and_makes_nothing(
    northford: Site, there: There, claims: dict[str, object], said: str
) -> None:
    number = next(NUMBERS)
    there.knows(f"bo{number}", **{k: v.format(number) if isinstance(v, str) else v for k, v in claims.items()})
    browser = Browser.at(northford)
    page = come_back(browser, there.sign_in(depart(browser, "x@northford.example"), f"bo{number}"))
    assert page.status == 403
    assert said in page.words
    assert browser.secret == ""
    with northford.database.reading() as session:
        assert session.scalar(select(Person.id).where(Person.email.like(f"bo{number}@%"))) is None


def test_the_operator_may_vouch_for_the_addresses_of_a_provider(northford: Site, there: There, email: str) -> None:
    signs_in_at(northford, there.issuer, trusted=True)
    there.knows(name_of(email), email=email)
    assert sign_in(there, Browser.at(northford), email).status == 303


def test_an_account_that_was_there_is_opened_only_after_its_password(northford: Site, there: There, email: str) -> None:
    Browser.at(northford).member(email)
    browser = Browser.at(northford)
    assert sign_in(there, browser, email).answer.location == "/sign-in/organisation/prove"
    assert browser.secret == ""
    assert identities(northford, person(northford, email).id) == []
    wrong = browser.send("/sign-in/organisation/prove", password=OTHER)
    assert (wrong.status, browser.secret) == (400, "")
    assert "not the password" in above(wrong)
    assert browser.send("/sign-in/organisation/prove", password=PASSWORD).status == 303
    assert browser.signed_in
    assert identities(northford, person(northford, email).id) == [name_of(email)]
    assert "can be opened by the sign-in of Northford City" in browser.mails(email)[-1].subject
    assert sign_in(there, Browser.at(northford), email).answer.location == "/account"
    assert Browser.at(northford).sign_in(email).status == 302, "the password goes on working"


def test_who_has_a_second_factor_here_is_asked_for_it_too(northford: Site, there: There, email: str) -> None:
    secret, _ = set_up(Browser.at(northford).member(email))
    browser = Browser.at(northford)
    sign_in(there, browser, email)
    asked = browser.send("/sign-in/organisation/prove", password=PASSWORD)
    assert asked.answer.location.startswith(SECOND)
    assert not browser.secret
    later(northford)
    assert browser.send(SECOND, code=code(secret)).status == 303
    assert browser.signed_in
    again = Browser.at(northford)
    assert sign_in(there, again, email).answer.location.startswith(SECOND)
    assert not again.secret


def test_who_is_signed_in_proves_themselves_anew_by_both_steps(northford: Site, there: There, email: str) -> None:
    browser = Browser.at(northford)
    sign_in(there, browser, email)
    secret, _ = set_up(browser)
    page = "/account/second-factor/app"
    with northford.database.writing() as session:
        session.execute(update(WebSession).values(state={"fs_paa": 0, "_fresh": True}))
    asked = browser.page(page).answer.location
    assert asked == f"/account/verify?next={page}"
    assert "no password" in browser.page(asked).words
    step = sign_in(there, browser, email, next=page).answer.location
    assert step.startswith(SECOND)
    assert browser.page(page).answer.location == asked, "one of two is not enough"
    assert browser.send(step, code=code(secret)).answer.location == page
    assert browser.page(page).status == 200


def test_an_account_that_is_gone_meanwhile_is_proved_to_nobody(northford: Site, there: There, email: str) -> None:
    Browser.at(northford).member(email)
    browser = Browser.at(northford)
    sign_in(there, browser, email)
    form = "/sign-in/organisation/prove"
    assert browser.page(form).status == 200
    with northford.database.writing() as session:
        session.execute(delete(Person).where(Person.email == email))
    assert browser.page(form).answer.location == "/sign-in/organisation"
    assert browser.posted(form, "/sign-in/organisation", password=PASSWORD).location == "/sign-in/organisation"
    assert browser.secret == ""


def test_guessing_the_password_of_an_account_there_is_limited(northford: Site, there: There, email: str) -> None:
    Browser.at(northford).member(email)
    with northford.database.writing() as session:
        session.execute(delete(Attempt))
    browser = Browser.at(northford)
    sign_in(there, browser, email)
    for _ in range(5):
        browser.send("/sign-in/organisation/prove", password=OTHER)
    assert "too many tries" in above(browser.send("/sign-in/organisation/prove", password=PASSWORD))
    assert browser.secret == ""


def test_or_after_a_link_of_a_mail_in_the_same_browser(northford: Site, there: There, email: str) -> None:
    Browser.at(northford).member(email)
    browser = Browser.at(northford)
    sign_in(there, browser, email)
    browser.send("/sign-in/organisation/prove", do="mail")
    link = browser.link(email)
    assert Browser.at(northford).page(link).status == 404, "whoever is only sent the link opens nothing with it"
    assert browser.page(link).status == 200
    assert browser.secret == "", "a program that looks into mails opens nothing"
    assert browser.send(link).answer.location == "/account"
    assert identities(northford, person(northford, email).id) == [name_of(email)]
    assert browser.page(link).status == 404, "it works once"


def test_what_somebody_put_into_an_account_with_anothers_address_ends(
    northford: Site, there: There, email: str
) -> None:
    Browser.at(northford).register(email, OTHER, "Mallory")
    browser = Browser.at(northford)
    sign_in(there, browser, email)
    assert browser.send("/sign-in/organisation/prove", password=OTHER).status == 400, "it was never confirmed"
    browser.send("/sign-in/organisation/prove", do="mail")
    browser.send(browser.link(email))
    assert browser.signed_in
    found = person(northford, email)
    assert found.password is None
    assert found.confirmed_at


def test_where_only_the_invited_may_make_an_account_it_makes_none(northford: Site, there: There, email: str) -> None:
    rules(northford, registering="invited")
    try:
        page = sign_in(there, Browser.at(northford), email)
        assert page.status == 403
        assert "Only who is invited" in page.words
        operator = Browser(northford, northford.operator())
        people = "/organisations/northford-city/people"
        operator.send(f"{people}/invite", people, email=email, role="officer")
        assert sign_in(there, Browser.at(northford), email).status == 303
    finally:
        rules(northford, registering="everybody")


def test_the_suspended_stay_out(northford: Site, there: There, email: str) -> None:
    sign_in(there, Browser.at(northford), email)
    found = person(northford, email)
    with northford.database.writing() as session:
        set_active(session, actor=COMMAND_LINE, person_id=found.id, active=False)
    browser = Browser.at(northford)
    page = sign_in(there, browser, email)
    assert (page.status, browser.secret) == (403, "")
    assert "suspended" in page.words


def test_a_provider_signs_in_nobody_of_another_organisation(northford: Site, there: There, email: str) -> None:
    sign_in(there, Browser.at(northford), email)
    signs_in_at(northford, there.issuer, "eastmere-fire-and-rescue")
    browser = Browser.at(northford)
    there.knows(name_of(email), email=email, email_verified=True)
    page = come_back(browser, there.sign_in(depart(browser, "x@eastmere.example"), name_of(email)))
    assert (page.status, browser.secret) == (403, "")
    assert "no address of Eastmere" in page.words
    page = depart(browser, "x@eastmere.example")
    assert returned(browser, page, slug="northford-city").status == 400, "an answer is for the one that was asked"


def test_who_has_moved_to_another_organisation_is_not_opened_by_the_old_one(
    northford: Site, there: There, email: str
) -> None:
    sign_in(there, Browser.at(northford), email)
    moved = f"moved{next(NUMBERS)}@eastmere.example"
    with northford.database.writing() as session:
        session.execute(update(Person).where(Person.email == email).values(email=moved))
        row = find_organisation(session, "eastmere-fire-and-rescue")
        set_domains(session, actor=COMMAND_LINE, organisation=row, domains=["eastmere.example"])
    browser = Browser.at(northford)
    assert sign_in(there, browser, email).status == 403
    assert browser.secret == ""


def test_another_provider_begins_with_nobody(northford: Site, there: There, email: str) -> None:
    sign_in(there, Browser.at(northford), email)
    with northford.database.writing() as session:
        session.execute(update(Identity).values(issuer="https://the.one.before.example"))
    browser = Browser.at(northford)
    assert sign_in(there, browser, email).answer.location == "/sign-in/organisation/prove"


def test_where_it_is_the_only_way_passwords_are_led_to_it(northford: Site, there: There, email: str) -> None:
    Browser.at(northford).member(email)
    signs_in_at(northford, there.issuer, only=True)
    browser = Browser.at(northford)
    for address in (email, f"nobody{next(NUMBERS)}@northford.example"):
        page = browser.sign_in(address)
        assert browser.secret == ""
        assert "sign in with its own account" in above(page)
        assert "/sign-in/organisation" in page.links()["Sign in with your organisation"]
    assert "sign in with its own account" in above(browser.register(f"new{next(NUMBERS)}@northford.example"))
    operator = Browser(northford, northford.operator())
    assert operator.signed_in
    assert Browser.at(northford).member(f"own{next(NUMBERS)}@elsewhere.example").signed_in


def test_turned_off_it_opens_nothing(northford: Site, there: There, email: str) -> None:
    browser = Browser.at(northford)
    answer = there.sign_in(depart(browser, email), name_of(email))
    with northford.database.writing() as session:
        session.execute(update(Provider).values(enabled=False))
    assert come_back(browser, answer).status == 404
    assert "No organisation signs in here" in browser.page("/sign-in/organisation").words
    assert "Sign in with your organisation" not in browser.page("/sign-in").links()


def test_the_organisation_can_be_chosen_and_a_slip_is_told(northford: Site) -> None:
    browser = Browser.at(northford)
    assert "Sign in with your organisation" in browser.page("/sign-in").links()
    wrong = browser.send("/sign-in/organisation", email="ann@nrthford.example")
    assert wrong.status == 400
    assert wrong.title.startswith("Error:")
    assert wrong.all("//input[@id='email']/@value") == ["ann@nrthford.example"]
    assert browser.send("/sign-in/organisation", organisation="northford-city").status == 303
    assert browser.send("/sign-in/organisation", organisation="quietshire").status == 400


def test_journeys_are_limited(northford: Site, email: str) -> None:
    browser = Browser.at(northford)
    for _ in range(20):
        assert browser.send("/sign-in/organisation", email=email).status == 303
    assert "too many tries" in above(browser.send("/sign-in/organisation", email=email))


def test_a_password_can_be_set_afterwards(northford: Site, there: There, email: str) -> None:
    browser = Browser.at(northford)
    sign_in(there, browser, email)
    page = browser.page(browser.page("/account").links()["Set a password"])
    assert page.heading == "Set a password"
    assert page.all("//input[@type='password']/@name") == ["new_password"]
    browser.send("/new-password", email=email)
    browser.send(browser.link(email), password=OTHER)
    assert Browser.at(northford).sign_in(email, OTHER).status == 302


def test_the_operator_sets_it_and_tries_it(northford: Site, there: There, email: str) -> None:
    forget(northford)
    operator = Browser(northford, northford.operator())
    where = "/organisations/northford-city/sign-in"
    assert where in operator.page("/organisations/northford-city").links().values()
    assert f"{BASE}/sign-in/organisation/northford-city/back" in operator.page(where).words
    for given, said in (
        ({}, "beginning with https://"),
        ({"issuer": "https://there.example"}, "client ID"),
        ({"issuer": "https://there.example", "client_id": "us"}, "client secret"),
        ({"issuer": "https://there.example", "client_id": "us", "secret": "x", "only": "yes"}, "Turn it on"),
    ):
        assert said in above(operator.send(where, **given))
    given = {"issuer": there.issuer, "client_id": "us", "secret": SECRET}
    assert operator.send(where, **given).status == 303
    assert SECRET not in operator.page(where).answer.text
    with northford.database.reading() as session:
        kept = session.scalars(select(Provider)).one()
        assert SECRET not in kept.sealed
        logged = session.scalars(select(Audit).where(Audit.action == "set sign-in").order_by(Audit.id.desc())).first()
        assert logged
        assert SECRET not in str(logged.detail)
    assert operator.send(f"{where}/try", where).answer.location == "/sign-in/organisation/go"
    (page,) = operator.page("/sign-in/organisation/go").all("//main//a[@class='button']/@href")
    before = operator.secret
    shown = come_back(operator, there.sign_in(page, name_of(email)))
    assert shown.heading == "It works"
    assert shown.facts() == {"Who": name_of(email), "E-mail address": email, "Verified": "yes", "Name": "Ann Officer"}
    assert operator.secret == before
    with northford.database.reading() as session:
        assert session.scalar(select(Person.id).where(Person.email == email)) is None


def test_a_try_says_what_the_provider_answered_and_what_to_do(northford: Site, there: There) -> None:
    operator = Browser(northford, northford.operator())
    where = "/organisations/northford-city/sign-in"
    for issuer, said in (
        (there.issuer + "/", "It calls itself"),
        (there.issuer + "/elsewhere", "status 404"),
        ("http://127.0.0.1:9", "could not connect"),
        ("http://10.0.0.1", "not encrypted"),
        ("https://10.0.0.1", "inside a private network"),
    ):
        operator.send(where, issuer=issuer, client_id="us", secret="x", enabled="yes")
        page = operator.send(f"{where}/try", where)
        assert page.status == 502
        assert said in above(page), above(page)


def test_a_secret_is_not_told_to_another_provider(northford: Site) -> None:
    operator = Browser(northford, northford.operator())
    where = "/organisations/northford-city/sign-in"
    assert "client secret" in above(operator.send(where, issuer="https://evil.example", client_id="us"))


def test_no_form_of_the_way_leaves_without_its_token(northford: Site) -> None:
    for address in ("/sign-in/organisation", "/sign-in/organisation/prove", "/sign-in/organisation/prove/x"):
        assert Browser.at(northford).client.post(address, base_url=BASE).status_code == 400
    page = Browser.at(northford).page("/sign-in/organisation")
    assert re.search(r"form-action 'self'", page.answer.headers["Content-Security-Policy"])
