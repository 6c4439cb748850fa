"""Communities, what they are about, and who wants to belong to one."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, new_id, now
from hub.languages import ENGLISH


class Community(Base):
    """People of many organisations who share a practice. `visibility` is one of hub.communities.access.VISIBILITIES."""

    __tablename__ = "community"
    __table_args__ = (Index("ix_community_active", "archived_at", "last_activity"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    other_names: Mapped[list[str]] = mapped_column(JSON, default=list)
    purpose: Mapped[str] = mapped_column(Text, default="")
    rules: Mapped[str] = mapped_column(Text, default="")
    """How people treat each other there, as Markdown; empty: the hub's own rules."""
    visibility: Mapped[str] = mapped_column(String(12), default="open")
    language: Mapped[str] = mapped_column(String(8), default=ENGLISH)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    """Which organisation answers for it: its accountable owner and their deputy belong there."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    last_activity: Mapped[datetime] = mapped_column(Moment, default=now)
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when it can only be read."""
    members: Mapped[int] = mapped_column(default=0)
    """How many people belong to it: counted when that changes, so that lists need not."""
    organisations: Mapped[int] = mapped_column(default=0)
    """How many organisations they come from: counted when somebody comes or goes, and every night."""
    folded: Mapped[str] = mapped_column(Text, default="")
    """Name, other names and purpose in small letters: what the search of the list looks at."""
    touched: Mapped[int] = mapped_column(default=1)
    """Counts every change that the index must see; the index's document version."""

    @property
    def belongs_to(self) -> str:
        """To itself (hub.policy.Thing)."""
        return self.id

    @property
    def audience(self) -> str | None:
        """Who may know that it is there (hub.policy.Thing): of one that is confidential its members alone."""
        return self.id if self.visibility == "confidential" else None


class CommunityConcept(Base):
    """That a community is about a topic."""

    __tablename__ = "community_concept"
    __table_args__ = (UniqueConstraint("community_id", "concept_uri", name="uq_community_concept"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    concept_uri: Mapped[str] = mapped_column(String(300), index=True)


class JoinRequest(Base):
    """That somebody wants to belong to a community whose facilitators let people in."""

    __tablename__ = "join_request"
    __table_args__ = (UniqueConstraint("community_id", "person_id", name="uq_join_request"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(Text, default="")
    """Why, in their words."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)


class CommunityInvitation(Base):
    """That a community wants whoever has this address. Only the secret's SHA-256 is kept."""

    __tablename__ = "community_invitation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    hashed: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    expires: Mapped[datetime] = mapped_column(Moment)
