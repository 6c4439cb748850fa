"""Communities in which nothing happens any more: facilitators are told, then members, then they are archived.

Nothing is lost: an archived community is read as before, and its facilitators bring it back to life. Whatever is
written meanwhile ends it.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Person
from hub.audit.service import note_act
from hub.communities.membership import facilitators
from hub.communities.models import Community
from hub.communities.service import archive
from hub.db import Database, alone, locking, now
from hub.facilitating.models import Quiet
from hub.notices.service import ITSELF, About, notify_all
from hub.policy import WORK

QUIET: Final = timedelta(days=90)
"""Without anything written or pinned: its facilitators are told."""

OFFERED: Final = timedelta(days=30)
"""After that its members are asked whether one of them would facilitate it."""

ARCHIVED: Final = timedelta(days=60)
"""After that it is archived."""

AT_ONCE: Final = 100


def mind_quiet(database: Database) -> dict[str, int]:
    """What is due at this moment, once: {step: how many communities}. Any number may call it."""
    moment = now()
    with database.writing() as session:
        alone(session, "quiet communities")
        _awake(session, moment)
        return {
            "archived": _archive(session, moment),
            "offered": _offer(session, moment),
            "nudged": _nudge(session, moment),
        }


def _awake(session: Session, moment: datetime) -> None:
    """Somebody has written there since, or it was archived: the next time begins anew."""
    living = Community.archived_at.is_(None) & (Community.last_activity < moment - QUIET)
    quiet = select(Community.id).where(living)
    session.execute(delete(Quiet).where(Quiet.community_id.not_in(quiet)))


def _nudge(session: Session, moment: datetime) -> int:
    there = select(Quiet.community_id)
    due = select(Community).where(Community.archived_at.is_(None), Community.last_activity < moment - QUIET)
    due = due.where(Community.id.not_in(there)).order_by(Community.last_activity).limit(AT_ONCE)
    rows = session.scalars(locking(due)).all()
    for row in rows:
        quiet = Quiet(community_id=row.id, nudged_at=moment)
        session.add(quiet)
        session.flush()
        them = [one.id for one in facilitators(session, row.id)]
        notify_all(session, person_ids=them, what="quiet", about=_about(row, quiet, "/health"))
        note_act(session, actor=WORK, action="nudge facilitators", thing=f"community {row.id}", told=len(them))
    return len(rows)


def _offer(session: Session, moment: datetime) -> int:
    due = select(Quiet).where(Quiet.offered_at.is_(None), Quiet.nudged_at <= moment - OFFERED).limit(AT_ONCE)
    rows = session.scalars(locking(due)).all()
    for quiet in rows:
        quiet.offered_at = moment
        row = session.get_one(Community, quiet.community_id)
        them = _members(session, row.id)
        notify_all(session, person_ids=them, what="hand over", about=_about(row, quiet, "/ask"))
        note_act(session, actor=WORK, action="offer community", thing=f"community {row.id}", told=len(them))
    return len(rows)


def _archive(session: Session, moment: datetime) -> int:
    due = select(Quiet).where(Quiet.offered_at <= moment - ARCHIVED).limit(AT_ONCE)
    rows = session.scalars(locking(due)).all()
    for quiet in rows:
        row = session.get_one(Community, quiet.community_id)
        archive(session, row, actor=WORK)
        them = _members(session, row.id)
        notify_all(session, person_ids=them, what="archived", about=_about(row, quiet, ""))
        session.delete(quiet)
    session.flush()
    return len(rows)


def _members(session: Session, community_id: str) -> list[str]:
    joined = select(Person.id).join(CommunityMember, CommunityMember.person_id == Person.id)
    return list(session.scalars(joined.where(CommunityMember.community_id == community_id, Person.active.is_(True))))


def _about(row: Community, quiet: Quiet, more: str) -> About:
    return About("quiet", quiet.key, f"/communities/{row.slug}{more}", row.id, ITSELF)
