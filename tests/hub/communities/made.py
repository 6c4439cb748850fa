"""Communities of Northford City, and people in them, for tests of every kind."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.accounts.service import actors_for
from hub.communities.access import OPEN
from hub.communities.membership import add_member
from hub.communities.models import Community
from hub.communities.service import Details, open_community
from hub.db import new_id, now
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE, FACILITATOR, MEMBER, Actor

HERE = "northford-city"


def made(
    session: Session,
    name: str = "",
    visibility: str = OPEN,
    *,
    actor: Actor = COMMAND_LINE,
    members: Sequence[str] = (),
    facilitators: Sequence[str] = (),
    concepts: Sequence[str] = (),
    organisation: str = HERE,
) -> Community:
    """A community for which an organisation answers, with these people."""
    details = Details(name or f"Community {new_id()}", "To learn from each other.", visibility, tuple(concepts))
    owner = find_organisation(session, organisation).id
    row = open_community(session, actor=actor, organisation_id=owner, details=details)
    for role, people in ((FACILITATOR, facilitators), (MEMBER, members)):
        for one in people:
            add_member(session, row, person_id=one, role=role, actor=COMMAND_LINE)
    return row


def somebody(session: Session, name: str = "Somebody") -> str:
    """Somebody with a confirmed address; their id."""
    person = Person(name=name, email=f"{new_id()}@post.example", confirmed_at=now())
    session.add(person)
    session.flush()
    return person.id


def known(session: Session, name: str) -> str:
    """The id of the one person of this name."""
    return session.scalars(select(Person.id).where(Person.name == name)).one()


def acting(session: Session, person_id: str) -> Actor:
    """Somebody with all their rights as they are now."""
    return actors_for(session, [person_id])[person_id]
