"""What is followed as a query of the index: a saved search finds what that search finds."""

from collections.abc import Mapping
from typing import Final

from hub.index.base import PUBLIC, Query
from hub.notices.following import ORGANISATION, SEARCH, TOPIC
from hub.search.saved import SavedQueries
from vocab.scheme import Scheme

BY_QUERY: Final = (SEARCH, TOPIC, ORGANISATION)
"""The kinds of what is followed that are matched by the index."""


def query_for(kind: str, key: str, *, queries: SavedQueries, scheme: Scheme, slugs: Mapping[str, str]) -> Query | None:
    """The query that finds what is followed; None for what is there no more. `slugs` are {id: slug} of organisations.

    Rights count nothing here: who may read what is found is asked of each person.
    """
    if kind == TOPIC:
        concept = scheme.concepts.get(key)
        return Query(rights=PUBLIC, filters={"topic": (concept.notation,)}) if concept else None
    if kind == ORGANISATION:
        return Query(rights=PUBLIC, filters={"organisation": (slugs[key],)}) if key in slugs else None
    return queries.query(key)
