"""Retention: an old and a young one of each kind; the old go, once a night, whoever is at it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from hub.accounts.models import AddressChange, Attempt, Invitation, Membership, Person, Spent, WebSession
from hub.alerts.models import AlertRun, Delivery, Digest
from hub.alerts.unsubscribing import make_token
from hub.audit.models import Audit, AuditPerson
from hub.audit.service import first_break, note_act
from hub.communities.models import Community, CommunityInvitation
from hub.db import new_id, now
from hub.facilitating.models import Ruling
from hub.governance import nights
from hub.governance.models import RetentionRun
from hub.governance.nights import ABANDONED, enforce, every_night, last_night, waiting
from hub.governance.retention import RULES
from hub.mail.models import Mail
from hub.mail.personal import LAST
from hub.moderation.models import Report
from hub.notices.service import About, happened, notify
from hub.organisations.models import Organisation
from hub.people.models import Letter
from hub.policy import Actor
from hub.records.models import RecordRow, RecordVersion
from hub.sources.models import ProblemRow, Run
from hub.talk.models import MailTaken, Post, PostReport, ReplyAddress, Thread
from tests.people import World, source_of

LATER = timedelta(days=800)
"""So long after everything was made that all of it is old."""


@pytest.fixture
def full(hub: World) -> World:
    """A hub with one of each kind that will be old, and one that stays whatever its age."""
    moment = now()
    with hub.database.writing() as session:
        ann, bo = (Person(name=name, email=f"{name}@x.example", confirmed_at=moment) for name in ("ann", "bo"))
        never = Person(name="never", email="never@x.example")
        told = Person(name="told", email="told@x.example")
        session.add_all([ann, bo, never, told, Person(name="Operator", role="operator")])
        session.flush()
        session.add(Membership(person_id=told.id, organisation_id=hub.northford))
        # Anybody may have typed it.
        session.get_one(Organisation, hub.northford).contact_email = "never@x.example"
        for id, stamp in (("a", ann.fs_uniquifier), ("b", "another")):
            session.add(WebSession(hashed=id, person_id=ann.id, kind="session", expires=moment, stamp=stamp))
        session.add(Attempt(what="sign in", key="x"))
        session.add(Spent(hashed="x", expires=moment))
        given = {"organisation_id": hub.northford, "role": "officer", "expires": moment}
        session.add(Invitation(hashed="x", email="new@x.example", **given))
        community = Community(slug="damp", name="Damp", organisation_id=hub.northford)
        session.add(community)
        session.flush()
        thread = Thread(community_id=community.id, kind="question", title="T", author_id=bo.id)
        session.add(thread)
        session.flush()
        post = Post(thread_id=thread.id, opening=True, text="T", html="<p>T</p>", sanitiser=1, author_id=bo.id)
        session.add(post)
        session.flush()
        for answered in (moment, None):
            of_it = {"post_id": post.id, "community_id": community.id, "person_id": bo.id, "reason": "spam"}
            session.add(PostReport(answered_at=answered, **of_it))
        session.add(ReplyAddress(thread_id=thread.id, person_id=bo.id, key="k", expires=moment))
        session.add(MailTaken(hashed="x"))
        session.add(Letter(sender_id=ann.id, recipient_id=bo.id, subject="S", text="T"))
        about = {"kind": "first", "item": "x", "what": "decline", "thing": "post", "thing_id": "x"}
        session.add(Ruling(community_id=community.id, person_id=ann.id, appeal="I do not agree.", **about))
        to_it = {"community_id": community.id, "role": "member", "expires": moment}
        session.add(CommunityInvitation(hashed="y", email="new@x.example", **to_it))
        session.add(AddressChange(person_id=ann.id, hashed="x", email="other@x.example", expires=moment))
        for key, state in (("sent", "sent"), ("failed", "failed"), ("waits", "queued"), (f"{LAST}1", "queued")):
            sent = moment if state == "sent" else None
            session.add(Mail(key=key, recipient="x@x.example", subject="S", text="T", state=state, sent=sent))
        source = source_of(session, hub.northford)
        for number in range(33):
            ended = moment - timedelta(minutes=33 - number)
            run = Run(source_id=source.id, slot=str(number), state="complete", ended=ended, created=ended)
            session.add(run)
            session.flush()
            if number > 30:
                problem = {"code": "c", "what": "W", "fix": "F", "stage": "fetch", "severity": "warning"}
                session.add(ProblemRow(run_id=run.id, source_id=source.id, **problem))
        for native, withdrawn in (("gone", moment), ("here", None)):
            session.add(record(source.id, hub.northford, native, withdrawn))
        # Of this one only a former version has words.
        emptied = record(source.id, hub.northford, "emptied", moment)
        emptied.text, emptied.raw = "", None
        session.add(emptied)
        session.flush()
        version = {
            "version": 1,
            "meta": {},
            "meta_hash": "",
            "text_hash": "",
            "replaced_by_run": "",
            "harvested": moment,
        }
        session.add(RecordVersion(record_id=emptied.id, text="Former", **version))
        report = {"organisation_id": hub.northford, "reason": "wrong", "text": "T", "name": "R", "email": "r@x.example"}
        session.add(Report(hashed="answered", answered_at=moment, **report))
        session.add(Report(hashed="waits", **report))
        about = About("event", "id", "/about")
        notify(session, person_id=bo.id, what="event", about=about, title="T")
        happened(session, what="event", about=about, title="T")
        session.add(Delivery(person_id=bo.id, thing="event", thing_id="id", what="event"))
        session.add(Digest(person_id=bo.id, period="daily", slot="1", mail_key="digest"))
        session.add(AlertRun(slot="daily 1"))
        make_token(session, person_id=bo.id, purpose="daily")
        session.add(Letter(sender_id=bo.id, recipient_id=told.id, subject="S", text="T"))
        note_act(session, actor=Actor("bo", bo.id), action="pause source", thing="source")
    return hub


def record(source: str, organisation: str, native: str, withdrawn: datetime | None) -> RecordRow:
    given = {"title": "T", "text": "Text", "raw": b"x", "meta_hash": "", "text_hash": "x", "work_id": "w"}
    return RecordRow(
        source_id=source,
        organisation_id=organisation,
        native_id=native,
        url=f"https://x.example/{native}",
        withdrawn_at=withdrawn,
        **given,
    )


OLD = {
    "sign-ins": 2,
    "tries": 1,
    "answered challenges": 1,
    "accounts never confirmed": 1,
    "invitations": 1,
    "invitations to communities": 1,
    "changes of address": 1,
    "mails": 3,
    "notices": 1,
    "happenings": 1,
    "deliveries": 1,
    "digests": 1,
    "alert runs": 1,
    "links that stop mails": 1,
    "letters": 2,
    "reporters": 1,
    "reporters of posts": 1,
    "addresses for answers": 1,
    "mails that came in": 1,
    "names in the log": 1,
    "names in the queue": 1,
    "withdrawn documents": 2,
    "problems of checks": 1,
    "checks": 3,
}
"""How many of the hub above are too old one day; the others stay."""


def test_the_young_stay_and_the_old_go(full: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(OLD) == {rule.key for rule in RULES}
    with full.database.reading() as session:
        young = waiting(session, now() - timedelta(hours=2))
        # What has no age of its own: a session whose stamp is not the person's any more.
        assert young == {**dict.fromkeys(OLD, 0), "sign-ins": 1}
        assert waiting(session, now() + LATER) == OLD
    monkeypatch.setattr(nights, "AT_ONCE", 2)
    assert enforce(full.database, now() + LATER) == OLD
    assert enforce(full.database, now() + LATER) == dict.fromkeys(OLD, 0)
    with full.database.reading() as session:
        assert set(session.scalars(select(Person.name))) == {"ann", "bo", "told", "Operator"}
        assert session.get_one(Organisation, full.northford).contact_email == "never@x.example"
        assert set(session.scalars(select(Mail.key))) == {"waits"}
        assert session.scalar(select(func.count()).select_from(Run)) == 30
        assert session.scalar(select(func.count()).select_from(ProblemRow)) == 1
        texts = dict(session.execute(select(RecordRow.native_id, RecordRow.text)).all())
        assert texts == {"gone": "", "here": "Text", "emptied": ""}
        assert session.scalars(select(RecordVersion.text)).all() == [""]
        reports = dict(session.execute(select(Report.hashed, Report.email)).all())
        assert reports == {"answered": "", "waits": "r@x.example"}
        assert session.scalars(select(AuditPerson.id)).all() == []
        assert first_break(session) is None


def test_a_night_is_done_once_and_taken_over_when_nobody_ended_it(hub: World) -> None:
    with hub.database.writing() as session:
        session.add(Attempt(what="sign in", key=new_id(), at=now() - LATER))
    done = every_night(hub.database)
    assert done is not None
    assert done["tries"] == 1
    assert every_night(hub.database) is None, "once a night"
    with hub.database.writing() as session:
        night = last_night(session)
        assert night is not None
        assert night.done == done
        told = session.scalars(select(Audit).where(Audit.action == "delete what is too old")).one()
        assert told.detail == {"counts": {"tries": 1}}
        # Another process is at it …
        session.execute(update(RetentionRun).values(ended=None, started=now()))
    assert every_night(hub.database) is None
    with hub.database.writing() as session:
        # … and was killed.
        session.execute(update(RetentionRun).values(started=now() - ABANDONED))
    assert every_night(hub.database) is not None
    with hub.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RetentionRun)) == 1
