"""The tables of notices, of what happened where people follow, and of what they follow."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import NEVER_REUSED, Base, Moment, new_id, now, partial_index


class Notice(Base):
    """Something that happened to somebody: a reply, a mention, a request that was answered.

    Who may read it is asked each time it is shown or mailed: by `community_id` and `part` as that community is open
    now (hub/communities/access.py), and by `organisation_id`, whose people alone may.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "what", "thing", "thing_id", name="uq_notice"),
        Index("ix_notice_person_id", "person_id", "id"),
        Index("ix_notice_thing", "thing", "thing_id"),
        partial_index("ix_notice_unread", "person_id", where="read_at IS NULL"),
        partial_index("ix_notice_unsettled", "person_id", where="settled_at IS NULL"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    """Later ones have greater ids (UUIDv7)."""
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(String(30))
    """hub.notices.kinds.KINDS."""
    at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    thing: Mapped[str] = mapped_column(String(20))
    """What kind of thing it is about: `post`, `thread`, `community` …"""
    thing_id: Mapped[str] = mapped_column(String(36))
    path: Mapped[str] = mapped_column(String(500))
    """Where it is read, from the hub's address on."""
    community_id: Mapped[str | None] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), index=True)
    part: Mapped[str] = mapped_column(String(10), default="")
    """What of the community it is about: hub.notices.service.ITSELF, LIBRARY or TALK."""
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    """Whose people alone may see the thing."""
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    """Who did it: the name is taken from their account, so that it is forgotten with it."""
    words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What its sentence is filled with: `title`, `reason` …"""
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was mailed, or it was clear that it is not to be."""


class Happening(Base):
    """Something that was written or held in a place that people may follow; hub/alerts tells those who do, once."""

    __tablename__ = "happening"
    __table_args__ = (
        UniqueConstraint("what", "thing", "thing_id", name="uq_happening"),
        Index("ix_happening_thing", "thing", "thing_id"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    what: Mapped[str] = mapped_column(String(30))
    """hub.notices.kinds.HAPPENINGS."""
    at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    thing: Mapped[str] = mapped_column(String(20))
    thing_id: Mapped[str] = mapped_column(String(36))
    path: Mapped[str] = mapped_column(String(500))
    community_id: Mapped[str | None] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), index=True)
    part: Mapped[str] = mapped_column(String(10), default="")
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    thread_id: Mapped[str] = mapped_column(String(36), default="")
    """The thread that it belongs to, for those who follow it."""
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    concepts: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The URIs of what it is about, for those who follow a topic."""
    language: Mapped[str] = mapped_column(String(8), default="")
    words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    told_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    """When those who follow were told."""


class Follow(Base):
    """That somebody wants to hear of something: what a search finds, a topic, an organisation, a place, a person."""

    __tablename__ = "follow"
    __table_args__ = (
        UniqueConstraint("person_id", "hashed", name="uq_follow"),
        Index("ix_follow_hashed", "hashed"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    """hub.notices.following.KINDS."""
    key: Mapped[str] = mapped_column(Text)
    """Of a search its parameters, of a topic its URI, of everything else its id."""
    hashed: Mapped[str] = mapped_column(String(64))
    """SHA-256 of kind and key, which are too long for an index."""
    name: Mapped[str] = mapped_column(String(200), default="")
    """What its owner calls a search; empty: by its words."""
    frequency: Mapped[str] = mapped_column(String(12))
    """hub.notices.following.FREQUENCIES, or NEVER for a community of theirs that somebody does not want to follow."""
    quiet: Mapped[bool] = mapped_column(default=False)
    """Whether they want less of it: the newest only, each time."""
    community_id: Mapped[str | None] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), index=True)
    """Where a followed community or thread is."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)
