"""People, the sessions that browsers hold, what they prove themselves with, and the attempts that are counted."""

import secrets
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Large, Moment, new_id, now
from hub.languages import ENGLISH
from hub.policy import MEMBER, OFFICER

PERSON: Final = "person"
"""The role of whoever has none on the whole hub."""


def new_stamp() -> str:
    """What every session of a person carries: a new one ends them all."""
    return secrets.token_hex(32)


class Person(Base):
    """Somebody with an account. The operator whom `moothall operator link` makes has no address and no password."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default=PERSON)
    """On the whole hub: `person` for none, hub.policy.SITE_MODERATOR or OPERATOR."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    email: Mapped[str | None] = mapped_column(String(254), index=True, unique=True)
    """In small letters; nobody is found by another spelling of it."""
    password: Mapped[str | None] = mapped_column(String(255))
    """Its argon2 hash."""
    active: Mapped[bool] = mapped_column(default=True)
    """Whether they may sign in: not while they are suspended."""
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When they showed that the address is theirs."""
    fs_uniquifier: Mapped[str] = mapped_column(String(64), index=True, unique=True, default=new_stamp)
    """The stamp of their sessions, by the name that Flask-Security gives it."""
    language: Mapped[str] = mapped_column(String(8), default=ENGLISH)
    """In which they read the hub, where their browser says nothing else, and its mails."""
    touched: Mapped[int] = mapped_column(default=1)
    """Counts every change that the index must see; the index's document version (hub/accounts/announcing.py)."""


class WebSession(Base):
    """A one-time link or a signed-in browser. Only the secret's SHA-256 is kept: a copy of the table opens nothing."""

    __tablename__ = "web_session"

    hashed: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    expires: Mapped[datetime] = mapped_column(Moment)
    stamp: Mapped[str] = mapped_column(String(64), default="")
    """The person's, when it was opened; it opens nothing once that is another."""
    state: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What Flask-Login and Flask-Security keep of a signed-in browser, as when the password was last given."""
    browser: Mapped[str] = mapped_column(String(120), default="")
    """What the browser calls itself, for the list of one's sessions."""


class Membership(Base):
    """That somebody belongs to an organisation, and as what (hub.policy.MEMBERS)."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", name="uq_membership"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(20), default=OFFICER)
    since: Mapped[datetime] = mapped_column(Moment, default=now)
    how: Mapped[str] = mapped_column(String(12), default="given")
    """How it came about: by the domain of an address, by invitation, or given by who may; empty: nobody noted it."""

    BY_DOMAIN: ClassVar = "domain"
    BY_INVITATION: ClassVar = "invitation"


class CommunityMember(Base):
    """That somebody takes part in a community, and as what (hub.policy.TAKING_PART).

    It stands here, as Membership does: who asks is found by one statement, whatever circles they belong to.
    """

    __tablename__ = "community_member"
    __table_args__ = (
        UniqueConstraint("person_id", "community_id", name="uq_community_member"),
        Index("ix_community_member_since", "community_id", "since"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20), default=MEMBER)
    since: Mapped[datetime] = mapped_column(Moment, default=now)


class Joining(Base):
    """That somebody wants to belong to the organisation whose address they have, and waits for the operator."""

    __tablename__ = "joining"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", name="uq_joining"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime] = mapped_column(Moment, default=now)


class Invitation(Base):
    """That an organisation wants whoever has this address. Only the secret's SHA-256 is kept."""

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    hashed: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(200), default="")
    """The name of whoever invites."""
    by_id: Mapped[str] = mapped_column(String(36), default="")
    """Their account, so that it can be told to them, and the name forgotten with them."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    expires: Mapped[datetime] = mapped_column(Moment)


class AddressChange(Base):
    """That a person wants another address, until they have shown that it is theirs. One a person."""

    __tablename__ = "address_change"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    hashed: Mapped[str] = mapped_column(String(64), unique=True)
    """The SHA-256 of what the link holds."""
    email: Mapped[str] = mapped_column(String(254))
    expires: Mapped[datetime] = mapped_column(Moment)


class CodeApp(Base):
    """An app that makes a person's codes (TOTP, RFC 6238). One a person."""

    __tablename__ = "code_app"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[str] = mapped_column(String(400))
    """Its secret, encrypted with a key that is not in the database (hub/accounts/keys.py)."""
    counter: Mapped[int] = mapped_column(Large, default=0)
    """The time step of the last code that was taken: neither it nor an older one is taken again."""
    since: Mapped[datetime] = mapped_column(Moment, default=now)


class Passkey(Base):
    """A passkey or security key of a person (WebAuthn): its public half."""

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    hashed: Mapped[str] = mapped_column(String(64), unique=True)
    """The SHA-256 of `credential`, which is too long for an index."""
    credential: Mapped[str] = mapped_column(String(1400))
    """What its device calls it, as base64url."""
    public: Mapped[str] = mapped_column(String(4000))
    """Its public key (COSE), as base64url."""
    uses: Mapped[int] = mapped_column(Large, default=0)
    """How often it was used, as it counts itself; many do not, and stay at 0."""
    transports: Mapped[list[str]] = mapped_column(JSON, default=list)
    """How its device is reached, for the browser."""
    alone: Mapped[bool] = mapped_column(default=False)
    """Whether it asked who is there (a finger, a face, a PIN) when it was made: then it needs no password beside it."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    used: Mapped[datetime | None] = mapped_column(Moment)


class RecoveryCode(Base):
    """A code for who has lost phone and key. Only its hash is kept; it is deleted when it is used."""

    __tablename__ = "recovery_code"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    hashed: Mapped[str] = mapped_column(String(64), unique=True)


class Spent(Base):
    """A challenge to a passkey that was answered: it is not answered again."""

    __tablename__ = "spent"

    hashed: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires: Mapped[datetime] = mapped_column(Moment)


class Duty(Base):
    """Who answers for a thing of an organisation, and who takes over when they leave. No row: nobody ever did."""

    __tablename__ = "duty"
    __table_args__ = (UniqueConstraint("kind", "thing_id", name="uq_duty"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    """hub.accounts.duties.THINGS."""
    thing_id: Mapped[str] = mapped_column(String(36))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    deputy_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    since: Mapped[datetime] = mapped_column(Moment, default=now)
    """Since when the owner has it, or nobody has."""
    told: Mapped[bool] = mapped_column(default=True)
    """Whether the owner has been told by mail that it is theirs now."""


class Attempt(Base):
    """One try at something that may be guessed, by whom or what it is counted."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_what_key_at", "what", "key", "at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    what: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(64))
    """A hash of the account's address or of the network: who tries is nobody's business."""
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class Provider(Base):
    """An organisation's own sign-in (OpenID Connect): where it is, and who this hub is there."""

    __tablename__ = "provider"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), unique=True)
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(300))
    sealed: Mapped[str] = mapped_column(Text)
    """The client secret, encrypted (hub/accounts/sealing.py)."""
    enabled: Mapped[bool] = mapped_column(default=False)
    only: Mapped[bool] = mapped_column(default=False)
    """Whether the organisation's people sign in in no other way."""
    trusted: Mapped[bool] = mapped_column(default=False)
    """Whether its addresses count although it does not say that it has verified them."""
    changed: Mapped[datetime] = mapped_column(Moment, default=now, onupdate=now)


class Identity(Base):
    """Who somebody is at their organisation's sign-in. The address is no part of it: addresses are handed on."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("organisation_id", "issuer", "subject", name="uq_identity"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime] = mapped_column(Moment, default=now)
