"""Telling the index: rows written in the same transaction as the change that they announce."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.index.models import IndexOutbox


def announce(session: Session, document_type: str, documents: Iterable[tuple[str, int]]) -> None:
    """Have these documents, each (id, version), brought up to date in the index after the commit."""
    session.add_all(
        IndexOutbox(document_type=document_type, document_id=id, version=version) for id, version in documents
    )


def waiting(session: Session) -> int:
    """How many announcements the index has still to take."""
    return session.scalar(select(func.count()).select_from(IndexOutbox)) or 0
