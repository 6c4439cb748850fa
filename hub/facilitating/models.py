"""What was decided in the queue and why, and what was passed on there."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, new_id, now, partial_index


class Ruling(Base):
    """What somebody decided about one thing of the queue: a row for each act, with its reasons (DSA Art. 17).

    Undoing it, or an appeal against it, is written beside it. It points at what it was about by ids alone.
    """

    __tablename__ = "ruling"
    __table_args__ = (
        Index("ix_ruling_log", "community_id", "at"),
        partial_index("ix_ruling_asked", "thing_id", where="what = 'change' AND settled_at IS NULL"),
        partial_index("ix_ruling_appealed", "appealed_at", where="appealed_at IS NOT NULL AND answered_at IS NULL"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    """hub.facilitating.kinds.KINDS."""
    item: Mapped[str] = mapped_column(String(36))
    """What waited: the id of a report, a post, a request …"""
    what: Mapped[str] = mapped_column(String(12))
    """hub.facilitating.kinds.ACTS."""
    thing: Mapped[str] = mapped_column(String(12))
    """What it was about: `post`, `record` or `person`."""
    thing_id: Mapped[str] = mapped_column(String(36), index=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    path: Mapped[str] = mapped_column(String(500), default="")
    ground: Mapped[str] = mapped_column(String(40), default="")
    """The rule it stands on: hub.facilitating.kinds.GROUNDS."""
    facts: Mapped[str] = mapped_column(Text, default="")
    """Why, in the words of whoever decided; whoever is concerned reads them."""
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    """Whom it concerns: who wrote the post, or asks to join."""
    kept: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What is needed to undo it."""
    version: Mapped[int] = mapped_column(default=0)
    """Which version of a document it was about."""
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    """Of a change that was asked for: when somebody looked at what came of it."""
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    appealed_at: Mapped[datetime | None] = mapped_column(Moment)
    appeal: Mapped[str] = mapped_column(Text, default="")
    """Why whoever it concerns does not agree, in their words; once."""
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    """When somebody else decided about the appeal."""
    reversed: Mapped[bool] = mapped_column(default=False)
    """Whether the appeal was right."""
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)


class Passed(Base):
    """That something that waits was passed on: to another facilitator, or to the site moderators."""

    __tablename__ = "passed_on"
    __table_args__ = (
        UniqueConstraint("kind", "community_id", "item", name="uq_passed_on"),
        Index("ix_passed_on_site", "to_site", "community_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(12))
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    item: Mapped[str] = mapped_column(String(36))
    to_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    to_site: Mapped[bool] = mapped_column(default=False)
    automatic: Mapped[bool] = mapped_column(default=False)
    """Nobody passed it on: its time had run out, so that the facilitators keep it as well."""
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class Newsletter(Base):
    """What facilitators tell their members of what they have pinned: a draft, and what was sent as an announcement."""

    __tablename__ = "newsletter"
    __table_args__ = (
        Index("ix_newsletter_sent", "community_id", "sent_at"),
        partial_index("uq_newsletter_draft", "community_id", where="sent_at IS NULL", unique=True),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    """Markdown."""
    changed: Mapped[datetime] = mapped_column(Moment, default=now)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    thread_id: Mapped[str | None] = mapped_column(ForeignKey("thread.id", ondelete="SET NULL"), index=True)
    told: Mapped[int] = mapped_column(default=0)


class Quiet(Base):
    """That a community has been quiet for long, and how far that is: nudged, then offered to others."""

    __tablename__ = "quiet_community"

    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_id)
    """Of this time that it is quiet: people are told once each time."""
    nudged_at: Mapped[datetime] = mapped_column(Moment, default=now)
    offered_at: Mapped[datetime | None] = mapped_column(Moment)
