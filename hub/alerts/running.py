"""Making digests by the clock: those that go at once, and once a day and a week everybody's, each slot once.

A slot that was missed while nothing ran is made up for at the next tick; one that was broken off is taken over.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.alerts.answering import let_answer
from hub.alerts.collecting import AT_ONCE_WITHIN, frequency_of
from hub.alerts.digests import digest_for, reachable
from hub.alerts.models import URGENT, WAITING, AlertRun, AlertSetting, Delivery
from hub.config import Settings
from hub.db import Database, alone, locking, new_id, now
from hub.notices.following import DAILY, IMMEDIATELY, WEEKLY
from hub.notices.models import Notice
from hub.sources.notices import Named
from hub.topics.service import Vocabulary

log = logging.getLogger(__name__)

BEGINS: Final = timedelta(hours=6)
"""After midnight (UTC) the day's digests are made; the week's on Mondays."""

ABANDONED: Final = timedelta(minutes=10)
"""After which a run that nobody ended is taken over."""

PEOPLE: Final = 50
"""People whose digests are made in one transaction."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What is needed to tell people."""

    database: Database
    vocabulary: Vocabulary
    named: Named
    settings: Settings


def slots_of(moment: datetime) -> dict[str, str]:
    """{period: which day or week it is}, at this moment."""
    day = (moment - BEGINS).date()
    monday = day - timedelta(days=day.weekday())
    return {DAILY: day.isoformat(), WEEKLY: monday.isoformat()}


def run_immediate(telling: Telling) -> int:
    """Mail what is to go at once. Says how many mails."""
    with telling.database.reading() as session:
        urgent = set(session.scalars(select(Delivery.person_id).where(Delivery.state == URGENT).distinct()))
        people = sorted(urgent | _noticed(session))
    return sum(_some(telling, people[start : start + PEOPLE], IMMEDIATELY) for start in range(0, len(people), PEOPLE))


def _noticed(session: Session) -> set[str]:
    """Whoever has a notice that is to go at once."""
    since = now() - AT_ONCE_WITHIN
    waiting = (
        select(Notice.person_id, Notice.what, AlertSetting.groups)
        .outerjoin(AlertSetting, AlertSetting.person_id == Notice.person_id)
        .where(Notice.settled_at.is_(None), Notice.read_at.is_(None), Notice.at > since)
    )
    rows = session.execute(waiting)
    return {person for person, what, groups in rows if frequency_of(groups or {}, what) == IMMEDIATELY}


def run_due(telling: Telling, moment: datetime | None = None) -> dict[str, int]:
    """Make the digests of the day and the week that were not made yet. {period: how many mails}."""
    done = {}
    for period, slot in slots_of(moment or now()).items():
        name = f"{period} {slot}"
        if _begin(telling.database, name):
            done[period] = run_period(telling, period, slot)
            with telling.database.writing() as session:
                row = session.scalars(locking(select(AlertRun).where(AlertRun.slot == name))).one()
                row.ended, row.mails = now(), done[period]
            log.info("Digests of %s are made: %s.", name, done[period])
    return done


def run_period(telling: Telling, period: str, slot: str) -> int:
    """Everybody's digest of a slot; whoever has it gets no second one. Says how many mails."""
    mails, last = 0, ""
    while people := _next_people(telling.database, last):
        mails += _some(telling, people, period, slot)
        last = people[-1]
    return mails


def _next_people(database: Database, last: str) -> list[str]:
    waiting = select(Delivery.person_id).where(Delivery.state == WAITING, Delivery.person_id > last)
    noticed = select(Notice.person_id).where(
        Notice.settled_at.is_(None), Notice.read_at.is_(None), Notice.person_id > last
    )
    both: Any = waiting.union(noticed).order_by("person_id").limit(PEOPLE)
    with database.reading() as session:
        return list(session.scalars(both))


def _some(telling: Telling, people: Sequence[str], period: str, slot: str = "") -> int:
    mails = 0
    with telling.database.writing() as session:
        alone(session, "alerts digests")
        for person_id in people:
            found = reachable(session, person_id)
            if found is not None:
                made = digest_for(
                    session,
                    *found,
                    period=period,
                    slot=slot or new_id(),
                    named=telling.named,
                    vocabulary=telling.vocabulary,
                )
                let_answer(session, telling.settings, made)
                mails += made is not None
            else:
                _silence(session, person_id)
    return mails


def _silence(session: Session, person_id: str) -> None:
    """Somebody who is suspended is told nothing, also not of now when they are back."""
    for row in session.scalars(
        select(Delivery).where(Delivery.person_id == person_id, Delivery.state.in_((URGENT, WAITING)))
    ):
        row.state = "hub"
    for notice in session.scalars(select(Notice).where(Notice.person_id == person_id, Notice.settled_at.is_(None))):
        notice.settled_at = now()


def _begin(database: Database, name: str) -> bool:
    with database.reading() as session:
        there = session.get(AlertRun, name)
    if there is not None and (there.ended is not None or there.started > now() - ABANDONED):
        return False
    with database.writing() as session:
        alone(session, "alerts runs")
        row = session.scalar(locking(select(AlertRun).where(AlertRun.slot == name)))
        if row is None:
            session.add(AlertRun(slot=name, started=now(), mails=0))
        elif row.ended is not None or row.started > now() - ABANDONED:
            return False
        else:
            row.started = now()
    return True
