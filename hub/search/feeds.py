"""Records as entries of an Atom feed."""

from collections.abc import Sequence

from flask import url_for

from hub.records.cards import Card
from hub.web import FeedEntry


def entries_of(shown: Sequence[Card]) -> list[FeedEntry]:
    """One entry a record."""
    return [
        FeedEntry(
            title=card.title,
            address=url_for("record.record", id=card.id, _external=True),
            updated=card.published,
            summary=card.summary,
            author=card.publisher.name,
            language=card.language,
            rights=card.licence if card.licensed else "",
            topics=tuple((topic.notation, topic.name) for topic in card.topics),
        )
        for card in shown
    ]
