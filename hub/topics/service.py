"""The vocabulary between its tables and the value that everything reads (vocab.Scheme)."""

import time
from collections import defaultdict
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.db import Database, locking, require_storable
from hub.topics.models import Concept, ConceptScheme, Label, Mapping, Note, Relation
from vocab import scheme as vocab


def store_scheme(session: Session, scheme: vocab.Scheme) -> None:
    """Make the tables say what the scheme says; its revision grows. Tags stay: they hold URIs."""
    _require_storable(scheme)
    row = session.scalar(locking(select(ConceptScheme).where(ConceptScheme.uri == scheme.uri)))
    if row is None:
        row = ConceptScheme(uri=scheme.uri, revision=0)
        session.add(row)
    row.titles, row.descriptions = dict(scheme.titles), dict(scheme.descriptions)
    row.version, row.licence = scheme.version, scheme.licence
    row.revision += 1
    session.flush()
    session.execute(delete(Concept).where(Concept.scheme_uri == scheme.uri))
    for concept in scheme:
        session.add(
            Concept(
                uri=concept.uri,
                scheme_uri=scheme.uri,
                notation=concept.notation,
                top=concept.top,
                deprecated=concept.deprecated,
                replaced_by=list(concept.replaced_by),
            )
        )
    session.flush()
    for concept in scheme:
        session.add_all(_parts_of(concept))


def _require_storable(scheme: vocab.Scheme) -> None:
    """BadInput when a text of the vocabulary is too long for its column."""
    require_storable(ConceptScheme, {"uri": scheme.uri, "version": scheme.version, "licence": scheme.licence})
    for concept in scheme:
        require_storable(Concept, {"uri": concept.uri, "notation": concept.notation})
        for label in concept.labels:
            require_storable(Label, {"language": label.language, "value": label.value})
        for note in concept.notes:
            require_storable(Note, {"kind": note.kind, "language": note.language, "value": note.value})
        for mapping in concept.mappings:
            require_storable(Mapping, {"target": mapping.target})
        for target in (*concept.broader, *concept.related):
            require_storable(Relation, {"target_uri": target})


def _parts_of(concept: vocab.Concept) -> list[Any]:
    uri = concept.uri
    labels = [Label(concept_uri=uri, kind=one.kind, language=one.language, value=one.value) for one in concept.labels]
    notes = [Note(concept_uri=uri, kind=one.kind, language=one.language, value=one.value) for one in concept.notes]
    broader = [Relation(concept_uri=uri, kind="broader", target_uri=target) for target in concept.broader]
    related = [Relation(concept_uri=uri, kind="related", target_uri=target) for target in concept.related]
    mappings = [Mapping(concept_uri=uri, kind=one.kind, target=one.target) for one in concept.mappings]
    return [*labels, *notes, *broader, *related, *mappings]


def read_scheme(session: Session) -> vocab.Scheme:
    """The hub's vocabulary as a value; an empty scheme when none is loaded yet."""
    row = session.scalar(select(ConceptScheme).order_by(ConceptScheme.uri).limit(1))
    if row is None:
        return vocab.Scheme(vocab.BASE)
    parts: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for label in session.scalars(select(Label).order_by(Label.id)):
        parts[label.concept_uri]["labels"].append(vocab.Label(label.kind, label.language, label.value))  # type: ignore[arg-type]
    for note in session.scalars(select(Note).order_by(Note.id)):
        parts[note.concept_uri]["notes"].append(vocab.Note(note.kind, note.language, note.value))  # type: ignore[arg-type]
    for relation in session.scalars(select(Relation).order_by(Relation.id)):
        parts[relation.concept_uri][relation.kind].append(relation.target_uri)
    for mapping in session.scalars(select(Mapping).order_by(Mapping.id)):
        parts[mapping.concept_uri]["mappings"].append(vocab.Match(mapping.kind, mapping.target))  # type: ignore[arg-type]
    concepts = {
        concept.uri: vocab.Concept(
            uri=concept.uri,
            notation=concept.notation,
            top=concept.top,
            deprecated=concept.deprecated,
            replaced_by=tuple(concept.replaced_by),
            **{name: tuple(values) for name, values in parts[concept.uri].items()},
        )
        # Sorted here: databases have orders of their own.
        for concept in sorted(
            session.scalars(select(Concept).where(Concept.scheme_uri == row.uri)), key=lambda one: one.uri
        )
    }
    return vocab.Scheme(row.uri, row.titles, row.version, row.licence, concepts, row.descriptions)


class Vocabulary:
    """The scheme, kept in memory and read again when its revision has grown; looked at every two seconds at most."""

    def __init__(self, database: Database, look_every: float = 2) -> None:
        self._database = database
        self._look_every = look_every
        self._looked = float("-inf")
        self._revision = -1
        self._scheme = vocab.Scheme(vocab.BASE)
        self._notations: dict[str, vocab.Concept] = {}

    @property
    def revision(self) -> int:
        """Which state of the vocabulary `scheme` shows; -1 before any was loaded."""
        self._look()
        return self._revision

    @property
    def scheme(self) -> vocab.Scheme:
        """The vocabulary as it is now, give or take two seconds."""
        self._look()
        return self._scheme

    def look_again(self) -> None:
        """Somebody has just changed the vocabulary: do not wait two seconds to see it."""
        self._looked = float("-inf")

    def by_notation(self, notation: str) -> vocab.Concept | None:
        """The concept that people know as this notation."""
        self._look()
        return self._notations.get(notation)

    def names(self, language: str = "en") -> dict[str, str]:
        """{URI: preferred label} of every concept."""
        return {concept.uri: concept.pref(language) for concept in self.scheme}

    def _look(self) -> None:
        if time.monotonic() - self._looked < self._look_every:
            return
        with self._database.reading() as session:
            revision = session.scalar(select(ConceptScheme.revision).order_by(ConceptScheme.uri).limit(1))
            if revision is not None and revision != self._revision:
                self._scheme = read_scheme(session)
                self._notations = {concept.notation: concept for concept in self._scheme}
                self._revision = revision
        self._looked = time.monotonic()
