"""The vocabulary in tables (the shape of vocabulary.md: concept, label, note, relation, mapping)."""

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class ConceptScheme(Base):
    """A concept scheme; `revision` counts every change, so that caches know when they are old."""

    __tablename__ = "concept_scheme"

    uri: Mapped[str] = mapped_column(String(300), primary_key=True)
    titles: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    descriptions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    version: Mapped[str] = mapped_column(String(40), default="")
    licence: Mapped[str] = mapped_column(String(300), default="")
    revision: Mapped[int] = mapped_column(default=1)


class Concept(Base):
    """A topic."""

    __tablename__ = "concept"

    uri: Mapped[str] = mapped_column(String(300), primary_key=True)
    scheme_uri: Mapped[str] = mapped_column(ForeignKey("concept_scheme.uri", ondelete="CASCADE"), index=True)
    notation: Mapped[str] = mapped_column(String(40), index=True)
    top: Mapped[bool] = mapped_column(default=False)
    deprecated: Mapped[bool] = mapped_column(default=False)
    replaced_by: Mapped[list[str]] = mapped_column(JSON, default=list)


class Label(Base):
    """A word or phrase for a concept: `kind` is pref, alt or hidden."""

    __tablename__ = "label"
    __table_args__ = (Index("ix_label_language_value", "language", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    concept_uri: Mapped[str] = mapped_column(ForeignKey("concept.uri", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(300))


class Note(Base):
    """A definition, scope note and the like."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    concept_uri: Mapped[str] = mapped_column(ForeignKey("concept.uri", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(Text)


class Relation(Base):
    """`concept_uri` has `target_uri` as its broader or related concept. No foreign key on it: rule 14 reports."""

    __tablename__ = "relation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    concept_uri: Mapped[str] = mapped_column(ForeignKey("concept.uri", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    target_uri: Mapped[str] = mapped_column(String(300), index=True)


class Mapping(Base):
    """A link to a concept of another scheme: exact, close, broad, narrow or related."""

    __tablename__ = "mapping"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    concept_uri: Mapped[str] = mapped_column(ForeignKey("concept.uri", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(String(300), index=True)
