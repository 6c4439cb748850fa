"""People, communities and what happens to them, for tests of what they are told."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Person
from hub.communities.models import Community
from hub.communities.service import Details, open_community
from hub.db import new_id, now
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE, MEMBER
from tests.hub.site import Site


def person_named(session: Session, name: str) -> Person:
    """The person whom `Site.person` has made by this name."""
    return session.scalars(select(Person).where(Person.name == name)).one()


def somebody(session: Session, name: str = "Somebody") -> Person:
    """Somebody with an address."""
    person = Person(name=name, email=f"{new_id()}@post.example", confirmed_at=now())
    session.add(person)
    session.flush()
    return person


def community(
    session: Session, visibility: str = "private", *, members: tuple[str, ...] = (), concepts: tuple[str, ...] = ()
) -> Community:
    """A community of Northford with these members."""
    details = Details(f"Community {new_id()}", "To learn.", visibility, concepts)
    northford = find_organisation(session, "northford-city")
    row = open_community(session, actor=COMMAND_LINE, organisation_id=northford.id, details=details)
    session.add_all(CommunityMember(person_id=one, community_id=row.id, role=MEMBER) for one in members)
    session.flush()
    return row


def leave_all(site: Site, person_id: str) -> None:
    """They belong to no community any more."""
    with site.database.writing() as session:
        for one in session.scalars(select(CommunityMember).where(CommunityMember.person_id == person_id)):
            session.delete(one)
