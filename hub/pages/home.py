"""The home page: one search box, true numbers, and what other organisations are doing."""

from typing import Any

from flask import Blueprint, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.organisations.models import Organisation
from hub.organisations.service import SECTORS
from hub.records.cards import Card, cards
from hub.records.models import RecordRow
from hub.sources.models import Run
from hub.topics.service import Vocabulary
from hub.web import database, part, policy
from vocab.scheme import Scheme

NEWEST = 3

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@policy("read")
def home() -> str:
    """Everything in five statements or so; an empty hub says what to do first."""
    vocabulary: Vocabulary = part("vocabulary")
    scheme = vocabulary.scheme
    with database().reading() as session:
        return render_template(
            "home/home.html", news=newest_by_sector(session, scheme), numbers=_numbers(session), tops=scheme.tops()
        )


def newest_by_sector(session: Session, scheme: Scheme) -> list[tuple[str, list[Card]]]:
    """(sector, its newest records), for sectors that have any."""
    rank = (
        func.row_number()
        .over(partition_by=Organisation.sector, order_by=(RecordRow.published.desc(), RecordRow.id))
        .label("rank")
    )
    ranked = (
        select(RecordRow.id, Organisation.sector, rank)
        .join(Organisation, Organisation.id == RecordRow.organisation_id)
        .where(RecordRow.withdrawn_at.is_(None), RecordRow.published.is_not(None))
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.id, ranked.c.sector).where(ranked.c.rank <= NEWEST).order_by(ranked.c.sector, ranked.c.rank)
    ).all()
    shown = {card.id: card for card in cards(session, [row.id for row in rows], scheme)}
    found: dict[str, list[Card]] = {sector: [] for sector in SECTORS}
    for row in rows:
        found[row.sector].append(shown[row.id])
    return [(sector, some) for sector, some in found.items() if some]


def _numbers(session: Session) -> dict[str, Any]:
    living, known = RecordRow.withdrawn_at.is_(None), RecordRow.language != ""
    return {
        "organisations": session.scalar(select(func.count()).select_from(Organisation)) or 0,
        "documents": session.scalar(select(func.count()).select_from(RecordRow).where(living)) or 0,
        "languages": session.scalar(select(func.count(RecordRow.language.distinct())).where(living, known)) or 0,
        "collected": session.scalar(select(func.max(Run.ended)).where(Run.state.startswith("complete"))),
    }
