"""Fourteen kinds of readers of one hub, and things of its organisations and communities in each of their states."""

import hashlib
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import Record
from harvesters.base import upsert
from hub.accounts.models import Invitation, Membership, Person
from hub.accounts.service import actors_for, open_stamped
from hub.accounts.sessions import SESSION_COOKIE
from hub.alerts.unsubscribing import make_token
from hub.db import now
from hub.events.addresses import address_of, renew_address, secret_of
from hub.moderation.models import Report
from hub.moderation.reports import Reporter, answer, find_by_secret, report_record
from hub.moderation.takedowns import look_up, take_down
from hub.notices.models import Notice
from hub.notices.service import About, notify
from hub.organisations.models import Organisation
from hub.people.models import ACCOUNT, EVERYBODY, NOBODY, ORGANISATION, Blocked, Letter, Profile
from hub.policy import ADMIN, COMMAND_LINE, CONTENT, OFFICER, OPERATOR, SITE_MODERATOR
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.models import RecordRow
from hub.sources.models import RESTRICTED, WAITING, Run, Source
from hub.writing.notes import begin_note, publish_note
from hub.writing.words import Words
from tests.hub.site import BASE, Site, filled_site
from tests.people import NAMED
from tests.security.circles import VISIBLE, circles

HERE, ELSEWHERE = "northford-city", "eastmere-fire-and-rescue"
TOKEN = "a-token-for-figures"
ROLES: dict[str, tuple[str, str, str]] = {
    "stranger": ("", "", ""),
    "person": ("person", "", ""),
    "community member": ("person", "", ""),
    "facilitator": ("person", "", ""),
    "officer": ("person", OFFICER, HERE),
    "officer elsewhere": ("person", OFFICER, ELSEWHERE),
    "content officer": ("person", CONTENT, HERE),
    "content officer elsewhere": ("person", CONTENT, ELSEWHERE),
    "admin": ("person", ADMIN, HERE),
    "admin elsewhere": ("person", ADMIN, ELSEWHERE),
    "site moderator": (SITE_MODERATOR, "", ""),
    "operator": (OPERATOR, "", ""),
    "suspended": ("person", ADMIN, HERE),
    "metrics token": ("", "", ""),
}
"""Reader -> role on the hub, role in an organisation, and which. `elsewhere` is no member of whose the things are.

A person belongs to no organisation. Member and facilitator are those of every community (tests/security/circles.py),
nobody else belongs to one.
"""


@dataclass
class Readers:
    """The hub with one reader of each kind; `things` are {state: {part of an address: value}}."""

    site: Site
    secrets: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    things: dict[str, dict[str, str]] = field(default_factory=dict)
    kept: sqlite3.Connection | None = None

    def client(self, role: str) -> FlaskClient:
        """A browser of this reader."""
        client = self.site.app.test_client()
        if role == "metrics token":
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
        elif role in self.secrets:
            client.set_cookie(SESSION_COOKIE, self.secrets[role], domain="127.0.0.1")
        return client

    def status(self, role: str, route: str, state: str) -> int:
        """What this reader gets at a route for a thing in this state, with an empty form."""
        method, rule = route.split(" ")
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: self.part(rule, part[1], state), rule)
        return self.client(role).open(address, method=method, base_url=BASE).status_code

    def part(self, rule: str, name: str, state: str) -> str:
        """The part `name` of an address: that of the thing which the rule is about, or that only its last word fits."""
        found = {**self.things["there"], **self.things.get(state, {})}
        key = f"{about(rule)} {name}"
        if name == "slug" and rule.startswith("/communities/<slug>"):
            key = "communities slug"
        elif (
            state == "none"
            and name == "slug"
            and not rule.endswith(("<slug>", "<slug>.atom"))
            and about(rule) != "organisations"
        ):
            return HERE
        last = f"{about(rule)}/{rule.rpartition('/')[2]} {name}"
        return found.get(last) or found.get(key) or found.get(name) or "none"

    def keep(self) -> None:
        """Remember the database as it is."""
        self.kept = sqlite3.connect(":memory:")
        with sqlite3.connect(self._file) as now_there:
            now_there.backup(self.kept)

    def put_back(self) -> None:
        """Make the database what it was."""
        assert self.kept
        with sqlite3.connect(self._file) as now_there:
            self.kept.backup(now_there)

    @property
    def _file(self) -> Path:
        return self.site.settings.data / "moothall.sqlite"


@contextmanager
def readers(folder: Path) -> Iterator[Readers]:
    """All of them in a filled site, whose forms need no token; of a refusal its status counts, so its page is empty."""
    with filled_site(folder, metrics_token=TOKEN) as site:
        site.app.config["WTF_CSRF_ENABLED"] = False
        pages = site.app.jinja_env.loader
        assert pages is not None
        site.app.jinja_env.loader = ChoiceLoader([DictLoader({"errors/error.html": ""}), pages])
        made = Readers(site)
        with site.database.writing() as session:
            organisations = {one.slug: one.id for one in session.scalars(select(Organisation))}
            for role, (hub_role, member, slug) in ROLES.items():
                if hub_role:
                    made.secrets[role], made.people[role] = _sign_in(session, role, hub_role)
                if member:
                    held = Membership(person_id=made.people[role], organisation_id=organisations[slug], role=member)
                    session.add(held)
            made.things = _things(session, site, made)
            for state, more in circles(session, made.people).items():
                made.things.setdefault(state, {}).update(more)
            session.get_one(Person, made.people["suspended"]).active = False
        made.keep()
        yield made


def _sign_in(session: Session, role: str, hub_role: str) -> tuple[str, str]:
    address = f"{role.replace(' ', '.')}@readers.example"
    person = Person(name=role.title(), email=address, role=hub_role, confirmed_at=now())
    session.add(person)
    session.flush()
    return open_stamped(session, person.fs_uniquifier, {"fs_paa": time.time()}, 3600), person.id


CIRCLES = (*VISIBLE, "none")
TALK = ("there", "private", "confidential", "archived", "none")
STATES: dict[str, tuple[str, ...]] = {
    "records": ("there", "restricted", "taken-down", "withdrawn", "none"),
    "sources": ("there", "restricted", "waiting", "none"),
    "reports": ("there", "answered", "none"),
    "people": ("there", "suspended", "none"),
    "profiles": ("there", "colleagues", "hidden", "suspended", "none"),
    "notes": ("there", "draft", "none"),
    "discussions": TALK,
    **dict.fromkeys(("posts", "files"), ("there", "private", "none")),
    **dict.fromkeys(("items", "decisions"), ("there", "private", "confidential", "none")),
}
"""What a route is about -> in which states the table has it. Everything else is there, or is not."""


def about(rule: str) -> str:
    """What a route is about: the last thing in its address that has an id, a secret or a name."""
    parts = rule.split("/")
    last = max(number for number, part in enumerate(parts) if "<" in part)
    if parts[last].startswith("<run_id"):
        last -= 2
    return parts[last - 1]


def states(rule: str) -> tuple[str, ...]:
    """The states in which the table has this route."""
    if "<" not in rule:
        return ("-",)
    if rule.startswith("/communities/<slug>"):
        return CIRCLES if rule.count("<") == 1 else TALK
    return STATES.get("profiles" if rule.startswith("/people/") else about(rule), ("there", "none"))


def _things(session: Session, site: Site, made: Readers) -> dict[str, dict[str, str]]:
    source = session.scalars(select(Source).order_by(Source.name.desc())).first()
    assert source is not None
    run = session.scalars(select(Run).where(Run.source_id == source.id)).one()
    waiting = Source(organisation_id=source.organisation_id, name="More", kind="feed", address="https://n.example/2")
    waiting.approval = WAITING
    record = session.get_one(RecordRow, site.ids["homes"])
    restricted = _restricted(session, source.organisation_id)
    session.add(waiting)
    reports = [_report(session, record, made.people["officer"]) for _ in range(2)]
    answer(session, reports[1][0], actor=COMMAND_LINE, outcome="not-ours", text="It is another one's.", named=NAMED)
    found = look_up(session, session.get_one(RecordRow, site.ids["fans"]).url, BASE, actor=COMMAND_LINE)
    decision = take_down(session, found, actor=COMMAND_LINE, ground="unlawful", facts="It was never theirs.")
    session.add(
        Invitation(
            hashed=hashlib.sha256(b"an-invitation").hexdigest(),
            email="person@readers.example",
            organisation_id=source.organisation_id,
            role=OFFICER,
            expires=now() + timedelta(days=1),
        )
    )
    session.flush()
    profiles = _profiles(session, made)
    there = {
        "slug": HERE,
        "notation": "HOU",
        "filename": "none.css",
        "run_id": run.id,
        "sources id": source.id,
        "records id": record.id,
        "calendars secret": _calendar(session, site, made.people["community member"]),
        "notes id": _note(session, made.people["officer"], source.organisation_id, published=True),
        "people id": made.people["officer elsewhere"],
        **profiles["there"],
        "take-downs id": decision.id,
        "reports id": reports[0][0].id,
        "reports secret": reports[0][1],
        "join secret": "an-invitation",
    }
    return {
        "there": there,
        "restricted": restricted,
        "taken-down": {"records id": site.ids["fans"]},
        "withdrawn": {"records id": site.ids["fair"]},
        "waiting": {"sources id": waiting.id},
        "draft": {"notes id": _note(session, made.people["officer"], source.organisation_id)},
        "answered": {"reports id": reports[1][0].id, "reports secret": reports[1][1]},
        "colleagues": profiles["colleagues"],
        "hidden": profiles["hidden"],
        "suspended": {"people id": made.people["suspended"], **profiles["suspended"]},
        "none": {**dict.fromkeys([*there, "id", "secret"], "none"), "filename": "none.css"},
    }


def _profiles(session: Session, made: Readers) -> dict[str, dict[str, str]]:
    """Profiles for everybody, for people of the organisation, for nobody, of a suspended one; and a letter."""
    found = {}
    for state, whose, sees in (
        ("there", "officer elsewhere", EVERYBODY),
        ("colleagues", "officer", ORGANISATION),
        ("hidden", "content officer", NOBODY),
        ("suspended", "suspended", EVERYBODY),
    ):
        row = Profile(person_id=made.people[whose], handle=state, may_write=ACCOUNT, sees_profile=sees)
        session.add(row)
        found[state] = {"people handle": state}
    session.flush()
    letter = Letter(sender_id=made.people["officer elsewhere"], recipient_id=made.people["officer"])
    letter.subject, letter.text = "Lamps", "Where do you buy them?"
    refused = Blocked(person_id=made.people["officer"], other_id=made.people["admin elsewhere"])
    session.add_all([letter, refused])
    session.flush()
    found["there"] |= {"letters id": letter.id, "refused id": refused.id}
    officer = made.people["officer"]
    notify(session, person_id=officer, what="mention", about=About("post", "matrix", "/about"), title="T")
    notice = session.scalars(select(Notice.id).where(Notice.thing_id == "matrix")).one()
    secret = make_token(session, person_id=officer, purpose="daily")
    found["there"] |= {"notices id": notice, "unsubscribe secret": secret}
    return found


def _restricted(session: Session, organisation: str) -> dict[str, str]:
    address = "https://n.example/ours"
    source = Source(organisation_id=organisation, name="Ours", kind="feed", address=address, visibility=RESTRICTED)
    session.add(source)
    session.flush()
    run = Run(source_id=source.id, slot="1", state="complete", started=now(), ended=now())
    session.add(run)
    session.flush()
    record = Record(native_id="ours", url="https://n.example/ours/1", title="For ourselves", summary="Among us.")
    defaults = Defaults(organisation, audience=organisation)
    keep(session, source_id=source.id, run_id=run.id, found=[(upsert(record), Enriched("en"))], defaults=defaults)
    kept = session.scalars(select(RecordRow.id).where(RecordRow.source_id == source.id)).one()
    return {"sources id": source.id, "run_id": run.id, "records id": kept}


def _calendar(session: Session, site: Site, person: str) -> str:
    renew_address(session, actor=actors_for(session, [person])[person])
    row = address_of(session, person)
    assert row is not None
    return secret_of(row, site.settings.secret())


def _note(session: Session, author: str, organisation: str, *, published: bool = False) -> str:
    actor = actors_for(session, [author])[author]
    words = Words(title="Lamps", what="We lent lamps.", happened="It worked.", outcome="worked", stage="in-use")
    row = begin_note(session, actor=actor, organisation=session.get_one(Organisation, organisation), words=words)
    if published:
        publish_note(session, row, actor=actor, words=words, enriched=Enriched("en"), base_url=BASE)
    return row.id


def _report(session: Session, record: RecordRow, by: str) -> tuple[Report, str]:
    reporter = Reporter(by, "Ann", "ann@readers.example")
    words = {"reason": "wrong", "text": "The number of lorries is another one."}
    secret = report_record(session, record, **words, reporter=reporter, language="en", named=NAMED)
    return find_by_secret(session, secret), secret
