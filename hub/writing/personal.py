"""What somebody has written: to be told to them, and to stay without their name when they go."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.communities.models import Community
from hub.writing.models import DRAFT, NoteAuthor, PracticeNote, WikiPage, WikiVersion
from hub.writing.note_reading import words_of
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
    return {"practice_notes": notes, "wiki_pages": _pages(session, person_id)}


def _pages(session: Session, person_id: str) -> list[dict[str, Any]]:
    mine = select(WikiVersion, Community.name)
    mine = mine.join(WikiPage, WikiPage.id == WikiVersion.page_id).join(Community)
    rows = session.execute(mine.where(WikiVersion.author_id == person_id).order_by(WikiVersion.at, WikiVersion.id))
    return [
        {
            "at": row.at.isoformat(),
            "community": community,
            "page": row.title,
            "version": row.edition,
            "what you did": row.summary,
            "text": row.text,
        }
        for row, community in rows
    ]


def forget_person(session: Session, person_id: str) -> None:
    """What is published is their organisation's and stays, without their name. Drafts that nobody else writes go.

    Wiki pages are many people's: who wrote which version of them is not told any more.
    """
    for table in (WikiPage, WikiVersion):
        session.execute(update(table).where(table.author_id == person_id).values(author_id=None))
    mine = select(NoteAuthor.note_id).where(NoteAuthor.person_id == person_id)
    ids = list(session.scalars(mine))
    session.execute(delete(NoteAuthor).where(NoteAuthor.person_id == person_id))
    others = select(NoteAuthor.note_id)
    alone = PracticeNote.id.in_(ids), PracticeNote.state == DRAFT, PracticeNote.id.not_in(others)
    session.execute(delete(PracticeNote).where(*alone))
