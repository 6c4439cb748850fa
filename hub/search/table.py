"""The results of a search as the rows of a table, and what whoever reads it should know."""

from collections.abc import Iterator, Sequence
from typing import Final

from flask import url_for
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from hub.languages import N_, ngettext
from hub.languages import gettext as _
from hub.organisations.service import SECTORS
from hub.records.cards import Card, cards
from hub.records.models import RecordRow
from hub.search.lists import Walked
from hub.search.service import Asked
from vocab.scheme import Scheme

COLUMNS: Final = (
    N_("title"),
    N_("organisation"),
    N_("sector"),
    N_("type"),
    N_("topics"),
    N_("language"),
    N_("published"),
    N_("address"),
    N_("hub address"),
)

MOST_ROWS: Final = 10_000
"""Results in one table, the first of them."""

_AT_ONCE: Final = 500
_ADDRESSES: Final = select(RecordRow.id, RecordRow.url).where(RecordRow.id.in_(bindparam("ids", expanding=True)))


def rows_of(session: Session, ids: Sequence[str], scheme: Scheme) -> Iterator[tuple[str, ...]]:
    """One row a living record, in the order of `ids`."""
    for start in range(0, len(ids), _AT_ONCE):
        part = list(ids[start : start + _AT_ONCE])
        addresses = dict(session.execute(_ADDRESSES, {"ids": part}).all())
        for card in cards(session, part, scheme):
            yield _row(card, addresses[card.id])


def _row(card: Card, address: str) -> tuple[str, ...]:
    return (
        card.title,
        card.publisher.name,
        _(SECTORS.get(card.publisher.sector, (card.publisher.sector,))[0]),
        card.type_name,
        "; ".join(topic.name for topic in card.topics),
        card.language_name,
        card.published.isoformat() if card.published else "",
        address,
        url_for("record.record", id=card.id, _external=True),
    )


def notes_of(asked: Asked, walked: Walked) -> Iterator[tuple[str, ...]]:
    """The last rows: what was not searched as it was asked, and what is left out."""
    sentences = list(asked.wrong.values())
    if walked.limited:
        sentences.append(_("Limited search: the search index was away, so only titles and topics were searched."))
    if walked.any_word:
        sentences.append(_("No document has all of these words. These have at least one of them."))
    if walked.total > len(walked.ids):
        sentences.append(
            ngettext(
                "There is %(num)s result.",
                "There are %(num)s results. These are the first %(first)s.",
                walked.total,
                first=f"{len(walked.ids):,}",
            )
        )
    for sentence in sentences:
        yield (sentence, *[""] * (len(COLUMNS) - 1))
