"""Saved searches in the embedded engine: each is run on a small index of the new documents, in memory."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import tantivy
from tantivy import Order

from hub.errors import HubError
from hub.index.analysis import Analysis, Welsh, unchanged, usable
from hub.index.base import Document, Matches, Query, Refused
from hub.index.pages import answer, holder
from hub.index.ranking import Ranking
from hub.index.schema import engine_document, register, schema

HEAP: Final = 64_000_000
AT_ONCE: Final = 2000
"""Documents of one such index: of ordinary length they fit in the heap."""


class EmbeddedMatcher:
    """Runs the very queries of the reader, so that a saved search finds what a search finds."""

    def __init__(self, welsh: Welsh = unchanged) -> None:
        self._analysis = Analysis(welsh)

    def match(self, documents: Sequence[Document], saved: Mapping[str, Query]) -> Matches:
        """Every search on every document: about 0.2 ms a search and 0.3 ms a document."""
        whole = list(_made(documents).items())
        found: dict[str, list[str]] = {name: [] for name in saved}
        refused: dict[str, Refused] = {}
        # An index without documents still tells which searches cannot be used.
        for start in range(0, max(1, len(whole)), AT_ONCE):
            small = _Small(dict(whole[start : start + AT_ONCE]), self._analysis)
            for name, query in saved.items():
                try:
                    found[name] += small.found(query)
                except HubError as error:
                    refused[name] = Refused(name, str(error))
        used = {name: tuple(ids) for name, ids in found.items() if ids and name not in refused}
        return Matches(used, tuple(refused.values()))


class _Small:
    """An index of some documents in memory."""

    def __init__(self, documents: Mapping[str, tantivy.Document], analysis: Analysis) -> None:
        index = answer(lambda: _filled(documents.values()))
        self._ids = list(documents)
        self._searcher = index.searcher()
        self._most = max(1, self._searcher.num_docs)
        self._ranking = Ranking(index.schema, analysis, holder(self._searcher))
        self._places = answer(self._placed)

    def found(self, query: Query) -> list[str]:
        """The ids that a query finds, in the order of the documents. BadInput."""
        asked = answer(lambda: self._ranking.narrowed(query, self._ranking.matching(query)))
        hits = answer(lambda: self._searcher.search(asked, self._most, count=False).hits)
        places = sorted(self._places[address.segment_ord, address.doc] for _, address in hits)
        return [self._ids[place] for place in places]

    def _placed(self) -> dict[tuple[int, int], int]:
        """Where each document of the index stands among those handed in."""
        place = {id: number for number, id in enumerate(self._ids)}
        asked = tantivy.Query.all_query()
        hits = self._searcher.search(asked, self._most, count=False, order_by_field="id", order=Order.Asc).hits
        return {(address.segment_ord, address.doc): place[str(id)] for id, address in hits}


def _made(documents: Sequence[Document]) -> dict[str, tantivy.Document]:
    """The documents as the engine takes them, the last one of each id, without those that cannot be made so."""
    made = {}
    for document in documents:
        with suppress(Exception):  # Whatever is wrong with one document, the others go on.
            made[usable(document.id)] = engine_document(document)
    return made


def _filled(documents: Iterable[tantivy.Document]) -> tantivy.Index:
    index = register(tantivy.Index(schema()))
    writer = index.writer(HEAP, 1)
    for document in documents:
        writer.add_document(document)
    writer.commit()
    index.reload()
    return index
