"""The table of reports: what somebody found wrong with a record, and how far that is."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, new_id, now
from hub.languages import ENGLISH

WAITING = "waiting"
PASSED = "passed on"
ANSWERED = "answered"
"""States: with its organisation; with the site moderators, too; done."""


class Report(Base):
    """What somebody found wrong with a record. Nothing of it is public; who reported is seen by whoever answers."""

    __tablename__ = "report"
    __table_args__ = (Index("ix_report_state", "state", "created"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    hashed: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the secret in the address of its page."""
    record_id: Mapped[str | None] = mapped_column(ForeignKey("record.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254), default="", index=True)
    """Where the answer goes; empty for somebody who gave none."""
    language: Mapped[str] = mapped_column(String(8), default=ENGLISH)
    """In which its answer's mail is written."""
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    objection: Mapped[str] = mapped_column(Text, default="")
    """Why whoever reported does not agree with the organisation's answer; once."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    escalated_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
