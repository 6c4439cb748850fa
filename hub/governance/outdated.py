"""What is too old to be kept, and how it goes: the queries behind the table of retention.py."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from hub.accounts.models import PERSON, Membership, Person, WebSession
from hub.audit.erasing import erase_acts
from hub.audit.models import Audit, AuditPerson
from hub.facilitating.models import Ruling
from hub.governance.closing import forget_unconfirmed
from hub.mail.models import Mail
from hub.mail.personal import LAST
from hub.moderation.models import Report
from hub.policy import WORK
from hub.records.models import RecordRow, RecordVersion
from hub.sources.models import ProblemRow, Run
from hub.talk.models import PostReport

TRIES: Final = timedelta(hours=1)
UNCONFIRMED: Final = timedelta(days=28)
MAILS: Final = timedelta(days=30)
NOTICES: Final = timedelta(days=90)
LINKS: Final = timedelta(days=365)
LETTERS: Final = timedelta(days=365)
WITHDRAWN: Final = timedelta(days=30)
PROBLEMS: Final = timedelta(days=90)
CHECKS: Final = timedelta(days=365)
REPORTERS: Final = timedelta(days=365)
NAMES: Final = timedelta(days=730)

CHECKS_SHOWN: Final = 30
"""Checks of each source that stay however old they are: its page shows them."""

Old = Callable[[datetime], Select[Any]]
Forget = Callable[[Session, Sequence[Any]], None]


def deleted(key: Any) -> Forget:
    """Delete the rows with these keys."""

    def forget(session: Session, ids: Sequence[Any]) -> None:
        session.execute(delete(key.class_).where(key.in_(ids)), execution_options={"synchronize_session": False})

    return forget


def passed(key: Any, at: Any, kept: timedelta = timedelta()) -> tuple[Old, Forget]:
    """Rows go so long after the moment that stands in them."""
    return lambda moment: select(key).where(at < moment - kept), deleted(key)


def ended_sessions(moment: datetime) -> Select[Any]:
    joined = select(WebSession.hashed).join(Person, Person.id == WebSession.person_id)
    return joined.where(or_(WebSession.expires < moment, WebSession.stamp != Person.fs_uniquifier))


def unconfirmed(moment: datetime) -> Select[Any]:
    return select(Person.id).where(
        Person.email.is_not(None),
        Person.confirmed_at.is_(None),
        Person.role == PERSON,
        Person.created < moment - UNCONFIRMED,
        Person.id.not_in(select(Membership.person_id)),
    )


def forget_accounts(session: Session, ids: Sequence[Any]) -> None:
    for id in ids:
        forget_unconfirmed(session, id)


def old_mails(moment: datetime) -> Select[Any]:
    last = Mail.key.startswith(LAST, autoescape=True)
    return select(Mail.id).where(
        or_(
            and_(Mail.state == "sent", or_(Mail.sent < moment - MAILS, last)),
            and_(Mail.state == "failed", or_(Mail.next_try < moment - MAILS, last)),
            and_(last, Mail.created < moment - MAILS),
        )
    )


def old_problems(moment: datetime) -> Select[Any]:
    newest = select(func.max(Run.id)).group_by(Run.source_id)
    return select(ProblemRow.id).where(ProblemRow.created < moment - PROBLEMS, ProblemRow.run_id.not_in(newest))


def old_checks(moment: datetime) -> Select[Any]:
    place = func.row_number().over(partition_by=Run.source_id, order_by=(Run.created.desc(), Run.id.desc()))
    placed = select(Run.id, Run.ended, place.label("place")).subquery()
    return select(placed.c.id).where(placed.c.ended < moment - CHECKS, placed.c.place > CHECKS_SHOWN)


def old_reporters(moment: datetime) -> Select[Any]:
    named = or_(Report.email != "", Report.name != "", Report.person_id.is_not(None))
    return select(Report.id).where(Report.answered_at < moment - REPORTERS, named)


def old_reporters_of_posts(moment: datetime) -> Select[Any]:
    known = PostReport.person_id.is_not(None)
    return select(PostReport.id).where(PostReport.answered_at < moment - REPORTERS, known)


def old_names(moment: datetime) -> Select[Any]:
    return select(AuditPerson.id).join(Audit, Audit.id == AuditPerson.id).where(Audit.at < moment - NAMES)


def forget_names(session: Session, ids: Sequence[Any]) -> None:
    erase_acts(session, actor=WORK, ids=ids, why="kept long enough")


def old_rulings(moment: datetime) -> Select[Any]:
    named = or_(Ruling.by_id.is_not(None), Ruling.person_id.is_not(None))
    return select(Ruling.id).where(Ruling.at < moment - NAMES, named)


def old_texts(moment: datetime) -> Select[Any]:
    former = exists().where(RecordVersion.record_id == RecordRow.id, RecordVersion.text != "")
    left = or_(RecordRow.text != "", RecordRow.raw.is_not(None), former)
    return select(RecordRow.id).where(RecordRow.withdrawn_at < moment - WITHDRAWN, left)
