"""Wiki pages in search: as the index sees them, as results show them, and by title while the index is away."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, literal, select
from sqlalchemy.orm import Session

from hub.communities.access import talk_shown_to
from hub.communities.models import Community
from hub.communities.placed import BODY, TOPICS, about, document_in, shown_in
from hub.index.base import Document
from hub.languages import N_
from hub.languages import gettext as _
from hub.markdown import extract_of, plain_of
from hub.records.cards import day_of
from hub.search.findable import Findable, Shown, Titles
from hub.topics.service import Vocabulary
from hub.writing.models import WikiPage
from hub.writing.wiki import DOCUMENT, path_of
from vocab.scheme import Scheme

WORDS: Final = {DOCUMENT: N_("Wiki page")}

_WHOLE: Final = (
    select(WikiPage, Community, TOPICS)
    .join(Community, Community.id == WikiPage.community_id)
    .where(WikiPage.id.in_(bindparam("ids", expanding=True)), WikiPage.hidden_at.is_(None))
)
"""A page that is not taken away, where it stands, and a line for each topic of its community."""


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
        found: dict[str, Document | None] = dict.fromkeys(ids)
        for page, community, uris in session.execute(_WHOLE, {"ids": list(ids)}):
            found[page.id] = document_in(
                community,
                uris,
                self._vocabulary.scheme,
                id=page.id,
                document_type=DOCUMENT,
                type=DOCUMENT,
                version=page.touched,
                title=page.title,
                body=plain_of(page.text)[:BODY],
                published=page.changed,
            )
        return found


def cards(session: Session, ids: Sequence[str], scheme: Scheme, audiences: Sequence[str] = ()) -> list[Shown]:
    """The pages with these ids that somebody with these audiences may read; by one statement."""
    rows = session.execute(_WHOLE.where(talk_shown_to(audiences)), {"ids": list(ids)})
    return [
        shown_in(
            community,
            uris,
            scheme,
            id=page.id,
            document_type=DOCUMENT,
            type=DOCUMENT,
            type_name=_(WORDS[DOCUMENT]),
            title=page.title,
            address=path_of(community, page),
            summary=extract_of(page.text[:2000]),
            published=day_of(page.changed),
        )
        for page, community, uris in rows
    ]


_TITLES: Final = (
    select(
        *(WikiPage.id, WikiPage.title, WikiPage.changed.label("published"), literal(DOCUMENT).label("type")),
        *(Community.language, literal("").label("organisation"), literal("").label("sector")),
        Community.slug.label("community"),
    )
    .join(Community, Community.id == WikiPage.community_id)
    .where(WikiPage.hidden_at.is_(None))
)

FINDABLE: Final = Findable(cards, Titles(_TITLES, talk_shown_to, about), WORDS)
"""How wiki pages are shown and, while the index is away, found."""
