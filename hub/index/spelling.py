"""Slips of the pen: the word of the documents that a word which stands in none may have been meant to be."""

import re
from collections import Counter
from difflib import get_close_matches
from typing import Final

import tantivy
from tantivy import Occur

from hub.index.analysis import FIELDS, OTHER, Analysis

SHORTEST: Final = 4
"""Letters below which a word has too many neighbours to guess."""

LONG: Final = 7
"""Letters from which two slips are allowed, not one."""

LIKENESS: Final = 0.75
"""Ratio of difflib that two words must have: `housng` and `housing` have 0.92."""

_LOOKED_AT: Final = 10
_WORD: Final = re.compile(r"[^\W\d_]{3,}")


def nearest(searcher: tantivy.Searcher, schema: tantivy.Schema, analysis: Analysis, word: str) -> str:
    """The likeliest meant word as documents write it, lower case; empty where `word` is known or nothing is near.

    The index holds stems, which nobody should read; so documents with a stem nearby are found, and their own words
    compared.
    """
    folded = analysis.folded(word)
    if len(folded) != 1 or len(folded[0]) < SHORTEST or not folded[0].isalpha():
        return ""
    stems = {language: analysis.words(word, language) for language in FIELDS}
    terms = [(f"all_{language}", words[0]) for language, words in stems.items() if len(words) == 1]
    if any(searcher.doc_freq(field, stem) for field, stem in terms):
        return ""
    distance = 2 if len(folded[0]) >= LONG else 1
    near = [
        (Occur.Should, tantivy.Query.fuzzy_term_query(schema, field, stem, distance=distance)) for field, stem in terms
    ]
    counted = _words(searcher, tantivy.Query.boolean_query(near), analysis)
    found = get_close_matches(folded[0], [*counted], 1, LIKENESS)
    return counted[found[0]].most_common(1)[0][0] if found else ""


def _words(searcher: tantivy.Searcher, query: tantivy.Query, analysis: Analysis) -> dict[str, Counter[str]]:
    """{folded word: how it is written, and how often} of the first documents found."""
    counted: dict[str, Counter[str]] = {}
    for _, address in searcher.search(query, _LOOKED_AT, count=False).hits:
        stored = searcher.doc(address)
        text = " ".join(bytes(stored.get_first(name) or b"").decode() for name in ("title", "text"))
        for surface in _WORD.findall(text.lower()):
            counted.setdefault(analysis.word(surface, OTHER), Counter())[surface] += 1
    return counted
