"""How long anything is kept, and why: one table, shown on the privacy page and enforced every night."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from hub.accounts.models import PERSON, AddressChange, Attempt, Invitation, Membership, Person, Spent, WebSession
from hub.audit.erasing import erase_acts
from hub.audit.models import Audit, AuditPerson
from hub.audit.service import note_act
from hub.db import Base, Database, alone, locking, now
from hub.governance.closing import forget_unconfirmed
from hub.governance.models import RetentionRun
from hub.languages import N_
from hub.mail.models import Mail
from hub.mail.personal import LAST
from hub.moderation.models import Report
from hub.moderation.personal import forget_reporters
from hub.notices.models import Happening, Notice
from hub.policy import WORK
from hub.records.models import RecordRow
from hub.records.service import forget_texts
from hub.sources.models import ProblemRow, Run

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
"""Rows a transaction."""

BEGINS: Final = timedelta(hours=2)
"""After midnight (UTC) the day's deletion begins."""

ABANDONED: Final = timedelta(minutes=30)
"""After which a night's work that nobody ended is taken over."""

TRIES: Final = timedelta(hours=1)
UNCONFIRMED: Final = timedelta(days=28)
MAILS: Final = timedelta(days=30)
NOTICES: Final = timedelta(days=90)
WITHDRAWN: Final = timedelta(days=30)
PROBLEMS: Final = timedelta(days=90)
CHECKS: Final = timedelta(days=365)
REPORTERS: Final = timedelta(days=365)
NAMES: Final = timedelta(days=730)

CHECKS_SHOWN: Final = 30
"""Checks of each source that stay however old they are: its page shows them."""

Old = Callable[[datetime], Select[Any]]
Forget = Callable[[Session, Sequence[Any]], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: what is kept how long and why, and what is done then. `old` finds it, `forget` does it."""

    key: str
    what: str
    kept: str
    why: str
    then: str
    old: Old
    forget: Forget


def _deleted(table: type[Base], key: Any) -> Forget:
    def forget(session: Session, ids: Sequence[Any]) -> None:
        session.execute(delete(table).where(key.in_(ids)), execution_options={"synchronize_session": False})

    return forget


def _ended_sessions(moment: datetime) -> Select[Any]:
    joined = select(WebSession.hashed).join(Person, Person.id == WebSession.person_id)
    return joined.where(or_(WebSession.expires < moment, WebSession.stamp != Person.fs_uniquifier))


def _unconfirmed(moment: datetime) -> Select[Any]:
    return select(Person.id).where(
        Person.email.is_not(None),
        Person.confirmed_at.is_(None),
        Person.role == PERSON,
        Person.created < moment - UNCONFIRMED,
        Person.id.not_in(select(Membership.person_id)),
    )


def _forget_unconfirmed(session: Session, ids: Sequence[Any]) -> None:
    for id in ids:
        forget_unconfirmed(session, id)


def _old_mails(moment: datetime) -> Select[Any]:
    last = Mail.key.startswith(LAST, autoescape=True)
    return select(Mail.id).where(
        or_(
            and_(Mail.state == "sent", or_(Mail.sent < moment - MAILS, last)),
            and_(Mail.state == "failed", or_(Mail.next_try < moment - MAILS, last)),
            and_(last, Mail.created < moment - MAILS),
        )
    )


def _old_problems(moment: datetime) -> Select[Any]:
    newest = select(func.max(Run.id)).group_by(Run.source_id)
    return select(ProblemRow.id).where(ProblemRow.created < moment - PROBLEMS, ProblemRow.run_id.not_in(newest))


def _old_checks(moment: datetime) -> Select[Any]:
    place = func.row_number().over(partition_by=Run.source_id, order_by=(Run.created.desc(), Run.id.desc()))
    placed = select(Run.id, Run.ended, place.label("place")).subquery()
    return select(placed.c.id).where(placed.c.ended < moment - CHECKS, placed.c.place > CHECKS_SHOWN)


def _old_reporters(moment: datetime) -> Select[Any]:
    named = or_(Report.email != "", Report.name != "", Report.person_id.is_not(None))
    return select(Report.id).where(Report.answered_at < moment - REPORTERS, named)


def _old_names(moment: datetime) -> Select[Any]:
    return select(AuditPerson.id).join(Audit, Audit.id == AuditPerson.id).where(Audit.at < moment - NAMES)


def _forget_names(session: Session, ids: Sequence[Any]) -> None:
    erase_acts(session, actor=WORK, ids=ids, why="kept long enough")


def _old_texts(moment: datetime) -> Select[Any]:
    left = or_(RecordRow.text != "", RecordRow.raw.is_not(None))
    return select(RecordRow.id).where(RecordRow.withdrawn_at < moment - WITHDRAWN, left)


RULES: Final = (
    Rule(
        "sign-ins",
        N_("Sign-ins and links to sign in, with the name of the browser"),
        N_("until you sign out or they expire"),
        N_("so that you stay signed in, and can end it from elsewhere"),
        N_("deleted the night after"),
        _ended_sessions,
        _deleted(WebSession, WebSession.hashed),
    ),
    Rule(
        "tries",
        N_("Tries to sign in, counted by a hash of the address and of the network"),
        N_("an hour"),
        N_("so that nobody can guess passwords"),
        N_("deleted"),
        lambda moment: select(Attempt.id).where(Attempt.at < moment - TRIES),
        _deleted(Attempt, Attempt.id),
    ),
    Rule(
        "answered challenges",
        N_("Answers of passkeys, as hashes"),
        N_("some minutes"),
        N_("so that none is used twice"),
        N_("deleted"),
        lambda moment: select(Spent.hashed).where(Spent.expires < moment),
        _deleted(Spent, Spent.hashed),
    ),
    Rule(
        "accounts never confirmed",
        N_("Accounts whose address was never confirmed"),
        N_("28 days"),
        N_("so that a mail may be found late"),
        N_("deleted, with everything in them"),
        _unconfirmed,
        _forget_unconfirmed,
    ),
    Rule(
        "invitations",
        N_("Invitations, with the address of who is invited"),
        N_("seven days"),
        N_("as long as their link works"),
        N_("deleted"),
        lambda moment: select(Invitation.id).where(Invitation.expires < moment),
        _deleted(Invitation, Invitation.id),
    ),
    Rule(
        "changes of address",
        N_("Addresses that somebody wants to change to"),
        N_("a day"),
        N_("as long as their link works"),
        N_("deleted"),
        lambda moment: select(AddressChange.person_id).where(AddressChange.expires < moment),
        _deleted(AddressChange, AddressChange.person_id),
    ),
    Rule(
        "mails",
        N_("Mails that were sent or could not be, with their text and address"),
        N_("30 days; the one that confirms the end of an account until it is sent"),
        N_("so that it can be found out why one did not arrive"),
        N_("deleted"),
        _old_mails,
        _deleted(Mail, Mail.id),
    ),
    Rule(
        "notices",
        N_("Notices: what happened to you in the hub"),
        N_("90 days"),
        N_("so that you find again what somebody wrote to you"),
        N_("deleted; what was written stays where it stands"),
        lambda moment: select(Notice.id).where(Notice.at < moment - NOTICES),
        _deleted(Notice, Notice.id),
    ),
    Rule(
        "happenings",
        N_("What was written where people follow, as it is told to them"),
        N_("90 days"),
        N_("so that it is told once"),
        N_("deleted; what was written stays where it stands"),
        lambda moment: select(Happening.id).where(Happening.at < moment - NOTICES),
        _deleted(Happening, Happening.id),
    ),
    Rule(
        "reporters",
        N_("Name and address of who has reported a document"),
        N_("a year after the answer, or until the account is closed"),
        N_("so that the answer reaches them, and can be questioned"),
        N_("erased; the report and its answer stay"),
        _old_reporters,
        forget_reporters,
    ),
    Rule(
        "names in the log",
        N_("Who did what: the name, the account and the network, in the log of acts"),
        N_("two years, or until the account is closed"),
        N_("so that misuse can be followed up"),
        N_("erased; that it was done, and when, stays"),
        _old_names,
        _forget_names,
    ),
    Rule(
        "withdrawn documents",
        N_("Text and original of documents that their publisher has withdrawn"),
        N_("30 days"),
        N_("so that a slip of the publisher can be undone"),
        N_("emptied; title and dates stay, so that links say what has happened"),
        _old_texts,
        forget_texts,
    ),
    Rule(
        "problems of checks",
        N_("Problems that checks of sources have met, with samples of the pages"),
        N_("90 days, and those of each source's last check"),
        N_("so that their cause can be found"),
        N_("deleted"),
        _old_problems,
        _deleted(ProblemRow, ProblemRow.id),
    ),
    Rule(
        "checks",
        N_("Checks of sources: when, and how many documents"),
        N_("a year, and the last 30 of each source"),
        N_("so that one sees how a source has been doing"),
        N_("deleted"),
        _old_checks,
        _deleted(Run, Run.id),
    ),
)
"""The table. Searches are not in it, for nobody's searches are kept."""


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
