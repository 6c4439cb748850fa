"""LabelIndex: which concepts a text or a query names, in five languages, in any order of adjacent words."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vocab.lemmas import COMPOUNDING, Lemmas, Token, splitter
from vocab.scheme import LANGUAGES, Concept, Label, LabelKind, Scheme
from vocab.words import ARTICLES, COMMON_WORDS, FUNCTION_WORDS

LONGEST: Final = 6
"""Labels of more words than this are not looked for."""

COMPOUND: Final = 10
"""Letters from which on a word of a language that writes compounds as one is taken to be one."""

WEIGHTS: Final[dict[LabelKind, float]] = {"pref": 1.0, "alt": 0.7, "hidden": 0.5}
"""What a word of a concept is worth in another language (measured, vocabulary.md 4); hidden words are never shown."""

_QUALIFIER: Final = re.compile(r"\s*\([^()]*\)")
_JOINED: Final = re.compile(r",\s+|\s+(?:and|a|ac|a'r|en|och|und|&)\s+")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A label of a concept with its normalised words in their order. `common` is rule 18's common word.

    `gaps` says before which words the label has function words.
    """

    concept: str
    label: Label
    order: Key
    gaps: tuple[bool, ...]
    common: bool = False
    acronym: bool = False

    @property
    def words(self) -> int:
        """How many words the label has, function words apart; a compound (Wissensmanagement) is two of them."""
        if self.label.language in COMPOUNDING:
            return sum(2 if len(word) >= COMPOUND else 1 for word in self.order)
        return len(self.order)


@dataclass(frozen=True, slots=True)
class Found:
    """Labels of one or more concepts at one place: tokens `start` to `end` (not included).

    `part` says that only a part of a compound word was met.
    """

    entries: tuple[Entry, ...]
    start: int
    end: int
    part: bool = False

    @property
    def concepts(self) -> tuple[str, ...]:
        """The concepts that this label may mean; more than one is an ambiguity."""
        return tuple(dict.fromkeys(entry.concept for entry in self.entries))


@dataclass(frozen=True, slots=True)
class Named:
    """Concepts that words of a query name in one language; `words` is that part of the query as it was typed."""

    language: str
    words: str
    concepts: tuple[str, ...]
    label: Label


class _Words:
    """The labels of one language: sorted normalised words -> entries."""

    def __init__(self) -> None:
        self.entries: dict[Key, list[Entry]] = defaultdict(list)
        self.joined: dict[Key, list[Entry]] = defaultdict(list)
        self.vocabulary: set[str] = set()
        self.split = splitter("", ())

    def add(self, key: Key, entry: Entry) -> None:
        if entry not in self.entries[key]:
            self.entries[key].append(entry)
        self.vocabulary.update(key)

    def close(self, language: str) -> None:
        singles = {key[0] for key, found in self.entries.items() if len(key) == 1 and len(key[0]) >= 5}
        common = {word for word in singles if all(entry.common for entry in self.entries[(word,)])}
        self.split = splitter(language, frozenset(singles - common))


class LabelIndex:
    """All labels of a scheme's concepts in use, by language. Build it once; it only reads afterwards."""

    def __init__(self, scheme: Scheme, lemmas: Lemmas) -> None:
        self.scheme = scheme
        self.lemmas = lemmas
        self._words = {language: _Words() for language in LANGUAGES}
        for concept in scheme:
            if not concept.deprecated:
                self._add(concept)
        for language, words in self._words.items():
            words.close(language)

    def _add(self, concept: Concept) -> None:
        for label in concept.labels:
            if words := self._words.get(label.language):
                plain = _QUALIFIER.sub("", label.value)
                if entry := self._entry(concept.uri, label, plain):
                    words.add(tuple(sorted(entry.order)), entry)
                for part in _JOINED.split(plain) if label.kind == "pref" else ():
                    if part != plain and (entry := self._entry(concept.uri, label, part)):
                        words.joined[tuple(sorted(entry.order))].append(entry)

    def _entry(self, uri: str, label: Label, plain: str) -> Entry | None:
        language = label.language
        tokens = [token for token in self.lemmas.tokens(plain, language) if token.word]
        order = tuple(token.word for token in tokens)
        # A single letter is what is left of "CO2" or "4G", and one word of "under fives": found everywhere.
        if not 0 < len(order) <= LONGEST or order == (order[0][:1],) or (len(order) == 1 and _phrase(plain, language)):
            return None
        common = len(order) == 1 and self.is_common(plain, language)
        return Entry(uri, label, order, tuple(token.gap for token in tokens), common, is_acronym(plain))

    def is_common(self, word: str, language: str) -> bool:
        """Whether a one-word label is a common word of its language, so that it needs context (rule 18)."""
        plain = word.strip().lower()
        return plain in COMMON_WORDS[language] or self.lemmas.word(plain, language) in COMMON_WORDS[language]

    def find(self, tokens: Sequence[Token], language: str) -> list[Found]:
        """The longest labels in a text, from left to right; shorter ones inside a longer one do not count.

        A label matches adjacent words in any order. Acronyms match capitals only. Unknown languages match nothing.
        """
        words = self._words.get(language)
        if words is None:
            return []
        found: list[Found] = []
        reached = 0
        for start, token in enumerate(tokens):
            if token.word in words.vocabulary:
                best = self._longest(words, tokens, start)
                if best and best.end > reached:
                    found.append(best)
                    reached = best.end
            if token.word and start >= reached:
                found.extend(_parts(words, token, start))
        return found

    def _longest(self, words: _Words, tokens: Sequence[Token], start: int) -> Found | None:
        best: Found | None = None
        window: list[str] = []
        for end in range(start, min(start + LONGEST, len(tokens))):
            word = tokens[end].word
            if word not in words.vocabulary:
                break
            window.append(word)
            entries = words.entries.get(tuple(sorted(window)))
            if entries and (kept := tuple(_fitting(entries, tokens[start : end + 1]))):
                best = Found(kept, start, end + 1)
        return best

    def whole(self, text: str, language: str) -> tuple[Entry, ...]:
        """The entries whose label is the whole of `text` (a publisher's own subject, say).

        Part of a joined preferred label will do where nothing else fits: "parking" for "Parking and car parks".
        """
        tokens = self._typed(text, language) if language in self._words else []
        for found in self.find(tokens, language):
            if not found.part and found.end - found.start == len(tokens):
                return found.entries
        key = tuple(sorted(token.word for token in tokens))
        return tuple(self._words[language].joined.get(key, ())) if key else ()

    def _typed(self, text: str, language: str) -> list[Token]:
        # People type acronyms in small letters, so in what they type capitals do not matter.
        tokens = self.lemmas.tokens(_QUALIFIER.sub("", text), language)
        return [token._replace(surface=token.surface.upper()) for token in tokens if token.word]

    def concepts_in_query(self, query: str) -> list[Named]:
        """The concepts that a query names, in all languages, longest first; a label inside a longer one is left out.

        One-word labels that are common words of their language count where the query is in that language, or is that
        word. A query may be a part of a joined preferred label too: "housing". Several languages may say the same
        (intranet); where `concepts` has more than one, the person who searches should be asked.
        """
        spoken = self.lemmas.detect(query).language
        named = [one for language in LANGUAGES for one in self._in_query(query, language, language == spoken)]
        named.sort(key=lambda one: -len(one.words.split()))
        return [one for one in named if not any(_inside(one.words, other.words) for other in named)]

    def _in_query(self, query: str, language: str, spoken: bool) -> Iterator[Named]:
        typed = [token for token in self.lemmas.tokens(query, language) if token.word]
        met = self.find(self._typed(query, language), language)
        if not met and spoken and (joined := self.whole(query, language)):
            met = [Found(joined, 0, len(typed))]
        for found in met:
            fits = spoken or found.end - found.start == len(typed) or not all(one.common for one in found.entries)
            if fits and not found.part:
                yield _named(found, typed, language)

    def labels_of(self, uri: str, language: str) -> tuple[tuple[str, float], ...]:
        """The words of a concept in `language` with their weights, best first: preferred 1, other 0.7, hidden 0.5."""
        return words_of(self.scheme.concepts[uri], language) if uri in self.scheme.concepts else ()


def words_of(concept: Concept, language: str) -> tuple[tuple[str, float], ...]:
    """(label, weight) of a concept in `language`, best first, without "(qualifiers)"; each label once."""
    found: dict[str, float] = {}
    for label in sorted(concept.labels, key=lambda one: (-WEIGHTS[one.kind], one.value.casefold())):
        if label.language == language:
            found.setdefault(_QUALIFIER.sub("", label.value), WEIGHTS[label.kind])
    return tuple(found.items())


def translations(concept: Concept, but: str = "") -> Mapping[str, str]:
    """{language: preferred label} in our languages except `but`: what "Also searched: …" shows."""
    prefs = {label.language: label.value for label in concept.labels if label.kind == "pref"}
    return {language: prefs[language] for language in LANGUAGES if language in prefs and language != but}


def is_acronym(label: str) -> bool:
    """Whether a label is one word with at least two capitals and no more than eight letters: FOI, PCSOs, DoLS."""
    return label.isalpha() and len(label) <= 8 and sum(one.isupper() for one in label) >= 2


def _phrase(label: str, language: str) -> bool:
    # Articles may be left out of a label, other function words change what it says.
    dropped = [word for word in label.lower().split() if word in FUNCTION_WORDS[language] and word not in ARTICLES]
    return bool(dropped)


def _fitting(entries: Sequence[Entry], tokens: Sequence[Token]) -> list[Entry]:
    # Any order will do, but where labels differ in nothing else, the closest wins: "home care" is not "care home".
    kept = [entry for entry in entries if not entry.acronym or is_acronym(tokens[0].surface)]
    if len(kept) < 2:
        return kept
    order, gaps = tuple(token.word for token in tokens), tuple(token.gap for token in tokens[1:])
    closeness = [(entry.order == order) + (entry.order == order and entry.gaps[1:] == gaps) for entry in kept]
    return [entry for entry, close in zip(kept, closeness, strict=True) if close == max(closeness)]


def _parts(words: _Words, token: Token, place: int) -> Iterator[Found]:
    for part in words.split(token.word):
        if entries := tuple(entry for entry in words.entries.get((part,), ()) if not entry.acronym):
            yield Found(entries, place, place + 1, part=True)


def _named(found: Found, tokens: Sequence[Token], language: str) -> Named:
    words = " ".join(token.surface for token in tokens[found.start : found.end])
    best = max(found.entries, key=lambda entry: (WEIGHTS[entry.label.kind], entry.label.value))
    return Named(language, words, found.concepts, best.label)


def _inside(short: str, long: str) -> bool:
    return len(short) < len(long) and f" {short} " in f" {long} "
