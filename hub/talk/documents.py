"""Threads as the index sees them: `jobs` hands this to the index worker."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.communities.access import talk_of
from hub.communities.models import Community, CommunityConcept
from hub.index.base import Document
from hub.markdown import plain_of
from hub.organisations.models import Organisation
from hub.talk.models import Post, Thread, ThreadConcept
from hub.topics.service import Vocabulary
from vocab.scheme import Scheme

TYPE: Final = "thread"
BODY: Final = 200_000
"""Characters of a text that the index takes."""


class ThreadDocuments:
    """Threads that are not hidden as documents. One that is, or is gone, is None: the index removes it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def ids_after(self, session: Session, id: str, limit: int) -> list[str]:
        """The next ids in order, for walking through all of them."""
        there = select(Thread.id).where(Thread.id > id, Thread.hidden_at.is_(None), Thread.title != "")
        return list(session.scalars(there.order_by(Thread.id).limit(limit)))

    def load(self, session: Session, ids: Sequence[str]) -> dict[str, Document | None]:
        """The present state of these threads."""
        rows = session.execute(
            select(Thread, Community, Organisation)
            .join(Community, Community.id == Thread.community_id)
            .join(Organisation, Organisation.id == Community.organisation_id)
            .where(Thread.id.in_(ids), Thread.hidden_at.is_(None), Thread.title != "")
        ).all()
        texts: dict[str, list[str]] = {}
        said = select(Post.thread_id, Post.text).where(Post.thread_id.in_(ids), Post.hidden_at.is_(None))
        for thread_id, text in session.execute(said.order_by(Post.opening.desc(), Post.created, Post.id)):
            texts.setdefault(thread_id, []).append(plain_of(text))
        own = _concepts(session, ThreadConcept.thread_id, ThreadConcept, ids)
        theirs = _concepts(session, CommunityConcept.community_id, CommunityConcept, [row[1].id for row in rows])
        found: dict[str, Document | None] = dict.fromkeys(ids)
        for thread, community, organisation in rows:
            uris = own.get(thread.id) or theirs.get(community.id, [])
            body = "\n".join(texts.get(thread.id, []))
            found[thread.id] = _document(thread, community, organisation, body, uris, self._vocabulary.scheme)
        return found


def _concepts(
    session: Session, owner: object, table: type[ThreadConcept] | type[CommunityConcept], ids: Sequence[str]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for id, uri in session.execute(select(owner, table.concept_uri).where(owner.in_(ids)).order_by(table.id)):  # type: ignore[attr-defined,call-overload]
        found.setdefault(id, []).append(uri)
    return found


def _document(
    thread: Thread, community: Community, organisation: Organisation, body: str, uris: list[str], scheme: Scheme
) -> Document:
    concepts = [scheme.concepts[uri] for uri in uris if uri in scheme.concepts]
    above = [scheme.concepts[uri] for concept in concepts for uri in scheme.ancestors(concept.uri)]
    return Document(
        id=thread.id,
        version=thread.touched,
        title=thread.title,
        body=body[:BODY],
        language=thread.language,
        labels=tuple(label.value for concept in concepts for label in concept.labels if label.kind == "pref"),
        organisation=organisation.slug,
        sector=organisation.sector,
        type=TYPE,
        topics=tuple(concept.notation for concept in concepts),
        topics_tree=tuple(dict.fromkeys(concept.notation for concept in [*concepts, *above])),
        published=thread.last_activity,
        audience=(community.id,) if talk_of(community).audience else (),
    )
