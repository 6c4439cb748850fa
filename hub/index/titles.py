"""Titles that begin as somebody types: the words that are looked for, and the titles found, each once."""

from collections.abc import Iterable, Iterator
from typing import Final

import tantivy
from tantivy import Occur

from hub.index.analysis import Analysis, spoken
from hub.index.base import Title
from hub.index.schema import STARTS

FEWEST: Final = 2
"""Letters below which nearly every title would fit."""

LONGEST_TYPED: Final = 200
"""Characters that are looked at: no more of a title can be read in a list."""

LOOKED_AT: Final = 40
"""Documents of which the titles are compared, so that each title comes once."""


def typed(text: str) -> str:
    """The piece of what was typed that is looked for, as engines are asked."""
    return spoken(text[:LONGEST_TYPED])


def words_typed(analysis: Analysis, text: str) -> tuple[str, ...]:
    """Its words, folded, the last one unfinished perhaps; empty where there are too few letters."""
    words = analysis.folded(typed(text))
    return words if sum(map(len, words)) >= FEWEST else ()


def distinct(found: Iterable[Title], size: int) -> list[Title]:
    """The first of each title, whatever its capitals; no more is read of `found` than is needed."""
    kept: dict[str, Title] = {}
    for title in found:
        if len(kept) >= size:
            break
        kept.setdefault(title.text.casefold(), title)
    return list(kept.values())


def begun(searcher: tantivy.Searcher, schema: tantivy.Schema, analysis: Analysis, text: str, size: int) -> list[Title]:
    """The newest titles that have these words, the last one as the beginning of a word.

    Without slips, the engine's fuzzy query takes a beginning as it is; a pattern would have to be escaped, and would
    be slower where few words begin so.
    """
    words = words_typed(analysis, text)
    if not words:
        return []
    whole = [tantivy.Query.term_query(schema, STARTS, word, index_option="basic") for word in words[:-1]]
    start = tantivy.Query.fuzzy_term_query(schema, STARTS, words[-1], distance=0, prefix=True)
    asked = tantivy.Query.boolean_query([(Occur.Must, part) for part in (*whole, start)])
    hits = searcher.search(asked, LOOKED_AT, count=False, order_by_field="published").hits
    return distinct(_titles(searcher, (address for _, address in hits)), size)


def _titles(searcher: tantivy.Searcher, addresses: Iterable[tantivy.DocAddress]) -> Iterator[Title]:
    for address in addresses:
        stored = searcher.doc(address)
        title = bytes(stored.get_first("title") or b"").decode()
        yield Title(stored["id"][0], title, stored["document_type"][0])
