"""The night's deletion of what is too old by the table (retention.py): some at a time, and once, whoever else tries."""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.audit.service import note_act
from hub.db import Database, alone, locking, now
from hub.governance.models import RetentionRun
from hub.governance.retention import RULES, Rule
from hub.policy import WORK

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
"""Rows a transaction."""

BEGINS: Final = timedelta(hours=2)
"""After midnight (UTC) the day's deletion begins."""

ABANDONED: Final = timedelta(minutes=30)
"""After which a night's work that nobody ended is taken over."""


def waiting(session: Session, moment: datetime) -> dict[str, int]:
    """How many of each kind are too old at this moment."""
    return {
        rule.key: session.scalar(select(func.count()).select_from(rule.old(moment).subquery())) or 0 for rule in RULES
    }


def enforce(database: Database, moment: datetime) -> dict[str, int]:
    """Delete everything that is too old, some at a time. Says how many of each kind; may be broken off at any point."""
    done: dict[str, int] = {}
    for rule in RULES:
        gone: list[Any] = []
        while ids := _some(database, rule, moment):
            if ids == gone:
                log.error("What is too old stays: %s, from %s on.", rule.key, ids[0])
                break
            done[rule.key] = done.get(rule.key, 0) + len(ids)
            gone = ids
    return {rule.key: done.get(rule.key, 0) for rule in RULES}


def _some(database: Database, rule: Rule, moment: datetime) -> list[Any]:
    with database.writing() as session:
        # Two at once: the second waits, and finds what the first has left.
        alone(session, "retention")
        ids = list(session.scalars(rule.old(moment).limit(AT_ONCE)))
        if ids:
            rule.forget(session, ids)
        return ids


def every_night(database: Database) -> dict[str, int] | None:
    """What a ticker calls often: the day's deletion, once. None where it was done, or somebody is at it."""
    moment = now()
    slot = (moment - BEGINS).date().isoformat()
    if not _begin(database, slot, moment):
        return None
    done = enforce(database, moment)
    with database.writing() as session:
        row = session.scalars(locking(select(RetentionRun).where(RetentionRun.slot == slot))).one()
        row.ended, row.done = now(), done
        if any(done.values()):
            some = {key: count for key, count in done.items() if count}
            note_act(session, actor=WORK, action="delete what is too old", thing=f"day {slot}", **{"counts": some})
    log.info("What is too old is deleted: %s", done)
    return done


def _begin(database: Database, slot: str, moment: datetime) -> bool:
    with database.reading() as session:
        there = session.scalar(select(RetentionRun).where(RetentionRun.slot == slot))
    if there is not None and (there.ended is not None or there.started > moment - ABANDONED):
        return False
    with database.writing() as session:
        alone(session, "retention")
        row = session.scalar(locking(select(RetentionRun).where(RetentionRun.slot == slot)))
        if row is None:
            session.add(RetentionRun(slot=slot, started=moment))
        elif row.ended is not None or row.started > moment - ABANDONED:
            return False
        else:
            row.started = moment
    return True


def last_night(session: Session) -> RetentionRun | None:
    """The last deletion that was ended."""
    ended = select(RetentionRun).where(RetentionRun.ended.is_not(None))
    return session.scalar(ended.order_by(RetentionRun.slot.desc()).limit(1))
