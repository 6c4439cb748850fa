"""Download my data, close my account, and erasures that a restore does not bring back."""

import io
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from hub.accounts.models import AddressChange, Attempt, Duty, Invitation, Membership, Person, WebSession
from hub.audit.models import Audit, AuditPerson
from hub.audit.service import first_break, note_act
from hub.backup import back_up, restore
from hub.db import Base, Database, now
from hub.governance.closing import KEEP, close_account
from hub.governance.erasures import FILE, erase_again, keep_list
from hub.mail.models import Mail
from hub.moderation.models import Report
from hub.moderation.takedowns import lift, look_up, take_down
from hub.organisations.models import Organisation
from hub.policy import COMMAND_LINE, WORK, Actor
from hub.records.models import Decision, RecordRow
from hub.sources.models import Source
from tests.databases import DATABASES, address_of
from tests.hub.accounts.people import PASSWORD, Browser, errors
from tests.hub.site import Site, filled_site
from tests.people import settings_in
from tests.servers.postgres import programs

NUMBERS = count()


@pytest.fixture(scope="module", params=DATABASES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("governance") / "hub"
    with address_of(request, request.param, tables=True) as url, filled_site(folder, database_url=url) as made:
        yield made


@pytest.fixture
def canary() -> str:
    """A word in the name and the address of whoever closes an account: nowhere afterwards."""
    return f"quillon{next(NUMBERS)}x"


@pytest.fixture
def email(canary: str) -> str:
    return f"{canary}@northford.example"


@pytest.fixture
def person(site: Site, email: str, canary: str) -> Browser:
    """Somebody who has left traces everywhere."""
    with site.database.writing() as session:
        session.execute(delete(Attempt))
        session.execute(delete(Duty))
    browser = Browser.at(site)
    browser.register(email, name=f"Ann {canary}")
    browser.confirm(email)
    browser.sign_in(email)
    fill(site, email)
    return browser


def fill(site: Site, email: str) -> str:
    """A row of this person wherever one can be; their number."""
    with site.database.writing() as session:
        me = session.scalars(select(Person).where(Person.email == email)).one()
        northford = session.scalars(select(Organisation).where(Organisation.slug == "northford-city")).one()
        actor = Actor(me.name, me.id)
        session.add(Membership(person_id=me.id, organisation_id=northford.id))
        soon = now() + timedelta(days=1)
        for number, (to, by) in enumerate(((email, "Somebody"), ("else@x.example", me.name))):
            invitation = Invitation(hashed=f"{me.id}{number}", email=to, organisation_id=northford.id, role="officer")
            invitation.by, invitation.by_id, invitation.expires = by, me.id if number else "", soon
            session.add(invitation)
        session.add(Duty(kind="organisation", thing_id=northford.id, organisation_id=northford.id, owner_id=me.id))
        session.add(Decision(what="hide", by=me.name, person_id=me.id, facts="Seen."))
        given = {"organisation_id": northford.id, "reason": "wrong", "text": "The date is wrong."}
        session.add(Report(hashed=f"{me.id}", person_id=me.id, name=me.name, email=email, **given))
        given = {"contact": f"Ann, {email}", "tell_email": email, "registered_by": me.id}
        session.execute(update(Source).where(Source.organisation_id == northford.id).values(given))
        # An address that they want to have, and have not.
        session.add(AddressChange(person_id=me.id, hashed=f"{me.id}c", email="else@x.example", expires=soon))
        note_act(session, actor=actor, action="pause source", thing="source 1")
        return me.id


def number_of(site: Site, email: str) -> str:
    with site.database.reading() as session:
        return session.scalars(select(Person.id).where(Person.email == email)).one()


def found(database: Database, word: str) -> list[str]:
    """The tables in which a word stands anywhere, whatever the column is."""
    with database.reading() as session:
        tables = Base.metadata.sorted_tables
        return [
            table.name
            for table in tables
            if any(word.lower() in str(tuple(row)).lower() for row in session.execute(select(table)))
        ]


def test_every_table_that_points_at_a_person_is_known_to_those_who_forget(site: Site) -> None:
    """Whoever adds a table with a person in it adds it to hub/governance/holdings.py, and here."""
    pointing = {
        table.name
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
        or column.name in ("person_id", "by_id")
    }
    assert pointing == {
        *("web_session", "membership", "address_change", "code_app", "passkey", "recovery_code", "invitation"),
        *("audit_person", "decision", "report", "duty", "joining", "identity"),
        *("community_member", "community_invitation", "join_request", "notice", "happening"),
        *("follow", "alert_setting", "digest", "delivery", "unsubscribe_token", "mail_outbox"),
        *("event", "event_answer", "calendar_address"),
        *("note_author", "wiki_page", "wiki_version"),
        *("library_item", "library_search"),
        *("thread", "thread_record", "post", "post_version", "mention", "idea_vote", "poll_vote", "post_report"),
        *("reply_address",),
        *("ruling", "passed_on", "newsletter"),
        *("profile", "profile_topic", "profile_hidden", "letter", "blocked"),
    }


def test_everything_is_in_the_file(site: Site, person: Browser, email: str) -> None:
    assert "What you did, as the log has it" in person.page("/account/data").words
    answer = person.posted("/account/data")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert sorted(archive.namelist()) == ["data.html", "data.json", "style.css"]
        held = json.loads(archive.read("data.json"))["data"]
        page = archive.read("data.html").decode()
    assert held["account"][0]["email"] == email
    assert [one["organisation"] for one in held["memberships"]] == ["Northford City"]
    assert [one["by"] for one in held["invitations_received"]] == ["Somebody"]
    assert [one["email"] for one in held["invitations_sent"]] == ["else@x.example"]
    assert "register" in [one["action"] for one in held["what_you_did"]]
    assert held["what_you_did"][-1]["action"] == "download own data"
    assert held["mails"][0]["subject"].startswith("Confirm your address")
    assert held["reports"][0]["in your words"] == "The date is wrong."
    assert held["duties"] == [
        {"kind": "organisation", "name": "Northford City", "organisation": "Northford City", "owner": True}
    ]
    assert held["decisions"][0]["facts"] == "Seen."
    assert held["named_as_contact"][0]["contact"] == f"Ann, {email}"
    assert email in [one.get("told") for one in held["named_as_contact"]]
    assert held["sign_ins"][0]["browser"] == "Test browser"
    for words in (email, "Invitations to you", "The date is wrong.", "What you reported"):
        assert words in page
    with site.database.reading() as session:
        secret = session.scalars(select(Person.password).where(Person.email == email)).one()
    assert str(secret) not in page + json.dumps(held)


def test_who_signed_in_long_ago_gives_the_password_first(site: Site, person: Browser) -> None:
    with site.database.writing() as session:
        session.execute(update(WebSession).values(state={"fs_paa": 1.0}))
    assert person.page("/account/data").answer.location == "/account/verify?next=/account/data"
    assert person.posted("/account/data", "/account").location.startswith("/account/verify")


@pytest.mark.parametrize("how", ["anonymise", "remove"])
def test_closing_leaves_nothing_but_a_last_mail(site: Site, person: Browser, email: str, canary: str, how: str) -> None:
    id = number_of(site, email)
    elsewhere = Browser.at(site)
    elsewhere.sign_in(email)
    page = person.send("/account/close", password="wrong one", how=how)
    assert errors(page) == ["This is not your password."]
    assert person.send("/account/close", password=PASSWORD, how="").status == 400
    with site.database.reading() as session:
        reports = session.scalar(select(func.count()).where(Report.text == "The date is wrong.")) or 0
    answer = person.posted("/account/close", "/account/close", password=PASSWORD, how=how)
    assert answer.location == "/account/closed"
    assert person.page("/account/closed").heading == "Your account is closed"
    assert not person.signed_in
    assert not elsewhere.signed_in
    (last,) = person.mails(email)
    assert last.subject == "Your account at Moothall is closed"
    assert canary in last.text
    with site.database.writing() as session:
        session.execute(delete(Mail).where(Mail.id == last.id))
        there = session.scalar(select(func.count()).where(Report.text == "The date is wrong."))
        assert there == reports - (how == "remove")
        assert session.scalars(select(Duty.owner_id)).all() == [None], "it waits for somebody"
        assert session.scalar(select(Source.id).where(Source.registered_by == id)) is None
        assert session.scalar(select(Invitation.email).where(Invitation.hashed == f"{id}1")) == "else@x.example"
        assert first_break(session) is None
        closed = session.scalars(select(Audit).where(Audit.action == "close account", Audit.thing == f"person {id}"))
        assert closed.one().detail == {"how": how}
    assert found(site.database, canary) == []
    assert id in (site.settings.data / FILE).read_text()
    assert email not in (site.settings.data / FILE).read_text()
    assert (site.settings.data / FILE).stat().st_mode & 0o077 == 0


def test_the_last_operator_stays(site: Site) -> None:
    operator = Browser(site, site.operator())
    with site.database.writing() as session:
        me = session.scalars(select(Person).where(Person.role == "operator")).one()
        assert operator.page("/account/close").status == 409
        second = Person(name="Bo", role="operator")
        session.add(second)
        session.flush()
        id = second.id
    assert operator.page("/account/close").status == 200
    assert operator.page(f"/manage/people/{me.id}/erase").status == 400, "one's own is closed elsewhere"
    answer = operator.posted(f"/manage/people/{id}/erase", f"/manage/people/{id}/erase", how=KEEP, reason="left")
    assert answer.status_code == 303
    assert operator.page("/account/close").status == 409


def test_an_operator_closes_an_account_and_says_why(site: Site, person: Browser, email: str) -> None:
    id = number_of(site, email)
    operator = Browser(site, site.operator())
    here = f"/manage/people/{id}/erase"
    assert here in operator.page(f"/manage/people?q={email}").links().values()
    assert errors(operator.send(here, how=KEEP, reason="")) == ["Choose why the account is closed."]
    assert operator.posted(here, here, how=KEEP, reason="asked").status_code == 303
    assert not person.signed_in
    assert "closed by those who run the hub" in person.mails(email)[-1].text
    assert operator.page(here).status == 404
    with site.database.reading() as session:
        act = session.scalars(select(Audit).where(Audit.thing == f"person {id}").order_by(Audit.id.desc())).first()
        assert act is not None
        assert act.detail == {"how": KEEP, "reason": "asked"}
        assert session.get_one(AuditPerson, act.id).name == "Operator"


def test_what_was_erased_is_erased_again_after_a_restore(
    site: Site,
    person: Browser,
    email: str,
    canary: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Backup, close the account and take a document down, restore: still gone. What was lifted is not taken again."""
    monkeypatch.setenv("PATH", f"{programs()}:{os.environ['PATH']}")
    id = number_of(site, email)
    folder = back_up(site.settings, site.database, tmp_path / "backups")
    with site.database.writing() as session:
        close_account(session, actor=Actor("Ann", id), person_id=id, how=KEEP, hub="Moothall")
        living = session.scalars(select(RecordRow).where(RecordRow.withdrawn_at.is_(None)).limit(2)).all()
        down, up = (
            take_down(
                session,
                look_up(session, row.url, "", actor=COMMAND_LINE),
                actor=COMMAND_LINE,
                ground="personal-data",
                facts="A name.",
            )
            for row in living
        )
        urls = [row.native_id for row in living]
        lift(session, up.id, actor=COMMAND_LINE)
    with site.database.reading() as session:
        keep_list(session, site.settings.data)
        assert not keep_list(session, site.settings.data), "once is enough"
    kind = "postgresql" if site.database.server else "sqlite"
    place = tmp_path / "place"
    place.mkdir()
    (place / FILE).write_bytes((site.settings.data / FILE).read_bytes())
    with address_of(request, kind) as url:
        settings = settings_in(place, database_url=url)
        database = Database(settings.database)
        restored = restore(settings, database, folder)
        assert restored.listed
        assert restored.erased >= 2
        with database.reading() as session:
            assert session.get(Person, id) is None
            gone = session.scalars(select(RecordRow).where(RecordRow.native_id == urls[0])).one()
            assert gone.withdrawn_at is not None
            assert gone.text == ""
            stays = session.scalars(select(RecordRow).where(RecordRow.native_id == urls[1])).one()
            assert stays.withdrawn_at is None
            assert first_break(session) is None
        assert found(database, canary) == []
        assert erase_again(database, settings.data, actor=WORK) == 0
        database.close()
    with site.database.writing() as session:
        session.execute(delete(Mail).where(Mail.recipient == email))
