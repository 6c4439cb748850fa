"""The results of a search as the rows of a table, and what whoever reads it should know."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from hub.index.base import Hit
from hub.languages import N_, ngettext
from hub.languages import gettext as _
from hub.organisations.service import SECTORS
from hub.records.models import RecordRow
from hub.search.feeds import address_of
from hub.search.findable import AnyCard, Findable, cards_of
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
    N_("community"),
)

MOST_ROWS: Final = 10_000
"""Results in one table, the first of them."""

_AT_ONCE: Final = 500
_ADDRESSES: Final = select(RecordRow.id, RecordRow.url).where(RecordRow.id.in_(bindparam("ids", expanding=True)))


def rows_of(
    session: Session, hits: Sequence[Hit], findable: Mapping[str, Findable], scheme: Scheme
) -> Iterator[tuple[str, ...]]:
    """One row each of what is there, in the order of `hits`. What only the hub has stands at no other address."""
    for start in range(0, len(hits), _AT_ONCE):
        part = hits[start : start + _AT_ONCE]
        addresses = dict(session.execute(_ADDRESSES, {"ids": [hit.id for hit in part]}).all())
        shown = cards_of(session, part, findable, scheme)
        yield from (_row(shown[hit.id], addresses.get(hit.id, "")) for hit in part if hit.id in shown)


def _row(card: AnyCard, address: str) -> tuple[str, ...]:
    sector = card.publisher.sector if card.publisher else ""
    return (
        card.title,
        card.publisher.name if card.publisher else "",
        _(SECTORS[sector][0]) if sector in SECTORS else sector,
        card.type_name,
        "; ".join(topic.name for topic in card.topics),
        card.language_name,
        card.published.isoformat() if card.published else "",
        address,
        address_of(card),
        card.community.name if card.community else "",
    )


def notes_of(asked: Asked, walked: Walked) -> Iterator[tuple[str, ...]]:
    """The last rows: what was not searched as it was asked, and what is left out."""
    sentences = list(asked.wrong.values())
    if walked.limited:
        sentences.append(_("Limited search: the search index was away, so only titles and topics were searched."))
    if walked.any_word:
        sentences.append(_("No document has all of these words. These have at least one of them."))
    if walked.total > len(walked.hits):
        sentences.append(
            ngettext(
                "There is %(num)s result.",
                "There are %(num)s results. These are the first %(first)s.",
                walked.total,
                first=f"{len(walked.hits):,}",
            )
        )
    for sentence in sentences:
        yield (sentence, *[""] * (len(COLUMNS) - 1))
