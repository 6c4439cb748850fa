"""Practice notes: the working copy of each, and who wrote it. What is published stands in the note's record."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, new_id, now

DRAFT: Final = "draft"
PUBLISHED: Final = "published"
WITHDRAWN: Final = "withdrawn"


class PracticeNote(Base):
    """A note of an organisation. `words` is what is not published yet, or empty; what is published is its record's.

    So whoever takes the record down, or erases it, need not know of notes.
    """

    __tablename__ = "practice_note"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """hub.writing.words.Words as JSON."""
    edition: Mapped[int] = mapped_column(default=1)
    """Counts the times it was saved, so that nobody overwrites what they have not seen."""
    record_id: Mapped[str | None] = mapped_column(ForeignKey("record.id", ondelete="SET NULL"), unique=True)
    thread_id: Mapped[str] = mapped_column(String(36), index=True, default="")
    """The discussion that it was made of; empty for none."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    changed: Mapped[datetime] = mapped_column(Moment, default=now)

    @property
    def belongs_to(self) -> str:
        """Its organisation (hub.policy.Thing)."""
        return self.organisation_id

    @property
    def audience(self) -> str | None:
        """Before it is published nobody elsewhere may know of it (hub.policy.Thing)."""
        return self.organisation_id if self.state == DRAFT else None


class NoteAuthor(Base):
    """That somebody wrote a note, or what it was made of. Their name stands on it once they have said so themselves."""

    __tablename__ = "note_author"
    __table_args__ = (UniqueConstraint("note_id", "person_id", name="uq_note_author"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    note_id: Mapped[str] = mapped_column(ForeignKey("practice_note.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    named: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime] = mapped_column(Moment, default=now)
