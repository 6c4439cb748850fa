"""Reports: made by anybody, answered by the organisation, passed on, late, and objected to; who sees what."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import delete, select, update

from hub.accounts.models import Attempt, Membership, Person
from hub.audit.models import Audit
from hub.audit.service import first_break
from hub.db import now
from hub.jobs import take_up
from hub.mail.models import Mail
from hub.moderation.models import Report
from hub.moderation.personal import export_person, forget_person
from hub.moderation.reports import escalate_due
from hub.organisations.service import find_organisation
from hub.policy import ADMIN, SITE_MODERATOR
from hub.records.models import Decision
from hub.tasks.courier import Courier
from hub.workshop import Workshop
from tests.hub.accounts.people import Browser, errors
from tests.hub.site import BASE, Page, Site
from tests.people import NAMED

NUMBERS = count()
TEAM = "standards@northford.example"
LIST = "/organisations/northford-city/reports"
TEXT = "The number of homes is wrong: it was 31 of 40."


@pytest.fixture(autouse=True)
def nothing_before(site: Site) -> None:
    """Nobody has tried anything, reported anything or got a mail."""
    with site.database.writing() as session:
        for table in (Attempt, Report, Mail, Decision):
            session.execute(delete(table))


@pytest.fixture
def moderator(site: Site) -> Iterator[tuple[Browser, str]]:
    browser, email = member(site)
    with site.database.writing() as session:
        session.execute(update(Person).where(Person.email == email).values(role=SITE_MODERATOR))
    yield browser, email
    with site.database.writing() as session:
        session.execute(update(Person).where(Person.email == email).values(role="person"))


@pytest.fixture
def admin(site: Site) -> Browser:
    browser, email = member(site)
    with site.database.writing() as session:
        person = session.scalars(select(Person.id).where(Person.email == email)).one()
        northford = find_organisation(session, "northford-city").id
        session.add(Membership(person_id=person, organisation_id=northford, role=ADMIN))
    return browser


def member(site: Site) -> tuple[Browser, str]:
    email = f"re{next(NUMBERS)}@elsewhere.example"
    return Browser.at(site).member(email), email


def reported(site: Site, by: Browser | None = None, record: str = "homes", **given: str) -> str:
    """Report a record; the address of the report's page."""
    address = site.record(record, "/report")
    answer = (by or Browser.at(site)).posted(address, **{"reason": "wrong", "text": TEXT, **given})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def refused(site: Site, by: Browser | None = None, **given: str) -> Page:
    page = (by or Browser.at(site)).send(site.record("homes", "/report"), **{"reason": "wrong", "text": TEXT, **given})
    assert page.status == 400
    return page


def the_report(site: Site) -> Report:
    with site.database.reading() as session:
        return session.scalars(select(Report)).one()


def mails(site: Site, to: str) -> list[Mail]:
    return [one for one in Browser.at(site).mails(to) if "onfirm" not in one.subject]


def test_a_stranger_reports_and_the_organisation_answers(site: Site, admin: Browser) -> None:
    assert site.page(site.record("homes")).links()["Report a problem with this document"] == site.record(
        "homes", "/report"
    )
    page = reported(site, name="Carys Resident", email="Carys@home.example")
    (told,) = mails(site, TEAM)
    assert TEXT in told.text
    assert "Carys" not in told.text
    (copy,) = mails(site, "carys@home.example")
    assert f"{BASE}{page}" in copy.text
    assert TEXT not in copy.text
    assert "With its organisation." in site.page(page).words
    assert TEXT in site.page(page).words
    (link,) = [one for one in admin.page(LIST).links() if one.startswith("Something in it is wrong")]
    address = admin.page(LIST).links()[link]
    assert f"{BASE}{address}" in told.text
    one = admin.page(address)
    assert "carys@home.example" in one.words
    page_again = admin.send(f"{address}/answer", address, outcome="", text="We counted anew.")
    assert (page_again.status, errors(page_again)) == (400, ["Choose what came of it."])
    assert page_again.all("//textarea[@id='text']") == ["We counted anew."]
    done = admin.posted(f"{address}/answer", address, outcome="corrected", text="We counted anew: 31.")
    assert done.status_code == 303
    answer = mails(site, "carys@home.example")[-1]
    assert "We counted anew: 31." in answer.text
    assert "We counted anew: 31." in site.page(page).words
    assert admin.posted(f"{address}/answer", address, outcome="corrected", text="So.").status_code == 409
    with site.database.reading() as session:
        (decided,) = session.scalars(select(Decision))
        assert (decided.what, decided.ground, decided.automatic) == ("answer", "corrected", False)
        assert decided.person_id
        assert "31" in decided.facts
        assert decided.redress
        assert "Carys" not in " ".join(f"{row.actor}{row.detail}" for row in session.scalars(select(Audit)))
        assert first_break(session) is None


def test_what_is_missing_is_said_and_what_was_typed_stays(site: Site) -> None:
    assert errors(refused(site, reason="")) == ["Choose what is wrong."]
    assert errors(refused(site, text="bad")) == ["Say in a sentence what is wrong, so that somebody can look at it."]
    page = refused(site, email="carys", name="Carys")
    assert page.title.startswith("Error: ")
    assert len(errors(page)) == 1
    assert page.root.xpath("//input[@id='email']/@value") == ["carys"]
    assert page.all("//textarea") == [TEXT]
    assert "your work" in errors(refused(site, reason="copyright"))[0]
    with site.database.reading() as session:
        assert session.scalar(select(Report.id)) is None


def test_somebody_with_an_account_need_not_give_an_address(site: Site) -> None:
    browser, email = member(site)
    form = browser.page(site.record("homes", "/report"))
    assert email in form.words
    assert not form.root.xpath("//input[@id='email']")
    reported(site, browser, email="somebody.else@home.example")
    assert the_report(site).email == email


def test_a_program_that_fills_in_everything_reports_nothing(site: Site) -> None:
    answer = Browser.at(site).posted(
        site.record("homes", "/report"), reason="wrong", text=TEXT, homepage="https://pills.example"
    )
    assert answer.status_code == 303
    with site.database.reading() as session:
        assert session.scalar(select(Report.id)) is None
        assert session.scalar(select(Mail.id)) is None


def test_the_sixth_report_from_one_network_waits(site: Site) -> None:
    for _ in range(5):
        reported(site)
    page = refused(site)
    assert "in a quarter of an hour" in errors(page)[0]
    assert page.all("//textarea") == [TEXT]


def test_personal_data_goes_to_the_site_moderators_at_once_and_hides_nothing_by_itself(
    site: Site, admin: Browser, moderator: tuple[Browser, str]
) -> None:
    browser, email = moderator
    reported(site, reason="personal-data")
    assert len(mails(site, TEAM)) == 1
    assert len(mails(site, email)) == 1
    assert site.page(site.record("homes")).status == 200
    report = the_report(site)
    address = f"{LIST}/{report.id}"
    assert f"{BASE}{address}" in mails(site, email)[0].text
    assert admin.posted(f"{address}/hide", address).status_code == 303
    assert site.page(site.record("homes")).status == 410
    assert browser.page(address).status == 200
    (lift,) = browser.page("/manage/take-downs").root.xpath("//form[contains(@action, '/lift')]/@action")
    assert admin.posted(lift, "/account").status_code == 403
    assert browser.posted(lift, "/manage/take-downs").status_code == 303
    assert site.page(site.record("homes")).status == 200


def test_passed_on_to_the_site_moderators(site: Site, admin: Browser, moderator: tuple[Browser, str]) -> None:
    browser, email = moderator
    page = reported(site, email="carys@home.example")
    address = f"{LIST}/{the_report(site).id}"
    assert admin.posted(f"{address}/pass-on", address, facts="A matter of law.").status_code == 303
    assert len(mails(site, email)) == 1
    assert "With the site moderators." in site.page(page).words
    assert "A matter of law." not in site.page(page).words
    assert "A matter of law." in browser.page(address).words
    assert "/pass-on" not in str(browser.page(address).root.xpath("//form/@action"))
    assert browser.posted(f"{address}/answer", address, outcome="disagree", text="It is right.").status_code == 303
    assert "complain" in mails(site, "carys@home.example")[-1].text
    assert not site.page(page).root.xpath("//textarea"), "a site moderator's answer is the last here"


def test_who_does_not_agree_says_so_once(site: Site, admin: Browser, moderator: tuple[Browser, str]) -> None:
    moderating, email = moderator
    page = reported(site, email="carys@home.example")
    address = f"{LIST}/{the_report(site).id}"
    stranger = Browser.at(site)
    admin.posted(f"{address}/answer", address, outcome="disagree", text="It is right.")
    admin.posted(f"{address}/hide", address)
    (lift,) = moderating.page("/manage/take-downs").root.xpath("//form[contains(@action, '/lift')]/@action")
    moderating.posted(lift, "/manage/take-downs")
    assert errors(stranger.send(f"{page}/object", page, why=" ")) == ["Say why you do not agree."]
    assert stranger.posted(f"{page}/object", page, why="I have counted them.").status_code == 303
    assert "does not agree" in mails(site, email)[0].text
    assert "I have counted them." in admin.page(address).words
    admin.posted(f"{address}/answer", address, outcome="disagree", text="We have, too.")
    assert len(mails(site, "carys@home.example")) == 3
    assert not stranger.page(page).root.xpath("//textarea")


def test_after_a_week_without_an_answer_the_site_moderators_are_told_once(
    site: Site, moderator: tuple[Browser, str]
) -> None:
    browser, email = moderator
    page = reported(site)

    def late(days: float) -> int:
        with site.database.writing() as session:
            session.execute(update(Report).values(created=now() - timedelta(days=days)))
        with site.database.writing() as session:
            return escalate_due(session, NAMED)

    def by_the_clock() -> None:
        settings = site.settings
        with closing(Workshop(settings)) as workshop, closing(Courier(settings.courier_url, settings.data)) as courier:
            take_up(workshop, courier)

    assert late(6.9) == 0
    with site.database.writing() as session:
        session.execute(update(Report).values(created=now() - timedelta(days=7.1)))
    by_the_clock()
    assert late(8) == 0
    assert ["seven days" in one.text for one in mails(site, email)] == [True]
    assert "No answer for 7 days" in browser.page("/manage/reports").words
    assert "With the site moderators." in site.page(page).words
    with site.database.reading() as session:
        (decided,) = session.scalars(select(Decision))
        assert (decided.what, decided.automatic, decided.person_id) == ("escalate", True, None)


def test_an_organisation_that_cannot_be_told_leaves_it_to_the_site_moderators(
    site: Site, moderator: tuple[Browser, str]
) -> None:
    _, email = moderator
    reported(site, record="alarms")
    assert the_report(site).state == "passed on"
    assert len(mails(site, email)) == 1


def test_nobody_else_sees_a_report(site: Site, admin: Browser) -> None:
    page = reported(site, email="carys@home.example")
    address = f"{LIST}/{the_report(site).id}"
    officer, _ = member(site)
    for browser in (Browser.at(site), officer):
        for one in (LIST, address, f"{LIST}.csv", "/manage/reports", "/manage/reports.csv"):
            assert browser.page(one).status == 403
        given = {"outcome": "disagree", "text": "So."}
        assert browser.posted(f"{address}/answer", site.record("homes", "/report"), **given).status_code == 403
    theirs = f"/organisations/eastmere-fire-and-rescue/reports/{the_report(site).id}"
    assert admin.page(theirs).status == 403
    assert site.page(theirs, site.operator()).status == 404
    assert site.page(f"{page}x").status == 404
    assert site.get(page).headers["Cache-Control"] == "private, no-store"
    with site.database.reading() as session:
        assert page.rpartition("/")[2] not in session.scalars(select(Report.hashed)).one()


def test_the_list_is_narrowed_sorted_and_downloaded(site: Site, admin: Browser) -> None:
    assert "Nobody has reported anything." in admin.page(LIST).words
    reported(site)
    reported(site, reason="out-of-date", email="carys@home.example")
    assert admin.page(f"{LIST}?reason=wrong").words.count("Something in it is wrong") >= 1
    assert "1 report " in admin.page(f"{LIST}?reason=out-of-date").words
    assert "No report is like that." in admin.page(f"{LIST}?state=answered").words
    newest = admin.page(f"{LIST}?sort=newest").all("//ul[contains(@class, 'entries')]//h2")
    assert newest[0].startswith("It is out of date")
    table = site.get(f"{LIST}.csv", admin.client).text
    assert len(table.strip().splitlines()) == 3
    assert "carys" not in table


@pytest.mark.parametrize("also_written", [False, True])
def test_a_report_is_handed_out_and_forgotten(site: Site, also_written: bool) -> None:
    email = f"pe{also_written}@elsewhere.example".lower()
    browser, address = Browser.at(site).member(email), site.record("homes", "/report")
    browser.posted(address, reason="wrong", text=TEXT)
    Browser.at(site).posted(address, reason="other", text=TEXT, name="Carys", email=email)
    Browser.at(site).posted(address, reason="other", text=TEXT, email="other@home.example")
    with site.database.writing() as session:
        person = session.scalars(select(Person.id).where(Person.email == email)).one()
        told = export_person(session, person)
        assert [(one["in your words"], one["address"]) for one in told] == [(TEXT, email), (TEXT, email)]
        assert forget_person(session, person, also_written) == 2
        session.flush()
        assert export_person(session, person) == []
        kept = session.scalars(select(Report).order_by(Report.created)).all()
        assert [one.email for one in kept] == ["", "", "other@home.example"]
        assert [one.text for one in kept] == ["" if also_written else TEXT] * 2 + [TEXT]
        assert not any(one.name for one in kept)
