"""Threads in search: as the index sees them, as results show them, and by title while the index is away."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, bindparam, cast, func, literal, select
from sqlalchemy.orm import Session

from hub.communities.access import talk_of, talk_shown_to
from hub.communities.models import Community, CommunityConcept
from hub.index.base import Document
from hub.languages import gettext as _
from hub.languages import language, ngettext
from hub.markdown import extract_of, plain_of
from hub.records.cards import Topic, day_of
from hub.search.findable import Findable, Shown, Titles, Within
from hub.talk.kinds import KINDS
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
            select(Thread, Community)
            .join(Community, Community.id == Thread.community_id)
            .where(Thread.id.in_(ids), Thread.hidden_at.is_(None), Thread.title != "")
        ).all()
        texts: dict[str, list[str]] = {}
        said = select(Post.thread_id, Post.text).where(Post.thread_id.in_(ids), Post.hidden_at.is_(None))
        for thread_id, text in session.execute(said.order_by(Post.opening.desc(), Post.created, Post.id)):
            texts.setdefault(thread_id, []).append(plain_of(text))
        own = _concepts(session, ThreadConcept.thread_id, ThreadConcept, ids)
        theirs = _concepts(session, CommunityConcept.community_id, CommunityConcept, [row[1].id for row in rows])
        found: dict[str, Document | None] = dict.fromkeys(ids)
        for thread, community in rows:
            uris = own.get(thread.id) or theirs.get(community.id, [])
            body = "\n".join(texts.get(thread.id, []))
            found[thread.id] = _document(thread, community, body, uris, self._vocabulary.scheme)
        return found


def _concepts(
    session: Session, owner: object, table: type[ThreadConcept] | type[CommunityConcept], ids: Sequence[str]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for id, uri in session.execute(select(owner, table.concept_uri).where(owner.in_(ids)).order_by(table.id)):  # type: ignore[attr-defined,call-overload]
        found.setdefault(id, []).append(uri)
    return found


def _document(thread: Thread, community: Community, body: str, uris: list[str], scheme: Scheme) -> Document:
    """Nobody publishes it: people of several organisations have written it."""
    concepts = [scheme.concepts[uri] for uri in uris if uri in scheme.concepts]
    above = [scheme.concepts[uri] for concept in concepts for uri in scheme.ancestors(concept.uri)]
    return Document(
        id=thread.id,
        document_type=TYPE,
        version=thread.touched,
        title=thread.title,
        body=body[:BODY],
        language=thread.language,
        labels=tuple(label.value for concept in concepts for label in concept.labels if label.kind == "pref"),
        organisation="",
        sector="",
        community=community.slug,
        type=thread.kind,
        topics=tuple(concept.notation for concept in concepts),
        topics_tree=tuple(dict.fromkeys(concept.notation for concept in [*concepts, *above])),
        published=thread.last_activity,
        audience=(community.id,) if talk_of(community).audience else (),
    )


def _lines(asked: Any) -> Any:
    return asked.correlate(Thread).scalar_subquery()


_OWN: Final = _lines(
    select(func.aggregate_strings(cast(ThreadConcept.concept_uri, Text), "\n")).where(
        ThreadConcept.thread_id == Thread.id
    )
)
_THEIRS: Final = _lines(
    select(func.aggregate_strings(cast(CommunityConcept.concept_uri, Text), "\n")).where(
        CommunityConcept.community_id == Thread.community_id
    )
)
_OPENING: Final = _lines(
    select(func.min(func.substr(Post.text, 1, 1000))).where(Post.thread_id == Thread.id, Post.opening.is_(True))
)
_THERE: Final = (Thread.hidden_at.is_(None), Thread.title != "")
_SHOWN: Final = (
    select(Thread, Community, func.coalesce(_OWN, _THEIRS), _OPENING)
    .join(Community, Community.id == Thread.community_id)
    .where(Thread.id.in_(bindparam("ids", expanding=True)), *_THERE)
)
"""A thread, where it stands, a line for each of its topics, and the beginning of what it says."""


def cards(session: Session, ids: Sequence[str], scheme: Scheme, audiences: Sequence[str] = ()) -> list[Shown]:
    """The threads with these ids that somebody with these audiences may read; by one statement."""
    rows = session.execute(_SHOWN.where(talk_shown_to(audiences)), {"ids": list(ids)})
    return [_card(thread, community, uris, text, scheme) for thread, community, uris, text in rows]


def _card(thread: Thread, community: Community, uris: str | None, text: str | None, scheme: Scheme) -> Shown:
    concepts = [scheme.concepts[uri] for uri in sorted((uris or "").splitlines()) if uri in scheme.concepts]
    spoken = language()
    facts = [ngettext("%(num)s reply", "%(num)s replies", thread.replies)]
    return Shown(
        id=thread.id,
        document_type=TYPE,
        type=thread.kind,
        type_name=_(KINDS[thread.kind].name),
        title=thread.title,
        address=f"/discussions/{thread.id}",
        summary=extract_of(text or ""),
        language=thread.language,
        published=day_of(thread.last_activity),
        community=Within(community.slug, community.name),
        topics=tuple(Topic(concept.notation, concept.pref(spoken)) for concept in concepts),
        facts=(*facts, _("Answered")) if thread.answered_at else tuple(facts),
        restricted=talk_of(community).audience is not None,
    )


def _tagged(uris: Sequence[str]) -> ColumnElement[bool]:
    return Thread.id.in_(select(ThreadConcept.thread_id).where(ThreadConcept.concept_uri.in_(uris)))


_TITLES: Final = (
    select(
        *(Thread.id, Thread.title, Thread.last_activity.label("published"), Thread.kind.label("type")),
        *(Thread.language, literal("").label("organisation"), literal("").label("sector")),
        Community.slug.label("community"),
    )
    .join(Community, Community.id == Thread.community_id)
    .where(*_THERE)
)

FINDABLE: Final = Findable(
    cards, Titles(_TITLES, talk_shown_to, _tagged), {name: kind.name for name, kind in KINDS.items()}
)
"""How threads are shown and, while the index is away, found."""
