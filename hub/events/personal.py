"""What meetings hold of a person: to be told to them, and to be forgotten. The meetings stay."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.events.models import CalendarAddress, Event, EventAnswer


def export_person(session: Session, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """The meetings that they arranged, what they answered to others, and whether their calendar has an address."""
    mine = session.scalars(select(Event).where(Event.author_id == person_id).order_by(Event.created))
    said = session.execute(
        select(EventAnswer, Event.title)
        .join(Event, Event.id == EventAnswer.event_id)
        .where(EventAnswer.person_id == person_id)
        .order_by(EventAnswer.at)
    )
    addresses = session.scalars(select(CalendarAddress).where(CalendarAddress.person_id == person_id))
    return {
        "meetings": [
            {"title": row.title, "begins": row.begins.isoformat(), "in your words": row.text, "place": row.place}
            for row in mine
        ],
        "answers_to_meetings": [
            {"meeting": title, "answer": row.answer, "at": row.at.isoformat()} for row, title in said
        ],
        "calendar_address": [{"made": row.created.isoformat()} for row in addresses],
    }


def forget_person(session: Session, person_id: str) -> None:
    """Who arranged a meeting is not told any more; whether they came, and their calendar's address, go."""
    session.execute(update(Event).where(Event.author_id == person_id).values(author_id=None))
    for table in (EventAnswer, CalendarAddress):
        session.execute(delete(table).where(table.person_id == person_id))
