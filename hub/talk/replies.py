"""Addresses by which somebody answers in a thread by mail: one for each person and thread, signed, and revocable."""

import base64
import hmac
import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.accounts.sealing import derived
from hub.audit.service import note_act
from hub.config import Settings
from hub.db import alone, now
from hub.policy import Actor
from hub.talk.models import ReplyAddress

LASTS: Final = timedelta(days=90)
"""How long an address can be used after it was last given out."""

KEY: Final = 20
SIGNATURE: Final = 16
"""Letters of the two halves of a token: 100 bits that we look for, and 80 that only this hub can have made."""


def reply_to(session: Session, settings: Settings, *, thread_id: str, person_id: str) -> str:
    """The address for the Reply-To of a mail about this thread to this person; empty where none answers by mail.

    Whoever makes the mail puts harvesters.readers.mark.MARK on top of its text.
    """
    if not settings.mail_reply:
        return ""
    alone(session, f"reply address {thread_id} {person_id}")
    row = _of(session, thread_id, person_id)
    if row is None:
        row = ReplyAddress(thread_id=thread_id, person_id=person_id, key=_key(), expires=now() + LASTS)
        session.add(row)
    elif not lives(row):
        row.key, row.revoked_at = _key(), None
    row.expires = now() + LASTS
    session.flush()
    return _written(row, settings)


def address_of(session: Session, settings: Settings, *, thread_id: str, person_id: str) -> str:
    """The address that they can use now; empty for none."""
    row = _of(session, thread_id, person_id) if settings.mail_reply and person_id else None
    return _written(row, settings) if row is not None and lives(row) else ""


def find_address(session: Session, settings: Settings, address: str) -> ReplyAddress | None:
    """What such an address stands for, signed by us, whether it can still be used or not; None for any other."""
    local, at, host = address.lower().partition("@")
    ours, _at, here = settings.mail_reply.lower().partition("@")
    name, plus, token = local.partition("+")
    if not (at and plus and name == ours and host == here and len(token) == KEY + SIGNATURE):
        return None
    row = session.scalar(select(ReplyAddress).where(ReplyAddress.key == token[:KEY]))
    if row is None or not hmac.compare_digest(_signed(row, settings).encode(), token[KEY:].encode()):
        return None
    return row


def lives(row: ReplyAddress) -> bool:
    """Whether it can be used."""
    return row.revoked_at is None and row.expires >= now()


def end_address(session: Session, *, actor: Actor, thread_id: str) -> None:
    """Nobody answers by this address any more; the next mail about the thread brings another."""
    theirs = (ReplyAddress.thread_id == thread_id) & (ReplyAddress.person_id == actor.person_id)
    session.execute(update(ReplyAddress).where(theirs).values(revoked_at=now()))
    note_act(session, actor=actor, action="end reply address", thing=f"thread {thread_id}")


def _of(session: Session, thread_id: str, person_id: str) -> ReplyAddress | None:
    theirs = select(ReplyAddress).where(ReplyAddress.thread_id == thread_id, ReplyAddress.person_id == person_id)
    return session.scalar(theirs)


def _key() -> str:
    return base64.b32encode(secrets.token_bytes(13)).decode().lower()[:KEY]


def _signed(row: ReplyAddress, settings: Settings) -> str:
    said = f"{row.key} {row.thread_id} {row.person_id}".encode()
    made = hmac.digest(derived(settings.secret(), "answers by mail"), said, "sha256")
    return base64.b32encode(made).decode().lower()[:SIGNATURE]


def _written(row: ReplyAddress, settings: Settings) -> str:
    name, _at, host = settings.mail_reply.partition("@")
    return f"{name}+{row.key}{_signed(row, settings)}@{host}"
