"""What the search box suggests while somebody types: topics, organisations and titles with the words so far."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import IndexUnavailable
from hub.index.analysis import Analysis
from hub.index.base import RECORD, IndexReader, Title
from hub.index.titles import words_typed
from hub.organisations.models import Organisation
from hub.topics.service import Vocabulary
from vocab.scheme import Scheme

MOST: Final = 8
"""Suggestions at once: more are not read while typing."""

_ANALYSIS: Final = Analysis()

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion. `key` is the notation of a topic, the slug of an organisation, or the id of anything else.

    `kind` is "topic", "organisation", "document" for a record, or another document type.
    """

    text: str
    kind: str
    key: str


def suggest(session: Session, reader: IndexReader, vocabulary: Vocabulary, text: str) -> list[Suggestion]:
    """At most MOST, topics first, then organisations, then documents; the kinds share the places fairly.

    Every word typed must stand in the name, the last one as the beginning of a word. Without documents while the index
    is away.
    """
    typed = words_typed(_ANALYSIS, text)
    if not typed:
        return []
    return _shared(_topics(vocabulary.scheme, typed), _organisations(session, typed), _documents(reader, text))


def _shared(*kinds: Sequence[Suggestion]) -> list[Suggestion]:
    """The first of each kind in turns, until all places are taken; then kind by kind."""
    turns = sorted((turn, kind) for kind, found in enumerate(kinds) for turn in range(len(found)))[:MOST]
    return [kinds[kind][turn] for kind, turn in sorted((kind, turn) for turn, kind in turns)]


def _topics(scheme: Scheme, typed: Sequence[str]) -> list[Suggestion]:
    """By preferred and other words in any language, each topic once: with the word that fits best."""
    named = (
        (label.value, label.kind != "pref", concept.notation)
        for concept in scheme
        if not concept.deprecated
        for label in concept.labels
        if label.kind != "hidden"
    )
    return [Suggestion(name, "topic", key) for name, key in _fitting(named, typed)]


def _organisations(session: Session, typed: Sequence[str]) -> list[Suggestion]:
    """By any of their names, each once."""
    rows = session.execute(select(Organisation.slug, Organisation.name, Organisation.other_names))
    named = ((name, name != first, slug) for slug, first, others in rows for name in (first, *others))
    return [Suggestion(name, "organisation", key) for name, key in _fitting(named, typed)]


def _documents(reader: IndexReader, text: str) -> list[Suggestion]:
    try:
        return [Suggestion(title.text, _kind_of(title), title.id) for title in reader.suggest(text, MOST)]
    except IndexUnavailable as error:
        log.warning("Suggestions are made without documents: %s", error)
        return []


def _kind_of(title: Title) -> str:
    return "document" if title.document_type == RECORD else title.document_type


def _fitting(named: Iterable[tuple[str, bool, str]], typed: Sequence[str]) -> list[tuple[str, str]]:
    """(name, key) of the best MOST keys, of (name, whether it is another name, key). Names that begin so come first."""
    whole, start, everything = [f" {word} " for word in typed[:-1]], f" {typed[-1]}", f" {' '.join(typed)}"
    found = []
    for name, other, key in named:
        folded = _folded(name)
        if start in folded and all(word in folded for word in whole):
            found.append((not folded.startswith(everything), other, folded, name, key))
    best: dict[str, str] = {}
    for *_, name, key in sorted(found):
        best.setdefault(key, name)
    return [(name, key) for key, name in best.items()][:MOST]


@lru_cache(maxsize=50_000)
def _folded(name: str) -> str:
    """Its words, folded, with a blank before and after each."""
    return f" {' '.join(_ANALYSIS.folded(name))} "
