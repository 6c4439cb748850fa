"""What waits for the operator: people of a member's domain, and sources of content officers, where the hub says so."""

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import delete, func, select, update

from hub.accounts.members import set_domains, set_role
from hub.accounts.models import Joining, Membership, Person
from hub.db import now
from hub.errors import Conflict
from hub.organisations.models import Organisation
from hub.policy import COMMAND_LINE, CONTENT
from hub.setup.house import House, default_house
from hub.setup.service import settle
from hub.sources.leases import queue_due, queue_run
from hub.sources.models import DECLINED, WAITING, Run, Source
from hub.words import on
from tests.hub.accounts.people import Browser, above, errors
from tests.hub.site import BASE, Site, filled_site

APPROVALS = "/manage/approvals"
NUMBERS = count()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with filled_site(tmp_path_factory.mktemp("approvals") / "hub") as made:
        with made.database.writing() as session:
            set_domains(session, actor=COMMAND_LINE, organisation=northford(session), domains=["northford.example"])
        yield made


@pytest.fixture(autouse=True)
def asked_first(hub: Site) -> Iterator[None]:
    """The operator wants to be asked about people and sources."""
    rules(hub, people_wait=True, sources_wait=True)
    yield
    rules(hub)


@pytest.fixture
def operator(hub: Site) -> Browser:
    return Browser(hub, hub.operator())


def northford(session: object) -> Organisation:
    found = session.scalars(select(Organisation).where(Organisation.slug == "northford-city")).one()  # type: ignore[attr-defined]
    assert isinstance(found, Organisation)
    return found


def rules(hub: Site, **told: object) -> None:
    default = default_house(hub.settings)
    names = ("registering", "people_wait", "sources_wait")
    with hub.database.writing() as session:
        now = {name: told.get(name, getattr(default, name)) for name in names}
        opposite = House(registering="?", people_wait=not now["people_wait"], sources_wait=not now["sources_wait"])
        settle(session, actor=COMMAND_LINE, was=opposite, default=default, **now)
    hub.app.extensions["moothall"]["house"].look_again()


def content_officer(hub: Site) -> Browser:
    browser, email = Browser.at(hub), f"cora{next(NUMBERS)}@elsewhere.example"
    browser.member(email)
    with hub.database.writing() as session:
        person = session.scalars(select(Person).where(Person.email == email)).one()
        there = northford(session).id
        set_role(session, actor=COMMAND_LINE, person_id=person.id, organisation_id=there, role=CONTENT)
    browser.sign_in(email)
    return browser


def registered(browser: Browser) -> tuple[str, str]:
    """(address of the page of a source that is registered now, its id)."""
    address = f"https://northford.example/more{next(NUMBERS)}"
    given = {"organisation": "northford-city", "kind": "feed", "address": address, "name": "More news"}
    answer = browser.posted("/sources/new", "/account", **given, every="86400", previewed=f"feed {address}")
    assert answer.status_code == 303
    page = answer.headers["Location"]
    return page, page.rpartition("/")[2]


def source(hub: Site, id: str) -> Source:
    with hub.database.reading() as session:
        return session.get_one(Source, id)


def runs(hub: Site, id: str) -> int:
    with hub.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Run).where(Run.source_id == id)) or 0


def email_of(hub: Site, id: str) -> str:
    with hub.database.reading() as session:
        return session.get_one(Person, source(hub, id).registered_by).email or ""


def test_a_source_waits_and_is_never_checked_before_it_is_approved(hub: Site, operator: Browser) -> None:
    officer = content_officer(hub)
    page, id = registered(officer)
    assert hub.page(page).status == 404
    assert id not in hub.get("/sources.json").text
    assert "More news" not in hub.page("/organisations/northford-city").words
    waits = officer.page(page).words
    assert "Waiting for approval." in waits
    assert "You get a mail when it is decided." in waits
    assert "Restricted" not in waits
    assert officer.send(f"{page}/check", "/account").status == 409
    with hub.database.writing() as session, pytest.raises(Conflict, match="not approved"):
        queue_run(session, session.get_one(Source, id))
    officer.send(f"{page}/pause", "/account", paused="yes")
    officer.send(f"{page}/pause", "/account", paused="no")
    queue_due(hub.database)
    assert runs(hub, id) == 0
    assert "More news" in operator.page(APPROVALS).words
    assert operator.send(f"{APPROVALS}/sources/{id}", APPROVALS, decision="approve").status == 303
    assert (source(hub, id).approval, runs(hub, id)) == ("", 1)
    assert hub.page(page).status == 200
    (mail,) = operator.mails(email_of(hub, id))[1:]
    assert mail.subject == "More news is approved at Moothall"
    assert page in mail.text


def test_what_is_declined_is_told_once_with_the_reason_and_can_be_approved_after_all(
    hub: Site, operator: Browser
) -> None:
    officer = content_officer(hub)
    page, id = registered(officer)
    form = f"{APPROVALS}/sources/{id}"
    wrong = operator.send(form, APPROVALS, decision="decline", reason=" ")
    assert (wrong.status, above(wrong)) == (400, "Say why: they read it in their mail.")
    assert wrong.title.startswith("Error: ")
    assert operator.send(form, APPROVALS, decision="decline", reason="It is a shop.").status == 303
    assert operator.send(form, APPROVALS, decision="decline", reason="It is a shop.").status == 409
    (mail,) = operator.mails(email_of(hub, id))[1:]
    assert "It is a shop." in mail.text
    assert "The reason: It is a shop." in officer.page(page).words
    assert hub.page(page).status == 404
    assert source(hub, id).approval == DECLINED
    assert officer.send(form, "/account", decision="approve").status == 403
    assert operator.send(form, page, decision="approve").status == 303
    assert source(hub, id).approval == ""


def test_sources_of_the_trusted_and_of_operators_start_at_once(hub: Site, operator: Browser) -> None:
    _, id = registered(operator)
    assert (source(hub, id).approval, runs(hub, id)) == ("", 1)
    with hub.database.writing() as session:
        northford(session).trusted = True
    _, id = registered(content_officer(hub))
    assert source(hub, id).approval == ""
    with hub.database.writing() as session:
        northford(session).trusted = False
    rules(hub)
    _, id = registered(content_officer(hub))
    assert source(hub, id).approval == ""


def test_an_approved_source_waits_again_with_another_address(hub: Site, operator: Browser) -> None:
    officer = content_officer(hub)
    page, id = registered(officer)
    with hub.database.writing() as session:
        session.get_one(Source, id).approval = ""
    other = f"https://northford.example/other{next(NUMBERS)}"
    (form,) = officer.page(f"{page}/edit").root.xpath("//form[@class='form']")
    given = {name: value or "" for name, value in form.form_values() if name != "csrf_token"}
    changed = {**given, "address": other, "previewed": f"feed {other}"}
    assert officer.send(f"{page}/edit", f"{page}/edit", **changed).status == 303
    assert (source(hub, id).address, source(hub, id).approval) == (other, WAITING)


def test_people_wait_for_the_operator_and_are_told(hub: Site, operator: Browser) -> None:
    email = f"pat{next(NUMBERS)}@northford.example"
    Browser.at(hub).member(email)
    with hub.database.reading() as session:
        joining, person = session.execute(
            select(Joining.id, Person.id).join(Person, Person.id == Joining.person_id).where(Person.email == email)
        ).one()
        held = select(func.count()).select_from(Membership).where(Membership.person_id == person)
        assert session.scalar(held) == 0
    assert f"{email} wants to belong to Northford City." in operator.page(APPROVALS).words
    form = f"{APPROVALS}/people/{joining}"
    assert operator.send(form, APPROVALS, decision="approve").status == 303
    assert operator.send(form, APPROVALS, decision="approve").status == 409
    with hub.database.reading() as session:
        assert session.scalar(held) == 1
    assert operator.mails(email)[-1].subject == "You belong to Northford City at Moothall"
    assert len(operator.mails(email)) == 2


def test_who_is_turned_away_hears_why_and_keeps_the_account(hub: Site, operator: Browser) -> None:
    email = f"sam{next(NUMBERS)}@northford.example"
    browser = Browser.at(hub).member(email)
    with hub.database.reading() as session:
        id = session.scalars(select(Joining.id).join(Person).where(Person.email == email)).one()
    operator.send(f"{APPROVALS}/people/{id}", APPROVALS, decision="decline", reason="You left in May.")
    assert "You left in May." in operator.mails(email)[-1].text
    assert browser.signed_in


def waiting(hub: Site, email: str) -> str:
    """The id of what they wait for."""
    with hub.database.reading() as session:
        return session.scalars(select(Joining.id).join(Person).where(Person.email == email)).one()


def test_who_waits_reads_so_at_their_account(hub: Site, operator: Browser) -> None:
    email = f"wyn{next(NUMBERS)}@northford.example"
    browser = Browser.at(hub).known(email)
    words = browser.page("/account").words
    assert f"You have been waiting to belong to Northford City since {on(now())}:" in words
    assert "Meanwhile you can search and read everything that is public" in words
    operator.send(f"{APPROVALS}/people/{waiting(hub, email)}", APPROVALS, decision="decline", reason="You left.")
    assert "waiting to belong" not in browser.page("/account").words


def test_nobody_waits_who_has_another_address_or_belongs_to_it_by_now(hub: Site, operator: Browser) -> None:
    moved, invited, given = (f"una{next(NUMBERS)}@northford.example" for _ in range(3))
    browsers = {email: Browser.at(hub).known(email) for email in (moved, invited, given)}
    assert all(waiting(hub, email) for email in browsers)
    elsewhere, people = f"una{next(NUMBERS)}@elsewhere.example", "/organisations/northford-city/people"
    browsers[moved].send("/account/address", email=elsewhere)
    browsers[moved].send(operator.link(elsewhere))
    operator.posted(f"{people}/invite", people, email=invited, role="officer")
    browsers[invited].send(operator.link(invited))
    with hub.database.writing() as session:
        person = session.scalars(select(Person.id).where(Person.email == given)).one()
        there = northford(session).id
        set_role(session, actor=COMMAND_LINE, person_id=person, organisation_id=there, role=CONTENT)
    with hub.database.reading() as session:
        wait = select(Person.email).join(Joining, Joining.person_id == Person.id)
        assert not {elsewhere, invited, given} & set(session.scalars(wait))
        held = select(Person.email).join(Membership, Membership.person_id == Person.id)
        assert {elsewhere, invited, given} & set(session.scalars(held)) == {invited, given}


def test_operators_get_one_mail_until_nothing_waits_any_more(hub: Site, operator: Browser) -> None:
    """For people and sources together; operators without an address, or with one that is not theirs yet, get none."""
    with hub.database.writing() as session:
        session.execute(delete(Joining))
        session.execute(update(Source).values(approval=""))
    told, away = f"op{next(NUMBERS)}@run.example", f"op{next(NUMBERS)}@run.example"
    for email in (told, away):
        Browser.at(hub).known(email, role="operator")
    with hub.database.writing() as session:
        session.execute(update(Person).where(Person.email == away).values(active=False))
    officer = content_officer(hub)
    first, second = (f"may{next(NUMBERS)}@northford.example" for _ in range(2))
    Browser.at(hub).known(first)
    (mail,) = operator.mails(told)
    assert mail.subject == "Something waits for you at Moothall"
    assert f"{BASE}{APPROVALS}" in mail.text
    _, id = registered(officer)
    Browser.at(hub).known(second)
    for email in (first, second):
        operator.send(f"{APPROVALS}/people/{waiting(hub, email)}", APPROVALS, decision="approve")
    assert len(operator.mails(told)) == 1
    operator.send(f"{APPROVALS}/sources/{id}", APPROVALS, decision="approve")
    registered(officer)
    assert len(operator.mails(told)) == 2
    registered(officer)
    assert (len(operator.mails(told)), operator.mails(away)) == (2, [])


def test_without_the_rule_nobody_waits(hub: Site) -> None:
    rules(hub)
    email = f"lee{next(NUMBERS)}@northford.example"
    Browser.at(hub).member(email)
    with hub.database.reading() as session:
        assert session.scalars(select(Membership.id).join(Person).where(Person.email == email)).one()


@pytest.mark.parametrize(
    ("registering", "email", "may"),
    [
        ("everybody", "any@elsewhere.example", True),
        ("members", "any@housing.northford.example", True),
        ("members", "any@elsewhere.example", False),
        ("invited", "one@northford.example", False),
    ],
)
def test_who_may_make_an_account(hub: Site, registering: str, email: str, may: bool) -> None:
    # The address of the third has an account by then: it is answered like one that has none.
    rules(hub, registering=registering)
    browser = Browser.at(hub)
    before = len(browser.mails(email))
    page = browser.register(email, name="Any")
    assert (page.status in (302, 303)) is may
    assert (len(browser.mails(email)) > before) is may
    assert bool(errors(page)) is not may


def test_who_is_invited_may_where_nobody_else_may(hub: Site, operator: Browser) -> None:
    rules(hub, registering="invited")
    email = f"ina{next(NUMBERS)}@far.example"
    people = "/organisations/northford-city/people"
    operator.send(f"{people}/invite", people, email=email, role="officer")
    secret = operator.link(email).rpartition("/")[2]
    browser = Browser.at(hub)
    assert f"/register?invitation={secret}" in browser.page(f"/join/{secret}").links().values()
    address = f"/register?invitation={secret}"
    page = browser.page(address)
    assert page.all("//form[@method='post']/@action")[-1] == address
    given = {"name": "Ina", "password": "wombat trellis gravy"}
    assert browser.send(address, address, email=f"not{email}", **given).status == 200
    assert browser.send(address, address, email=email, **given).status in (302, 303)
    assert len(browser.mails(email)) == 2
