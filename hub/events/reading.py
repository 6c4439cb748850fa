"""Meetings as somebody may read them: one, lists, who comes, and what they may do with them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Person
from hub.communities.access import talk_of, talk_shown_to
from hub.communities.models import Community
from hub.communities.service import role_in
from hub.db import now
from hub.errors import NotFound
from hub.events.models import Event, EventAnswer
from hub.languages import N_
from hub.languages import gettext as _
from hub.policy import Actor, audiences, can

ANSWERS: Final[dict[str, str]] = {"yes": N_("Yes"), "maybe": N_("Maybe"), "no": N_("No")}
"""What one can say to whether one comes."""

MOST_IN_CALENDAR: Final = 500


@dataclass(frozen=True, slots=True)
class Coming:
    """Who has answered: {answer: how many}, and for members (answer, name) of those who come, or may."""

    counts: dict[str, int]
    names: tuple[tuple[str, str], ...]
    mine: str


def find_event(session: Session, slug: str, id: str, *, actor: Actor) -> tuple[Event, Community]:
    """A meeting of the community with this short name. NotFound, also for one that whoever asks may not read."""
    row = session.get(Event, id)
    community = session.get_one(Community, row.community_id) if row else None
    if row is None or community is None or community.slug != slug or not can(actor, "read", talk_of(community)):
        raise NotFound(_("There is no such meeting. Its address may have a slip in it."))
    return row, community


def sees_link(actor: Actor, community: Community) -> bool:
    """Whether the address of a meeting is theirs to see: whoever belongs to the community, and nobody else."""
    return bool(role_in(actor, community))


def events_of(
    session: Session,
    *,
    actor: Actor,
    community_id: str = "",
    past: bool = False,
    offset: int = 0,
    limit: int = 1_000_000,
) -> list[tuple[Event, Community]]:
    """Meetings that whoever asks may read, of one community or of all: those to come, the next first, or those that
    are over, the last first.
    """
    order = (Event.starts.desc(), Event.id) if past else (Event.starts, Event.id)
    rows = session.execute(_shown(actor, community_id, past).order_by(*order).offset(offset).limit(limit))
    return [(row[0], row[1]) for row in rows]


def count_events(session: Session, *, actor: Actor, community_id: str = "", past: bool = False) -> int:
    """How many they are."""
    return session.scalar(select(func.count()).select_from(_shown(actor, community_id, past).subquery())) or 0


def _shown(actor: Actor, community_id: str, past: bool) -> Select[Event, Community]:
    wanted = select(Event, Community).join(Community, Community.id == Event.community_id)
    there: ColumnElement[bool] = Event.community_id == community_id if community_id else true()
    when = Event.ends <= now() if past else Event.ends > now()
    return wanted.where(talk_shown_to(audiences(actor)), there, when)


def for_calendar(
    session: Session, *, actor: Actor, since: datetime, community_id: str = "", own: bool = False
) -> list[tuple[Event, Community]]:
    """Meetings that whoever asks may read, cancelled ones too, of one community, of their own ones, or of all."""
    wanted = select(Event, Community).join(Community, Community.id == Event.community_id)
    wanted = wanted.where(talk_shown_to(audiences(actor)), Event.ends > since)
    if community_id:
        wanted = wanted.where(Event.community_id == community_id)
    if own:
        wanted = wanted.where(Event.community_id.in_([circle for circle, _role in actor.memberships]))
    rows = session.execute(wanted.order_by(Event.starts.desc(), Event.id).limit(MOST_IN_CALENDAR))
    return [(row[0], row[1]) for row in rows]


def answered(row: Event) -> ColumnElement[bool]:
    """The condition for answers to a meeting: of those who still belong to its community."""
    member = select(CommunityMember.person_id).where(CommunityMember.community_id == row.community_id)
    return (EventAnswer.event_id == row.id) & EventAnswer.person_id.in_(member)


def who_comes(session: Session, community: Community, row: Event, *, actor: Actor) -> Coming:
    """How many have said what; members see who."""
    rows = session.execute(
        select(EventAnswer.answer, EventAnswer.person_id, Person.name)
        .join(Person, Person.id == EventAnswer.person_id)
        .where(answered(row))
        .order_by(case((EventAnswer.answer == "yes", 0), else_=1), func.lower(Person.name))
    ).all()
    counts = {answer: sum(one[0] == answer for one in rows) for answer in ANSWERS}
    shown = [(one[0], one[2]) for one in rows if one[0] != "no"] if sees_link(actor, community) else []
    mine = next((one[0] for one in rows if one[1] == actor.person_id), "")
    return Coming(counts, tuple(shown), mine)


def may_change(row: Event, community: Community, *, actor: Actor) -> bool:
    """Whoever arranged it, as long as they belong to the community, and its facilitators."""
    if community.archived_at is not None or row.cancelled_at is not None:
        return False
    takes_part = bool(actor.person_id) and can(actor, "take part", talk_of(community))
    return takes_part and (row.author_id == actor.person_id or can(actor, "facilitate", community))


def path_of(community: Community, row: Event) -> str:
    """Where it is read."""
    return f"/communities/{community.slug}/events/{row.id}"
