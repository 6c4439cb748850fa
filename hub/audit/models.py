"""The audit log: append only, each row carries the hash of the one before.

What it holds of a person stands apart (`AuditPerson`), so that it can be erased while the chain stays whole: what is
chained is only a salted hash of it. The database itself refuses every other change (triggers of migration 0011).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, now


class Audit(Base):
    """One act: who (`actor`), what (`action`), on which thing, with which particulars. No row names a person."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_action", "action", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    actor: Mapped[str] = mapped_column(String(120))
    """`person` for everybody with an account; else the command line or the hub itself, by its name."""
    action: Mapped[str] = mapped_column(String(60))
    thing: Mapped[str] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Never a name or an address of a person: it stays for good."""
    personal: Mapped[str] = mapped_column(String(64), default="")
    """The salted hash of what `AuditPerson` holds of this row; empty where there was nothing to hold."""
    previous: Mapped[str] = mapped_column(String(64))
    hashed: Mapped[str] = mapped_column(String(64), unique=True)


class AuditPerson(Base):
    """Who did it, and from where: what can be erased. `id` is that of the act."""

    __tablename__ = "audit_person"

    id: Mapped[int] = mapped_column(ForeignKey("audit.id"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    """Without it nobody can find out by guessing whom the hash was made of."""
    person_id: Mapped[str] = mapped_column(String(36), index=True)
    name: Mapped[str] = mapped_column(String(120))
    network: Mapped[str] = mapped_column(String(64), default="")
    """The part of the internet it came from, as `192.0.2.0/24`; empty for a command."""


class AuditErasure(Base):
    """That the personal part of the act `id` was erased, and which act did it: without it the guard lets none go."""

    __tablename__ = "audit_erasure"

    id: Mapped[int] = mapped_column(ForeignKey("audit.id"), primary_key=True, autoincrement=False)
    act: Mapped[int] = mapped_column(ForeignKey("audit.id"), index=True)
