"""All results of a search: page by page for machines, or at one go for a table."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from hub.index.base import FACETS, PUBLIC, START, Expansion, Hit, IndexReader, Rights
from hub.search.parse import parse, words_of
from hub.search.service import Asked, Found, query_of

A_PAGE: Final = 100
"""Results on a page of a list."""

AT_ONCE: Final = 1000
"""Results that are read at once where all are wanted."""

_LOOSE: Final = "~"
"""What a cursor begins with when one word is enough."""

Expand = Callable[[str], tuple[Expansion, ...]]


@dataclass(frozen=True, slots=True)
class Walked:
    """The results, as ids and types alone, in order, at most as many as were wanted of `total`."""

    hits: tuple[Hit, ...]
    total: int
    any_word: bool = False
    limited: bool = False


def page_of_list(
    reader: IndexReader,
    asked: Asked,
    cursor: str,
    *,
    expand: Expand,
    size: int,
    facets: tuple[str, ...] = FACETS,
    rights: Rights = PUBLIC,
) -> Found:
    """The page that `cursor` leads to, the first for START; hits are ids and types alone.

    When all words together find nothing, one is enough, and then for all pages. BadInput, Gone, Busy and
    IndexUnavailable as the reader says.
    """
    clauses = parse(asked.text)
    expansions = () if asked.only_words else expand(words_of(clauses))
    query = replace(
        query_of(asked, clauses, expansions, size=size, rights=rights),
        after=cursor.removeprefix(_LOOSE),
        any_word=cursor.startswith(_LOOSE),
        facets=facets,
        shown=False,
    )
    page = reader.search(query)
    if cursor == START and not page.total and sum(not clause.excluded for clause in clauses) > 1:
        query = replace(query, any_word=True)
        page = reader.search(query)
    if query.any_word and page.after:
        page = replace(page, after=_LOOSE + page.after)
    return Found(page, any_word=query.any_word and page.total > 0, expansions=expansions)


def walk(reader: IndexReader, asked: Asked, *, expand: Expand, most: int, rights: Rights = PUBLIC) -> Walked:
    """The first `most` results. IndexUnavailable, Busy."""
    hits: list[Hit] = []
    cursor = START
    while cursor:
        size = min(AT_ONCE, most - len(hits))
        found = page_of_list(reader, asked, cursor, expand=expand, size=size, facets=(), rights=rights)
        hits += found.page.hits
        # With nothing more wanted the page is one of size 0, which lets the list go.
        cursor = found.page.after
    return Walked(tuple(hits), found.page.total, found.any_word)
