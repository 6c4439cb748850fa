"""Telling the index: rows written in the same transaction as the change that they announce."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.index.models import IndexOutbox

LATE: Final = 300
"""Seconds that a change may wait; after that the work is not done, or the index takes nothing."""


def announce(session: Session, document_type: str, documents: Iterable[tuple[str, int]]) -> None:
    """Have these documents, each (id, version), brought up to date in the index after the commit."""
    session.add_all(
        IndexOutbox(document_type=document_type, document_id=id, version=version) for id, version in documents
    )


def age(session: Session) -> float:
    """Seconds since the oldest announcement that the index has not taken; 0 when none waits."""
    oldest = session.scalar(select(func.min(IndexOutbox.created)))
    return (now() - oldest).total_seconds() if oldest else 0.0


def waiting(session: Session) -> int:
    """How many announcements the index has still to take."""
    return session.scalar(select(func.count()).select_from(IndexOutbox)) or 0
