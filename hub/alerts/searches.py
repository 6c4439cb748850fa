"""What is followed as a query of the index: a saved search finds what that search finds."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlencode

from hub.index.base import PUBLIC, Expansion, Query
from hub.notices.following import ORGANISATION, SEARCH, TOPIC
from hub.search.parse import parse, words_of
from hub.search.service import Asked, asked_from, query_of
from vocab.scheme import Scheme

BY_QUERY = (SEARCH, TOPIC, ORGANISATION)
"""The kinds of what is followed that are matched by the index."""

Expand = Callable[[str], tuple[Expansion, ...]]


class Parameters:
    """The parameters of a saved search, as `asked_from` reads them."""

    def __init__(self, key: str) -> None:
        self._given = parse_qs(key)

    def get(self, key: str) -> str | None:
        """The first value."""
        return self._given.get(key, [None])[0]

    def getlist(self, key: str) -> list[str]:
        """All of them."""
        return self._given.get(key, [])


def key_of(asked: Asked) -> str:
    """The parameters of a search, one spelling for the same search; empty for one that finds everything."""
    pairs: list[tuple[str, str]] = [("q", asked.text)] if asked.text else []
    pairs += [(name, value) for name, values in sorted(asked.filters.items()) for value in sorted(values)]
    pairs += [("from", asked.since.isoformat())] if asked.since else []
    pairs += [("to", asked.until.isoformat())] if asked.until else []
    pairs += [("words", "only")] if asked.only_words and asked.text else []
    return urlencode(pairs)


def asked_by(key: str) -> Asked:
    """The search of a key."""
    return asked_from(Parameters(key))


def query_for(kind: str, key: str, *, expand: Expand, scheme: Scheme, slugs: Mapping[str, str]) -> Query | None:
    """The query that finds what is followed; None for what is there no more. `slugs` are {id: slug} of organisations.

    Rights count nothing here: who may read what is found is asked of each person.
    """
    if kind == TOPIC:
        concept = scheme.concepts.get(key)
        return Query(rights=PUBLIC, filters={"topic": (concept.notation,)}) if concept else None
    if kind == ORGANISATION:
        return Query(rights=PUBLIC, filters={"organisation": (slugs[key],)}) if key in slugs else None
    asked = asked_by(key)
    clauses = parse(asked.text)
    return query_of(asked, clauses, () if asked.only_words else expand(words_of(clauses)))
