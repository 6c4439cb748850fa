"""How long anything is kept, and why: one table, shown on the privacy page and enforced every night (nights.py)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from hub.accounts.models import PERSON, AddressChange, Attempt, Invitation, Membership, Person, Spent, WebSession
from hub.alerts.models import AlertRun, Delivery, Digest, UnsubscribeToken
from hub.audit.erasing import erase_acts
from hub.audit.models import Audit, AuditPerson
from hub.communities.models import CommunityInvitation
from hub.facilitating.models import Ruling
from hub.facilitating.personal import forget_rulings
from hub.governance.closing import forget_unconfirmed
from hub.languages import N_
from hub.mail.models import Mail
from hub.mail.personal import LAST
from hub.moderation.models import Report
from hub.moderation.personal import forget_reporters
from hub.notices.models import Happening, Notice
from hub.people.models import Letter
from hub.policy import WORK
from hub.records.models import RecordRow, RecordVersion
from hub.records.service import forget_texts
from hub.sources.models import ProblemRow, Run
from hub.talk.models import MailTaken, PostReport, ReplyAddress
from hub.talk.personal import forget_reporters as forget_reporters_of_posts

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


def _deleted(key: Any) -> Forget:
    """Delete the rows with these keys."""

    def forget(session: Session, ids: Sequence[Any]) -> None:
        session.execute(delete(key.class_).where(key.in_(ids)), execution_options={"synchronize_session": False})

    return forget


def _passed(key: Any, at: Any, kept: timedelta = timedelta()) -> tuple[Old, Forget]:
    """Rows go so long after the moment that stands in them."""
    return lambda moment: select(key).where(at < moment - kept), _deleted(key)


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


def _old_reporters_of_posts(moment: datetime) -> Select[Any]:
    known = PostReport.person_id.is_not(None)
    return select(PostReport.id).where(PostReport.answered_at < moment - REPORTERS, known)


def _old_names(moment: datetime) -> Select[Any]:
    return select(AuditPerson.id).join(Audit, Audit.id == AuditPerson.id).where(Audit.at < moment - NAMES)


def _forget_names(session: Session, ids: Sequence[Any]) -> None:
    erase_acts(session, actor=WORK, ids=ids, why="kept long enough")


def _old_rulings(moment: datetime) -> Select[Any]:
    named = or_(Ruling.by_id.is_not(None), Ruling.person_id.is_not(None))
    return select(Ruling.id).where(Ruling.at < moment - NAMES, named)


def _old_texts(moment: datetime) -> Select[Any]:
    former = exists().where(RecordVersion.record_id == RecordRow.id, RecordVersion.text != "")
    left = or_(RecordRow.text != "", RecordRow.raw.is_not(None), former)
    return select(RecordRow.id).where(RecordRow.withdrawn_at < moment - WITHDRAWN, left)


RULES: Final = (
    Rule(
        "sign-ins",
        N_("Sign-ins and links to sign in, with the name of the browser"),
        N_("until you sign out or they expire"),
        N_("so that you stay signed in, and can end it from elsewhere"),
        N_("deleted the night after"),
        _ended_sessions,
        _deleted(WebSession.hashed),
    ),
    Rule(
        "tries",
        N_("Tries to sign in, counted by a hash of the address and of the network"),
        N_("an hour"),
        N_("so that nobody can guess passwords"),
        N_("deleted"),
        *_passed(Attempt.id, Attempt.at, TRIES),
    ),
    Rule(
        "answered challenges",
        N_("Answers of passkeys, as hashes"),
        N_("some minutes"),
        N_("so that none is used twice"),
        N_("deleted"),
        *_passed(Spent.hashed, Spent.expires),
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
        *_passed(Invitation.id, Invitation.expires),
    ),
    Rule(
        "invitations to communities",
        N_("Invitations to communities, with the address of who is invited"),
        N_("seven days"),
        N_("as long as their link works"),
        N_("deleted"),
        *_passed(CommunityInvitation.id, CommunityInvitation.expires),
    ),
    Rule(
        "changes of address",
        N_("Addresses that somebody wants to change to"),
        N_("a day"),
        N_("as long as their link works"),
        N_("deleted"),
        *_passed(AddressChange.person_id, AddressChange.expires),
    ),
    Rule(
        "mails",
        N_("Mails that were sent or could not be, with their text and address"),
        N_("30 days; the one that confirms the end of an account until it is sent"),
        N_("so that it can be found out why one did not arrive"),
        N_("deleted"),
        _old_mails,
        _deleted(Mail.id),
    ),
    Rule(
        "notices",
        N_("Notices: what happened to you in the hub"),
        N_("90 days"),
        N_("so that you find again what somebody wrote to you"),
        N_("deleted; what was written stays where it stands"),
        *_passed(Notice.id, Notice.at, NOTICES),
    ),
    Rule(
        "happenings",
        N_("What was written where people follow, as it is told to them"),
        N_("90 days"),
        N_("so that it is told once"),
        N_("deleted; what was written stays where it stands"),
        *_passed(Happening.id, Happening.at, NOTICES),
    ),
    Rule(
        "deliveries",
        N_("What was delivered to you of what you follow, and why"),
        N_("90 days"),
        N_("so that you are told of everything once, and can ask why"),
        N_("deleted; what it was stays where it stands"),
        lambda moment: select(Delivery.id).where(Delivery.at < moment - NOTICES),
        _deleted(Delivery.id),
    ),
    Rule(
        "digests",
        N_("That a mail was made of what you follow, without its words"),
        N_("90 days"),
        N_("so that no mail is made twice"),
        N_("deleted"),
        lambda moment: select(Digest.id).where(Digest.created < moment - NOTICES),
        _deleted(Digest.id),
    ),
    Rule(
        "alert runs",
        N_("That the mails of a day were made, and how many"),
        N_("90 days"),
        N_("so that no mail is made twice"),
        N_("deleted"),
        lambda moment: select(AlertRun.slot).where(AlertRun.started < moment - NOTICES),
        _deleted(AlertRun.slot),
    ),
    Rule(
        "links that stop mails",
        N_("Links that stop mails, as hashes"),
        N_("a year"),
        N_("so that the link works in an old mail, too"),
        N_("deleted"),
        lambda moment: select(UnsubscribeToken.hashed).where(UnsubscribeToken.created < moment - LINKS),
        _deleted(UnsubscribeToken.hashed),
    ),
    Rule(
        "letters",
        N_("Letters that people write to each other through the hub"),
        N_("a year"),
        N_("so that both find again what was said, and can answer"),
        N_("deleted for both"),
        *_passed(Letter.id, Letter.created, LETTERS),
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
        "reporters of posts",
        N_("Who has reported a post in a community"),
        N_("a year after the answer, or until the account is closed"),
        N_("so that the answer reaches them, and can be questioned"),
        N_("erased; the report and its answer stay"),
        _old_reporters_of_posts,
        forget_reporters_of_posts,
    ),
    Rule(
        "addresses for answers",
        N_("The addresses by which you answer in discussions by mail"),
        N_("90 days after the last mail that named one"),
        N_("as long as you may answer to it"),
        N_("deleted; what was published stays where it stands"),
        *_passed(ReplyAddress.id, ReplyAddress.expires),
    ),
    Rule(
        "mails that came in",
        N_("That a mail with an answer came in, as a hash"),
        N_("90 days"),
        N_("so that none is published twice"),
        N_("deleted; what was published stays where it stands"),
        *_passed(MailTaken.hashed, MailTaken.at, NOTICES),
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
        "names in the queue",
        N_("Decisions of the moderation queue: who decided, and about whom"),
        N_("two years, or until the account is closed"),
        N_("so that one can appeal, and misuse can be followed up"),
        N_("erased; that it was decided, when and why stays"),
        _old_rulings,
        forget_rulings,
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
        _deleted(ProblemRow.id),
    ),
    Rule(
        "checks",
        N_("Checks of sources: when, and how many documents"),
        N_("a year, and the last 30 of each source"),
        N_("so that one sees how a source has been doing"),
        N_("deleted"),
        _old_checks,
        _deleted(Run.id),
    ),
)
"""The table. Searches are not in it, for nobody's searches are kept."""
