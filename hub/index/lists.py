"""Lists in the embedded index: all results of a search, read page by page from one snapshot that this process keeps."""

import os
import secrets
import threading
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import tantivy

from hub.errors import Busy
from hub.index.analysis import Analysis
from hub.index.base import KEPT, Query, SearchPage
from hub.index.cursors import Cursors, not_kept
from hub.index.pages import Found, facets_of, found_in, hits_of
from hub.index.ranking import Ranking
from hub.languages import gettext as _

MOST: Final = 64
"""Lists that are kept at once: with 100,000 results each, 80 MB."""

_SEGMENT: Final = 32
_DOCUMENT: Final = 2**_SEGMENT - 1


@dataclass(slots=True)
class _Kept:
    """A snapshot, and what was found in it, in order: 12 bytes each. `until` is put off by each page."""

    searcher: tantivy.Searcher
    addresses: "array[int]"
    scores: "array[float]"
    until: float
    process: int

    def part(self, start: int, size: int) -> list[Found]:
        """So many of the documents, from `start` on."""
        end = start + max(0, size)
        return [
            (score, tantivy.DocAddress(address >> _SEGMENT, address & _DOCUMENT))
            for score, address in zip(self.scores[start:end], self.addresses[start:end], strict=True)
        ]


class Lists:
    """The lists that are read in this process, from any number of threads. What is kept does not outlive a fork."""

    def __init__(self, cursors: Cursors, clock: Callable[[], float] = time.monotonic) -> None:
        self._cursors = cursors
        self._clock = clock
        self._guard = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def first(self, searcher: tantivy.Searcher, ranking: Ranking, query: Query, analysis: Analysis) -> SearchPage:
        """The first page, and its snapshot kept when there are more. Busy."""
        matching = ranking.matching(query)
        narrowed = ranking.narrowed(query, matching)
        _, found = found_in(searcher, narrowed, query, 0, searcher.num_docs)
        addresses = array("Q", (address.segment_ord << _SEGMENT | address.doc for _, address in found))
        kept = _Kept(searcher, addresses, array("f", (score for score, _ in found)), 0, os.getpid())
        facets = facets_of(searcher, ranking, query, matching, narrowed, len(addresses))
        after = ""
        if 0 < query.size < len(addresses):
            after = self._cursors.sealed(query, {"list": self._keep(kept), "at": query.size})
        return SearchPage(hits_of(searcher, kept.part(0, query.size), query, analysis), len(addresses), facets, after)

    def next(self, query: Query, analysis: Analysis) -> SearchPage:
        """The page that the cursor leads to. BadInput, Gone."""
        state = self._cursors.opened(query)
        name, start = state["list"], state["at"]
        kept = self._asked(name)
        end = start + max(0, query.size)
        more = start < end < len(kept.addresses)
        if not more:
            with self._guard:
                self._kept.pop(name, None)
        after = self._cursors.sealed(query, {"list": name, "at": end}) if more else ""
        return SearchPage(
            hits_of(kept.searcher, kept.part(start, query.size), query, analysis), len(kept.addresses), {}, after
        )

    def _keep(self, kept: _Kept) -> str:
        with self._guard:
            self._forget()
            if len(self._kept) >= MOST:
                raise Busy(_("Too many lists are being read at once. Try again in a minute."))
            name = secrets.token_urlsafe(12)
            kept.until = self._clock() + KEPT
            self._kept[name] = kept
            return name

    def _asked(self, name: str) -> _Kept:
        with self._guard:
            self._forget()
            if name not in self._kept:
                raise not_kept()
            kept = self._kept[name]
            kept.until = self._clock() + KEPT
            return kept

    def _forget(self) -> None:
        moment, process = self._clock(), os.getpid()
        self._kept = {
            name: kept for name, kept in self._kept.items() if kept.until > moment and kept.process == process
        }
