"""Tagger: which concepts a record is about, and why. Untrained: labels found, weighted by how much they say."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from vocab.errors import BrokenFile, TaggerNotLoaded
from vocab.labels import Entry, Found, LabelIndex
from vocab.lemmas import Lemmas, Token
from vocab.scheme import LANGUAGES, Scheme
from vocab.values import scheme_from_json

READ: Final = 20_000
"""Characters of a text that are read; of the rest only the headings (more costs three times as long for 0.008 F1)."""

FLOOR: Final = 1.2
"""The least score of a suggestion in a text of LONG words: a two-word label met once near the beginning has it."""

LONG: Final = 300
"""Words (function words apart) from which on a text may name things in passing; a shorter one has a lower floor."""

NEAR_BEST: Final = 0.25
"""The least share of the best suggestion's score."""

Place = Literal["title", "text", "subject"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A label that was met: how often, where it says most, in which language, and of which concept.

    `concept` is a finer concept where the suggestion was rolled up from one.
    """

    label: str
    place: Place
    language: str
    concept: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A concept that the record seems to be about, with a score above 0 (open-ended) and its reasons, best first."""

    concept: str
    score: float
    reasons: tuple[Reason, ...]


class Tagger(Protocol):
    """What suggests concepts for a record."""

    def suggest(
        self, title: str, text: str, language: str, limit: int, subjects: Sequence[str] = ()
    ) -> tuple[Suggestion, ...]:
        """At most `limit` suggestions, best first; the same input gives the same answer. Raises nothing.

        `language` is that of title and text ("" or a language we do not know: only `subjects` count). `subjects` are
        the publisher's own words.
        """
        ...


@dataclass(slots=True)
class _Candidate:
    """What a text says for one concept; `words` and `prefs` are sums over its hits."""

    concept: str
    hits: float = 0.0
    prefs: float = 0.0
    words: float = 0.0
    ambiguity: int = 1
    first: float = 1.0
    title: bool = False
    subject: bool = False
    firm: bool = False
    reasons: dict[tuple[str, str], Reason] = field(default_factory=dict)

    @property
    def believable(self) -> bool:
        """Rule 18: common words alone need the title, a subject or a second label."""
        return self.firm or self.title or self.subject or len({label for label, _ in self.reasons}) > 1


class LabelTagger:
    """The untrained tagger of vocabulary.md 3.3.4. `idf` is each concept's inverse document frequency in the hub.

    `layers` are finer schemes whose concepts map (exact, close or broad) to concepts of `scheme`: they pass on their
    score by its maximum, and stay named in the reasons.
    """

    def __init__(
        self,
        scheme: Scheme,
        lemmas: Lemmas,
        idf: Mapping[str, float] | None = None,
        layers: Sequence[Scheme] = (),
    ) -> None:
        self.lemmas = lemmas
        self._scheme = scheme
        self._idf = dict(idf or {})
        # A concept that the hub's corpus does not have yet is at least as rare as the rarest.
        self._rarest = max(self._idf.values(), default=1.0)
        self._public = LabelIndex(scheme, lemmas)
        self._layers = [(LabelIndex(layer, lemmas), roll_up(layer, scheme)) for layer in layers]
        self._neighbours = _neighbours(scheme)

    def suggest(
        self, title: str, text: str, language: str, limit: int, subjects: Sequence[str] = ()
    ) -> tuple[Suggestion, ...]:
        """See Tagger. A broader concept is left out where a narrower one has at least half its score."""
        heard = _Heard(self.lemmas, title, text, language, subjects)
        scores = self._scored(heard.candidates(self._public))
        found = {uri: Suggestion(uri, score, _reasons(one)) for uri, (score, one) in scores.items()}
        for index, targets in self._layers:
            for uri, (score, one) in self._scored(heard.candidates(index)).items():
                for target in targets.get(uri, ()):
                    if target not in found or found[target].score < score:
                        found[target] = Suggestion(target, score, _reasons(one))
        return tuple(self._best(found, floor(heard.length), limit))

    def _scored(self, candidates: Mapping[str, _Candidate]) -> dict[str, tuple[float, _Candidate]]:
        believed = {uri: one for uri, one in candidates.items() if one.believable}
        scored = {}
        for uri, one in believed.items():
            company = len(self._neighbours.get(uri, set()) & believed.keys())
            scored[uri] = (score(one, self._idf.get(uri, self._rarest), company), one)
        return scored

    def _best(self, found: Mapping[str, Suggestion], least: float, limit: int) -> list[Suggestion]:
        ordered = sorted(found.values(), key=lambda one: (-one.score, one.concept))
        kept = [one for one in ordered if one.score >= max(least, NEAR_BEST * ordered[0].score)]
        # A broader topic says nothing more beside a narrower one that is about as sure.
        covered: dict[str, float] = {}
        for one in reversed(kept):
            covered.update(dict.fromkeys(self._scheme.ancestors(one.concept), one.score))
        return [one for one in kept if covered.get(one.concept, 0.0) < 0.5 * one.score][:limit]


def score(one: _Candidate, idf: float, neighbours: int) -> float:
    """The untrained score: frequency, rarity, preferred labels, length, title, position, ambiguity, neighbours."""
    frequency = math.log(1 + one.hits)
    label = (0.6 + 0.4 * one.prefs / one.hits) * (1 + (one.words / one.hits - 1))
    place = (2.0 if one.title or one.subject else 1.0) * (1 + 0.5 * (1 - one.first))
    company = 1 + 0.15 * min(4, neighbours)
    return round(frequency * idf * label * place * company / math.sqrt(one.ambiguity), 3)


def floor(length: int) -> float:
    """The least score of a suggestion in a text of so many words: what a short text names, it is about."""
    return FLOOR * (0.35 + 0.65 * min(1.0, length / LONG))


class _Heard:
    """A record's title, text and subjects as tokens, ready to be looked up in several indexes."""

    def __init__(self, lemmas: Lemmas, title: str, text: str, language: str, subjects: Sequence[str]) -> None:
        self._language = language if language in LANGUAGES else ""
        self._subjects = subjects
        self._title: list[Token] = lemmas.tokens(title, self._language) if self._language else []
        self._text: list[Token] = lemmas.tokens(shortened(text), self._language) if self._language else []

        self.length = max(1, len(self._title) + len(self._text))

    def candidates(self, index: LabelIndex) -> dict[str, _Candidate]:
        """Every concept of `index` that is named, with what speaks for it."""
        candidates: dict[str, _Candidate] = {}
        for found in index.find(self._title, self._language):
            _note(candidates, found, "title", self._language, 0.0)
        for found in index.find(self._text, self._language):
            _note(candidates, found, "text", self._language, (len(self._title) + found.start) / self.length)
        for subject in self._subjects:
            for language, entries in _named_by(index, subject, self._language):
                _note(candidates, Found(entries, 0, len(entries)), "subject", language, 0.0)
        return candidates


def _named_by(index: LabelIndex, subject: str, language: str) -> Iterable[tuple[str, tuple[Entry, ...]]]:
    # A subject is in the record's language first; publishers also use English ones everywhere.
    for tag in dict.fromkeys((language, *LANGUAGES)):
        if tag and (entries := index.whole(subject, tag)):
            yield tag, entries
            return


def _note(candidates: dict[str, _Candidate], found: Found, place: Place, language: str, position: float) -> None:
    concepts = found.concepts
    # Half of a compound is a weaker sign than the word itself.
    weight = 0.5 if found.part else 1.0
    for uri in concepts:
        entry = max((one for one in found.entries if one.concept == uri), key=lambda one: one.label.kind == "pref")
        one = candidates.setdefault(uri, _Candidate(uri))
        one.hits += weight
        one.prefs += weight * (entry.label.kind == "pref")
        one.words += weight * entry.words
        one.ambiguity = len(concepts) if not one.reasons else min(one.ambiguity, len(concepts))
        one.first = min(one.first, position)
        one.title = one.title or place == "title"
        one.subject = one.subject or place == "subject"
        one.firm = one.firm or not entry.common
        _explain(one, entry, place, language)


def _explain(one: _Candidate, entry: Entry, place: Place, language: str) -> None:
    key = (entry.label.value, language)
    before = one.reasons.get(key)
    if before is None:
        one.reasons[key] = Reason(entry.label.value, place, language, entry.concept)
    else:
        # The first place is the one that says most: title before text before subject, as they are read.
        one.reasons[key] = Reason(before.label, before.place, language, entry.concept, before.count + 1)


def _reasons(one: _Candidate) -> tuple[Reason, ...]:
    order = ("title", "subject", "text")
    return tuple(sorted(one.reasons.values(), key=lambda it: (order.index(it.place), -it.count, it.label)))


def shortened(text: str) -> str:
    """The first READ characters of `text`, then the headings (lines that begin with #) of what follows."""
    if len(text) <= READ:
        return text
    headings = [line for line in text[READ:].splitlines() if line.startswith("#")]
    return "\n".join([text[:READ], *headings])


def roll_up(layer: Scheme, public: Scheme) -> dict[str, tuple[str, ...]]:
    """{concept of the layer: public concepts}: its own mappings, else those of the nearest concept above it."""
    own = {
        concept.uri: tuple(
            one.target
            for one in concept.mappings
            if one.kind in ("exact", "close", "broad") and one.target in public.concepts
        )
        for concept in layer
    }
    return {uri: next((own[one] for one in (uri, *layer.ancestors(uri)) if own.get(one)), ()) for uri in own}


def _neighbours(scheme: Scheme) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {concept.uri: set() for concept in scheme}
    for concept in scheme:
        for other in (*concept.broader, *concept.related):
            if other in found:
                found[concept.uri].add(other)
                found[other].add(concept.uri)
    return found


class _Holder:
    """The tagger of this process: loaded once in the sandbox's template, used by every child that is forked from it."""

    tagger: LabelTagger | None = None


def load(labels_path: Path, cache_path: Path | None) -> None:
    """Load the tagger of this process from a label file; `cache_path` is the folder of simplemma's tries.

    The file is JSON: {"scheme": scheme_to_json, "idf": {URI: number}, "layers": [scheme_to_json]}; a bare
    scheme_to_json is read too, and `idf` and `layers` may be absent. Raises BrokenFile, or OSError.
    """
    _Holder.tagger = tagger_from_json(json.loads(labels_path.read_bytes()), Lemmas(cache_path))


def tagger_from_json(value: Mapping[str, Any], lemmas: Lemmas) -> LabelTagger:
    """The tagger of a label file (see `load`)."""
    if not isinstance(value, dict):
        raise BrokenFile("The label file is not a JSON object.")
    idf = {str(uri): float(number) for uri, number in value.get("idf", {}).items()}
    layers = [scheme_from_json(one) for one in value.get("layers", [])]
    return LabelTagger(scheme_from_json(value.get("scheme", value)), lemmas, idf, layers)


def is_loaded() -> bool:
    """Whether `load` has been called in this process or in the one that it was forked from."""
    return _Holder.tagger is not None


def loaded() -> LabelTagger:
    """The tagger of this process; TaggerNotLoaded before `load`."""
    if _Holder.tagger is None:
        raise TaggerNotLoaded("The tagger was asked before its labels were loaded.")
    return _Holder.tagger
