"""Records, the versions that they replaced, their tags, and what people decided about showing them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, deferred, mapped_column

from hub.db import Base, Day, Moment, new_id, now, partial_index


class RecordRow(Base):
    """What we hold of one thing that a member published: the contract's fields (federation/record.py) and our own.

    `published` is the source's date (the later of issued and modified) as a moment, for sorting; never ours.
    `sources_type`, `sources_language` and the licence keep what the *record* said; where it said nothing, `type`,
    `language` and `licence_basis` show the source's default.
    """

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("source_id", "native_id"),
        # Of living records alone: an index that begins with withdrawn_at tempts SQLite to walk all of them for ten ids.
        # What records/figures.py counts stands in it, so that no row need be read.
        partial_index(
            "ix_record_shown",
            *("organisation_id", "published", "language"),
            where="withdrawn_at IS NULL AND audience IS NULL",
        ),
        partial_index("ix_record_restricted", "audience", where="audience IS NOT NULL"),
        partial_index("ix_record_unmatched", "id", where="matched_at IS NULL"),
        partial_index("ix_record_rematch", "id", where="rematch"),
        partial_index("ix_record_withdrawn", "withdrawn_at", where="withdrawn_at IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    audience: Mapped[str | None] = mapped_column(String(36))
    """The organisation whose people alone may see it, as its source says; none: it is public."""
    native_id: Mapped[str] = mapped_column(String(1000))
    url: Mapped[str] = mapped_column(String(2000), index=True)
    datestamp: Mapped[datetime | None] = mapped_column(Moment)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(20), default="")
    type: Mapped[str] = mapped_column(String(20), default="other")
    creators: Mapped[list[str]] = mapped_column(JSON, default=list)
    contact: Mapped[str] = mapped_column(Text, default="")
    issued: Mapped[date | None] = mapped_column(Day)
    modified: Mapped[date | None] = mapped_column(Day)
    valid_until: Mapped[date | None] = mapped_column(Day)
    review_by: Mapped[date | None] = mapped_column(Day)
    published: Mapped[datetime | None] = mapped_column(Moment)
    licence_uri: Mapped[str] = mapped_column(String(300), default="")
    licence_text: Mapped[str] = mapped_column(Text, default="")
    licence_basis: Mapped[str] = mapped_column(String(20), default="none")
    rights: Mapped[str] = mapped_column(Text, default="")
    sets: Mapped[list[str]] = mapped_column(JSON, default=list)
    subjects: Mapped[list[str]] = mapped_column(JSON, default=list)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    hops: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    outcome: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """What came of a practice (federation.record.OUTCOMES); empty where nothing is said of it."""
    stage: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """How far it is (federation.record.STAGES)."""

    version: Mapped[int] = mapped_column(default=1)
    """Number of what people can read: 1, 2, 3 …; a new one when a hash changes."""
    touched: Mapped[int] = mapped_column(default=1)
    """Counts every change that the index must see (tags and withdrawal too); the index's document version."""
    meta_hash: Mapped[str] = mapped_column(String(64))
    text_hash: Mapped[str] = mapped_column(String(64), index=True)
    work_id: Mapped[str] = mapped_column(String(36), index=True)
    first_seen: Mapped[datetime] = mapped_column(Moment, default=now)
    last_seen_run: Mapped[str] = mapped_column(String(36), index=True, default="")
    harvested: Mapped[datetime] = mapped_column(Moment, default=now)
    matched_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was compared with what people follow; none: it is new."""
    rematch: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It has changed since: those who wait for what changed are to be asked again (hub/alerts/matching.py)."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    validators: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)

    text: Mapped[str] = deferred(mapped_column(Text, default=""))
    lemmas: Mapped[str] = deferred(mapped_column(Text, default=""))
    title_lemmas: Mapped[str] = deferred(mapped_column(Text, default=""))
    fingerprint: Mapped[list[int]] = deferred(mapped_column(JSON, default=list))
    raw: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    """The item as it came, zlib-compressed."""

    @property
    def belongs_to(self) -> str:
        """Its organisation (hub.policy.Thing)."""
        return self.organisation_id


class RecordVersion(Base):
    """A version that was replaced: `meta` is the whole former record as JSON, without its text."""

    __tablename__ = "record_version"
    __table_args__ = (UniqueConstraint("record_id", "version"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    meta: Mapped[dict[str, Any]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text)
    meta_hash: Mapped[str] = mapped_column(String(64))
    text_hash: Mapped[str] = mapped_column(String(64))
    validators: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    harvested: Mapped[datetime] = mapped_column(Moment)
    replaced_by_run: Mapped[str] = mapped_column(String(36), index=True)


class Tag(Base):
    """A record is about a concept: suggested by the tagger, or decided by a person; `reasons` say why."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("record_id", "concept_uri"), Index("ix_tag_concept", "concept_uri", "state"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    concept_uri: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(12), default="suggested")
    score: Mapped[float] = mapped_column(default=0.0)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class Decision(Base):
    """What was decided about a record or a report of one: a row for each act, which nobody changes (DSA Art. 17).

    It points at records and reports by their ids alone, so that it outlives both.
    """

    __tablename__ = "decision"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    what: Mapped[str] = mapped_column(String(20))
    """hub.records.decisions.WHATS."""
    ground: Mapped[str] = mapped_column(String(40), default="")
    """The rule it stands on: why a record was taken down, or how a report was answered."""
    facts: Mapped[str] = mapped_column(Text, default="")
    """What was found, in the words of whoever decided."""
    automatic: Mapped[bool] = mapped_column(default=False)
    """No person decided: a time had run out."""
    redress: Mapped[str] = mapped_column(Text, default="")
    """What those concerned were told they can do about it."""
    by: Mapped[str] = mapped_column(String(200), default="")
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    """Whose record it was about."""
    record_id: Mapped[str] = mapped_column(String(36), index=True, default="")
    report_id: Mapped[str] = mapped_column(String(36), index=True, default="")


class KeptOut(Base):
    """That a record is not shown because somebody decided so; without a decision there is no such row."""

    __tablename__ = "kept_out"

    record_id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decision.id"), index=True)


class Block(Base):
    """What must not come back with any harvest: an address, a text, or both, as a decision says."""

    __tablename__ = "block"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decision.id"), index=True)
    place: Mapped[str] = mapped_column(String(2000), index=True, default="")
    """The address without what changes lightly (hub.records.blocks.place_of); empty for a text at any address."""
    hashed: Mapped[str] = mapped_column(String(64), index=True, default="")
    """Of the text (hub.records.blocks.hash_of); empty for whatever text stands at the address."""
