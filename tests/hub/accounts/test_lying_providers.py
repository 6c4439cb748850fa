"""A provider that lies, hangs, floods or sends us elsewhere: nobody is signed in, and a sentence says why."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from hub.accounts.models import Attempt, Identity, Person
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from tests.hub.accounts.organisations import arrived, depart, returned, signs_in_at
from tests.hub.accounts.people import Browser
from tests.hub.site import Page, Site, empty_site, parameters
from tests.servers.oidc import CLIENT, CURVE, KEY, Liar, liar

ANN = "ann@northford.example"


@pytest.fixture(scope="module")
def lying() -> Iterator[Liar]:
    with liar() as started:
        yield started


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, lying: Liar) -> Iterator[Site]:
    with empty_site(tmp_path_factory.mktemp("lying") / "hub") as made:
        with made.database.writing() as session:
            add_organisation(session, actor=COMMAND_LINE, name="Northford City", sector="council")
        signs_in_at(made, lying.issuer)
        yield made


@pytest.fixture
def there(hub: Site, lying: Liar) -> Liar:
    lying.reset()
    hub.app.extensions["moothall"]["providers"].forget()
    with hub.database.writing() as session:
        session.execute(delete(Attempt))
        session.execute(delete(Identity))
        session.execute(delete(Person).where(Person.email.is_not(None)))
    return lying


def tried(hub: Site, there: Liar, **more: str) -> tuple[Browser, Page]:
    """Go there and come back; what the browser is then shown."""
    browser = Browser.at(hub)
    page = depart(browser, ANN)
    there.nonce = there.nonce or parameters(page)["nonce"][0]
    return browser, returned(browser, page, **more)


def refused(hub: Site, there: Liar, said: str, **more: str) -> None:
    """Nobody is signed in, and the page says so in these words."""
    browser, page = tried(hub, there, **more)
    assert page.status == 502, page.words
    assert page.heading == "You are not signed in"
    assert said in page.words, page.words
    assert browser.secret == ""
    with hub.database.reading() as session:
        assert not session.scalar(select(func.count()).select_from(Identity))


@pytest.mark.parametrize("sign", ["RS256", "ES256"])
def test_one_that_behaves_well_signs_in(hub: Site, there: Liar, sign: str) -> None:
    there.sign = sign
    browser, page = tried(hub, there, iss=there.issuer)
    assert page.status == 303
    asked = next(one for one in there.site.seen if one.path == "/token")
    assert b"code_verifier=" in asked.body
    assert b"redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fsign-in%2Forganisation%2Fnorthford-city%2Fback" in asked.body
    assert asked.headers["authorization"].startswith("Basic ")
    assert asked.headers["user-agent"].startswith("Moothall/")


@pytest.mark.parametrize("sign", ["none", "HS256", "stranger", "unknown"])
def test_a_signature_that_is_not_its_own_is_refused(hub: Site, there: Liar, sign: str) -> None:
    there.sign = sign
    refused(hub, there, "not signed as it should be")


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"iss": "https://evil.example"}, "not for this sign-in"),
        ({"iss": None}, "not for this sign-in"),
        ({"aud": "another client"}, "not for this sign-in"),
        ({"aud": None}, "not for this sign-in"),
        ({"aud": [CLIENT, "another"]}, "not for this sign-in"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "not for this sign-in"),
        ({"nonce": "another"}, "not for this sign-in"),
        ({"nonce": None}, "not for this sign-in"),
        ({"sub": None}, "not for this sign-in"),
        ({"sub": ""}, "do not understand"),
        ({"sub": "x" * 300}, "do not understand"),
        ({"exp": timedelta(seconds=-1000)}, "disagree about the time"),
        ({"exp": None}, "disagree about the time"),
        ({"exp": "never"}, "disagree about the time"),
        ({"iat": timedelta(seconds=10_000)}, "disagree about the time"),
        ({"nbf": timedelta(seconds=10_000)}, "disagree about the time"),
    ],
    ids=str,
)
def test_an_id_token_that_is_not_for_us_now_is_refused(
    hub: Site, there: Liar, claims: dict[str, object], said: str
) -> None:
    there.claims = {
        name: int(time.time() + value.total_seconds()) if isinstance(value, timedelta) else value
        for name, value in claims.items()
    }
    refused(hub, there, said)


def test_ways_to_name_ourselves_that_are_no_list_do_no_harm(hub: Site, there: Liar) -> None:
    there.about = {"token_endpoint_auth_methods_supported": 7}
    assert tried(hub, there)[1].status == 303


def test_a_nonce_of_another_journey_is_refused(hub: Site, there: Liar) -> None:
    there.nonce = parameters(depart(Browser.at(hub), ANN))["nonce"][0]
    refused(hub, there, "not for this sign-in")


def test_a_clock_that_is_a_little_wrong_does_no_harm(hub: Site, there: Liar) -> None:
    there.claims = {"iat": int(time.time()) + 60, "exp": int(time.time()) - 60}
    assert tried(hub, there)[1].status == 303


@pytest.mark.parametrize("more", [{"iss": "https://evil.example"}, {"iss": ""}])
def test_an_answer_of_another_issuer_is_refused_before_its_code_is_used(
    hub: Site, there: Liar, more: dict[str, str]
) -> None:
    refused(hub, there, "not for this sign-in", **more)
    assert "/token" not in there.site.paths


def test_a_provider_that_promises_to_name_itself_must(hub: Site, there: Liar) -> None:
    there.about = {"authorization_response_iss_parameter_supported": True}
    refused(hub, there, "not for this sign-in")


def test_cancelling_at_the_provider_is_a_sentence(hub: Site, there: Liar) -> None:
    browser = Browser.at(hub)
    page = returned(browser, depart(browser, ANN), error="access_denied")
    assert (page.status, browser.secret) == (502, "")
    assert "was cancelled" in page.words
    assert "Start again" in page.links()


@pytest.mark.parametrize("error", ["temporarily_unavailable", "<script>alert(1)</script>", "invalid_grant"])
def test_what_a_provider_says_instead_of_a_code_is_shown_as_a_word_at_most(hub: Site, there: Liar, error: str) -> None:
    browser = Browser.at(hub)
    page = returned(browser, depart(browser, ANN), error=error, error_description="<b>x</b>")
    assert (page.status, browser.secret) == (502, "")
    assert "alert" not in page.answer.text
    assert "<b>x" not in page.answer.text


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"issuer": "https://evil.example"}, "do not understand"),
        ({"token_endpoint": None}, "do not understand"),
        ({"jwks_uri": 7}, "do not understand"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "do not understand"),
        ({"authorization_endpoint": "https://[page"}, "do not understand"),
        ({"response_types_supported": ["token"]}, "do not understand"),
        ({"code_challenge_methods_supported": ["plain"]}, "do not understand"),
        ({"id_token_signing_alg_values_supported": ["HS256"]}, "do not understand"),
    ],
    ids=str,
)
def test_one_that_does_not_say_what_we_need_is_not_gone_to(
    hub: Site, there: Liar, about: dict[str, object], said: str
) -> None:
    there.about = about
    browser = Browser.at(hub)
    browser.send("/sign-in/organisation", email=ANN)
    page = arrived(browser, "/sign-in/organisation/go")
    assert page.status == 502
    assert said in page.words


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b"boom"),
        (200, {"Content-Type": "text/html"}, b"<html>a page"),
        (200, {"Content-Type": "application/json"}, b"[1, 2]"),
        (200, {"Content-Type": "application/json"}, b'{"keys": 1, "id_token": {}}'),
        (200, {"Content-Type": "application/json"}, b"[" * 100_000),
        (200, {"Content-Type": "application/json"}, b'{"x": "' + b"x" * 600_000 + b'"}'),
        (200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"no gzip"),
        (302, {"Location": "http://10.0.0.1/secret"}, b""),
        (307, {"Location": "https://evil.example/"}, b""),
    ],
    ids=["500", "page", "list", "wrong", "nested", "huge", "packed", "private", "elsewhere"],
)
def test_nonsense_floods_and_redirects_end_with_a_sentence(
    hub: Site, there: Liar, path: str, answer: tuple[int, dict[str, str], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    there.answers = {path: answer}
    browser = Browser.at(hub)
    browser.send("/sign-in/organisation", email=ANN)
    page = arrived(browser, "/sign-in/organisation/go")
    if page.status == 200:
        (address,) = page.all("//main//a[@class='button']/@href")
        page = returned(browser, address)
    assert page.status == 502, page.words
    assert browser.secret == ""
    assert "Traceback" not in caplog.text
    assert "Nobody was signed in by the provider of northford-city" in caplog.text


@pytest.mark.parametrize("endpoint", ["token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://10.0.0.1/x", "cannot be reached"),
        ("https://169.254.169.254/x", "cannot be reached"),
        ("http://example.com/x", "cannot be reached"),
        ("file:///etc/passwd", "do not understand"),
    ],
)
def test_no_address_of_a_provider_leads_elsewhere_than_to_a_public_site(
    hub: Site, there: Liar, endpoint: str, address: str, said: str
) -> None:
    there.about = {endpoint: address}
    refused(hub, there, said)


def test_one_that_hangs_costs_seconds_and_the_next_person_none(hub: Site, there: Liar) -> None:
    there.hanging = "/token"
    begun = time.monotonic()
    refused(hub, there, "cannot be reached")
    assert time.monotonic() - begun < 6
    begun = time.monotonic()
    browser = Browser.at(hub)
    browser.send("/sign-in/organisation", email=ANN)
    arrived(browser, "/sign-in/organisation/go")
    assert time.monotonic() - begun < 1
    there.release.set()


def test_new_keys_are_fetched_when_an_id_token_names_them(hub: Site, there: Liar) -> None:
    there.published = [CURVE]
    refused(hub, there, "not signed as it should be")
    there.published = [KEY, CURVE]
    there.nonce = ""
    assert tried(hub, there)[1].status == 303
    assert there.site.paths.count("/.well-known/openid-configuration") == 1
    tried(hub, there)
    assert there.site.paths.count("/keys") == 3


def test_an_address_may_come_from_its_page_about_the_person(hub: Site, there: Liar) -> None:
    there.claims = {"email": None, "email_verified": True, "sub": "cy"}
    there.userinfo = {"sub": "cy", "email": "cy@northford.example"}
    browser, page = tried(hub, there)
    assert page.status == 403, "what was verified was no address"
    there.userinfo = {"sub": "somebody else", "email": "cy@northford.example", "email_verified": True}
    there.nonce = ""
    assert "does not tell your address" in tried(hub, there)[1].words
    there.userinfo["sub"] = "cy"
    there.nonce = ""
    assert tried(hub, there)[1].status == 303


def test_a_client_that_it_does_not_know_is_told_to_whoever_runs_the_hub(hub: Site, there: Liar) -> None:
    there.answers = {"/token": (401, {"Content-Type": "application/json"}, b'{"error": "invalid_client"}')}
    refused(hub, there, "does not accept this hub")


def test_nothing_secret_is_logged_or_shown(hub: Site, there: Liar, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    there.sign = "stranger"
    browser, page = tried(hub, there, code="the-code-itself")
    for secret in ("the-code-itself", "secret-access", there.nonce, there.token()[:40], "the client's secret"):
        assert secret not in page.answer.text
        assert secret not in "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith("urllib3"))


def test_a_cookie_of_another_hub_or_too_old_is_none(hub: Site, there: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser.at(hub)
    page = depart(browser, ANN)
    there.nonce = parameters(page)["nonce"][0]
    real = time.time
    monkeypatch.setattr("time.time", lambda: real() + 700)
    assert returned(browser, page).status == 400
