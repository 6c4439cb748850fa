"""Who belongs to an organisation, what that allows, and what an operator changes."""

from itertools import count

import pytest
from sqlalchemy import select

from hub.accounts.members import EVERYBODYS, set_domains
from hub.accounts.models import Attempt, Membership, Person
from hub.accounts.service import actor_for
from hub.audit.models import Audit
from hub.audit.service import first_break
from hub.errors import BadInput
from hub.organisations.service import find_organisation
from hub.policy import ADMIN, COMMAND_LINE, CONTENT, OFFICER, can
from hub.sources.models import Source
from tests.hub.accounts.people import Browser
from tests.hub.site import Site

NUMBERS = count()


@pytest.fixture(autouse=True)
def domains(site: Site) -> None:
    """Northford has a domain; nobody has tried anything yet."""
    with site.database.writing() as session:
        session.query(Attempt).delete()
        northford = find_organisation(session, "northford-city")
        set_domains(session, actor=COMMAND_LINE, organisation=northford, domains=["@Northford.example"])


@pytest.fixture
def operator(site: Site) -> Browser:
    return Browser(site, site.operator())


def joined(site: Site, at: str = "northford.example") -> tuple[Browser, str]:
    """Somebody new with a confirmed address there, and their id."""
    email = f"bo{next(NUMBERS)}@{at}"
    browser = Browser.at(site).member(email)
    with site.database.reading() as session:
        return browser, session.scalars(select(Person.id).where(Person.email == email)).one()


def roles(site: Site, person_id: str) -> dict[str, str]:
    with site.database.reading() as session:
        return dict(
            session.execute(
                select(Membership.organisation_id, Membership.role).where(Membership.person_id == person_id)
            ).all()
        )


def organisation(site: Site, slug: str = "northford-city") -> str:
    with site.database.reading() as session:
        return find_organisation(session, slug).id


def source(site: Site, slug: str = "northford-city") -> str:
    with site.database.reading() as session:
        return session.scalars(select(Source.id).where(Source.organisation_id == organisation(site, slug))).one()


@pytest.mark.parametrize("at", ["northford.example", "housing.northford.example"])
def test_a_confirmed_address_at_the_domain_makes_an_officer(site: Site, at: str) -> None:
    _, person = joined(site, at)
    assert roles(site, person) == {organisation(site): OFFICER}


@pytest.mark.parametrize("at", ["elsewhere.example", "notnorthford.example", "northford.example.org"])
def test_another_domain_makes_nothing(site: Site, at: str) -> None:
    _, person = joined(site, at)
    assert roles(site, person) == {}


def test_an_address_that_is_not_confirmed_makes_nothing(site: Site) -> None:
    email = f"cy{next(NUMBERS)}@northford.example"
    Browser.at(site).register(email)
    with site.database.reading() as session:
        person = session.scalars(select(Person.id).where(Person.email == email)).one()
    assert roles(site, person) == {}


@pytest.mark.parametrize("domain", ["northford", "north ford.example", "gmail.com", "a..b", "x" * 260 + ".example"])
def test_a_domain_that_shows_no_organisation_is_refused(site: Site, domain: str) -> None:
    with site.database.writing() as session, pytest.raises(BadInput):
        set_domains(
            session, actor=COMMAND_LINE, organisation=find_organisation(session, "northford-city"), domains=[domain]
        )
    assert "gmail.com" in EVERYBODYS


def test_a_domain_belongs_to_one_organisation(site: Site) -> None:
    with site.database.writing() as session:
        eastmere = find_organisation(session, "eastmere-fire-and-rescue")
        with pytest.raises(BadInput, match="Northford City already"):
            set_domains(session, actor=COMMAND_LINE, organisation=eastmere, domains=["northford.example"])


@pytest.mark.parametrize("role", [CONTENT, ADMIN])
def test_a_content_officer_runs_the_sources_of_the_own_organisation_alone(
    site: Site, operator: Browser, role: str
) -> None:
    browser, person = joined(site)
    mine, theirs = f"/sources/{source(site)}", f"/sources/{source(site, 'eastmere-fire-and-rescue')}"
    assert browser.posted(f"{mine}/pause", "/account", paused="yes").status_code == 403
    assert "Pause" not in browser.page(mine).words
    form = {"organisation": organisation(site), "role": role}
    answer = operator.posted(f"/manage/people/{person}/role", "/manage/people", **form)
    assert answer.status_code == 303
    assert not browser.signed_in, "a change of rights begins a new session"
    with site.database.reading() as session:
        email = session.get_one(Person, person).email
    browser.sign_in(str(email))
    assert "Pause" in browser.page(mine).words
    assert browser.posted(f"{mine}/pause", mine, paused="yes").status_code == 303
    assert browser.posted(f"{mine}/pause", mine, paused="no").status_code == 303
    assert "Pause" not in browser.page(theirs).words
    assert browser.posted(f"{theirs}/pause", mine, paused="yes").status_code == 403
    assert browser.posted(f"{theirs}/check", mine).status_code == 403
    assert site.get(site.record("homes", "/raw"), browser.client).status_code == 200
    assert site.get(site.record("alarms", "/raw"), browser.client).status_code == 403
    with site.database.reading() as session:
        assert not session.get_one(Source, source(site, "eastmere-fire-and-rescue")).paused
    assert browser.page("/manage/people").status == 403


def test_the_list_of_people_finds_names_and_addresses(site: Site, operator: Browser) -> None:
    _, person = joined(site)
    with site.database.reading() as session:
        email = session.get_one(Person, person).email
    page = operator.page(f"/manage/people?q=ann+{email}")
    assert page.all("//ul[contains(@class, 'people')]/li/h2") == ["Ann Officer"]
    assert "Northford City" in page.words
    assert "Nobody’s name or address" in operator.page("/manage/people?q=100%25").words
    assert "Nobody’s name or address" in operator.page("/manage/people?q=qqqq").words


def test_a_suspended_person_is_out_at_once_and_may_be_let_in_again(site: Site, operator: Browser) -> None:
    browser, person = joined(site)
    with site.database.reading() as session:
        email = str(session.get_one(Person, person).email)
    operator.posted(f"/manage/people/{person}/active", "/manage/people", active="no")
    assert not browser.signed_in
    assert browser.sign_in(email).status == 200
    forgetful = Browser.at(site)
    before = len(forgetful.mails(email))
    forgetful.send("/new-password", email=email)
    assert len(forgetful.mails(email)) == before, "no way in for the suspended"
    operator.posted(f"/manage/people/{person}/active", "/manage/people", active="yes")
    assert browser.sign_in(email).answer.location == "/account"
    with site.database.reading() as session:
        assert first_break(session) is None
        acts = list(session.scalars(select(Audit.action).where(Audit.thing == f"person {person}")))
    assert "suspend" in acts
    assert "let in" in acts


def test_an_operator_cannot_lock_themselves_out(site: Site, operator: Browser) -> None:
    with site.database.reading() as session:
        me = session.scalars(select(Person.id).where(Person.role == "operator")).one()
    assert operator.posted(f"/manage/people/{me}/active", "/manage/people", active="no").status_code == 403
    assert operator.signed_in


@pytest.mark.parametrize(("given", "status"), [({"role": "operator"}, 400), ({"organisation": "none"}, 404)])
def test_what_there_is_not_cannot_be_given(site: Site, operator: Browser, given: dict[str, str], status: int) -> None:
    _, person = joined(site)
    form = {"organisation": organisation(site), "role": OFFICER, **given}
    assert operator.posted(f"/manage/people/{person}/role", "/manage/people", **form).status_code == status
    assert roles(site, person) == {organisation(site): OFFICER}


def test_somebody_can_be_taken_out_and_put_in_elsewhere(site: Site, operator: Browser) -> None:
    _, person = joined(site)
    east = organisation(site, "eastmere-fire-and-rescue")
    for there, role in ((organisation(site), ""), (east, CONTENT)):
        operator.posted(f"/manage/people/{person}/role", "/manage/people", organisation=there, role=role)
    assert roles(site, person) == {east: CONTENT}


def test_a_content_officer_registers_and_edits_for_the_own_organisation_alone(site: Site, operator: Browser) -> None:
    browser, person = joined(site)
    assert browser.page("/sources/new").status == 403
    form = {"organisation": organisation(site), "role": CONTENT}
    operator.posted(f"/manage/people/{person}/role", "/manage/people", **form)
    with site.database.reading() as session:
        email = str(session.get_one(Person, person).email)
    browser.sign_in(email)
    page = browser.page("/sources/new")
    assert page.status == 200
    choices = page.all("//select[@name='organisation']/option/@value")
    assert "northford-city" in choices
    assert "eastmere-fire-and-rescue" not in choices
    new = {"kind": "feed", "address": "https://elsewhere.example/feed", "name": "News", "every": "86400"}
    refused = browser.posted("/sources/new", "/account", organisation="eastmere-fire-and-rescue", **new)
    assert refused.status_code == 403
    for step in ("found", "preview", "settings"):
        query = f"organisation=eastmere-fire-and-rescue&kind=feed&address=https://elsewhere.example/{step}"
        assert browser.page(f"/sources/new/{step}?{query}").status == 403
    theirs = source(site, "eastmere-fire-and-rescue")
    assert browser.page(f"/sources/{source(site)}/edit").status == 200
    assert browser.page(f"/sources/{theirs}/edit").status == 403
    assert browser.posted(f"/sources/{theirs}/edit", "/account", name="Taken over").status_code == 403
    with site.database.reading() as session:
        held = list(
            session.scalars(
                select(Source).where(Source.organisation_id == organisation(site, "eastmere-fire-and-rescue"))
            )
        )
        assert len(held) == 1
        assert held[0].name != "Taken over"


def test_an_operator_makes_a_site_moderator_who_moderates_and_no_more(site: Site, operator: Browser) -> None:
    other, person = joined(site, "elsewhere.example")
    said = operator.posted(f"/manage/people/{person}/moderator", "/manage/people", moderator="yes")
    assert said.status_code == 303
    assert "site moderator" in operator.page("/manage/people").words
    assert not other.signed_in, "with other rights one signs in anew"
    with site.database.reading() as session:
        held = actor_for(session, person)
    assert can(held, "moderate")
    assert not can(held, "manage people")
    assert not can(held, "run sources")
    operator.posted(f"/manage/people/{person}/moderator", "/manage/people", moderator="no")
    with site.database.reading() as session:
        assert not can(actor_for(session, person), "moderate")


def test_an_operator_stays_one(site: Site, operator: Browser) -> None:
    with site.database.reading() as session:
        person = session.scalars(select(Person.id).where(Person.role == "operator")).first()
    assert operator.posted(f"/manage/people/{person}/moderator", "/manage/people", moderator="no").status_code == 403
