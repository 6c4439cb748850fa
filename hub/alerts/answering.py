"""A mail that goes at once about one discussion alone: whoever gets it may answer it, and is published there."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.readers.mark import MARK
from hub.alerts.models import Digest
from hub.config import Settings
from hub.mail.models import Mail
from hub.notices.following import IMMEDIATELY
from hub.notices.models import Happening, Notice
from hub.talk.replies import reply_to
from hub.talk.telling import thread_at


def let_answer(session: Session, settings: Settings, digest: Digest | None) -> None:
    """Give its mail the address for answers, and the line above which they are written."""
    if digest is None or digest.period != IMMEDIATELY or not settings.mail_reply:
        return
    threads = {thread_at(path) for path in _paths(session, digest)}
    mail = session.scalar(select(Mail).where(Mail.key == digest.mail_key))
    if mail is None or len(threads) != 1 or "" in threads:
        return
    mail.reply_to = reply_to(session, settings, thread_id=threads.pop(), person_id=digest.person_id)
    mail.text = f"{MARK}\n\n{mail.text}"


def _paths(session: Session, digest: Digest) -> list[str]:
    """Where everything is read that it tells of; empty for what is no part of a discussion."""
    happenings = [int(key) for thing, key in digest.held if thing == "happening"]
    others = [""] if any(thing != "happening" for thing, _key in digest.held) else []
    told = session.scalars(select(Happening.path).where(Happening.id.in_(happenings)))
    noticed = session.scalars(select(Notice.path).where(Notice.id.in_(digest.notices)))
    return [*others, *told, *noticed]
