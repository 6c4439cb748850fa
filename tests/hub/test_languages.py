"""The choice of language: by the address, the browser's cookie, the account, or what the browser asks for."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.accounts.models import Person
from hub.languages import COOKIE
from tests.hub.accounts.people import Browser
from tests.hub.site import BASE, Site, filled_site

WELSH = {"Accept-Language": "cy-GB, cy;q=0.9, en;q=0.5"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with filled_site(tmp_path_factory.mktemp("languages") / "hub") as made:
        yield made


def spoken(answer: TestResponse) -> str:
    """The language of an answer, which its header and its page must agree on."""
    code: str = answer.headers["Content-Language"]
    assert f'<html lang="{code}">' in answer.text
    return code


def kept(client: FlaskClient) -> str:
    """What the browser keeps."""
    cookie = client.get_cookie(COOKIE, domain="127.0.0.1")
    return cookie.value if cookie else ""


def test_the_address_decides_and_the_browser_keeps_it(hub: Site) -> None:
    client = hub.app.test_client()
    assert spoken(hub.get("/", client)) == "en"
    assert kept(client) == ""
    with hub.statements() as asked:
        assert spoken(hub.get("/?lang=cy", client)) == "cy"
    assert not [one for one in asked if not one.startswith("SELECT")], "a page that is looked at writes nothing"
    assert kept(client) == "cy"
    assert spoken(hub.get("/topics", client)) == "cy"
    assert spoken(hub.get("/topics?lang=en", client)) == "en"
    assert spoken(hub.get("/topics", client)) == "en"


def test_a_language_that_we_do_not_speak_is_no_choice(hub: Site) -> None:
    client = hub.app.test_client()
    for lang in ("fr", "", "cy,en", "%00", "cy" * 5000):
        assert spoken(hub.get(f"/help?lang={lang}", client)) == "en"
    assert kept(client) == ""
    client.set_cookie(COOKIE, "../../etc", domain="127.0.0.1")
    assert spoken(hub.get("/help", client)) == "en"


def test_what_a_strangers_browser_asks_for_decides_without_a_cookie(hub: Site) -> None:
    client = hub.app.test_client()
    answer = client.get("/help", base_url=BASE, headers=WELSH)
    assert spoken(answer) == "cy"
    assert {"Cookie", "Accept-Language"} <= set(answer.vary)
    assert kept(client) == ""
    hub.get("/help?lang=en", client)
    assert spoken(client.get("/help", base_url=BASE, headers=WELSH)) == "en"


@pytest.mark.parametrize("address", ["/nothing", "/search?q=zzzz", "/search?from=x", "/sources/new"])
def test_errors_and_empty_pages_speak_it_too(hub: Site, address: str) -> None:
    answer = hub.app.test_client().get(address, base_url=BASE, headers=WELSH)
    assert spoken(answer) == "cy"


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("/", "/?lang=cy"),
        ("/search?q=damp+%26+mould&sector=council&sector=fire", "/search?lang=cy&q=damp+%26+mould&sector=council"),
        ("/nothing?a=1", "/nothing?a=1&lang=cy"),
    ],
)
def test_the_switch_keeps_page_and_query(hub: Site, address: str, other: str) -> None:
    client = hub.app.test_client()
    (link,) = hub.page(address, client).root.xpath("//header//a[@hreflang]")
    assert (link.get("lang"), link.get("hreflang"), link.text) == ("cy", "cy", "Cymraeg")
    assert link.get("href").startswith(other)
    (back,) = hub.page(link.get("href"), client).root.xpath("//header//a[@hreflang]")
    assert (back.get("lang"), back.text) == ("en", "English")
    assert back.get("href") == link.get("href").replace("lang=cy", "lang=en")


def test_a_page_that_only_a_form_leads_to_has_a_switch_that_works(hub: Site) -> None:
    client = hub.app.test_client()
    refused = client.post("/sources/none/check", base_url=BASE)
    assert 'href="/?lang=cy"' in refused.text
    assert 'href="/sign-in?lang=cy"' in client.post("/sign-in", base_url=BASE).text


def test_the_language_is_a_property_of_the_account(hub: Site) -> None:
    ann = Browser.at(hub).member("ann@northford.example")
    assert spoken(hub.get("/help", ann.client)) == "en"
    answer = ann.posted("/account/language", "/account", language="cy")
    assert answer.status_code == 303
    assert kept(ann.client) == "cy"
    assert spoken(hub.get("/account", ann.client)) == "cy"
    elsewhere = Browser.at(hub)
    elsewhere.sign_in("ann@northford.example")
    assert spoken(hub.get("/help", elsewhere.client)) == "cy", "also where no cookie says it"
    hub.get("/help?lang=en", elsewhere.client)
    assert spoken(hub.get("/help", elsewhere.client)) == "en", "the browser's own choice goes before it"
    assert ann.posted("/account/language", "/account", language="fr").status_code == 400


def test_an_account_has_the_language_in_which_it_was_made(hub: Site) -> None:
    browser = Browser.at(hub)
    hub.get("/?lang=cy", browser.client)
    browser.register("gwen@dyffryn.example", name="Gwen")
    with hub.database.reading() as session:
        person = session.query(Person).filter_by(email="gwen@dyffryn.example").one()
    assert person.language == "cy"


def test_knowing_who_reads_in_which_language_asks_the_database_nothing_more(hub: Site) -> None:
    ann = Browser.at(hub).member("second@northford.example")
    with hub.statements() as asked:
        hub.get("/help", ann.client)
    assert len(asked) == 1
