"""What the queue holds of a person: handing it out to them, and forgetting it. Decisions stay without their name."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.facilitating.models import Newsletter, Passed, Ruling


def export_person(session: Session, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """What they decided, and what was decided about them, the oldest first."""
    made = select(Ruling).where(Ruling.by_id == person_id).order_by(Ruling.id)
    about = select(Ruling).where(Ruling.person_id == person_id).order_by(Ruling.id)
    names = ("at", "kind", "what", "title", "ground", "facts")
    mine = ("at", "what", "title", "ground", "facts", "appeal", "answer")
    return {
        "decided_in_the_queue": [_told(row, names) for row in session.scalars(made)],
        "decided_about_you": [_told(row, mine) for row in session.scalars(about)],
    }


def forget_person(session: Session, person_id: str, also_written: bool = False) -> None:
    """Who decided is not told any more. What was decided about them stays without the words that are theirs."""
    theirs: dict[str, Any] = {"person_id": None, "appeal": "", "kept": {}}
    if also_written:
        theirs["title"] = ""
    session.execute(update(Ruling).where(Ruling.person_id == person_id).values(theirs))
    for column in (Ruling.by_id, Ruling.undone_by, Ruling.answered_by, Passed.by_id, Passed.to_id, Newsletter.by_id):
        session.execute(update(column.class_).where(column == person_id).values({column.key: None}))


def forget_rulings(session: Session, ids: Sequence[str]) -> None:
    """Of these decisions nobody learns any more who decided, and about whom."""
    theirs: dict[str, Any] = {
        "person_id": None,
        "by_id": None,
        "undone_by": None,
        "answered_by": None,
        "appeal": "",
        "kept": {},
    }
    session.execute(update(Ruling).where(Ruling.id.in_(ids)).values(theirs))


def _told(row: Ruling, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
