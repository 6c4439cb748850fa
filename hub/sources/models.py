"""Sources, their checks (runs), and the problems that checks found."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Large, Moment, new_id, now, partial_index

ACTIVE = ("queued", "running", "held")
"""States of a run that keep another one from starting."""

WAITING = "waiting"
DECLINED = "declined"
"""What the operator has still to say, or has said, of a source; nothing where it may be collected."""

WRITTEN = "written"
"""The kind of a source that nobody visits: what an organisation's people write on this hub (hub/sources/written.py)."""

PUBLIC = "public"
RESTRICTED = "restricted"
VISIBILITIES = (PUBLIC, RESTRICTED)
"""Who may see a source and what it brings: everybody, or the people of its organisation alone."""

LONGEST_ADDRESS = 2000
"""In bytes: addresses stand in an index, which takes 2,704 of them on PostgreSQL."""


class Source(Base):
    """An address that we harvest for one organisation. Counters stand here, so that a list of sources is one query.

    One that is `restricted`, and all that comes from there, is for the people of its organisation alone.
    """

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("kind", "address"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column("place", String(2000))
    language: Mapped[str] = mapped_column(String(20), default="")
    type: Mapped[str] = mapped_column(String(20), default="")
    licence_uri: Mapped[str] = mapped_column(String(300), default="")
    contact: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(12), default=PUBLIC)
    claim: Mapped[str] = mapped_column("address", String(2000), default=lambda context: _claim_in(context))
    """What no other source of its kind may have (`claim_of`)."""
    categories: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """The publisher's own categories and the URI of the topic that each of them stands for."""
    interval: Mapped[int] = mapped_column(default=3600)
    """Seconds from the end of one check to the next."""
    paused: Mapped[bool] = mapped_column(default=False)
    approval: Mapped[str] = mapped_column(String(10), default="")
    """WAITING or DECLINED: then it is never checked; empty once it may be."""
    declined: Mapped[str] = mapped_column(Text, default="")
    """Why it was declined."""
    registered_by: Mapped[str] = mapped_column(String(36), default="")
    """The person who registered it, who hears what became of it; empty for the command line."""
    tell_email: Mapped[str] = mapped_column(String(254), default="")
    """Who else hears of its checks, beside the organisation's contact."""
    tell_level: Mapped[str] = mapped_column(String(10), default="problems")
    tell_confirmed: Mapped[datetime | None] = mapped_column(Moment)
    """When whoever has the address above said that they want the mails; until then they get none."""
    cursor: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    failures: Mapped[int] = mapped_column(default=0)
    """Checks that failed one after the other; the wait before the next grows with it."""
    next_due: Mapped[datetime | None] = mapped_column(Moment, index=True)
    documents: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime] = mapped_column(Moment, default=now)

    @property
    def belongs_to(self) -> str:
        """Its organisation (hub.policy.Thing)."""
        return self.organisation_id

    @property
    def audience(self) -> str | None:
        """The organisation whose people alone may see it (hub.policy.Thing).

        Also where nobody has approved it and nothing has come from it: strangers are shown what is collected, not what
        somebody would like to be.
        """
        return self.organisation_id if self.approval and not self.documents else self.brings_for

    @property
    def brings_for(self) -> str | None:
        """The organisation whose people alone may see what comes from it."""
        return self.organisation_id if self.visibility == RESTRICTED else None


def claim_of(address: str, audience: str | None) -> str:
    """An address is registered once for everybody, and once for each organisation that keeps it to itself.

    Else whoever registers an address would learn from being refused that others have it.
    """
    return address if audience is None else f"{audience} {hashlib.sha256(address.encode()).hexdigest()}"


def _claim_in(context: Any) -> str:
    given = context.get_current_parameters()
    restricted = given["visibility"] == RESTRICTED
    return claim_of(given["place"], given["organisation_id"] if restricted else None)


class Run(Base):
    """One check of a source. Its state lives here with a lease: who holds it, until when, and which fence counts."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("source_id", "slot"),
        partial_index("uq_run_active", "source_id", unique=True, where="state in ('queued', 'running', 'held')"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    slot: Mapped[str] = mapped_column(String(60))
    """When it was due, or an id for a check that a person asked for: unique a source, so two tickers do no harm."""
    state: Mapped[str] = mapped_column(String(24), default="queued", index=True)
    message: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    started: Mapped[datetime | None] = mapped_column(Moment)
    ended: Mapped[datetime | None] = mapped_column(Moment)
    lease_owner: Mapped[str] = mapped_column(String(120), default="")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    fence: Mapped[int] = mapped_column(default=0)
    """Grows with each taking of the lease; a worker whose fence is old may not write any more."""
    attempts: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    said: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What `message` was made of, so that it can be said in another language: {"code": of a problem, "words": …}."""
    accepted: Mapped[bool] = mapped_column(default=False)
    """A person accepted what the guard held."""
    held: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the guard held: {"why": sentence, "gone": [record ids], "changed": count}."""
    pages: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    deleted: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    extracted: Mapped[int] = mapped_column(default=0)
    requests: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(Large, default=0)


class ProblemRow(Base):
    """One problem of one run, as harvesters/base.py's Problem says it."""

    __tablename__ = "problem"
    __table_args__ = (Index("ix_problem_run_code", "run_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    what: Mapped[str] = mapped_column(Text)
    fix: Mapped[str] = mapped_column(Text)
    where: Mapped[str] = mapped_column(Text, default="")
    stage: Mapped[str] = mapped_column(String(10))
    severity: Mapped[str] = mapped_column(String(10))
    sample: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What `what` and `fix` were filled in with, so that they can be said in another language."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)
