"""The home page: one search box, true numbers, and what other organisations are doing."""

import heapq
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.communities.listing import Wanted, communities, narrowed
from hub.organisations.models import Organisation
from hub.organisations.service import SECTORS
from hub.records.cards import Card, cards
from hub.records.figures import Holding, holdings, languages, newest_of
from hub.sources.models import PUBLIC, Run, Source
from hub.topics.service import Vocabulary
from hub.web import actor, database, part, policy
from vocab.scheme import Scheme

NEWEST = 3
COMMUNITIES = 5

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@policy("read")
def home() -> str:
    """Everything in eight statements or so; an empty hub says what to do first."""
    vocabulary: Vocabulary = part("vocabulary")
    scheme = vocabulary.scheme
    with database().reading() as session:
        organisations = {row.id: row for row in session.scalars(select(Organisation))}
        held = holdings(session)
        return render_template(
            "home/home.html",
            news=newest_by_sector(session, scheme, organisations, held),
            numbers=_numbers(session, len(organisations), held),
            tops=scheme.tops(),
            communities=communities(session, actor(), narrowed(actor(), Wanted()), limit=COMMUNITIES),
        )


def newest_by_sector(
    session: Session, scheme: Scheme, organisations: Mapping[str, Organisation], held: Mapping[str, Holding]
) -> list[tuple[str, list[Card]]]:
    """(sector, its newest records), for sectors that have any.

    The newest three of a sector are among those of the three organisations whose newest is newest.
    """
    by_sector: dict[str, list[tuple[datetime, str]]] = {sector: [] for sector in SECTORS}
    for id, holding in held.items():
        if holding.newest:
            by_sector[organisations[id].sector].append((holding.newest, id))
    leading = {sector: [id for _, id in heapq.nlargest(NEWEST, some)] for sector, some in by_sector.items()}
    newest = newest_of(session, [id for ids in leading.values() for id in ids], NEWEST)
    chosen = {sector: [id for id, owner, _ in newest if owner in ids][:NEWEST] for sector, ids in leading.items()}
    shown = {card.id: card for card in cards(session, [id for ids in chosen.values() for id in ids], scheme)}
    return [(sector, [shown[id] for id in ids]) for sector, ids in chosen.items() if ids]


def _numbers(session: Session, organisations: int, held: Mapping[str, Holding]) -> dict[str, Any]:
    return {
        "organisations": organisations,
        "documents": sum(one.documents for one in held.values()),
        "languages": languages(session),
        "collected": session.scalar(
            select(func.max(Run.ended))
            .join(Source, Source.id == Run.source_id)
            .where(Run.state.startswith("complete"), Source.visibility == PUBLIC)
        ),
    }
