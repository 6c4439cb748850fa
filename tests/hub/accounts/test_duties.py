"""Who answers for what, and what becomes of it when they leave."""

from itertools import count

import pytest
from sqlalchemy import delete, select

from hub.accounts.duties import hand_over, release, tell_owners, things, unowned_counts
from hub.accounts.members import set_active, set_role
from hub.accounts.models import Attempt, Duty, Membership, Person
from hub.audit.service import first_break
from hub.db import now
from hub.mail.models import Mail
from hub.organisations.service import find_organisation
from hub.policy import ADMIN, COMMAND_LINE, OFFICER, Actor
from hub.sources.models import Source
from hub.sources.service import add_source
from tests.hub.accounts.people import Browser, errors
from tests.hub.site import BASE, Site

NUMBERS = count()
PAGE = "/organisations/northford-city/hand-over"


@pytest.fixture(autouse=True)
def nothing_before(site: Site) -> None:
    with site.database.writing() as session:
        for table in (Duty, Mail, Attempt, Membership):
            session.execute(delete(table))


def northford(site: Site) -> str:
    with site.database.reading() as session:
        return find_organisation(session, "northford-city").id


def source(site: Site) -> str:
    with site.database.reading() as session:
        return session.scalars(select(Source.id).where(Source.organisation_id == northford(site))).one()


def somebody(site: Site, name: str, role: str = OFFICER) -> str:
    """Somebody of Northford; their id."""
    with site.database.writing() as session:
        person = Person(name=name, email=f"du{next(NUMBERS)}@northford.example", confirmed_at=now())
        session.add(person)
        session.flush()
        session.add(Membership(person_id=person.id, organisation_id=northford(site), role=role))
        return person.id


def given(site: Site, owner: str = "", deputy: str = "", kind: str = "source") -> None:
    operator = Browser(site, site.operator())
    thing = source(site) if kind == "source" else northford(site)
    answer = operator.posted(PAGE, kind=kind, thing=thing, owner=owner, deputy=deputy)
    assert answer.status_code == 303, answer.text


def held(site: Site) -> tuple[str | None, str | None, bool]:
    """Owner and deputy of the source, and whether it was left."""
    with site.database.reading() as session:
        (one,) = [one for one in things(session, organisation_id=northford(site))[0] if one.kind == "source"]
        return one.owner, one.deputy, one.lost


def told(site: Site) -> list[str]:
    """To whom mails go, once those who have something new are told."""
    with site.database.writing() as session:
        tell_owners(session, "Moothall", BASE)
    with site.database.reading() as session:
        names = select(Person.name).join(Mail, Mail.recipient == Person.email).order_by(Mail.id)
        return list(session.scalars(names))


def test_an_operator_says_who_answers_and_the_signed_in_see_it(site: Site) -> None:
    ann, bo = somebody(site, "Ann"), somebody(site, "Bo")
    given(site, ann, bo)
    given(site, bo, kind="organisation")
    assert held(site) == ("Ann", "Bo", False)
    assert told(site) == ["Ann", "Bo"]
    assert told(site) == ["Ann", "Bo"], "once"
    operator = site.operator()
    page = site.page(f"/sources/{source(site)}", operator)
    assert "Who answers for it Ann Deputy: Bo" in page.words
    assert "Who answers for it Bo" in site.page("/organisations/northford-city", operator).words
    for address in (f"/sources/{source(site)}", "/organisations/northford-city"):
        assert "Who answers" not in site.page(address).words, "not for strangers"


def test_only_people_of_the_organisation_and_two_of_them(site: Site) -> None:
    ann = somebody(site, "Ann")
    with site.database.writing() as session:
        stranger = Person(name="Stranger", email="stranger@elsewhere.example")
        session.add(stranger)
        session.flush()
        other = stranger.id
    operator = Browser(site, site.operator())
    for owner, deputy, sentence in (
        (other, "", "Choose somebody who belongs to Northford City."),
        (ann, ann, "The deputy is somebody else than who answers for it."),
        ("", ann, "Choose who answers for it; the deputy takes over from them."),
    ):
        page = operator.send(PAGE, kind="source", thing=source(site), owner=owner, deputy=deputy)
        assert (page.status, errors(page)) == (400, [sentence])
    with site.database.reading() as session:
        theirs = session.scalars(select(Source.id).where(Source.organisation_id != northford(site))).one()
    assert operator.send(PAGE, kind="source", thing=theirs, owner=ann).status == 404


def test_the_deputy_takes_over_from_whoever_is_suspended(site: Site) -> None:
    ann, bo = somebody(site, "Ann"), somebody(site, "Bo")
    given(site, ann, bo)
    told(site)
    with site.database.writing() as session:
        set_active(session, actor=COMMAND_LINE, person_id=ann, active=False)
    assert held(site) == ("Bo", None, False)
    assert told(site) == ["Ann", "Bo"]
    with site.database.reading() as session:
        assert first_break(session) is None


def test_without_a_deputy_it_waits_in_the_queue_until_it_is_given(site: Site) -> None:
    ann, bo = somebody(site, "Ann"), somebody(site, "Bo")
    given(site, ann)
    with site.database.writing() as session:
        set_role(session, actor=COMMAND_LINE, person_id=ann, organisation_id=northford(site), role="")
    assert held(site) == (None, None, True)
    with site.database.reading() as session:
        assert unowned_counts(session)[0] == 1
    operator = Browser(site, site.operator())
    assert operator.page("/manage/hand-over").all("//ul[contains(@class, 'entries')]//h2")[0] == "Northford City news"
    assert "Left by whoever answered for it" in operator.page(PAGE).words
    assert "Northford City news" in site.get("/manage/hand-over.csv", operator.client).text
    given(site, bo)
    assert held(site) == ("Bo", None, False)
    assert "Left by" not in operator.page("/manage/hand-over").words


def test_a_deputy_who_has_left_does_not_take_over(site: Site) -> None:
    ann, bo = somebody(site, "Ann"), somebody(site, "Bo")
    given(site, ann, bo)
    with site.database.writing() as session:
        assert release(session, bo) == 1
    assert held(site) == ("Ann", None, False)
    given(site, ann, bo)
    with site.database.writing() as session:
        session.execute(delete(Membership).where(Membership.person_id == bo))
        assert release(session, ann, northford(site)) == 1
        assert release(session, ann) == 0
    assert held(site) == (None, None, True)


def test_the_deputy_takes_over_what_another_organisation_gets_if_they_belong_there(site: Site) -> None:
    ann, bo = somebody(site, "Ann"), somebody(site, "Bo")
    for belongs, left in ((True, (bo, None, False)), (False, (None, None, True))):
        given(site, ann, bo)
        with site.database.writing() as session:
            eastmere = find_organisation(session, "eastmere-fire-and-rescue").id
            session.execute(delete(Membership).where(Membership.organisation_id == eastmere))
            if belongs:
                session.add(Membership(person_id=bo, organisation_id=eastmere))
            session.flush()
            hand_over(session, kind="source", thing_id=source(site), organisation_id=eastmere)
        with site.database.writing() as session:
            duty = session.scalars(select(Duty)).one()
            assert (duty.owner_id, duty.deputy_id, duty.told) == left
            session.delete(duty)


def test_whoever_registers_a_source_of_their_organisation_answers_for_it(site: Site) -> None:
    ann = somebody(site, "Ann")
    for actor, owner in ((Actor("Ann", ann), "Ann"), (COMMAND_LINE, None)):
        with site.database.writing() as session:
            organisation = find_organisation(session, "northford-city")
            address = f"https://northford.example/more{next(NUMBERS)}"
            id = add_source(session, actor=actor, organisation=organisation, kind="feed", address=address).id
        with site.database.writing() as session:
            assert [one.owner for one in things(session)[0] if one.id == id] == [owner]
            session.execute(delete(Source).where(Source.id == id))


def test_somebody_says_that_they_are_leaving(site: Site) -> None:
    browser = Browser.at(site).member(f"du{next(NUMBERS)}@elsewhere.example")
    assert "You answer for nothing here" in browser.page("/account/leaving").words
    with site.database.writing() as session:
        ann = session.scalars(select(Person.id).where(Person.email.startswith("du")).order_by(Person.id.desc())).first()
        assert ann
        session.add(Membership(person_id=ann, organisation_id=northford(site), role=OFFICER))
    given(site, ann)
    assert browser.page("/account").links()["See it, and hand it over when you are leaving"] == "/account/leaving"
    page = browser.page("/account/leaving")
    assert "Northford City news: you answer for it" in page.words
    assert browser.posted("/account/leaving", organisation=northford(site)).status_code == 303
    assert held(site) == (None, None, True)


def test_an_admin_hands_over_at_home_and_an_officer_nowhere(site: Site) -> None:
    browser = Browser.at(site).member(f"du{next(NUMBERS)}@elsewhere.example")
    assert browser.page(PAGE).status == 403
    with site.database.writing() as session:
        ann = session.scalars(select(Person.id).where(Person.email.startswith("du")).order_by(Person.id.desc())).first()
        session.add(Membership(person_id=ann, organisation_id=northford(site), role=ADMIN))
    assert browser.page(PAGE).status == 200
    assert browser.page("/organisations/eastmere-fire-and-rescue/hand-over").status == 403
    assert browser.page("/manage/hand-over").status == 403
