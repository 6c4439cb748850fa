"""Meetings in search: as the index sees them, as results show them, and by title while the index is away."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, literal, select
from sqlalchemy.orm import Session

from hub.communities.access import talk_shown_to
from hub.communities.models import Community
from hub.communities.placed import BODY, TOPICS, about, document_in, shown_in
from hub.events.models import Event
from hub.events.reading import path_of
from hub.events.service import DOCUMENT
from hub.index.base import Document
from hub.languages import N_
from hub.languages import gettext as _
from hub.markdown import extract_of, plain_of
from hub.search.findable import Findable, Shown, Titles
from hub.topics.service import Vocabulary
from vocab.scheme import Scheme

WORDS: Final = {DOCUMENT: N_("Meeting")}

_WHOLE: Final = (
    select(Event, Community, TOPICS)
    .join(Community, Community.id == Event.community_id)
    .where(Event.id.in_(bindparam("ids", expanding=True)))
)
"""A meeting, whose it is, and a line for each topic of its community."""


class EventDocuments:
    """Meetings as documents, for those who read the talk of their communities. Their links are in none of them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def ids_after(self, session: Session, id: str, limit: int) -> list[str]:
        """The next ids in order, for walking through all of them."""
        return list(session.scalars(select(Event.id).where(Event.id > id).order_by(Event.id).limit(limit)))

    def load(self, session: Session, ids: Sequence[str]) -> dict[str, Document | None]:
        """The present state of these meetings."""
        found: dict[str, Document | None] = dict.fromkeys(ids)
        for event, community, uris in session.execute(_WHOLE, {"ids": list(ids)}):
            found[event.id] = document_in(
                community,
                uris,
                self._vocabulary.scheme,
                id=event.id,
                document_type=DOCUMENT,
                type=DOCUMENT,
                version=event.touched,
                title=event.title,
                body="\n".join(filter(None, (event.place, plain_of(event.text))))[:BODY],
                published=event.created,
            )
        return found


def cards(session: Session, ids: Sequence[str], scheme: Scheme, audiences: Sequence[str] = ()) -> list[Shown]:
    """The meetings with these ids that somebody with these audiences may read; by one statement."""
    rows = session.execute(_WHOLE.where(talk_shown_to(audiences)), {"ids": list(ids)})
    return [
        shown_in(
            community,
            uris,
            scheme,
            id=event.id,
            document_type=DOCUMENT,
            type=DOCUMENT,
            type_name=_(WORDS[DOCUMENT]),
            title=event.title,
            address=path_of(community, event),
            summary=extract_of(event.text[:2000]),
            published=event.begins.date(),
            facts=tuple(_facts(event)),
        )
        for event, community, uris in rows
    ]


def _facts(event: Event) -> list[str]:
    facts = [event.place] if event.place else []
    return [*facts, _("Does not take place")] if event.cancelled_at else facts


_TITLES: Final = select(
    *(Event.id, Event.title, Event.created.label("published"), literal(DOCUMENT).label("type")),
    *(Community.language, literal("").label("organisation"), literal("").label("sector")),
    Community.slug.label("community"),
).join(Community, Community.id == Event.community_id)

FINDABLE: Final = Findable(cards, Titles(_TITLES, talk_shown_to, about), WORDS)
"""How meetings are shown and, while the index is away, found."""
