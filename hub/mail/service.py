"""Queueing mails in the caller's transaction; how many wait; trying failed ones again; forgetting old ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import locking, now, require_storable
from hub.errors import BadInput
from hub.mail.addresses import mail_address, one_line, web_address
from hub.mail.models import Mail


@dataclass(frozen=True, slots=True)
class Figures:
    """How many mails are in which state, since when the oldest waits, and why the last one that had trouble had it."""

    queued: int
    sent: int
    failed: int
    oldest: datetime | None
    last_error: str

    @property
    def age(self) -> float:
        """Seconds since the oldest mail that waits was written; 0 when none waits."""
        return (now() - self.oldest).total_seconds() if self.oldest else 0.0


def queue_mail(
    session: Session,
    *,
    key: str,
    recipient: str,
    subject: str,
    text: str,
    html: str = "",
    language: str = "",
    unsubscribe: str = "",
    reply_to: str = "",
    person_id: str = "",
    circles: Sequence[str] = (),
) -> Mail:
    """Write a mail that is sent after the caller's commit, and only if there is one. The same `key` is the same mail.

    With `person_id` it is for somebody with an account: it is thrown away if that is suspended or closed when it is
    to be sent, or if they belong to one of `circles` (ids of organisations and communities) no more.

    BadInput for an address that is none, and for a subject or address with a line break or other control characters.
    """
    if not one_line(subject) or not subject.strip():
        raise BadInput("A subject is one line of text.", "subject")
    if not one_line(language) or not language.isascii():
        raise BadInput("A language is a tag such as `en` or `cy`.", "language")
    given = {
        "key": key,
        "recipient": mail_address(recipient),
        "subject": subject,
        "text": text,
        "html": html,
        "language": language,
        "unsubscribe": web_address(unsubscribe) if unsubscribe else "",
        "reply_to": mail_address(reply_to) if reply_to else "",
        "person_id": person_id,
    }
    require_storable(Mail, given)
    return _of(session, key) or _added(session, Mail(**given, circles=list(circles)))


def _added(session: Session, mail: Mail) -> Mail:
    """This mail, or the same one of another transaction, which was first and for whose end the insert has waited."""
    key = mail.key
    try:
        with session.begin_nested():
            session.add(mail)
    except IntegrityError:
        there = _of(session, key)
        if there is None:
            raise
        return there
    return mail


def _of(session: Session, key: str) -> Mail | None:
    return session.scalar(select(Mail).where(Mail.key == key))


def figures(session: Session) -> Figures:
    """The outbox at this moment."""
    counts = dict(session.execute(select(Mail.state, func.count()).group_by(Mail.state)).all())
    oldest = session.scalar(select(func.min(Mail.created)).where(Mail.state == "queued"))
    troubled = select(Mail.error).where(Mail.error != "").order_by(Mail.next_try.desc(), Mail.id.desc()).limit(1)
    return Figures(
        queued=counts.get("queued", 0),
        sent=counts.get("sent", 0),
        failed=counts.get("failed", 0),
        oldest=oldest,
        last_error=session.scalar(troubled) or "",
    )


def failed_since(session: Session, moment: datetime) -> int:
    """How many mails have failed since then, and have not been tried again."""
    failed = select(func.count()).select_from(Mail).where(Mail.state == "failed", Mail.next_try >= moment)
    return session.scalar(failed) or 0


def retry_failed(session: Session) -> int:
    """Queue every mail that failed once more, as if it had never been tried. Says how many."""
    failed = list(session.scalars(locking(select(Mail.id).where(Mail.state == "failed").order_by(Mail.id), skip=True)))
    anew = {"state": "queued", "attempts": 0, "first_try": None, "next_try": now(), "error": ""}
    session.execute(update(Mail).where(Mail.id.in_(failed)).values(anew))
    return len(failed)
