"""From text to the words that are indexed and searched: folded first, then stemmed, one analysis for each language."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from hub.index.base import LANGUAGES, Clause, Expansion

OTHER: Final = "xx"
"""Texts in a language without analysis of its own: folded only."""

FIELDS: Final = (*LANGUAGES, OTHER)

STEMMERS: Final = {"en": "english", "nl": "dutch", "sv": "swedish", "de": "german"}
"""Snowball has no Welsh: its lemmas are computed by the caller, and only folded here."""

LONGEST: Final = 80
"""Bytes of the longest word that is indexed: long enough for German, short enough to keep rubbish out."""

_LITTLE: Final = {
    "en": """a an and are as at by do does for from how if in is it its my of on or our the their this to was we what
          which with your""",
    "nl": "de het een van en ik te dat dit zijn op aan met als voor er om bij naar hoe wat onze",
    "sv": "och att det som pa av till den har inte om ett vi hur",
    "de": "der das und ist von mit dem des im zu ein eine fur auf wie",
    "cy": "y yr yn ar ac o am i ei eu",
}
"""Folded, and without those that mean something in one of the other languages (die, men, man)."""

COMMON: Final = frozenset(word for words in _LITTLE.values() for word in words.split())
"""Words that say little: in a search with others, a document need not hold them."""

Welsh = Callable[[str], str]
"""Words in, their lemmas out, one space apart: what the lemmas of a Document were made with."""

_POSSESSIVE: Final = re.compile(r"(?<=\w)['’]s\b", re.IGNORECASE)
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")


def usable(text: str) -> str:
    """`text` without lone surrogates: they cannot be written as UTF-8, and the engine raises on them."""
    return text if text.isascii() else _SURROGATES.sub("", text)


def spoken(text: str) -> str:
    """A piece of a query without what is no word of its own: `council's` is `council`."""
    return _POSSESSIVE.sub("", usable(text))


def field_of(language: str) -> str:
    """The analysis that a text in this language (ISO 639-1, or empty) gets: one of FIELDS."""
    return language if language in LANGUAGES else OTHER


def analyzer(language: str) -> TextAnalyzer:
    """A new analyzer of one of FIELDS. Without folding first, `hemtjanst` would not find `hemtjänst`."""
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST))
    builder = builder.filter(Filter.lowercase()).filter(Filter.ascii_fold())
    if language in STEMMERS:
        builder = builder.filter(Filter.stemmer(STEMMERS[language]))
    return builder.build()


def unchanged(text: str) -> str:
    """The lemmas of a hub that has no Welsh dictionary: the words themselves."""
    return text


class Analysis:
    """Words as the index holds them, for a query or for marking. `welsh` is asked for Welsh only."""

    def __init__(self, welsh: Welsh = unchanged) -> None:
        self._welsh = welsh
        self._analyzers = {language: analyzer(language) for language in FIELDS}
        self.word: Callable[[str, str], str] = lru_cache(maxsize=100_000)(self._word)

    def words(self, text: str, language: str) -> tuple[str, ...]:
        """The words of a piece of a query, analysed as `language`; empty for one without letters or digits."""
        text = spoken(text)
        if language == "cy":
            text = usable(self._welsh(text))
        return tuple(self._analyzers[language].analyze(text))

    def folded(self, text: str) -> tuple[str, ...]:
        """The words of `text`, folded only."""
        return self.words(text, OTHER)

    def common(self, text: str) -> bool:
        """Whether `text` is one word that says little in one of our languages."""
        words = self.folded(text)
        return len(words) == 1 and words[0] in COMMON

    def covered(self, clause: Clause, expansion: Expansion) -> int:
        """How many words the topic was named by, when this clause is among them; else 0."""
        named = {word for text in expansion.replaces for word in self.folded(text)}
        words = self.folded(clause.text)
        if not words or clause.alternatives or not named.issuperset(words):
            return 0
        return max(1, len(named) // len(words))

    def _word(self, word: str, language: str) -> str:
        """One word of a text, analysed; empty when it is too long to be indexed."""
        return " ".join(self.words(word, language))


def texts(*parts: str) -> Iterable[str]:
    """The parts that are not empty, fit to be written."""
    return (usable(part) for part in parts if part)
