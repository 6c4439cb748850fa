"""Searches that are kept: as the text that is stored, and as the query that new documents are tried with."""

from typing import Final
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from hub.db import is_text
from hub.errors import BadInput
from hub.index.base import PUBLIC, Query
from hub.languages import gettext as _
from hub.search.expand import Expander
from hub.search.parse import parse, words_of
from hub.search.service import Asked, Values, asked_from, query_of
from hub.topics.service import Vocabulary

LONGEST: Final = 2000
"""Characters of a kept search."""

MOST_READY: Final = 20_000
"""Queries that are held ready in memory."""


def kept(values: Values) -> str:
    """A search's parameters as they are stored: in one order, without what does not narrow it or cannot be used.

    BadInput for a search that would find everything, and for one that is too long.
    """
    asked = asked_from(values)
    pairs = [("q", asked.text)] if asked.text else []
    pairs += [(name, value) for name, chosen in sorted(asked.filters.items()) for value in sorted(chosen)]
    pairs += [(name, day.isoformat()) for name, day in (("from", asked.since), ("to", asked.until)) if day]
    if not pairs:
        raise BadInput(_("This search finds everything. Search for some words, or choose a filter, first."), "q")
    text = urlencode(pairs + ([("words", "only")] if asked.only_words else []))
    if len(text) > LONGEST or not is_text(text):
        raise BadInput(_("This search is too long to be kept. Leave some of it out."), "q")
    return text


def asked_of(text: str) -> Asked:
    """What a kept search asks for."""
    return asked_from(MultiDict(parse_qsl(text)))


class SavedQueries:
    """Kept searches as queries, made anew when the vocabulary changes: its words are part of them."""

    def __init__(self, vocabulary: Vocabulary, expander: Expander) -> None:
        self._vocabulary = vocabulary
        self._expander = expander
        self._revision = -1
        self._ready: dict[str, Query] = {}

    def query(self, text: str) -> Query:
        """Everything public that the search finds today, all its words and their topics, newest first."""
        revision = self._vocabulary.revision
        if revision != self._revision or len(self._ready) >= MOST_READY:
            self._ready, self._revision = {}, revision
        if text not in self._ready:
            asked = asked_of(text)
            clauses = parse(asked.text)
            expansions = () if asked.only_words else self._expander.expand(words_of(clauses))
            self._ready[text] = query_of(asked, clauses, expansions, rights=PUBLIC)
        return self._ready[text]
