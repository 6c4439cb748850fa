"""Decisions about records that a person made: to be told to them, and to stay without their name."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.records.models import Decision


def export_person(session: Session, person_id: str) -> list[dict[str, Any]]:
    """What they decided, the oldest first."""
    names = ("at", "what", "ground", "facts", "redress")
    rows = session.scalars(select(Decision).where(Decision.person_id == person_id).order_by(Decision.at))
    return [{name: getattr(row, name) for name in names} for row in rows]


def forget_person(session: Session, person_id: str) -> None:
    """The decisions stay, as they hold for others; who made them is not told any more."""
    session.execute(update(Decision).where(Decision.person_id == person_id).values(by="", person_id=None))
