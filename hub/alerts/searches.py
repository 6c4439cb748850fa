"""What is followed as a query of the index: a saved search finds what that search finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.index.base import PUBLIC, Query, SavedMatcher
from hub.notices.following import ORGANISATION, SEARCH, TOPIC
from hub.notices.models import Follow
from hub.organisations.models import Organisation
from hub.search.saved import SavedQueries
from hub.topics.service import Vocabulary
from vocab.scheme import Scheme

BY_QUERY: Final = (SEARCH, TOPIC, ORGANISATION)
"""The kinds of what is followed by which new records are found."""


@dataclass(frozen=True, slots=True)
class Means:
    """What it is found with that something new is for what somebody follows."""

    vocabulary: Vocabulary
    matcher: SavedMatcher
    queries: SavedQueries


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


def followed_by(session: Session, kinds: Sequence[str], *, queries: SavedQueries, scheme: Scheme) -> dict[str, Query]:
    """One query for each thing of these kinds that somebody follows, however many do: by the hash of what it is."""
    rows = session.execute(select(Follow.hashed, Follow.kind, Follow.key).where(Follow.kind.in_(kinds)).distinct())
    slugs = dict(session.execute(select(Organisation.id, Organisation.slug)).all())
    made = (
        (hashed, query_for(kind, key, queries=queries, scheme=scheme, slugs=slugs)) for hashed, kind, key in rows.all()
    )
    return {hashed: query for hashed, query in made if query is not None}
