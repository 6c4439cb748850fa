"""Slips of the pen: the word of the documents that a word which stands in none may have been meant to be."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
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

LOOKED_AT: Final = 10
"""Documents with a stem nearby whose words are compared."""

_WORD: Final = re.compile(r"[^\W\d_]{3,}")


def asked(analysis: Analysis, word: str) -> str:
    """The word as it can be guessed for, folded; empty where it is too short, or none."""
    folded = analysis.folded(word)
    return folded[0] if len(folded) == 1 and len(folded[0]) >= SHORTEST and folded[0].isalpha() else ""


def slips(folded: str) -> int:
    """How many letters may be wrong in it."""
    return 2 if len(folded) >= LONG else 1


def likeliest(folded: str, read: Iterable[str], analysis: Analysis) -> str:
    """The word of some texts that is most like this one, as they mostly write it, lower case; empty when none is."""
    counted: dict[str, Counter[str]] = {}
    for text in read:
        for surface in _WORD.findall(text.lower()):
            counted.setdefault(analysis.word(surface, OTHER), Counter())[surface] += 1
    found = get_close_matches(folded, [*counted], 1, LIKENESS)
    return counted[found[0]].most_common(1)[0][0] if found else ""


def nearest(searcher: tantivy.Searcher, schema: tantivy.Schema, analysis: Analysis, word: str) -> str:
    """The likeliest meant word as documents write it, lower case; empty where `word` is known or nothing is near.

    The index holds stems, which nobody should read; so documents with a stem nearby are found, and their own words
    compared.
    """
    folded = asked(analysis, word)
    if not folded:
        return ""
    stems = {language: analysis.words(word, language) for language in FIELDS}
    terms = [(f"all_{language}", words[0]) for language, words in stems.items() if len(words) == 1]
    if any(searcher.doc_freq(field, stem) for field, stem in terms):
        return ""
    near = [
        (Occur.Should, tantivy.Query.fuzzy_term_query(schema, field, stem, distance=slips(folded)))
        for field, stem in terms
    ]
    return likeliest(folded, _texts(searcher, tantivy.Query.boolean_query(near)), analysis)


def _texts(searcher: tantivy.Searcher, query: tantivy.Query) -> Iterator[str]:
    """Title and text of the first documents found."""
    for _, address in searcher.search(query, LOOKED_AT, count=False).hits:
        stored = searcher.doc(address)
        yield " ".join(bytes(stored.get_first(name) or b"").decode() for name in ("title", "text"))
