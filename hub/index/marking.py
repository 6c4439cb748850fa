"""Marking what was found: spans for titles, and the best passage of a text. Made from the stored text, never HTML."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from functools import cache
from heapq import merge
from typing import Final

from hub.index.analysis import FIELDS, Analysis, analyzer, field_of
from hub.index.base import Query, Span

LENGTH: Final = 220
"""Characters of an extract."""

LEAD: Final = 60
"""Characters before the first match, where the text allows: enough to read the sentence."""

ENOUGH: Final = 300
"""Matches that are looked at in one text: the passage of a text that is full of them is found long before."""

_WORD: Final = re.compile(r"[^\W_]+")
_UMLAUT: Final = re.compile(r"([aou])(?!e)")

NEAR: Final = 12
"""Characters between two words of one label that still stand together."""

Match = tuple[int, int, str]
"""Start, end and the analysed word."""


class Marker:
    """Marks the matches of one query. Every language of a hit has its own words to look for, made when first met."""

    def __init__(self, query: Query, analysis: Analysis) -> None:
        self._analysis = analysis
        clauses = [one for clause in query.clauses if not clause.excluded for one in (clause, *clause.alternatives)]
        plain = [clause.text for clause in clauses if not analysis.common(clause.text)]
        self._texts = plain or [clause.text for clause in clauses]
        self._labels = [
            (field_of(language), label, weight)
            for topic in query.expansions
            for language, label, weight in topic.labels
        ]
        self._finders: dict[str, Finder] = {}

    def line(self, text: str, language: str) -> tuple[Span, ...]:
        """A whole line with its matches marked."""
        return tuple(_spans(text, list(self._finder(language).matches(text))))

    def extract(self, text: str, language: str) -> tuple[Span, ...]:
        """About 220 characters: the passage with the most different words of the query, else the beginning."""
        finder = self._finder(language)
        start, end = _around(text, *_best_window(finder, text))
        passage = " ".join(text[start:end].split())
        before, after = "… " if start else "", " …" if end < len(text.rstrip()) else ""
        spans = _spans(passage, list(finder.matches(passage)))
        return tuple(_joined([Span(before, False), *spans, Span(after, False)]))

    def _finder(self, language: str) -> "Finder":
        field = field_of(language)
        if field not in self._finders:
            self._finders[field] = Finder(*self._wanted(field), field, self._analysis)
        return self._finders[field]

    def _wanted(self, field: str) -> tuple[frozenset[str], list[frozenset[str]]]:
        """(words to mark wherever they stand, labels whose words are marked where they stand together).

        Wherever they stand: the words of the query, labels of one word, and those of a topic's name in another
        language. Of the other words for a topic, "damp homes", not every home is meant.
        """
        alone = {word for text in self._texts for word in self._analysis.words(text, field)}
        together = []
        for language, label, weight in self._labels:
            if language == field:
                words = self._label_words(label, field)
                if len(words) == 1 or weight == 1:
                    alone |= words
                else:
                    together.append(words)
        return frozenset(alone), together

    def _label_words(self, label: str, field: str) -> frozenset[str]:
        """The words of a label; of a long one not its little words."""
        words = _WORD.findall(label)
        long = [word for word in words if len(words) == 1 or len(word) > 3]
        return frozenset(word for text in long for word in self._analysis.words(text, field))


class Finder:
    """Finds the words of a query in texts of one language.

    Analysing every word of every hit would cost more than the search. So only words that begin as a wanted one does are
    analysed: plain letters are looked for as they are, others by a pattern of all ways to write them. Welsh changes
    first letters too: there, every word is looked at.
    """

    def __init__(
        self, alone: frozenset[str], together: Sequence[frozenset[str]], language: str, analysis: Analysis
    ) -> None:
        self.wanted = alone.union(*together)
        self._alone = alone
        self._together = together
        self._language = language
        self._analyse = analysis.word
        self._every = language == "cy"
        self._beginnings = sorted({start for word in self.wanted for start in _beginnings(word, language)})
        self._pattern = _WORD if self._every else _candidates(self._beginnings)

    def matches(self, text: str) -> Iterator[Match]:
        """The matches in their order; a word that counts only in company comes when all its label stands there."""
        run: list[Match] = []
        for match in self._words(text):
            if run and not _is_near(text[run[-1][1] : match[0]]):
                yield from self._counting(run)
                run = []
            run.append(match)
        yield from self._counting(run)

    def _counting(self, run: Sequence[Match]) -> Iterator[Match]:
        """Those of some matches that stand together which are to be marked."""
        words = {word for _, _, word in run}
        whole = frozenset[str]().union(*(label for label in self._together if label <= words))
        return (match for match in run if match[2] in self._alone or match[2] in whole)

    def _words(self, text: str) -> Iterator[Match]:
        """Every wanted word, alone or not."""
        if not self.wanted:
            return
        wanted, analyse, language = self.wanted, self._analyse, self._language
        for found in self._looked_at(text):
            start = found.start()
            if start and text[start - 1].isalnum():
                continue
            word = analyse(found.group(), language)
            if word in wanted:
                yield start, found.end(), word

    def _looked_at(self, text: str) -> Iterator[re.Match[str]]:
        """What may be a wanted word, in its order; what a pattern finds may begin within a word."""
        if self._every or not text.isascii():
            return self._pattern.finditer(text)
        lowered = text.lower()
        return _words_at(text, merge(*(_places(lowered, one) for one in self._beginnings)))


def _is_near(between: str) -> bool:
    """Whether two words stand together with this between them: room for a little word, but no end of a clause."""
    return len(between) <= NEAR and not any(mark in between for mark in ".,;:!?()\n")


def _places(text: str, beginning: str) -> Iterator[int]:
    """Where words begin like this. Three times as fast as a pattern, which looks at every character by itself."""
    at = text.find(beginning)
    while at >= 0:
        if not at or not text[at - 1].isalnum():
            yield at
        at = text.find(beginning, at + 1)


def _words_at(text: str, places: Iterator[int]) -> Iterator[re.Match[str]]:
    """The words from these places on, each once."""
    done = -1
    for place in places:
        if place > done and (found := _WORD.match(text, place)):
            yield found
            done = place


def _candidates(beginnings: Sequence[str]) -> re.Pattern[str]:
    """A pattern of all words that have one of these beginnings, however it is written.

    The first thing in it is one set of characters, which `re` skips to at the speed of C.
    """
    if not beginnings:
        return _WORD
    letters = _written()
    firsts = "".join({letters[0].get(start[0], start[0] + start[0].upper()) for start in beginnings})
    branches = "|".join(sorted(_branch(start, *letters) for start in beginnings))
    return re.compile(rf"[{re.escape(firsts)}](?:{branches})[^\W_]*")


def _branch(start: str, one: dict[str, str], many: dict[str, str]) -> str:
    """The rest of a beginning, given that its first character was right. One letter may stand for two: `ß`, `æ`."""
    sets = [f"[{re.escape(one.get(letter, letter + letter.upper()))}]" for letter in start]
    doubles = [f"[{re.escape(many[letter])}]" if letter in many else "" for letter in start]
    rest = "".join(sets[1:])
    for place in range(1, len(start)):
        if doubles[place]:
            rest = f"(?:{rest}|{''.join(sets[1:place])}{doubles[place]})"
    first = f"(?<={sets[0]}){rest}"
    return f"{first}|(?<={doubles[0]})" if doubles[0] and rest else first


def _beginnings(word: str, language: str) -> Iterator[str]:
    """What the forms of a stem begin with.

    Snowball changes the last letter (study, studi) or writes -ie for -y (dying, die); the Dutch one also doubles vowels
    (manen, maan) and drops `ge` (gemeente, meen; opgebeld, opbel), the German one reads `ue` as `u`.
    """
    if language == "nl":
        start = word[:1] if word[:1] == word[1:2] else word[:2]
        yield from (start, f"ge{start}")
        return
    start = word[: max(1, min(3, len(word) - (2 if word.endswith("ie") else 1)))]
    yield start
    if language == "de":
        yield _UMLAUT.sub(r"\1e", start, count=1)[:3]


@cache
def _written() -> tuple[dict[str, str], dict[str, str]]:
    """How each ASCII letter may be written before folding: all ways, and those that stand for several letters."""
    fold = analyzer(FIELDS[-1])
    one: dict[str, str] = {}
    many: dict[str, str] = {}
    for code in (*range(0x30, 0x7B), *range(0xAA, 0x250), *range(0x1E00, 0x1F00), *range(0xFB00, 0xFB07)):
        folded = "".join(fold.analyze(chr(code)))
        if folded and folded[0].isascii():
            one[folded[0]] = one.get(folded[0], "") + chr(code)
            if len(folded) > 1:
                many[folded[0]] = many.get(folded[0], "") + chr(code)
    return one, many


def _best_window(finder: Finder, text: str) -> tuple[int, int]:
    """Start and end of the matches that stand near each other and have the most different words; (0, 0) for none."""
    window: deque[Match] = deque()
    best, most = (0, 0), (0, 0)
    for count, match in enumerate(finder.matches(text)):
        window.append(match)
        while match[1] - window[0][0] > LENGTH - LEAD:
            window.popleft()
        worth = (len({word for _, _, word in window}), len(window))
        if worth > most:
            best, most = (window[0][0], match[1]), worth
        if count >= ENOUGH or (worth[0] == len(finder.wanted) and match[0] > best[0] + LENGTH):
            break
    return best


def _around(text: str, first: int, last: int) -> tuple[int, int]:
    """The passage around a window, from a sentence's or a word's beginning to a word's end."""
    start = 0 if last <= LENGTH else _beginning_before(text, first)
    end = start + LENGTH
    if end >= len(text):
        return start, len(text)
    space = max(text.rfind(" ", last, end + 1), text.rfind("\n", last, end + 1))
    return start, space if space > start else end


def _beginning_before(text: str, first: int) -> int:
    earliest = max(0, first - LEAD)
    sentence = max(text.rfind(mark, earliest, first) for mark in (". ", "! ", "? ", "\n"))
    if sentence >= 0:
        return sentence + (1 if text[sentence] == "\n" else 2)
    space = text.find(" ", earliest, first)
    return space + 1 if space >= 0 and earliest else earliest


def _spans(text: str, matches: Sequence[Match]) -> Iterator[Span]:
    done = 0
    for start, end, _ in matches:
        if start > done:
            yield Span(text[done:start], False)
        yield Span(text[start:end], True)
        done = end
    if done < len(text):
        yield Span(text[done:], False)


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """The spans without empty ones; unmarked neighbours become one."""
    waiting = ""
    for span in spans:
        if span.marked:
            if waiting:
                yield Span(waiting, False)
            yield span
            waiting = ""
        else:
            waiting += span.text
    if waiting:
        yield Span(waiting, False)
