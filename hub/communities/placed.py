"""Communities and what stands in them, in search: what is the same of threads, wiki pages and meetings."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, cast, func, select

from hub.communities.access import talk_of
from hub.communities.models import Community, CommunityConcept
from hub.index.base import Document
from hub.languages import language
from hub.records.cards import Topic
from hub.search.findable import Shown, Within
from vocab.scheme import Concept, Scheme

BODY: Final = 200_000
"""Characters of a text that the index takes."""

TOPICS: Final = (
    select(func.aggregate_strings(cast(CommunityConcept.concept_uri, Text), "\n"))
    .where(CommunityConcept.community_id == Community.id)
    .correlate(Community)
    .scalar_subquery()
)
"""A line for each topic of the community that a statement is about."""


def document_in(community: Community, uris: str | None, scheme: Scheme, **more: Any) -> Document:
    """A document of a community, in its language. Nobody publishes it: people of several organisations write it."""
    return Document(
        **about_topics(uris, scheme),
        **{"language": community.language, **more},
        organisation="",
        sector="",
        community=community.slug,
        audience=(community.id,) if talk_of(community).audience else (),
    )


def shown_in(community: Community, uris: str | None, scheme: Scheme, **more: Any) -> Shown:
    """How a list shows something of a community."""
    return Shown(
        **{"language": community.language, **more},
        community=Within(community.slug, community.name),
        topics=topics_in(uris, scheme),
        restricted=talk_of(community).audience is not None,
    )


def about_topics(uris: str | None, scheme: Scheme) -> dict[str, Any]:
    """What a document says of its topics: their names in every language, their notations, and those above them."""
    concepts = _concepts(uris, scheme)
    above = [scheme.concepts[uri] for concept in concepts for uri in scheme.ancestors(concept.uri)]
    return {
        "labels": tuple(label.value for concept in concepts for label in concept.labels if label.kind == "pref"),
        "topics": tuple(concept.notation for concept in concepts),
        "topics_tree": tuple(dict.fromkeys(concept.notation for concept in [*concepts, *above])),
    }


def topics_in(uris: str | None, scheme: Scheme) -> tuple[Topic, ...]:
    """The topics as a list shows them."""
    spoken = language()
    return tuple(Topic(one.notation, one.pref(spoken)) for one in _concepts(uris, scheme))


def about(uris: Sequence[str]) -> ColumnElement[bool]:
    """The condition for what stands in communities that are about one of these topics."""
    return Community.id.in_(select(CommunityConcept.community_id).where(CommunityConcept.concept_uri.in_(uris)))


def _concepts(uris: str | None, scheme: Scheme) -> list[Concept]:
    return [scheme.concepts[uri] for uri in sorted((uris or "").splitlines()) if uri in scheme.concepts]
