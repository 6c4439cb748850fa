"""What reports hold of a person: handing it out to them, and forgetting it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.moderation.models import Report


def export_person(session: Session, person_id: str) -> list[dict[str, Any]]:
    """What somebody has reported, by their account or by its address, with what came of it."""
    rows = session.scalars(select(Report).where(_theirs(session, person_id)).order_by(Report.created))
    return [
        {
            "sent": row.created,
            "document": row.record_id,
            "what is wrong": row.reason,
            "in your words": row.text,
            "name": row.name,
            "address": row.email,
            "state": row.state,
            "outcome": row.outcome,
            "why you did not agree": row.objection,
        }
        for row in rows
    ]


def forget_person(session: Session, person_id: str, also_written: bool = False) -> int:
    """Take name and address off their reports, which stay to be answered; with `also_written` their words go, too.

    Says how many reports. Called while the person is still there: their address finds what they sent signed out.
    """
    ids = session.scalars(select(Report.id).where(_theirs(session, person_id))).all()
    if also_written:
        session.execute(update(Report).where(Report.id.in_(ids)).values(text="", objection=""))
    forget_reporters(session, ids)
    return len(ids)


def forget_reporters(session: Session, ids: Sequence[str]) -> None:
    """Nobody learns any more who wrote these reports."""
    nobody = {"person_id": None, "name": "", "email": ""}
    session.execute(update(Report).where(Report.id.in_(ids)).values(nobody))


def _theirs(session: Session, person_id: str) -> ColumnElement[bool]:
    person = session.get(Person, person_id)
    ours = Report.person_id == person_id
    if person is None or not person.email or not person.confirmed_at:
        return ours
    return or_(ours, Report.email == person.email.lower())
