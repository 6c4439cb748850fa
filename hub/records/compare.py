"""What changed between two versions of a text, word by word."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

CONTEXT = 12
"""Unchanged words shown on each side of a change."""

MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: kept, taken out, put in, or (text empty) a gap of unchanged words that are not shown."""

    kind: Literal["same", "out", "in", "gap"]
    text: str


def difference(before: str, after: str) -> list[Piece]:
    """The changes with some unchanged words around them; texts beyond 20,000 words are compared in their beginning."""
    old, new = before.split()[:MOST_WORDS], after.split()[:MOST_WORDS]
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.extend(_same(old[i1:i2], first=i1 == 0, last=i2 == len(old)))
            continue
        if i2 > i1:
            pieces.append(Piece("out", " ".join(old[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("in", " ".join(new[j1:j2])))
    return pieces


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
