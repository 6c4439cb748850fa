"""My hub: what is new for what somebody follows, and why; what happened to them; and where to begin on day one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Membership
from hub.alerts.items import Item, items_of
from hub.alerts.models import TOLD, AlertSetting, Delivery
from hub.alerts.reading import Told, notices_of
from hub.communities.models import Community
from hub.db import now
from hub.events.models import Event
from hub.events.reading import for_calendar
from hub.languages import N_, language
from hub.notices.following import COMMUNITY, SEARCH, TOPIC
from hub.notices.models import Follow
from hub.policy import Actor
from hub.records.audiences import shown_to
from hub.records.models import RecordRow, Tag
from hub.topics.service import Vocabulary

LOOKED_AT: Final = 500
"""Deliveries that the page is made of, the newest."""

FIRST_NOTICES: Final = 5
MEETINGS: Final = 3
SUGGESTED: Final = 6

TASKS: Final[dict[str, tuple[str, str, str]]] = {
    TOPIC: (
        N_("Follow a topic"),
        N_("You hear of everything new about it, and about the topics below it."),
        "/topics",
    ),
    SEARCH: (N_("Save a search"), N_("Search for what you work on, then choose “Save and get alerts”."), "/search"),
    COMMUNITY: (N_("Join a community"), N_("Ask people who do the same work elsewhere."), "/communities"),
}
"""What somebody does on their first day: (what, what for, where)."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A topic that somebody may want to follow, and how many documents are about it."""

    uri: str
    notation: str
    name: str
    documents: int


@dataclass(frozen=True, slots=True)
class MyHub:
    """What the page shows."""

    items: tuple[Item, ...]
    since: datetime | None
    notices: tuple[Told, ...]
    meetings: tuple[tuple[Event, Community], ...]
    """The next ones of their communities."""
    tasks: tuple[tuple[str, bool], ...]
    suggested: tuple[Suggested, ...]
    follows: int

    @property
    def begun(self) -> bool:
        """Whether the first day is over."""
        return all(done for _, done in self.tasks)


def my_hub(session: Session, actor: Actor, vocabulary: Vocabulary, *, everything: bool = False) -> MyHub:
    """The page of whoever asks; `everything`: also what they have seen."""
    setting = session.get(AlertSetting, actor.person_id)
    since = setting.seen_at if setting else None
    rows = select(Delivery).where(Delivery.person_id == actor.person_id, Delivery.state != TOLD)
    if since and not everything:
        rows = rows.where(Delivery.at > since)
    found = list(session.scalars(rows.order_by(Delivery.id.desc()).limit(LOOKED_AT)))
    follows = list(session.scalars(select(Follow).where(Follow.person_id == actor.person_id)))
    items = _without_less(items_of(session, actor, found, vocabulary), follows)
    unread = [one for one in notices_of(session, actor, first=0, size=4 * FIRST_NOTICES) if not one.read]
    tasks = _tasks(session, actor, follows)
    suggested = () if all(done for _, done in tasks) else _suggested(session, actor, vocabulary, follows)
    meetings = for_calendar(session, actor=actor, since=now(), own=True)
    coming = sorted((one for one in meetings if one[0].cancelled_at is None), key=lambda one: one[0].starts)
    return MyHub(
        tuple(items), since, tuple(unread[:FIRST_NOTICES]), tuple(coming[:MEETINGS]), tasks, suggested, len(follows)
    )


def _without_less(items: list[Item], follows: list[Follow]) -> list[Item]:
    """Of what they want less of the newest only."""
    quiet = {one.id for one in follows if one.quiet}
    shown, seen = [], set()
    for item in items:
        if item.follow in quiet and item.follow in seen:
            continue
        seen.add(item.follow)
        shown.append(item)
    return shown


def _tasks(session: Session, actor: Actor, follows: list[Follow]) -> tuple[tuple[str, bool], ...]:
    kinds = {one.kind for one in follows}
    mine = select(CommunityMember.id).where(CommunityMember.person_id == actor.person_id).limit(1)
    joined = session.scalar(mine) is not None
    return (TOPIC, TOPIC in kinds), (SEARCH, SEARCH in kinds), (COMMUNITY, joined or COMMUNITY in kinds)


def _suggested(session: Session, actor: Actor, vocabulary: Vocabulary, follows: list[Follow]) -> tuple[Suggested, ...]:
    """What their own organisations publish about most; else what everybody does. Of public documents alone."""
    taken = {one.key for one in follows if one.kind == TOPIC}
    own = select(Membership.organisation_id).where(Membership.person_id == actor.person_id)
    about = (
        select(Tag.concept_uri, func.count().label("number"))
        .join(RecordRow, RecordRow.id == Tag.record_id)
        .where(Tag.state != "rejected", RecordRow.withdrawn_at.is_(None), shown_to(()))
        .group_by(Tag.concept_uri)
        .order_by(func.count().desc(), Tag.concept_uri)
        .limit(SUGGESTED + len(taken))
    )
    rows = session.execute(about.where(RecordRow.organisation_id.in_(own))).all() or session.execute(about).all()
    known = vocabulary.scheme.concepts
    found = [
        Suggested(uri, known[uri].notation, known[uri].pref(language()), number)
        for uri, number in rows
        if uri in known and uri not in taken
    ]
    return tuple(found[:SUGGESTED])
