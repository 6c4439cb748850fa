"""What stands in a community and is about what that is about: the same of wiki pages and of meetings, in search."""

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
    """A document of a community. Nobody publishes it: people of several organisations write it."""
    concepts = _concepts(uris, scheme)
    above = [scheme.concepts[uri] for concept in concepts for uri in scheme.ancestors(concept.uri)]
    return Document(
        language=community.language,
        labels=tuple(label.value for concept in concepts for label in concept.labels if label.kind == "pref"),
        organisation="",
        sector="",
        community=community.slug,
        topics=tuple(concept.notation for concept in concepts),
        topics_tree=tuple(dict.fromkeys(concept.notation for concept in [*concepts, *above])),
        audience=(community.id,) if talk_of(community).audience else (),
        **more,
    )


def shown_in(community: Community, uris: str | None, scheme: Scheme, **more: Any) -> Shown:
    """How a list shows something of a community."""
    spoken = language()
    return Shown(
        language=community.language,
        community=Within(community.slug, community.name),
        topics=tuple(Topic(one.notation, one.pref(spoken)) for one in _concepts(uris, scheme)),
        restricted=talk_of(community).audience is not None,
        **more,
    )


def about(uris: Sequence[str]) -> ColumnElement[bool]:
    """The condition for what stands in communities that are about one of these topics."""
    return Community.id.in_(select(CommunityConcept.community_id).where(CommunityConcept.concept_uri.in_(uris)))


def _concepts(uris: str | None, scheme: Scheme) -> list[Concept]:
    return [scheme.concepts[uri] for uri in sorted((uris or "").splitlines()) if uri in scheme.concepts]
