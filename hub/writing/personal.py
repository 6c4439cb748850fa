"""What somebody has written: to be told to them, and to stay without their name when they go."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.writing.models import DRAFT, NoteAuthor, PracticeNote
from hub.writing.notes import words_of
from hub.writing.words import as_json


def export_person(session: Session, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Their practice notes, drafts too, the oldest first."""
    mine = select(PracticeNote, NoteAuthor.named).join(NoteAuthor, NoteAuthor.note_id == PracticeNote.id)
    rows = session.execute(mine.where(NoteAuthor.person_id == person_id).order_by(PracticeNote.created))
    notes = [
        {
            "begun": row.created.isoformat(),
            "state": row.state,
            "you are named": named,
            "in your words": as_json(words_of(session, row)),
        }
        for row, named in rows
    ]
    return {"practice_notes": notes}


def forget_person(session: Session, person_id: str) -> None:
    """What is published is their organisation's and stays, without their name. Drafts that nobody else writes go."""
    mine = select(NoteAuthor.note_id).where(NoteAuthor.person_id == person_id)
    ids = list(session.scalars(mine))
    session.execute(delete(NoteAuthor).where(NoteAuthor.person_id == person_id))
    others = select(NoteAuthor.note_id)
    alone = PracticeNote.id.in_(ids), PracticeNote.state == DRAFT, PracticeNote.id.not_in(others)
    session.execute(delete(PracticeNote).where(*alone))
