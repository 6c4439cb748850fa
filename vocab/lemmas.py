"""From running text to words that can be compared: tokens, lemmas, stems, Welsh mutations, compounds, language."""

import contextlib
import fcntl
import importlib.metadata
import os
import re
import shutil
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import snowballstemmer
from simplemma import LanguageDetector
from simplemma.strategies import DictionaryLookupStrategy
from simplemma.strategies.dictionaries import TrieDictionaryFactory

from vocab.scheme import LANGUAGES
from vocab.words import FUNCTION_WORDS, MATCHED_APART

_STEMMERS: Final = {"en": "english", "nl": "dutch", "sv": "swedish", "de": "german"}
"""Snowball's name of each language that it knows; it has no Welsh."""

COMPOUNDING: Final = ("nl", "sv", "de")
"""Languages that write compounds as one word."""

_TOKENS: Final = re.compile(r"['’ʼ]?[^\W\d_]+|[.!?;:\n]")
_INDEX_WORDS: Final = re.compile(r"['’ʼ]?\w+")
_LETTERS: Final = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "þ": "th", "ł": "l", "ı": "i"})
_REMEMBERED: Final = 200_000
"""Word forms kept a language before the memory is emptied (about 40 MB)."""

# Mutated beginning -> radical beginnings, longest first (nasal, aspirate, soft; h stands before vowels).
_MUTATIONS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("ngh", ("c",)),
    ("mh", ("p",)),
    ("nh", ("t",)),
    ("ng", ("g",)),
    ("ph", ("p",)),
    ("th", ("t",)),
    ("ch", ("c",)),
    ("dd", ("d",)),
    ("b", ("p",)),
    ("d", ("t",)),
    ("g", ("c",)),
    ("f", ("b", "m")),
    ("l", ("ll", "gl")),
    ("r", ("rh", "gr")),
    ("m", ("b",)),
    ("n", ("d",)),
    ("h", ("",)),
)


class Token(NamedTuple):
    """A word of a text: normalised, and as it stands. An empty `word` is the end of a sentence or a line.

    `gap` says that function words were left out just before it: "care at home" is not "care homes".
    """

    word: str
    surface: str
    gap: bool = False


class Detected(NamedTuple):
    """The language that most words of a text belong to, the share of its commonest words, the number of words."""

    language: str
    share: float
    words: int


def build_tries(cache: Path, told: Callable[[int], None] = lambda done: None) -> Path:
    """Build simplemma's word tries below `cache` where they are missing (about 6 s, once a machine); say where.

    Several processes may call it at once: one builds, the others wait for it. `told` hears how many languages are
    done. OSError where `cache` cannot be written.
    """
    folder = _folder(cache)
    if _built(folder):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / "lock"):
        if not _built(folder):
            unfinished = folder / "unfinished"
            factory = TrieDictionaryFactory(len(LANGUAGES), True, str(unfinished))
            for done, language in enumerate(LANGUAGES, 1):
                factory.get_dictionary(language)
                (unfinished / f"{language}.dic").replace(folder / f"{language}.dic")
                told(done)
            shutil.rmtree(unfinished)
    return folder


def _folder(cache: Path) -> Path:
    return cache / f"simplemma-{importlib.metadata.version('simplemma')}"


def _built(folder: Path) -> bool:
    return all((folder / f"{language}.dic").is_file() for language in LANGUAGES)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


class Lemmas:
    """Normalised words in five languages. Everything is loaded at once, so that a forked child reads no file.

    `cache` is the folder of `build_tries`, which is called; without it, or where it cannot be written, the tries are
    built in memory. Safe to use from several threads.
    """

    def __init__(self, cache: Path | None) -> None:
        self._lookup = DictionaryLookupStrategy(_factory(cache))
        self._detector = LanguageDetector(LANGUAGES, lemmatization_strategy=self._lookup)
        self._stemmers = {language: snowballstemmer.stemmer(name) for language, name in _STEMMERS.items()}
        self._stemming = threading.Lock()
        self._known: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}

    def word(self, surface: str, language: str) -> str:
        """The normalised form of one word: lemma, stem of an unknown word, folded; empty for a function word."""
        known = self._known[language]
        word = known.get(surface)
        if word is None:
            # Another thread may empty the memory at any time, so what was found is not read from it again.
            word = self._normalised(surface, language)
            if len(known) > _REMEMBERED:
                known.clear()
            known[surface] = word
        return word

    def tokens(self, text: str, language: str) -> list[Token]:
        """The words of `text` without function words; an empty token marks the end of a sentence or a line."""
        tokens: list[Token] = []
        gap = False
        for surface in _TOKENS.findall(unicodedata.normalize("NFC", text)):
            if surface[0] in ".!?;:\n":
                tokens.append(Token("", ""))
                gap = False
            elif plain := _without_apostrophe(surface):
                word = self.word(plain, language)
                if word:
                    tokens.append(Token(word, plain, gap))
                gap = not word
        return tokens

    def words(self, text: str, language: str) -> tuple[str, ...]:
        """The normalised words of a label or a query."""
        return tuple(token.word for token in self.tokens(text, language) if token.word)

    def index_words(self, text: str, language: str) -> str:
        """The words as an index without an analyser for `language` needs them: all words and numbers, one space apart.

        Texts and queries must both go through it.
        """
        found = (_without_apostrophe(one) for one in _INDEX_WORDS.findall(unicodedata.normalize("NFC", text)))
        return " ".join(self.word(one, language) or fold(one) for one in found if one)

    def detect(self, text: str) -> Detected:
        """Which of our languages `text` is in, by the share of its commonest words that the dictionary knows."""
        words = sum(1 for _ in re.finditer(r"[^\W\d_]+", text))
        shares = self._detector.proportion_in_each_language(text)
        shares.pop("unk", None)
        best = max(shares, key=lambda language: shares[language], default="")
        return Detected(best, shares[best], words) if best and shares[best] else Detected("", 0.0, words)

    def language_of(self, text: str, declared: str = "") -> str:
        """The language to work in: detected beats declared from a share of 0.5 over 20 words (foundations.md 9).

        Without a declared language a shorter text is believed too. May be a language that is not among ours.
        """
        said = declared.replace("_", "-").partition("-")[0].strip().lower()
        found = self.detect(text[:20_000])
        if found.share < 0.5 or found.words < 20:
            return said or (found.language if found.share >= 0.5 else "")
        return found.language if _reads_like(text[:20_000], found.language) else said

    def knows(self, word: str, language: str) -> bool:
        """Whether the dictionary of `language` has this form."""
        return self._lookup.get_lemma(word, language) is not None

    def _normalised(self, surface: str, language: str) -> str:
        lower = surface.lower()
        if lower in FUNCTION_WORDS[language]:
            return ""
        lemma = self._german(surface) if language == "de" else self._lookup.get_lemma(lower, language)
        if language == "cy":
            lemma = self._welsh(lower, lemma)
        return fold(lemma or self._stem(lower, language))

    def _german(self, word: str) -> str | None:
        # Nouns are in the dictionary with a capital, and often are not the same word without. Capitals write SS for ß.
        capital = word.capitalize() if word.isupper() else word
        forms = (capital.replace("ss", "ß"), capital, word.lower()) if word.isupper() else (word, word.lower())
        return next((lemma for one in forms if (lemma := self._lookup.get_lemma(one, "de"))), None)

    def _welsh(self, word: str, lemma: str | None) -> str | None:
        if lemma is None:
            radicals = (one for one in radical_forms(word) if self.knows(one, "cy"))
            lemma = next((self._lookup.get_lemma(one, "cy") for one in radicals), None)
        # A mutated plural leads to the plain plural first: dai, tai, tŷ.
        return (self._lookup.get_lemma(lemma, "cy") or lemma) if lemma else None

    def _stem(self, word: str, language: str) -> str:
        stemmer = self._stemmers.get(language)
        if stemmer is None:
            return word
        with self._stemming:
            return str(stemmer.stemWord(word))


def _factory(cache: Path | None) -> TrieDictionaryFactory:
    factory = TrieDictionaryFactory(len(LANGUAGES), False)
    if cache is not None:
        with contextlib.suppress(OSError):
            factory = TrieDictionaryFactory(len(LANGUAGES), True, str(build_tries(cache)))
    for language in LANGUAGES:
        factory.get_dictionary(language)
    return factory


def _reads_like(text: str, language: str) -> bool:
    # Half the words of a French text are in an English dictionary; but hardly one is an English function word.
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", text)]
    return sum(word in FUNCTION_WORDS[language] for word in words) >= 0.1 * len(words)


def _without_apostrophe(surface: str) -> str:
    if surface[0] not in "'’ʼ":
        return surface
    return "" if surface[1:].lower() in MATCHED_APART else surface[1:]


def fold(text: str) -> str:
    """Lower case without accents, `ß` as `ss`: how words are compared at the end."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(one for one in decomposed if not unicodedata.combining(one)).translate(_LETTERS)


def radical_forms(word: str) -> Iterator[str]:
    """The unmutated forms that a Welsh word may come from, likeliest first: ngofal -> gofal, dai -> tai."""
    for beginning, radicals in _MUTATIONS:
        if word.startswith(beginning):
            for radical in radicals:
                yield radical + word[len(beginning) :]
    # Soft mutation drops g altogether: ofal, wastraff, ardd.
    yield f"g{word}"


def compound_parts(word: str, language: str, labels: Collection[str]) -> tuple[str, ...]:
    """Words of `labels` (at least 5 letters) that a compound begins or ends with, where at least 4 letters remain.

    Only Dutch, Swedish and German write compounds as one word; a linking s belongs to neither part.
    """
    if language not in COMPOUNDING or len(word) < 9:
        return ()
    starts = (word[:end] for end in range(len(word) - 4, 4, -1))
    ends = (word[start:] for start in range(4, len(word) - 4))
    first = next((one for one in starts if one in labels), "")
    last = next((one for one in ends if one in labels), "")
    return tuple(one for one in dict.fromkeys((first, last)) if one)


def splitter(language: str, labels: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """`compound_parts` for one language and one set of label words, remembered word by word."""
    known: dict[str, tuple[str, ...]] = {}

    def split(word: str) -> tuple[str, ...]:
        parts = known.get(word)
        if parts is None:
            parts = compound_parts(word, language, labels)
            if len(known) > _REMEMBERED:
                known.clear()
            known[word] = parts
        return parts

    return split
