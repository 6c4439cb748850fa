"""What changed between two versions of a text, word by word: of documents, wiki pages and posts alike."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

CONTEXT: Final = 12
"""Unchanged words shown on each side of a change."""

MOST_WORDS: Final = 20_000

THOROUGH: Final = 1_000
"""Words up to which every word counts: beyond it, words that stand everywhere find no place by themselves, or two texts
of one word would be compared for minutes."""

_WORDS: Final = re.compile(r"\S+")
_WORDS_AND_LINES: Final = re.compile(r"\n|[^\s]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: kept, taken out, put in, or (text empty) a gap of unchanged words that are not shown."""

    kind: Literal["same", "out", "in", "gap"]
    text: str


def difference(before: str, after: str, *, lines: bool = False) -> list[Piece]:
    """The changes with some unchanged words around them; texts beyond 20,000 words are compared in their beginning.

    With `lines` the ends of lines count as words do, and stand in the pieces: where people set them themselves.
    """
    words = _WORDS_AND_LINES if lines else _WORDS
    old, new = words.findall(before)[:MOST_WORDS], words.findall(after)[:MOST_WORDS]
    start = _equal(old, new)
    end = _equal(old[start:][::-1], new[start:][::-1])
    middle = old[start : len(old) - end], new[start : len(new) - end]
    matcher = SequenceMatcher(None, *middle, autojunk=max(map(len, middle)) > THOROUGH)
    runs = [("equal", old[:start], old[:start])]
    runs += [(tag, middle[0][i1:i2], middle[1][j1:j2]) for tag, i1, i2, j1, j2 in matcher.get_opcodes()]
    runs += [("equal", old[len(old) - end :], [])]
    runs = [one for one in runs if one[1] or one[2]]
    return [piece for at, one in enumerate(runs) for piece in _pieces(*one, first=at == 0, last=at == len(runs) - 1)]


def _equal(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _pieces(tag: str, old: list[str], new: list[str], *, first: bool, last: bool) -> Iterator[Piece]:
    if tag == "equal":
        yield from _same(old, first=first, last=last)
        return
    if old:
        yield Piece("out", " ".join(old))
    if new:
        yield Piece("in", " ".join(new))


def _same(words: list[str], *, first: bool, last: bool) -> Iterator[Piece]:
    """Unchanged words: those near a change, and a gap for the rest."""
    if len(words) <= 2 * CONTEXT:
        yield Piece("same", " ".join(words))
        return
    if not first:
        yield Piece("same", " ".join(words[:CONTEXT]))
    yield Piece("gap", "")
    if not last:
        yield Piece("same", " ".join(words[-CONTEXT:]))
