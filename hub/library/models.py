"""What stands in the library of a community or may come into it, its collections, and the searches that feed it."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, new_id, now


class Collection(Base):
    """A part of a library with a name, and a line about what is in it."""

    __tablename__ = "library_collection"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime] = mapped_column(Moment, default=now)


class LibraryItem(Base):
    """A document and a community: it waits for a facilitator, is pinned, or was rejected for good.

    The document stays its publisher's: who may not read that sees nothing of this either.
    """

    __tablename__ = "library_item"
    __table_args__ = (
        UniqueConstraint("community_id", "record_id", name="uq_library_item"),
        Index("ix_library_item_state", "community_id", "state"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    """hub.library.service: WAITING, PINNED or REJECTED."""
    why: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What brought it: `topic <URI>` and `search <id>`; nothing for what a facilitator found themselves."""
    found_at: Mapped[datetime] = mapped_column(Moment, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    """Who pinned or rejected it."""
    note: Mapped[str] = mapped_column(Text, default="")
    """Why it stands there, in the words of a facilitator."""
    collection_id: Mapped[str | None] = mapped_column(
        ForeignKey("library_collection.id", ondelete="SET NULL"), index=True
    )
    place: Mapped[int] = mapped_column(default=0)
    """Where it stands among the others of its collection."""
    version: Mapped[int] = mapped_column(default=0)
    """Which version of the document was pinned."""


class LibrarySearch(Base):
    """A search that feeds a library: `asked` is what hub.search.saved keeps."""

    __tablename__ = "library_search"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    asked: Mapped[str] = mapped_column(String(2000))
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    paused: Mapped[bool] = mapped_column(default=False)
    filled_at: Mapped[datetime | None] = mapped_column(Moment)
    """When what was there already was looked through for it."""
    trouble: Mapped[str] = mapped_column(Text, default="")
    """Why it finds nothing new, where it cannot be used."""


class LibraryFilled(Base):
    """For which topics what was there already was looked through for a community."""

    __tablename__ = "library_filled"

    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), primary_key=True)
    concepts: Mapped[list[str]] = mapped_column(JSON, default=list)
    touched: Mapped[int] = mapped_column(default=0)
    """Of the community when that was done: while it is the same, so are the topics."""
