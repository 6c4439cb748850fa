"""The table of what the operator has settled, one row a name, and the pictures that they gave."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, now

SETTLING: Final = "settings"
"""What whoever settles something holds alone (hub.db.alone)."""


class Setting(Base):
    """One thing that was settled (a field of hub.setup.house.House). Without a row its default holds."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed: Mapped[datetime] = mapped_column(Moment, default=now, onupdate=now)


class Logo(Base):
    """A picture as we have drawn it anew: never the bytes that somebody sent."""

    __tablename__ = "logo"

    hashed: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The SHA-256 of its bytes: its address changes with it."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    created: Mapped[datetime] = mapped_column(Moment, default=now)
