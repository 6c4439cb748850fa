"""What was erased for good, and the nights in which old things were deleted."""

from datetime import datetime

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, new_id, now


class Erasure(Base):
    """That something was erased and must not come back: its kind and its number or hash, and nothing else of it."""

    __tablename__ = "erasure"
    __table_args__ = (UniqueConstraint("kind", "key"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(64))
    how: Mapped[str] = mapped_column(String(20), default="")


class RetentionRun(Base):
    """One night's deletion of what is too old. The slot is unique, so that two tickers do no harm."""

    __tablename__ = "retention_run"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    slot: Mapped[str] = mapped_column(String(10), unique=True)
    """The day, as `2026-11-27`."""
    started: Mapped[datetime] = mapped_column(Moment, default=now)
    ended: Mapped[datetime | None] = mapped_column(Moment)
    done: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """How many of each kind."""
