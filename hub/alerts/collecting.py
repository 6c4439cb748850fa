"""What a digest would hold for somebody at this moment: everything that waits, grouped, each thing once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.alerts.happenings import USUAL
from hub.alerts.items import Item, items_of
from hub.alerts.models import URGENT, WAITING, AlertSetting, Delivery
from hub.alerts.reading import Told, unsettled_of
from hub.notices.following import COMMUNITY, DAILY, HUB, IMMEDIATELY, NEVER, WEEKLY, hash_of
from hub.notices.kinds import ANNOUNCEMENTS, EVENTS, KINDS, REQUESTS, TO_YOU
from hub.notices.models import Follow
from hub.policy import Actor
from hub.topics.service import Vocabulary

URGENCY: Final = (IMMEDIATELY, DAILY, WEEKLY, HUB, NEVER)
"""From the most urgent on."""

PERIODS: Final = (IMMEDIATELY, DAILY, WEEKLY)

USUALLY: Final[dict[str, str]] = {TO_YOU: IMMEDIATELY, REQUESTS: IMMEDIATELY, ANNOUNCEMENTS: DAILY, EVENTS: DAILY}
"""How often somebody hears of a group of notices who has not said otherwise."""

MOST: Final = 20
"""Things that one mail names."""

MOST_OF_ONE: Final = 8
"""Things of one follow that it names."""

LOOKED_AT: Final = 2000
"""Deliveries that one digest is made of."""

AT_ONCE_WITHIN: Final = timedelta(hours=1)
"""A notice that was not mailed at once within this time waits for the digest of the day."""


@dataclass(frozen=True, slots=True)
class Section:
    """What is for one of the things that somebody follows; `more` are not named."""

    title: str
    items: tuple[Item, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Collected:
    """All of it. `taken` are the deliveries that this settles, `idle` those that no mail is for any more."""

    notices: tuple[Told, ...] = ()
    sections: tuple[Section, ...] = ()
    more: int = 0
    taken: tuple[int, ...] = ()
    idle: tuple[int, ...] = ()
    later: tuple[int, ...] = field(default=())
    """What was to go at once and is to wait for a digest now."""
    asking: frozenset[str] = frozenset()
    """The follows by which just this period was asked for."""

    @property
    def total(self) -> int:
        """How many things there are, named or not."""
        return len(self.notices) + sum(len(one.items) for one in self.sections) + self.more

    @property
    def items(self) -> list[Item]:
        """Those that are named."""
        return [item for one in self.sections for item in one.items]


def frequency_of(groups: Mapping[str, str], what: str) -> str:
    """How often somebody hears of notices of this kind."""
    group = KINDS[what].group if what in KINDS else TO_YOU
    return groups.get(group, USUALLY[group])


def collect(session: Session, actor: Actor, *, period: str, vocabulary: Vocabulary, moment: datetime) -> Collected:
    """What waits for them and is for this period; nothing of what they may not read now."""
    states = (URGENT,) if period == IMMEDIATELY else (WAITING,)
    waiting = select(Delivery).where(Delivery.person_id == actor.person_id, Delivery.state.in_(states))
    rows = list(session.scalars(waiting.order_by(Delivery.id.desc()).limit(LOOKED_AT)))
    follows = _Follows(session, actor)
    taken, idle, later = [], [], []
    for row in rows:
        often = follows.often(row.why)
        if often in (HUB, NEVER):
            idle.append(row.id)
        elif often == period or (period == DAILY and often == IMMEDIATELY):
            taken.append(row)
        elif period == IMMEDIATELY:
            later.append(row.id)
    setting = session.get(AlertSetting, actor.person_id)
    groups = setting.groups if setting else {}
    notices = [one for one in unsettled_of(session, actor) if _is_for(one, groups, period, moment)]
    items = items_of(session, actor, taken, vocabulary)
    readable = {id for item in items for id in (item.id, *(one[0] for one in item.also))}
    idle += [row.id for row in taken if row.id not in readable]
    sections, more = _sections(items, follows)
    settled = [row for row in taken if row.id in readable]
    asking = frozenset(id for row in settled for id in follows.asking(row.why, period))
    more, ids = more + len(notices[MOST:]), tuple(row.id for row in settled)
    return Collected(tuple(notices[:MOST]), sections, more, ids, tuple(idle), tuple(later), asking)


def _is_for(notice: Told, groups: Mapping[str, str], period: str, moment: datetime) -> bool:
    often = frequency_of(groups, notice.what)
    if period == IMMEDIATELY:
        return often == IMMEDIATELY and notice.at > moment - AT_ONCE_WITHIN
    return often == period or (period == DAILY and often == IMMEDIATELY)


class _Follows:
    """What somebody follows now, by which what was delivered is judged."""

    def __init__(self, session: Session, actor: Actor) -> None:
        rows = list(session.scalars(select(Follow).where(Follow.person_id == actor.person_id)))
        self._by_id = {row.id: row for row in rows}
        self._by_hash = {row.hashed: row for row in rows}
        self._circles = {circle for circle, _ in actor.memberships}

    def often(self, why: Iterable[Mapping[str, Any]]) -> str:
        """The most urgent frequency of what it is for; NEVER when they follow none of it any more."""
        asked = [self._often(one) for one in why]
        return min(asked, key=URGENCY.index, default=NEVER)

    def _often(self, one: Mapping[str, Any]) -> str:
        row = self.row(one)
        if row is not None:
            return row.frequency
        member = one["kind"] == COMMUNITY and not one["follow"] and one["key"] in self._circles
        return USUAL if member else NEVER

    def asking(self, why: Iterable[Mapping[str, Any]], period: str) -> list[str]:
        """The follows among these reasons that are told of at this period."""
        rows = (self.row(one) for one in why)
        return [row.id for row in rows if row is not None and row.frequency == period]

    def row(self, one: Mapping[str, Any]) -> Follow | None:
        """The follow that a reason is about."""
        return self._by_id.get(one["follow"]) or self._by_hash.get(hash_of(one["kind"], one["key"]))

    def quiet(self, item: Item) -> bool:
        """Whether they want less of what it is for."""
        row = self._by_id.get(item.follow)
        return row is not None and row.quiet


def _sections(items: Sequence[Item], follows: _Follows) -> tuple[tuple[Section, ...], int]:
    """By the first reason of each; what is too much is counted: in its section, and in all."""
    grouped: dict[str, list[Item]] = {}
    for item in items:
        first = item.why[0]
        grouped.setdefault(f"{first.kind_name}: {first.name}", []).append(item)
    sections, left, more = [], MOST, 0
    for title, some in grouped.items():
        most = min(1 if follows.quiet(some[0]) else MOST_OF_ONE, left)
        others = max(0, len(some) - most) + sum(item.more for item in some)
        more += others
        if most:
            sections.append(Section(title, tuple(some[:most]), others))
            left -= min(most, len(some))
    return tuple(sections), more
