"""Notices as whoever they are for may read them now: of a place that has been closed to them nothing is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from hub.accounts.models import CommunityMember, Membership, Person
from hub.communities.access import found_by, library_shown_to, talk_shown_to
from hub.communities.models import Community
from hub.notices.kinds import sentence
from hub.notices.models import Happening, Notice
from hub.notices.service import ITSELF, LIBRARY, TALK
from hub.policy import EVERY, OPERATOR, Actor, audiences

_By: Final = aliased(Person)
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Told:
    """A notice with what its sentence names."""

    id: str
    what: str
    at: datetime
    path: str
    read: bool
    who: str | None
    community: str
    words: dict[str, Any]

    @property
    def says(self) -> str:
        """Its sentence, in the language we speak."""
        return sentence(self.what, who=self.who, community=self.community, words=self.words)


def shown_to(table: type[Notice] | type[Happening], circles: Sequence[str]) -> ColumnElement[bool]:
    """Of rows joined with their community: those that somebody with these audiences (hub.policy.audiences) may read."""
    if EVERY in circles:
        return true()
    return and_(
        or_(table.organisation_id.is_(None), table.organisation_id.in_(circles)),
        or_(
            table.community_id.is_(None),
            and_(table.part == ITSELF, found_by(circles)),
            and_(table.part == LIBRARY, library_shown_to(circles)),
            and_(table.part == TALK, talk_shown_to(circles)),
        ),
    )


def _theirs(columns: Any, actor: Actor) -> Select[Any]:
    found = select(*columns).select_from(Notice).outerjoin(Community, Community.id == Notice.community_id)
    return found.where(Notice.person_id == actor.person_id, shown_to(Notice, audiences(actor)))


def count_notices(session: Session, actor: Actor) -> int:
    """How many notices of theirs there are that they may read."""
    return session.scalar(_theirs([func.count()], actor)) or 0


def notices_of(session: Session, actor: Actor, *, first: int, size: int) -> list[Told]:
    """Some of them, the newest first; `first` counts from 0."""
    columns = (Notice, Community.name, _By.name)
    found = _theirs(columns, actor).outerjoin(_By, _By.id == Notice.by_id)
    rows = session.execute(found.order_by(Notice.id.desc()).offset(first).limit(size))
    return [_told(*row) for row in rows]


def unsettled_of(session: Session, actor: Actor) -> list[Told]:
    """Those that were not mailed yet, nor read in the hub meanwhile; the newest first."""
    found = _theirs((Notice, Community.name, _By.name), actor).outerjoin(_By, _By.id == Notice.by_id)
    waiting = found.where(Notice.settled_at.is_(None), Notice.read_at.is_(None))
    return [_told(*row) for row in session.execute(waiting.order_by(Notice.id.desc()).limit(AT_ONCE))]


def still_shown(session: Session, actor: Actor, ids: Sequence[str]) -> bool:
    """Whether they may read all of these now."""
    return not ids or session.scalar(_theirs([func.count()], actor).where(Notice.id.in_(ids))) == len(ids)


def find_notice(session: Session, actor: Actor, id: str) -> Told | None:
    """One of theirs; None where there is none that they may read."""
    found = _theirs((Notice, Community.name, _By.name), actor).outerjoin(_By, _By.id == Notice.by_id)
    row = session.execute(found.where(Notice.id == id)).first()
    return _told(*row) if row else None


def _told(row: Notice, community: str | None, who: str | None) -> Told:
    return Told(row.id, row.what, row.at, row.path, row.read_at is not None, who, community or "", row.words)


def _unread() -> Any:
    community = exists().where(
        CommunityMember.person_id == Notice.person_id, CommunityMember.community_id == Notice.community_id
    )
    organisation = exists().where(
        Membership.person_id == Notice.person_id, Membership.organisation_id == Notice.organisation_id
    )
    everywhere = Person.role == OPERATOR
    theirs = and_(
        or_(Notice.organisation_id.is_(None), organisation),
        or_(
            Notice.community_id.is_(None),
            community,
            and_(Notice.part == ITSELF, found_by(())),
            and_(Notice.part == LIBRARY, library_shown_to(())),
            and_(Notice.part == TALK, talk_shown_to(())),
        ),
    )
    counted = select(func.count()).select_from(Notice).outerjoin(Community, Community.id == Notice.community_id)
    counted = counted.where(Notice.person_id == Person.id, Notice.read_at.is_(None), or_(everywhere, theirs))
    return counted.correlate(Person).scalar_subquery()


UNREAD: Final = _unread()
"""Of a person: how many notices wait that they may read. Part of the statement that finds who asks."""
