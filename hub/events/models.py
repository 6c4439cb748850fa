"""Meetings, who comes to them, and the private calendar addresses of people."""

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, new_id, now


class Event(Base):
    """A meeting of a community. Its description is Markdown (hub.markdown.Written). `link` is for members alone."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_listed", "community_id", "starts"), Index("ix_event_ends", "ends", "told_at"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    starts: Mapped[datetime] = mapped_column(Moment, index=True)
    ends: Mapped[datetime] = mapped_column(Moment)
    zone: Mapped[str] = mapped_column(String(60))
    """The time zone in which it was arranged, by its IANA name."""
    place: Mapped[str] = mapped_column(String(300), default="")
    link: Mapped[str] = mapped_column(String(2000), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    sanitiser: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    changed: Mapped[datetime] = mapped_column(Moment, default=now)
    edition: Mapped[int] = mapped_column(default=1)
    """Counts its changes: calendars take the highest (SEQUENCE, RFC 5545)."""
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)
    cancelled_why: Mapped[str] = mapped_column(String(300), default="")
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    """When its people were asked to write down what came of it."""
    page_id: Mapped[str | None] = mapped_column(ForeignKey("wiki_page.id", ondelete="SET NULL"), index=True)
    """The wiki page with its notes."""
    touched: Mapped[int] = mapped_column(default=1)
    """Counts every change that the index must see; the index's document version."""

    @property
    def begins(self) -> datetime:
        """When it begins, by the clock of its own time zone."""
        return self.starts.astimezone(ZoneInfo(self.zone))

    @property
    def finishes(self) -> datetime:
        """When it ends, by the same clock."""
        return self.ends.astimezone(ZoneInfo(self.zone))

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.ends <= now()


class EventAnswer(Base):
    """Whether somebody comes (hub.events.reading.ANSWERS)."""

    __tablename__ = "event_answer"
    __table_args__ = (UniqueConstraint("event_id", "person_id", name="uq_event_answer"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    answer: Mapped[str] = mapped_column(String(6))
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class CalendarAddress(Base):
    """That a person has a private address of their calendar. Its secret is made of the row and of the hub's own secret
    (hub.events.addresses), so that a copy of the table opens nothing. Without the row it opens nothing either.
    """

    __tablename__ = "calendar_address"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    nonce: Mapped[str] = mapped_column(String(64), default=lambda: secrets.token_hex(32))
    created: Mapped[datetime] = mapped_column(Moment, default=now)
