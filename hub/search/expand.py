"""The topics that a search's words name, and the words of other languages that they bring along (vocabulary.md §4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.index.base import OWN_LABEL, Expansion
from hub.languages import language
from hub.topics.service import Vocabulary
from vocab.labels import LabelIndex, Named, translations, words_of
from vocab.lemmas import Lemmas
from vocab.scheme import LANGUAGES, Concept

MOST_TOPICS: Final = 3
"""Topics that one search is widened by."""

MOST_LABELS: Final = 8
"""Words of one topic in one language, best first: each costs a little time."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A topic that the words match, as the page says it. `also` are (language, word) that were searched as well."""

    notation: str
    name: str
    broader: tuple[tuple[str, str], ...]
    narrower: tuple[tuple[str, str], ...]
    also: tuple[tuple[str, str], ...]


class Expander:
    """Widens searches by today's vocabulary; the label index is built anew when that changes."""

    def __init__(self, vocabulary: Vocabulary, cache: Path) -> None:
        self._vocabulary = vocabulary
        self._lemmas = Lemmas(cache)
        self._index: LabelIndex | None = None
        self._revision = -1

    def expand(self, words: str) -> tuple[Expansion, ...]:
        """The expansions of these words, longest first; nothing for no words or none that name a topic."""
        if not words:
            return ()
        chosen: dict[str, Named] = {}
        taken: set[str] = set()
        for named in self._labels().concepts_in_query(words):
            uri = named.concepts[0]
            if uri not in chosen and named.words not in taken and len(chosen) < MOST_TOPICS:
                chosen[uri] = named
                taken.add(named.words)
        concepts = self._vocabulary.scheme.concepts
        return tuple(_expansion(concepts[uri], named) for uri, named in chosen.items() if uri in concepts)

    def line(self, expansions: Iterable[Expansion]) -> list[Matched]:
        """What the page says about the expansions of a search."""
        found = []
        for one in expansions:
            concept = self._vocabulary.by_notation(one.topic)
            if concept is not None:
                found.append(self._matched(concept, one))
        return found

    def _matched(self, concept: Concept, expansion: Expansion) -> Matched:
        scheme = self._vocabulary.scheme
        broader = [scheme.concepts[uri] for uri in concept.broader if uri in scheme.concepts]
        narrower = scheme.narrower(concept.uri)[:4]
        searched = {code for code, _, weight in expansion.labels if weight > OWN_LABEL}
        spoken = language()
        return Matched(
            concept.notation,
            concept.pref(spoken),
            tuple((one.notation, one.pref(spoken)) for one in broader),
            tuple((one.notation, one.pref(spoken)) for one in narrower),
            tuple((code, word) for code, word in translations(concept).items() if code in searched),
        )

    def _labels(self) -> LabelIndex:
        revision = self._vocabulary.revision
        if self._index is None or revision != self._revision:
            self._index = LabelIndex(self._vocabulary.scheme, self._lemmas)
            self._revision = revision
        return self._index


def _expansion(concept: Concept, named: Named) -> Expansion:
    """Other languages at full weight; the searcher's own words of the topic at most at OWN_LABEL, or results drift."""
    labels = []
    for code in LANGUAGES:
        for word, weight in words_of(concept, code)[:MOST_LABELS]:
            own = code == named.language
            if not (own and word.casefold() == named.words.casefold()):
                labels.append((code, word, min(weight, OWN_LABEL) if own else weight))
    return Expansion(concept.notation, tuple(labels), tuple(named.words.split()))
