"""Practice notes with who wrote them, and the wiki pages of communities with all that they said before."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
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


class WikiPage(Base):
    """A page that the members of a community write together (hub.markdown.Written): what it says now."""

    __tablename__ = "wiki_page"
    __table_args__ = (Index("ix_wiki_page_listed", "community_id", "hidden_at", "title"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(80))
    """The last part of its address: the newest of its names (WikiName)."""
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    sanitiser: Mapped[int] = mapped_column()
    edition: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    """Who wrote the present edition."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    changed: Mapped[datetime] = mapped_column(Moment, default=now)
    hidden_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when its facilitators alone can read it."""
    touched: Mapped[int] = mapped_column(default=1)
    """Counts every change that the index must see; the index's document version."""


class WikiVersion(Base):
    """An edition of a page, the present one too: what it said, who wrote it, and what they said that they did."""

    __tablename__ = "wiki_version"
    __table_args__ = (UniqueConstraint("page_id", "edition", name="uq_wiki_version"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    page_id: Mapped[str] = mapped_column(ForeignKey("wiki_page.id", ondelete="CASCADE"))
    edition: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(String(200), default="")
    restored: Mapped[int | None] = mapped_column()
    """The edition that it brought back; None where it was written."""
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class WikiName(Base):
    """A name under which a page is found, or once was: links to it go on. One belongs to one page of a community."""

    __tablename__ = "wiki_name"
    __table_args__ = (UniqueConstraint("community_id", "slug", name="uq_wiki_name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(80))
    page_id: Mapped[str] = mapped_column(ForeignKey("wiki_page.id", ondelete="CASCADE"), index=True)
