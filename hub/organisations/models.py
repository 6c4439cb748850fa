"""The table of member organisations."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, new_id, now
from hub.languages import ENGLISH


class Organisation(Base):
    """A member organisation. `contact_*` is its contact point: a team, never a person's private address."""

    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    other_names: Mapped[list[str]] = mapped_column(JSON, default=list)
    sector: Mapped[str] = mapped_column(String(20), index=True)
    area: Mapped[str] = mapped_column(String(200), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str] = mapped_column(String(500), default="")
    domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_email: Mapped[str] = mapped_column(String(200), default="")
    contact_phone: Mapped[str] = mapped_column(String(60), default="")
    licence_uri: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(8), default=ENGLISH)
    """In which mails to its contact point are written."""
    fictional: Mapped[bool] = mapped_column(default=False)
    trusted: Mapped[bool] = mapped_column(default=False)
    """Whether its content officers' sources start at once, also where those of others wait for the operator."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)

    @property
    def belongs_to(self) -> str:
        """To itself (hub.policy.Thing)."""
        return self.id

    @property
    def audience(self) -> None:
        """Everybody may know of every organisation (hub.policy.Thing)."""
        return None

    def __json__(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {"slug": self.slug, "name": self.name, "sector": self.sector, "website": self.website}
