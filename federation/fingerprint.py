"""Fingerprints of texts: a sample of their three-word shingles, by which adapted copies are recognised."""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from typing import Final

WORDS: Final = 3
"""Words in a shingle."""

SAMPLE: Final = 8
"""One shingle in this many is kept (by its hash, so that the same ones are kept in every text)."""

CAP: Final = 512
"""The most hashes of one text; the smallest are kept."""

_WORD: Final = re.compile(r"\w+")


def fingerprint(text: str) -> tuple[int, ...]:
    """The text's sampled shingles as unsigned 64-bit hashes, ascending; empty for texts of fewer than three words.

    Case, accents' encoding, punctuation and white space do not matter. About one hash for eight words of text.
    """
    words = _WORD.findall(unicodedata.normalize("NFC", text).casefold())
    shingles = {" ".join(words[start : start + WORDS]) for start in range(len(words) - WORDS + 1)}
    sampled = (number for number in map(_hash, shingles) if number % SAMPLE == 0)
    return tuple(sorted(sampled)[:CAP])


def containment(a: Collection[int], b: Collection[int]) -> tuple[float, float]:
    """(share of `a` that is in `b`, share of `b` that is in `a`), each 0 to 1; (0, 0) where one has no fingerprint.

    A text that ran into CAP shows its smallest hashes only, so just the range that both texts show is compared.
    """
    top = min((max(one) for one in (a, b) if len(one) >= CAP), default=None)
    left = {number for number in a if top is None or number <= top}
    right = {number for number in b if top is None or number <= top}
    if not left or not right:
        return 0.0, 0.0
    shared = len(left & right)
    return shared / len(left), shared / len(right)


def _hash(shingle: str) -> int:
    # A lone surrogate has no UTF-8; it is hashed by its escape, so that no text can stop us.
    return int.from_bytes(hashlib.blake2b(shingle.encode(errors="backslashreplace"), digest_size=8).digest(), "big")
