"""Profiles: what somebody says of themselves and who may see it; letters through the hub; whom somebody blocks."""

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, new_id, now

EVERYBODY: Final = "everybody"
ACCOUNT: Final = "account"
ORGANISATION: Final = "organisation"
NOBODY: Final = "nobody"
"""Who may see something of a profile: everybody, people with an account, those of an organisation of theirs, nobody."""


class Profile(Base):
    """What somebody shows of themselves. Without one, and until they say otherwise, nothing of them is shown.

    `sees_…` say who may see each part; nobody sees a part who may not see the profile (hub.people.access).
    """

    __tablename__ = "profile"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    handle: Mapped[str] = mapped_column(String(60), unique=True)
    """What stands in the address of the profile."""
    job: Mapped[str] = mapped_column(String(200), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    languages: Mapped[str] = mapped_column(String(200), default="")
    """In the person's own words, as “English, Welsh, BSL”."""
    sees_profile: Mapped[str] = mapped_column(String(12), default=NOBODY)
    """Who may see name and profile at all."""
    sees_job: Mapped[str] = mapped_column(String(12), default=NOBODY)
    sees_organisations: Mapped[str] = mapped_column(String(12), default=NOBODY)
    sees_topics: Mapped[str] = mapped_column(String(12), default=NOBODY)
    sees_about: Mapped[str] = mapped_column(String(12), default=NOBODY)
    sees_languages: Mapped[str] = mapped_column(String(12), default=NOBODY)
    sees_communities: Mapped[str] = mapped_column(String(12), default=NOBODY)
    sees_answers: Mapped[str] = mapped_column(String(12), default=NOBODY)
    sees_notes: Mapped[str] = mapped_column(String(12), default=NOBODY)
    may_write: Mapped[str] = mapped_column(String(12), default=NOBODY)
    """Who may write to them through the hub: ACCOUNT, ORGANISATION or NOBODY."""
    edition: Mapped[int] = mapped_column(default=1)
    """Counts the times it was saved, so that nobody overwrites what they have not seen."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    changed: Mapped[datetime] = mapped_column(Moment, default=now)


class ProfileTopic(Base):
    """A topic that somebody can help with."""

    __tablename__ = "profile_topic"
    __table_args__ = (UniqueConstraint("person_id", "concept_uri", name="uq_profile_topic"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("profile.person_id", ondelete="CASCADE"))
    concept_uri: Mapped[str] = mapped_column(String(300), index=True)


class ProfileHidden(Base):
    """That an accepted answer or a practice note of somebody is not to stand on their profile."""

    __tablename__ = "profile_hidden"
    __table_args__ = (UniqueConstraint("person_id", "thing_id", name="uq_profile_hidden"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("profile.person_id", ondelete="CASCADE"))
    thing: Mapped[str] = mapped_column(String(10))
    """`answer` or `note`."""
    thing_id: Mapped[str] = mapped_column(String(36))


class Letter(Base):
    """What somebody wrote to somebody through the hub. Whoever has closed their account is NULL."""

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_sender_id", "sender_id", "created"),
        Index("ix_letter_recipient_id", "recipient_id", "created"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    sender_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    recipient_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    answers_id: Mapped[str] = mapped_column(String(36), default="")
    """The letter that this one answers; empty for none."""
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    with_address: Mapped[bool] = mapped_column(default=False)
    """Whether the sender wanted their address to be in the mail."""
    created: Mapped[datetime] = mapped_column(Moment, default=now, index=True)


class Blocked(Base):
    """That somebody takes no letters from somebody else."""

    __tablename__ = "blocked"
    __table_args__ = (UniqueConstraint("person_id", "other_id", name="uq_blocked"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    other_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime] = mapped_column(Moment, default=now)
