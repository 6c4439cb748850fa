"""A community in a fresh hub, with people who talk there: Leila facilitates, Marta and Owen belong, Ann does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Membership, Person
from hub.accounts.service import actors_for
from hub.communities.models import Community
from hub.communities.service import Details, open_community
from hub.db import now
from hub.policy import FACILITATOR, MEMBER, Actor
from hub.talk.access import Place
from hub.talk.models import Thread
from hub.talk.service import Draft, open_thread
from tests.people import World

NAMES = {"leila": "Leila Okafor", "marta": "Marta Nowak", "owen": "Owen Hughes", "ann": "Ann Officer"}


@dataclass
class Talk:
    """The hub, its people by their first names, and the community."""

    world: World
    people: dict[str, str]
    community_id: str

    @contextmanager
    def at(self, who: str = "marta") -> Iterator[tuple[Session, Place]]:
        """A writing session, and where this person stands."""
        with self.world.database.writing() as session:
            yield session, self.place(session, who)

    def place(self, session: Session, who: str) -> Place:
        """Where this person stands at this moment."""
        return Place(session.get_one(Community, self.community_id), self.actor(session, who))

    def actor(self, session: Session, who: str) -> Actor:
        """This person, with the rights of this moment; a stranger without a name."""
        return actors_for(session, [self.people[who]])[self.people[who]] if who else Actor()

    def thread(self, who: str = "marta", **more: object) -> str:
        """Begin a thread; its id."""
        given = {"kind": "question", "title": "Who insures the meters?", "text": "We lend them out.", **more}
        with self.at(who) as (session, place):
            return open_thread(session, place, Draft(**given)).id  # type: ignore[arg-type]

    def read(self, id: str) -> Thread:
        """A thread as it is now."""
        with self.world.database.reading() as session:
            return session.get_one(Thread, id)


def person(session: Session, name: str, organisation: str = "") -> Person:
    """Somebody with an account."""
    row = Person(
        name=name, email=f"{name.lower().replace(' ', '.')}@{organisation or 'none'}.example", confirmed_at=now()
    )
    session.add(row)
    session.flush()
    if organisation:
        session.add(Membership(person_id=row.id, organisation_id=organisation))
        session.flush()
    return row


def talk_in(world: World, visibility: str = "open") -> Talk:
    """Make the community and its people."""
    with world.database.writing() as session:
        where = {"leila": world.northford, "marta": world.eastmere, "owen": world.northford, "ann": world.northford}
        people = {key: person(session, name, where[key]).id for key, name in NAMES.items()}
        leila = actors_for(session, [people["leila"]])[people["leila"]]
        details = Details("Damp and mould", "For those who meet the same homes.", visibility)
        row = open_community(session, actor=leila, organisation_id=world.northford, details=details)
        for key, role in (("leila", FACILITATOR), ("marta", MEMBER), ("owen", MEMBER)):
            if key != "leila":
                session.add(CommunityMember(person_id=people[key], community_id=row.id, role=role))
        row.members = 3
        return Talk(world, people, row.id)
