"""Mails of one address: to be told to whoever has it, and to be forgotten."""

from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.mail.models import Mail

LAST: Final = "account closed "
"""How the key of the mail begins that confirms the end of an account: it is deleted as soon as it is sent."""


def export_address(session: Session, address: str) -> list[dict[str, Any]]:
    """Mails that wait for, or went to, this address, the oldest first."""
    names = ("recipient", "subject", "text", "language", "state", "created", "sent")
    rows = session.scalars(select(Mail).where(func.lower(Mail.recipient) == address.lower()).order_by(Mail.created))
    return [{name: getattr(row, name) for name in names} for row in rows]


def forget_address(session: Session, address: str) -> int:
    """Delete them, also those that wait, but for the one that confirms the end of the account. Says how many."""
    theirs = func.lower(Mail.recipient) == address.lower()
    gone = session.execute(delete(Mail).where(theirs, Mail.key.not_like(f"{LAST}%")))
    return int(gone.rowcount)  # type: ignore[attr-defined]
