"""Wiki pages as the index sees them: `jobs` hands this to the index worker."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.communities.access import talk_of
from hub.communities.models import Community, CommunityConcept
from hub.index.base import Document
from hub.markdown import plain_of
from hub.organisations.models import Organisation
from hub.topics.service import Vocabulary
from hub.writing.models import WikiPage
from vocab.scheme import Scheme

TYPE: Final = "page"
BODY: Final = 200_000
"""Characters of a text that the index takes."""


class PageDocuments:
    """Wiki pages that are not taken away as documents, for those who read the talk of their communities."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def ids_after(self, session: Session, id: str, limit: int) -> list[str]:
        """The next ids in order, for walking through all of them."""
        there = select(WikiPage.id).where(WikiPage.id > id, WikiPage.hidden_at.is_(None))
        return list(session.scalars(there.order_by(WikiPage.id).limit(limit)))

    def load(self, session: Session, ids: Sequence[str]) -> dict[str, Document | None]:
        """The present state of these pages."""
        rows = session.execute(
            select(WikiPage, Community, Organisation)
            .join(Community, Community.id == WikiPage.community_id)
            .join(Organisation, Organisation.id == Community.organisation_id)
            .where(WikiPage.id.in_(ids), WikiPage.hidden_at.is_(None))
        ).all()
        concepts = concepts_in(session, [row[1].id for row in rows])
        found: dict[str, Document | None] = dict.fromkeys(ids)
        for page, community, organisation in rows:
            uris = concepts.get(community.id, [])
            found[page.id] = _document(page, community, organisation, uris, self._vocabulary.scheme)
        return found


def concepts_in(session: Session, community_ids: Sequence[str]) -> dict[str, list[str]]:
    """{community: the topics that it is about}."""
    found: dict[str, list[str]] = {}
    wanted = select(CommunityConcept.community_id, CommunityConcept.concept_uri)
    wanted = wanted.where(CommunityConcept.community_id.in_(community_ids)).order_by(CommunityConcept.id)
    for id, uri in session.execute(wanted):
        found.setdefault(id, []).append(uri)
    return found


def _document(
    page: WikiPage, community: Community, organisation: Organisation, uris: Sequence[str], scheme: Scheme
) -> Document:
    concepts = [scheme.concepts[uri] for uri in uris if uri in scheme.concepts]
    above = [scheme.concepts[uri] for concept in concepts for uri in scheme.ancestors(concept.uri)]
    return Document(
        id=page.id,
        version=page.touched,
        title=page.title,
        body=plain_of(page.text)[:BODY],
        language=community.language,
        labels=tuple(label.value for concept in concepts for label in concept.labels if label.kind == "pref"),
        organisation=organisation.slug,
        sector=organisation.sector,
        type=TYPE,
        topics=tuple(concept.notation for concept in concepts),
        topics_tree=tuple(dict.fromkeys(concept.notation for concept in [*concepts, *above])),
        published=page.changed,
        audience=(community.id,) if talk_of(community).audience else (),
    )
