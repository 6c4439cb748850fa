"""Organisations in the web: adding, editing by operator and by its own admin, and removing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.accounts.members import set_role
from hub.accounts.models import Person
from hub.audit.models import Audit
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.organisations.models import Organisation
from hub.policy import ADMIN, COMMAND_LINE
from hub.topics.service import Vocabulary
from tests.hub.accounts.people import Browser, errors
from tests.hub.communities.made import made
from tests.hub.site import Page, Site, empty_site, filled_site

NORTHFORD = "/organisations/northford-city"
EDIT = f"{NORTHFORD}/edit"
NEW = "/manage/organisations/new"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with filled_site(tmp_path_factory.mktemp("organising") / "hub") as made:
        yield made


@pytest.fixture
def operator(hub: Site) -> Browser:
    return Browser(hub, hub.operator())


@pytest.fixture
def admin(hub: Site) -> Browser:
    """An admin of Northford."""
    browser, email = Browser.at(hub), "ada@northford.example"
    with hub.database.reading() as session:
        known = session.scalar(select(Person.id).where(Person.email == email))
    if known is None:
        browser.member(email)
    with hub.database.writing() as session:
        person = session.scalars(select(Person).where(Person.email == email)).one()
        there = session.scalars(select(Organisation.id).where(Organisation.slug == "northford-city")).one()
        set_role(session, actor=COMMAND_LINE, person_id=person.id, organisation_id=there, role=ADMIN)
    browser.sign_in(email)
    return browser


def form(page: Page) -> dict[str, str]:
    """The fields of the form of an organisation as they stand on the page."""
    fields: dict[str, str] = {}
    for one in page.root.xpath("//form[@class='form']//*[@name]"):
        if one.get("type") == "checkbox":
            fields |= {one.get("name"): one.get("value")} if one.get("checked") is not None else {}
        else:
            fields[one.get("name")] = one.value or ""
    return fields


def changed(browser: Browser, address: str = EDIT, /, **told: str) -> Page:
    """Open the form, change these fields, and save."""
    return browser.send(address, address, **{**form(browser.page(address)), **told})


def stored(hub: Site, slug: str) -> Organisation:
    with hub.database.reading() as session:
        row = session.scalars(select(Organisation).where(Organisation.slug == slug)).one()
        session.expunge_all()
        return row


def test_an_operator_adds_an_organisation(hub: Site, operator: Browser) -> None:
    given = {
        "name": "Cyngor Dyffryn",
        "other_names": "Dyffryn Council, CD",
        "sector": "council",
        "area": "Dyffryn",
        "about": "A valley.",
        "website": "https://dyffryn.example/",
        "contact_email": "team@dyffryn.example",
        "domains": "dyffryn.example",
        "trusted": "yes",
    }
    page = operator.send(NEW, NEW, **given)
    assert page.answer.headers["Location"] == "/organisations/cyngor-dyffryn"
    row = stored(hub, "cyngor-dyffryn")
    assert (row.other_names, row.domains, row.trusted) == (["Dyffryn Council", "CD"], ["dyffryn.example"], True)
    assert "is added" in operator.page("/organisations/cyngor-dyffryn").words


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(operator: Browser) -> None:
    page = operator.send(NEW, NEW, name="", website="northford", contact_email="nobody", area="Here")
    assert page.status == 400
    assert page.title.startswith("Error: ")
    assert errors(page) == [
        "Enter the organisation's name.",
        "Choose a sector.",
        "Enter the website's whole address, beginning with https://.",
        "This is no e-mail address. Enter one like team@example.gov.uk.",
    ]
    assert form(page)["area"] == "Here"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "Quietshire", "There is an organisation of this name already."),
        ("domains", "gmail.com", "Anybody can have an address at gmail.com, so it shows no organisation."),
        ("contact_name", "x" * 201, "Say it in at most 200 letters."),
        ("other_names", "x" * 1001, "Say it in at most 1000 letters."),
    ],
)
def test_what_only_the_hub_knows_is_said_too(operator: Browser, field: str, value: str, said: str) -> None:
    page = operator.send(NEW, NEW, **{"name": "New town", "sector": "council", field: value})
    assert errors(page) == [said]


def test_an_operator_changes_everything_and_search_follows(hub: Site, operator: Browser) -> None:
    with hub.database.writing() as session:
        made(session, "Eastmere circle", organisation="eastmere-fire-and-rescue")
    page = changed(operator, "/organisations/eastmere-fire-and-rescue/edit", slug="eastmere", sector="council")
    assert page.answer.headers["Location"] == "/organisations/eastmere"
    deliver_all(hub.database, open_writer(hub.settings), documents_of(Vocabulary(hub.database)))
    assert hub.page("/search?organisation=eastmere").total == 2 + 1, "its documents, and a community of its"
    assert hub.get("/organisations/eastmere-fire-and-rescue").status_code == 404
    changed(operator, "/organisations/eastmere/edit", slug="eastmere-fire-and-rescue", sector="fire")


@pytest.mark.parametrize("slug", ["quietshire", "Not Small", "-", "a" * 81])
def test_a_short_name_must_be_free_and_plain(operator: Browser, slug: str) -> None:
    assert changed(operator, slug=slug).status == 400


def test_an_admin_changes_the_organisations_own_words_and_no_more(hub: Site, admin: Browser) -> None:
    page = admin.page(EDIT)
    assert {"slug", "domains", "trusted"} & form(page).keys() == set()
    sent = changed(admin, area="The north", domains="evil.example", slug="mine", trusted="yes")
    assert sent.status == 303
    row = stored(hub, "northford-city")
    assert (row.area, row.domains, row.trusted) == ("The north", [], False)
    assert admin.page("/organisations/quietshire/edit").status == 403
    assert admin.send("/organisations/quietshire/edit", EDIT, name="Ours").status == 403
    assert stored(hub, "quietshire").name == "Quietshire"


def test_nobodys_change_is_lost_without_a_word(hub: Site, operator: Browser) -> None:
    fields = form(operator.page(EDIT))
    changed(operator, about="What the first has written.")
    page = operator.send(EDIT, EDIT, **{**fields, "about": "What the second wants.", "area": "Elsewhere"})
    assert errors(page) == [
        "Somebody else has changed this organisation meanwhile. Look at what it says now, and save again."
    ]
    assert "Meanwhile: it says “What the first has written.”" in page.words
    again = operator.send(EDIT, EDIT, **form(page))
    assert again.status == 303
    assert stored(hub, "northford-city").about == "What the second wants."


def test_only_what_nothing_hangs_on_is_removed(hub: Site, operator: Browser) -> None:
    assert "It cannot be removed: " in operator.page(EDIT).words
    assert operator.send(f"{NORTHFORD}/remove", EDIT).status == 409
    operator.send(NEW, NEW, name="Short lived", sector="police")
    address = "/organisations/short-lived"
    assert "Nothing hangs on it" in operator.page(f"{address}/edit").words
    assert operator.send(f"{address}/remove", f"{address}/edit").answer.headers["Location"] == "/manage/organisations"
    assert hub.get(address).status_code == 404
    with hub.database.reading() as session:
        said = session.scalars(select(Audit.action).where(Audit.thing == "organisation short-lived")).all()
    assert said == ["add organisation", "remove organisation"]


def test_the_list_is_searched_sorted_and_downloaded(operator: Browser) -> None:
    page = operator.page("/manage/organisations?sort=documents")
    assert page.all("//tbody//th/a")[0] == "Northford City"
    assert operator.page("/manage/organisations?q=ncc").all("//tbody//th/a") == ["Northford City"]
    assert "No organisation has" in operator.page("/manage/organisations?q=unicorn").words
    lines = operator.site.get("/manage/organisations.csv?q=ncc", operator.client).text.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("Northford City,northford-city,Council")


def test_an_empty_hub_leads_its_operator_to_the_first(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as hub:
        client = hub.operator()
        for address in ("/manage/organisations", "/organisations", "/sources/new"):
            assert NEW in hub.page(address, client).links().values()
