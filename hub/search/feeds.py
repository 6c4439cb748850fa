"""What was found as entries of an Atom feed."""

from collections.abc import Sequence

from flask import request

from hub.search.findable import AnyCard
from hub.web import FeedEntry


def entries_of(shown: Sequence[AnyCard]) -> list[FeedEntry]:
    """One entry each."""
    return [
        FeedEntry(
            title=card.title,
            address=address_of(card),
            updated=card.published,
            summary=card.summary,
            author=author_of(card),
            language=card.language,
            rights=card.licence if card.licensed else "",
            topics=tuple((topic.notation, topic.name) for topic in card.topics),
        )
        for card in shown
    ]


def address_of(card: AnyCard) -> str:
    """Its page, as others are to be told."""
    return request.host_url.rstrip("/") + card.address


def author_of(card: AnyCard) -> str:
    """Who published it: an organisation, else people of a community."""
    return card.publisher.name if card.publisher else card.community.name if card.community else ""
