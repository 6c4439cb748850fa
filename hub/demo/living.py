"""The demo's three communities: made-up people of the made-up organisations, and what they have told each other.

Their words stand in hub/demo/communities, written by hand; everything is written through the services that pages use.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.sandbox import Sandbox
from hub.accounts.models import Membership, Person
from hub.accounts.service import actors_for
from hub.communities.membership import add_member
from hub.communities.models import Community
from hub.communities.service import Details, open_community
from hub.db import Database, now
from hub.demo.sites import SITES
from hub.events.service import Arranged, arrange, say
from hub.languages import ENGLISH
from hub.library.service import pin, put_collection
from hub.organisations.models import Organisation
from hub.organisations.service import slug_of
from hub.people.access import PARTS
from hub.people.models import ACCOUNT, EVERYBODY
from hub.people.profiles import Words as Profile
from hub.people.profiles import handle_for, save_profile
from hub.policy import COMMAND_LINE, FACILITATOR, MEMBER, OFFICER, Actor
from hub.records.keeping import Enriched
from hub.records.models import RecordRow
from hub.sources.harvest import enrich
from hub.talk.access import Place
from hub.talk.models import Post, Thread
from hub.talk.service import Draft, open_thread, reply
from hub.talk.settling import accept
from hub.talk.voting import choose, options_of
from hub.writing.models import WikiVersion
from hub.writing.notes import begin_note, publish_note, with_topics
from hub.writing.wiki import Written, begin_page, change_page
from hub.writing.words import Words, record_of
from vocab.scheme import Scheme

COMMUNITIES: Final = ("damp-and-mould", "right-care", "foi-officers")
FOLDER: Final = "communities"
LOOKED_AT: Final = 5
"""Days after which somebody has looked at a first post."""
LATER: Final = timedelta(hours=5)

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Teller:
    """Who tells it: the session, the vocabulary, and the ids of the made-up people by their short names."""

    session: Session
    scheme: Scheme
    people: Mapping[str, str]

    def actor(self, name: str) -> Actor:
        """One of them, with the rights that they have by now."""
        self.session.flush()
        return actors_for(self.session, [self.people[name]])[self.people[name]]

    def topics(self, labels: Sequence[str]) -> tuple[str, ...]:
        """The URIs of topics by their English names. KeyError for one that there is not."""
        named = {concept.pref(ENGLISH): uri for uri, concept in self.scheme.concepts.items()}
        return tuple(named[label] for label in labels)


@cache
def _told(name: str) -> Given:
    return tomllib.loads(files("hub.demo").joinpath(FOLDER, f"{name}.toml").read_text("utf-8"))


def begin_communities(database: Database, scheme: Scheme, sandbox: Sandbox, base_url: str) -> None:
    """Make people and communities, where there are none yet; the documents that they pin are collected already."""
    with database.reading() as session:
        if session.scalar(select(Community.id).limit(1)) is not None:
            return
    enriched = _enriched(scheme, sandbox)
    with database.writing() as session:
        teller = _Teller(session, scheme, _people(session))
        for name in COMMUNITIES:
            _begin(teller, _told(name), enriched, base_url)
        for name, given in _told("people").items():
            _show(teller, name, given)


def member_of(session: Session, name: str) -> str:
    """The id of one of the made-up people."""
    return session.scalars(select(Person.id).where(Person.name == _told("people")[name]["name"])).one()


def _people(session: Session) -> dict[str, str]:
    made = {}
    for name, given in _told("people").items():
        site = SITES[given["organisation"]]
        organisation = session.scalars(select(Organisation).where(Organisation.slug == slug_of(site.name))).one()
        address = f"{slug_of(given['name']).replace('-', '.')}@{site.contact_email.rpartition('@')[2]}"
        person = Person(name=given["name"], email=address, confirmed_at=now(), language=given.get("language", ENGLISH))
        session.add(person)
        session.flush()
        session.add(Membership(person_id=person.id, organisation_id=organisation.id))
        made[name] = person.id
    return made


def _show(teller: _Teller, name: str, given: Given) -> None:
    """Whoever says what they can help with shows themselves to everybody, and may be written to."""
    if "helps" not in given:
        return
    handle = handle_for(teller.session, teller.session.get_one(Person, teller.people[name]))
    words = Profile(
        handle,
        dict.fromkeys(PARTS, EVERYBODY),
        may_write=ACCOUNT,
        job=given["title"],
        topics=teller.topics(given["helps"]),
    )
    save_profile(teller.session, actor=teller.actor(name), words=words)


def _begin(teller: _Teller, given: Given, enriched: Mapping[str, Enriched], base_url: str) -> None:
    session, first = teller.session, given["facilitators"][0]
    site = SITES[given["organisation"]]
    community = open_community(
        session,
        actor=teller.actor(first),
        organisation_id=session.scalars(select(Organisation.id).where(Organisation.slug == slug_of(site.name))).one(),
        details=Details(
            name=given["name"],
            purpose=given["purpose"],
            visibility=given["visibility"],
            concepts=teller.topics(given["topics"]),
            other_names=tuple(given.get("other_names", ())),
            rules=given.get("rules", ""),
        ),
    )
    for name in given["members"]:
        role = FACILITATOR if name in given["facilitators"] else MEMBER
        add_member(session, community, person_id=teller.people[name], role=role, actor=COMMAND_LINE)
    _fill_library(teller, community, given, teller.actor(first))
    for one in given.get("pages", ()):
        _write_page(teller, community, one)
    for one in given.get("threads", ()):
        _talk(teller, community, one)
    for one in given.get("events", ()):
        _meet(teller, community, one, given["members"])
    for one in given.get("notes", ()):
        _publish(teller, one, enriched[one["title"]], base_url)


def _fill_library(teller: _Teller, community: Community, given: Given, actor: Actor) -> None:
    session = teller.session
    collections = {
        one["name"]: put_collection(session, community, actor=actor, name=one["name"], about=one["about"]).id
        for one in given.get("collections", ())
    }
    for one in given["pins"]:
        wanted = select(RecordRow.id).where(RecordRow.title == one["title"], RecordRow.withdrawn_at.is_(None))
        record_id = session.scalar(wanted.order_by(RecordRow.id).limit(1))
        if record_id is not None:  # its site may have been away
            collection = collections.get(one.get("collection", ""))
            pin(session, community, record_id, actor=actor, note=one["note"], collection_id=collection)


def _talk(teller: _Teller, community: Community, given: Given) -> None:
    session, begun = teller.session, now() - timedelta(days=given["days"])
    asker = Place(community, teller.actor(given["by"]))
    draft = Draft(
        kind=given["kind"],
        title=given["title"],
        text=given["text"],
        options=tuple(given.get("options", ())),
        ends=now() + timedelta(days=given["closes"]) if "closes" in given else None,
    )
    thread = open_thread(session, asker, draft)
    posts = [
        (reply(session, thread, Place(community, teller.actor(one["by"])), one["text"]), one["days"])
        for one in given.get("posts", ())
    ]
    for name, number in given.get("votes", {}).items():
        choose(session, thread, Place(community, teller.actor(name)), options_of(session, thread)[number].id)
    if "accepted" in given:
        accept(session, posts[given["accepted"]][0], thread, asker)
    _date(session, thread, begun, [(post, now() - timedelta(days=days)) for post, days in posts])


def _date(session: Session, thread: Thread, begun: datetime, posts: Sequence[tuple[Post, datetime]]) -> None:
    """As if it had been said then, and looked at by a facilitator since, but for what is quite new."""
    thread.created, thread.last_activity = begun, max([begun, *(at for _, at in posts)])
    opening = session.scalars(select(Post).where(Post.thread_id == thread.id, Post.opening.is_(True))).one()
    for post, at in [(opening, begun), *posts]:
        post.created = at
        if post.first and at < now() - timedelta(days=LOOKED_AT):
            post.checked_at = at + LATER
        if post.accepted_at is not None:
            post.accepted_at = thread.answered_at = at + LATER


def _write_page(teller: _Teller, community: Community, given: Given) -> None:
    session = teller.session
    page = begin_page(session, community, Written(given["title"], given["text"]), actor=teller.actor(given["by"]))
    for one in given.get("edits", ()):
        written = Written(given["title"], one["text"], one["summary"])
        change_page(session, community, page, written, seen=page.edition, actor=teller.actor(one["by"]))
    editions = session.scalars(select(WikiVersion).where(WikiVersion.page_id == page.id).order_by(WikiVersion.edition))
    days = [given["days"], *(one["days"] for one in given.get("edits", ()))]
    for edition, ago in zip(editions, days, strict=True):
        edition.at = page.changed = now() - timedelta(days=ago)
    page.created = now() - timedelta(days=days[0])


def _meet(teller: _Teller, community: Community, given: Given, members: Sequence[str]) -> None:
    zone = ZoneInfo(given["zone"])
    day = (now() + timedelta(days=given["in_days"])).astimezone(zone)
    hour, minute = map(int, given["at"].split(":"))
    starts = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
    meeting = Arranged(
        title=given["title"],
        starts=starts,
        ends=starts + timedelta(hours=given["hours"]),
        zone=given["zone"],
        place=given["place"],
        link=given["link"],
        text=given["text"],
    )
    event = arrange(teller.session, community, meeting, actor=teller.actor(given["by"]))
    for name in members:
        say(teller.session, community, event, answer="yes", actor=teller.actor(name))


def _words(given: Given, concepts: tuple[str, ...]) -> Words:
    return Words(
        title=given["title"],
        what=given["what"],
        why=given["why"],
        happened=given["happened"],
        again=given["again"],
        outcome=given["outcome"],
        stage=given["stage"],
        ask=given["ask"],
        concepts=concepts,
    )


def _enriched(scheme: Scheme, sandbox: Sandbox) -> dict[str, Enriched]:
    """What the sandbox finds in each practice note, by its title: before the transaction that writes them."""
    notes = [one for name in COMMUNITIES for one in _told(name).get("notes", ())]
    records = [
        record_of(_words(one, ()), native_id="", url="", organisation="", issued=now().date(), licence="")
        for one in notes
    ]
    return dict(zip((one["title"] for one in notes), enrich(sandbox, records), strict=True))


def _publish(teller: _Teller, given: Given, enriched: Enriched, base_url: str) -> None:
    session, actor = teller.session, teller.actor(given["by"])
    concepts = teller.topics(given["topics"])
    words = _words(given, concepts)
    organisation = session.get_one(Organisation, next(circle for circle, role in actor.memberships if role == OFFICER))
    note = begin_note(session, actor=actor, organisation=organisation, words=words)
    names = {uri: teller.scheme.concepts[uri].pref(ENGLISH) for uri in concepts}
    found = with_topics(enriched, concepts, names)
    publish_note(session, note, actor=actor, words=words, enriched=found, base_url=base_url)
