"""Communities for two hubs: what both of them have, and what only one of them has, for members' eyes alone.

Both have an open and a private community of Northford. Only one has what is in the private one, and a confidential one
with something of everything in it.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.models import Membership, Person
from hub.accounts.service import actors_for
from hub.communities.access import CONFIDENTIAL, OPEN, PRIVATE
from hub.communities.invitations import invite
from hub.communities.membership import add_member, join
from hub.communities.models import Community
from hub.communities.service import Details, open_community
from hub.db import now
from hub.events.models import Event
from hub.events.service import Arranged, arrange
from hub.facilitating.deciding import Said, decide
from hub.facilitating.kinds import DECLINE, REPORT
from hub.facilitating.waiting import scope_of
from hub.library.service import pin, put_collection
from hub.organisations.service import find_organisation
from hub.people.access import PARTS
from hub.people.models import EVERYBODY, ORGANISATION
from hub.people.profiles import Words, save_profile
from hub.policy import COMMAND_LINE, FACILITATOR, MEMBER, Actor
from hub.records.models import RecordRow
from hub.talk.access import Place, opening_of
from hub.talk.files import Sent, attach
from hub.talk.kinds import ANNOUNCEMENT, POLL, QUESTION
from hub.talk.models import PostReport
from hub.talk.reports import report_post
from hub.talk.service import Draft, open_thread, reply
from hub.talk.settling import accept
from hub.writing.wiki import Written, begin_page, change_page
from tests.people import NAMED
from tests.vocab.loaded import common

THERE: Final = "open-circle"
CLOSED: Final = "private-circle"
FACILITATES: Final = "Owain"
"""Who facilitates the open community, and belongs to no other: an officer of Eastmere."""

BELONGS: Final = "Aisha"
"""Who belongs to the private and the confidential one: an officer of Northford."""

WARDEN: Final = "Fran"
"""Who facilitates these two."""


@dataclass
class Ids:
    """What can be asked for, of what both have and of what one has: {last folder of an address: ids or names}."""

    held: dict[str, list[str]] = field(default_factory=dict)

    def note(self, about: str, id: str) -> None:
        self.held.setdefault(about, []).append(id)


def circles_of_both(session: Session) -> Ids:
    """The open and the private community, and what is said in the open one."""
    ids = Ids({"communities": [THERE, CLOSED]})
    _community(session, "Open circle", OPEN, FACILITATES, "HOU.1")
    session.add(Person(name=WARDEN, email="fran@northford.example", confirmed_at=now()))
    session.flush()
    _community(session, "Private circle", PRIVATE, WARDEN, "HOU.1")
    private = _named(session, CLOSED)
    add_member(session, private, person_id=_person(session, BELONGS), role=MEMBER, actor=COMMAND_LINE)
    row, facilitator = _named(session, THERE), _person(session, FACILITATES)
    _talk(session, row, facilitator, facilitator, "neighbours", ids)
    everybody = dict.fromkeys(PARTS, EVERYBODY)
    ids.note("people", _profile(session, _person(session, BELONGS), "aisha", everybody, "damp"))
    return ids


def circles_of_one(session: Session, word: str, topic: str, ids: Ids) -> None:
    """A confidential community, and all that can be in it and in the private one; `word` stands in everything."""
    confidential = _community(session, f"{word} circle", CONFIDENTIAL, WARDEN, topic, word)
    ids.note("communities", confidential.slug)
    add_member(session, confidential, person_id=_person(session, BELONGS), role=MEMBER, actor=COMMAND_LINE)
    hidden = Person(name=f"{word} Friend", email=f"friend-{word}@northford.example", confirmed_at=now())
    asking = Person(name=f"{word} Asking", email=f"asking-{word}@northford.example", confirmed_at=now())
    session.add_all((hidden, asking))
    session.flush()
    for row in (confidential, _named(session, CLOSED)):
        add_member(session, row, person_id=hidden.id, role=MEMBER, actor=COMMAND_LINE)
        _talk(session, row, hidden.id, _person(session, BELONGS), word, ids)
        _held(session, row, word, ids)
        email = f"invited-{row.visibility}-{word}@northford.example"
        at = {"address": "http://127.0.0.1:8000/community-invitations/{}", "hub": "Moothall"}
        invite(session, row, actor=COMMAND_LINE, email=email, role=MEMBER, **at)
    northford = find_organisation(session, "northford-city").id
    session.add(Membership(person_id=hidden.id, organisation_id=northford))
    session.flush()
    ids.note("people", _profile(session, hidden.id, f"{word}-friend", dict.fromkeys(PARTS, ORGANISATION), word))
    acting = actors_for(session, [asking.id])[asking.id]
    join(session, _named(session, CLOSED), actor=acting, words=f"I know all about {word}.")


def _community(
    session: Session, name: str, visibility: str, facilitator: str, topic: str, word: str = "neighbours"
) -> Community:
    uri = next(one.uri for one in common() if one.notation == topic)
    details = Details(name, f"For those who care about {word}.", visibility, (uri,), (f"{name} of {word}",))
    owner = find_organisation(session, "northford-city").id
    row = open_community(session, actor=COMMAND_LINE, organisation_id=owner, details=details)
    person = _person(session, facilitator)
    add_member(session, row, person_id=person, role=FACILITATOR, actor=COMMAND_LINE)
    return row


def _profile(session: Session, person: str, handle: str, sees: dict[str, str], word: str) -> str:
    about = next(one.uri for one in common() if one.notation == "HOU.1")
    words = Words(handle, sees, job=f"Head of {word}", about=f"All my life {word}.", topics=(about,))
    return save_profile(session, actor=_acting(session, person), words=words).handle


def _talk(session: Session, row: Community, person: str, answers: str, word: str, ids: Ids) -> None:
    """A question with an answer that solves it and a file, a poll, an announcement, a report.

    What somebody has answered stands on their profile, for those who may read it there.
    """
    place = Place(row, _acting(session, person))
    asked = open_thread(session, place, Draft(QUESTION, f"Mould and {word}?", f"Who knows mould and {word}?"))
    post = opening_of(session, asked)
    answer = reply(session, asked, Place(row, _acting(session, answers)), f"We dried the {word} out.")
    accept(session, answer, asked, place)
    file = attach(session, post, asked, place, Sent(f"{word}.txt", f"The {word} of mould.".encode()))
    ends = now() + timedelta(days=9)
    poll = open_thread(session, place, Draft(POLL, f"Which {word}?", "Choose.", options=(word, "none"), ends=ends))
    report_post(session, answer, place, reason="other", text=f"Is {word} right?")
    for thread in (asked, poll):
        ids.note("discussions", thread.id)
    ids.note("posts", answer.id)
    ids.note("waiting", f"{row.id}.{answer.id}")
    ids.note("files", file.id)
    facilitator = _acting(session, _facilitator(session, row))
    if facilitator.person_id != person:
        rude = report_post(session, reply(session, asked, place, f"No, {word}!"), place, reason="unkind")
        ids.note("decisions", _decided(session, row, rude, word, facilitator))
    told = Draft(ANNOUNCEMENT, f"News of {word}", f"All about {word}.", tell=True)
    open_thread(session, Place(row, facilitator), told)
    page = begin_page(session, row, Written(f"All of {word}", f"It is {word}."), actor=place.actor)
    change_page(session, row, page, Written(f"All of {word}", f"It was {word}."), seen=1, actor=place.actor)
    ids.note("wiki", page.slug)
    ids.note("events", _event(session, row, word, place.actor).id)


def _decided(session: Session, row: Community, report: PostReport, word: str, facilitator: Actor) -> str:
    """A post is hidden as it was reported; the id of that decision."""
    said = Said(DECLINE, "unkind", f"It mocks {word}.")
    key = f"{REPORT}.{row.id}.{report.id}"
    return decide(session, scope_of(facilitator), key, said, named=NAMED, language="en").id


def _event(session: Session, row: Community, word: str, actor: Actor) -> Event:
    begins = now() + timedelta(days=3)
    link = f"https://meet.example/{word}"
    what = Arranged(f"Meeting on {word}", begins, begins + timedelta(hours=1), "Europe/London", word, link, word)
    return arrange(session, row, what, actor=actor)


def _held(session: Session, row: Community, word: str, ids: Ids) -> None:
    """A pin in a collection."""
    facilitator = _acting(session, _facilitator(session, row))
    collection = put_collection(session, row, actor=facilitator, name=f"Best of {word}", about=f"On {word}.")
    ids.note("collections", collection.id)
    record = session.scalars(select(RecordRow).where(RecordRow.native_id == "homes")).one()
    pin(session, row, record.id, actor=facilitator, note=f"Good for {word}.", collection_id=collection.id)
    ids.note("pins", record.id)


def _named(session: Session, slug: str) -> Community:
    return session.scalars(select(Community).where(Community.slug == slug)).one()


def _person(session: Session, name: str) -> str:
    return session.scalars(select(Person.id).where(Person.name == name)).one()


def _facilitator(session: Session, row: Community) -> str:
    return _person(session, FACILITATES if row.slug == THERE else WARDEN)


def _acting(session: Session, person: str) -> Actor:
    return actors_for(session, [person])[person]
