"""What stands around every page of a community: its head, who facilitates it, and what its reader may see and do."""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Membership, Person
from hub.communities.access import VISIBILITIES, find_community, library_of, require_writer, talk_of
from hub.communities.models import Community, JoinRequest
from hub.communities.service import require_living, role_in
from hub.errors import NotFound
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.policy import FACILITATOR, Actor, can


@dataclass(frozen=True, slots=True)
class Facilitator:
    """Somebody who facilitates a community, with the name of an organisation of theirs, empty for none."""

    id: str
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A community for one reader. `organisation` answers for it; `role` is what the reader is there, empty for nothing.

    `sees_library` and `sees_talk` say what of it may be read, `takes_part` whether the reader may write there,
    `facilitates` whether they may look after it. `facilitators` is empty where their names are not for the reader,
    `requests` is 0 but for those who answer them. `asked`: they have asked to join.
    """

    community: Community
    organisation: Organisation
    role: str
    sees_library: bool
    sees_talk: bool
    takes_part: bool
    facilitates: bool
    facilitators: tuple[Facilitator, ...]
    requests: int
    asked: bool

    @property
    def visibility(self) -> str:
        """Its word of visibility, as N_ marks it."""
        return VISIBILITIES[self.community.visibility][0]


def framed(session: Session, slug: str, *, actor: Actor, talk: bool = False, library: bool = False) -> Frame:
    """The community with this short name, for this reader: a page begins with it.

    NotFound for one of which they may not know; with `talk` or `library`, for one of which they may not read that.
    """
    row = find_community(session, slug, actor=actor)
    frame = frame_of(session, row, actor=actor)
    if (talk and not frame.sees_talk) or (library and not frame.sees_library):
        raise NotFound(_("There is no such page in this community."))
    return frame


def framed_to_write(session: Session, slug: str, *, actor: Actor) -> Frame:
    """The same for who writes there. NotFound, NotAllowed for who is no member, Conflict where it is archived."""
    frame = framed(session, slug, actor=actor, talk=True)
    require_to_write(frame, actor=actor)
    return frame


def require_to_write(frame: Frame, *, actor: Actor) -> None:
    """NotAllowed for who is no member of it, Conflict where it is archived."""
    require_writer(frame.community, actor=actor)
    require_living(frame.community)


def frame_of(session: Session, row: Community, *, actor: Actor) -> Frame:
    """The same of a community that was found already. Three statements, two for strangers."""
    sees_library = can(actor, "read", library_of(row))
    facilitates = can(actor, "facilitate", row)
    requests, asked = _requests(session, row, actor) if actor.person_id else (0, False)
    return Frame(
        community=row,
        organisation=session.get_one(Organisation, row.organisation_id),
        role=role_in(actor, row),
        sees_library=sees_library,
        sees_talk=can(actor, "read", talk_of(row)),
        takes_part=row.archived_at is None and can(actor, "take part", row),
        facilitates=facilitates,
        facilitators=_facilitators(session, row.id) if sees_library else (),
        requests=requests if facilitates else 0,
        asked=asked,
    )


def _requests(session: Session, row: Community, actor: Actor) -> tuple[int, bool]:
    mine = func.sum(case((JoinRequest.person_id == actor.person_id, 1), else_=0))
    number, asked = session.execute(select(func.count(), mine).where(JoinRequest.community_id == row.id)).one()
    return number, bool(asked)


def _facilitators(session: Session, community_id: str) -> tuple[Facilitator, ...]:
    first = func.min(Organisation.name)
    there = (
        select(Person.id, Person.name, first)
        .join(CommunityMember, CommunityMember.person_id == Person.id)
        .outerjoin(Membership, Membership.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(CommunityMember.community_id == community_id, CommunityMember.role == FACILITATOR)
        .where(Person.active.is_(True))
        .group_by(Person.id, Person.name)
        .order_by(func.lower(Person.name), Person.id)
    )
    return tuple(Facilitator(id, name, organisation or "") for id, name, organisation in session.execute(there))
