"""What notices hold of a person: handing it out to them, and forgetting it."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.notices.models import Happening, Notice


def export_person(session: Session, person_id: str) -> list[dict[str, Any]]:
    """What they were told, the oldest first; who did it is the other person's, and not in it."""
    rows = session.scalars(select(Notice).where(Notice.person_id == person_id).order_by(Notice.id))
    return [
        {
            "at": row.at.isoformat(),
            "what": row.what,
            "where": row.path,
            "read": row.read_at.isoformat() if row.read_at else None,
        }
        for row in rows
    ]


def forget_person(session: Session, person_id: str) -> None:
    """What they were told is deleted; what others were told of them stays without their name."""
    session.execute(delete(Notice).where(Notice.person_id == person_id))
    for table in (Notice, Happening):
        session.execute(update(table).where(table.by_id == person_id).values(by_id=None))
