"""Organisations: the list, and the page of one with what it publishes and whom to ask."""

from datetime import date, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.accounts.duties import duty_of
from hub.communities.listing import of_organisation
from hub.db import now
from hub.errors import NotFound
from hub.languages import N_
from hub.languages import gettext as _
from hub.notices.following import ORGANISATION, followed
from hub.organisations.models import Organisation
from hub.policy import can
from hub.records.cards import cards
from hub.records.figures import FOR_ALL, Holding, holdings, newest_of
from hub.records.models import RecordRow
from hub.search.feeds import entries_of
from hub.search.newest import newest
from hub.sources.health import Health, health_of
from hub.sources.models import Source
from hub.topics.service import Vocabulary
from hub.web import actor, address_with, atom, csv_table, database, paging, part, policy

NEWEST = 10
FEED = 20
MONTHS = 12
COMMUNITIES = 10
LIST = 50

blueprint = Blueprint("organisation", __name__)

ORDERS = {"name": N_("name"), "documents": N_("documents"), "newest": N_("newest document")}


@blueprint.get("/organisations")
@policy("read")
def listing() -> Any:
    """All members with what we hold of them; by name, number or newest, narrowed by sector or a word of any name."""
    order = request.args.get("sort", "name")
    sector, wanted = request.args.get("sector", ""), clean_line(request.args.get("q", ""))[:80]
    with database().reading() as session:
        rows = [row for row in _rows(session) if _matches(row[0], sector, wanted)]
    if order == "documents":
        rows.sort(key=lambda row: (-row[1], row[0].name.casefold()))
    elif order == "newest":
        rows.sort(key=lambda row: (row[2] is None, -(row[2].timestamp() if row[2] else 0)))
    else:
        rows.sort(key=lambda row: row[0].name.casefold())
    where = paging(len(rows), LIST)
    if where is None:
        return redirect(address_with(page=None))
    shown = rows[where.first - 1 : where.first - 1 + LIST]
    return render_template(
        "organisation/organisations.html",
        rows=shown,
        paging=where,
        order=order if order in ORDERS else "name",
        orders=ORDERS,
        sector=sector,
        wanted=wanted,
        may_add=can(actor(), "manage organisations"),
    )


def _rows(session: Session) -> list[tuple[Organisation, int, datetime | None]]:
    held, nothing = holdings(session), Holding(0, None)
    rows = [(row, held.get(row.id, nothing)) for row in session.scalars(select(Organisation))]
    return [(row, holding.documents, holding.newest) for row, holding in rows]


def _matches(organisation: Organisation, sector: str, wanted: str) -> bool:
    names = " ".join([organisation.name, *organisation.other_names]).casefold()
    return (not sector or organisation.sector == sector) and wanted.casefold() in names


@blueprint.get("/organisations/<slug>")
@policy("read")
def organisation(slug: str) -> Any:
    """What it publishes by month, its newest documents, topics, sources with their health, and its contact point."""
    vocabulary: Vocabulary = part("vocabulary")
    with database().reading() as session:
        row = _find(session, slug)
        answer = newest(
            session, part("index"), vocabulary, {"organisation": (slug,)}, size=NEWEST, facets=("topic", "type")
        )
        topics = [
            (concept, count)
            for notation, count in answer.facets.get("topic", ())
            if (concept := vocabulary.by_notation(notation)) and not concept.top
        ]
        return render_template(
            "organisation/organisation.html",
            organisation=row,
            newest=cards(session, [hit.id for hit in answer.hits], vocabulary.scheme),
            total=answer.total,
            topics=topics[:12],
            months=_months(session, row.id),
            following=followed(session, actor().person_id, ORGANISATION, row.id),
            sources=_sources(session, row.id),
            communities=of_organisation(session, actor(), row.id, COMMUNITIES),
            duty=duty_of(session, "organisation", row.id) if actor().person_id else None,
            may_hand_over=can(actor(), "hand over", row),
            may_answer=can(actor(), "answer reports", row),
            may_manage=can(actor(), "manage members", row),
            may_write=can(actor(), "write practice notes", row),
            may_edit=can(actor(), "edit organisation", row),
            may_set_sign_in=can(actor(), "manage sign-in", row),
        )


@blueprint.get("/organisations/<slug>.atom")
@policy("read")
def organisation_feed(slug: str) -> Any:
    """The newest documents of one organisation."""
    with database().reading() as session:
        row = _find(session, slug)
        ids = [id for id, _, _ in newest_of(session, [row.id], FEED)]
        shown = cards(session, ids, part("vocabulary").scheme)
    return atom(_("%(name)s: newest documents", name=row.name), entries_of(shown))


@blueprint.get("/organisations/<slug>/months.csv")
@policy("read")
def months_csv(slug: str) -> Any:
    """The numbers behind the plot."""
    with database().reading() as session:
        months = _months(session, _find(session, slug).id)
    return csv_table(f"{slug}-by-month", (_("month"), _("documents")), months)


@blueprint.get("/organisations.json")
@policy("read")
def listing_json() -> Any:
    """All members for machines, by name."""
    with database().reading() as session:
        rows = sorted(_rows(session), key=lambda row: row[0].name.casefold())
        return [
            {
                **row.__json__(),
                "other_names": row.other_names,
                "area": row.area,
                "documents": documents,
                "newest": newest.date().isoformat() if newest else None,
            }
            for row, documents, newest in rows
        ]


def _find(session: Session, slug: str) -> Organisation:
    row = session.scalar(select(Organisation).where(Organisation.slug == slug))
    if row is None:
        raise NotFound(_("There is no such organisation. The list of organisations has them all."))
    return row


def _months(session: Session, organisation_id: str) -> list[tuple[str, int]]:
    """(month as `2026-11`, documents published in it) of the last twelve months, oldest first, zeros too."""
    today = now().date()
    first = date(today.year - 1, today.month, 1)
    counts: dict[str, int] = {}
    for moment in session.scalars(
        select(RecordRow.published).where(RecordRow.organisation_id == organisation_id, FOR_ALL)
    ):
        if moment and moment.date() >= first:
            month = f"{moment:%Y-%m}"
            counts[month] = counts.get(month, 0) + 1
    months = [(today.year * 12 + today.month - 1 - back) for back in range(MONTHS - 1, -1, -1)]
    names = [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in months]
    return [(name, counts.get(name, 0)) for name in names]


def _sources(session: Session, organisation_id: str) -> list[tuple[Source, Health]]:
    rows = session.scalars(select(Source).where(Source.organisation_id == organisation_id).order_by(Source.name))
    return [(source, health_of(session, source)) for source in rows if can(actor(), "read", source)]
