"""Threads in search: as the index sees them, as results show them, and by title while the index is away."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Text, bindparam, cast, func, literal, select
from sqlalchemy.orm import Session

from hub.communities.access import talk_shown_to
from hub.communities.models import Community
from hub.communities.placed import BODY, TOPICS, document_in, shown_in
from hub.index.base import Document
from hub.languages import gettext as _
from hub.languages import ngettext
from hub.markdown import extract_of, plain_of
from hub.records.cards import day_of
from hub.search.findable import Findable, Shown, Titles
from hub.talk.kinds import KINDS
from hub.talk.models import Post, Thread, ThreadConcept
from hub.topics.service import Vocabulary
from vocab.scheme import Scheme

TYPE: Final = "thread"

_OPENING: Final = (
    select(func.min(func.substr(Post.text, 1, 1000)))
    .where(Post.thread_id == Thread.id, Post.opening.is_(True))
    .correlate(Thread)
    .scalar_subquery()
)
_OWN: Final = (
    select(func.aggregate_strings(cast(ThreadConcept.concept_uri, Text), "\n"))
    .where(ThreadConcept.thread_id == Thread.id)
    .correlate(Thread)
    .scalar_subquery()
)
_THERE: Final = (Thread.hidden_at.is_(None), Thread.title != "")
_WHOLE: Final = (
    select(Thread, Community, func.coalesce(_OWN, TOPICS), _OPENING)
    .join(Community, Community.id == Thread.community_id)
    .where(Thread.id.in_(bindparam("ids", expanding=True)), *_THERE)
)
"""A thread, where it stands, a line for each of its topics (or its community's), and how it begins."""


class ThreadDocuments:
    """Threads that are not hidden as documents. One that is, or is gone, is None: the index removes it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def ids_after(self, session: Session, id: str, limit: int) -> list[str]:
        """The next ids in order, for walking through all of them."""
        there = select(Thread.id).where(Thread.id > id, *_THERE)
        return list(session.scalars(there.order_by(Thread.id).limit(limit)))

    def load(self, session: Session, ids: Sequence[str]) -> dict[str, Document | None]:
        """The present state of these threads."""
        texts: dict[str, list[str]] = {}
        said = select(Post.thread_id, Post.text).where(Post.thread_id.in_(ids), Post.hidden_at.is_(None))
        for thread_id, text in session.execute(said.order_by(Post.opening.desc(), Post.created, Post.id)):
            texts.setdefault(thread_id, []).append(plain_of(text))
        found: dict[str, Document | None] = dict.fromkeys(ids)
        for thread, community, uris, _text in session.execute(_WHOLE, {"ids": list(ids)}):
            found[thread.id] = document_in(
                community,
                uris,
                self._vocabulary.scheme,
                id=thread.id,
                document_type=TYPE,
                type=thread.kind,
                version=thread.touched,
                title=thread.title,
                body="\n".join(texts.get(thread.id, []))[:BODY],
                language=thread.language,
                published=thread.last_activity,
            )
        return found


def cards(session: Session, ids: Sequence[str], scheme: Scheme, audiences: Sequence[str] = ()) -> list[Shown]:
    """The threads with these ids that somebody with these audiences may read; by one statement."""
    rows = session.execute(_WHOLE.where(talk_shown_to(audiences)), {"ids": list(ids)})
    return [_card(thread, community, uris, text, scheme) for thread, community, uris, text in rows]


def _card(thread: Thread, community: Community, uris: str | None, text: str | None, scheme: Scheme) -> Shown:
    facts = [ngettext("%(num)s reply", "%(num)s replies", thread.replies)]
    return shown_in(
        community,
        uris,
        scheme,
        id=thread.id,
        document_type=TYPE,
        type=thread.kind,
        type_name=_(KINDS[thread.kind].name),
        title=thread.title,
        address=f"/discussions/{thread.id}",
        summary=extract_of(text or ""),
        language=thread.language,
        published=day_of(thread.last_activity),
        facts=(*facts, _("Answered")) if thread.answered_at else tuple(facts),
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
