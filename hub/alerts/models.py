"""The tables of alerts: how each person wants to be told, what was for whom, the mails made of it, and the runs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import NEVER_REUSED, Base, Moment, new_id, now, partial_index

URGENT = "urgent"
WAITING = "waiting"
MAILED = "mailed"
IN_HUB = "hub"
TOLD = "told"
"""States of a delivery: its mail is to go at once; it waits for a digest; it was mailed; it stands in My hub only; a
notice tells of it already."""


class AlertSetting(Base):
    """How somebody wants to be told. No row: as it is for everybody who has not said otherwise."""

    __tablename__ = "alert_setting"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when they want no mails."""
    groups: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """{group of notices (hub.notices.kinds.GROUPS): frequency}, where it is not the usual one."""
    seen_at: Mapped[datetime | None] = mapped_column(Moment)
    """Until when they have seen what My hub shows."""


class Digest(Base):
    """One mail of what somebody follows. One a person and period; an immediate one has a slot of its own."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("person_id", "period", "slot", name="uq_digest"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    period: Mapped[str] = mapped_column(String(12))
    slot: Mapped[str] = mapped_column(String(36))
    created: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    mail_key: Mapped[str] = mapped_column(String(200), unique=True)
    held: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    """What the mail names, as [thing, id]: it is asked once more when it is sent whether they may read all of it."""
    notices: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The notices in it."""


class Delivery(Base):
    """That something is for somebody, why, and how it reached them. One row a person and thing: it is told once."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("person_id", "thing", "thing_id", "what", name="uq_delivery"),
        Index("ix_delivery_person_id", "person_id", "id"),
        partial_index("ix_delivery_waiting", "person_id", where="state = 'waiting'"),
        partial_index("ix_delivery_urgent", "person_id", where="state = 'urgent'"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    thing: Mapped[str] = mapped_column(String(20))
    thing_id: Mapped[str] = mapped_column(String(36))
    what: Mapped[str] = mapped_column(String(30), default="record")
    record_id: Mapped[str | None] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    happening_id: Mapped[int | None] = mapped_column(ForeignKey("happening.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    why: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """What they follow that it is for: {follow, kind, key, name} of each, so that it can be said afterwards."""
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    digest_id: Mapped[str | None] = mapped_column(ForeignKey("digest.id", ondelete="SET NULL"), index=True)


class UnsubscribeToken(Base):
    """What a link to stop mails holds: for one person and one purpose. Only its SHA-256 is kept."""

    __tablename__ = "unsubscribe_token"

    hashed: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(12))
    """What it ends: hub.alerts.unsubscribing.PURPOSES."""
    key: Mapped[str] = mapped_column(String(36), default="")
    """Which follow or group of notices; empty for all of a period."""
    created: Mapped[datetime] = mapped_column(Moment, default=now, index=True)


class AlertRun(Base):
    """That the digests of a day or a week were made, or are being made."""

    __tablename__ = "alert_run"

    slot: Mapped[str] = mapped_column(String(30), primary_key=True)
    """`daily 2026-11-27` or `weekly 2026-11-23`."""
    started: Mapped[datetime] = mapped_column(Moment, default=now)
    ended: Mapped[datetime | None] = mapped_column(Moment)
    mails: Mapped[int] = mapped_column(default=0)
