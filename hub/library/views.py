"""The library of a community for its readers: collections, what came lately, one collection, its feed and its table."""

from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from hub.communities.frame import Frame, framed
from hub.communities.service import concepts_of
from hub.languages import N_
from hub.languages import gettext as _
from hub.library.candidates import ORDERS as WAITING_ORDERS
from hub.library.candidates import candidates, waiting
from hub.library.models import LibraryFilled
from hub.library.searching import searches_of
from hub.library.service import REJECTED, collections_of, find_collection
from hub.library.shown import OTHERS, Pinned, number_of_pins, pins, shelves
from hub.policy import audiences
from hub.web import FeedEntry, actor, address_with, atom, csv_table, database, paging, part, policy

FIRST: Final = 5
"""Pins of a collection that stand in the library itself."""

LIST: Final = 20
NEWEST: Final = 10
FEED: Final = 20
MOST_ROWS: Final = 5_000

ORDERS: Final = {"chosen": N_("as chosen"), "newest": N_("newest document"), "pinned": N_("last pinned")}
COLUMNS: Final = (
    *(N_("collection"), N_("title"), N_("organisation"), N_("type"), N_("published"), N_("why it is here")),
    *(N_("pinned"), N_("hub address")),
)

blueprint = Blueprint("library", __name__)


@blueprint.get("/communities/<slug>/library")
@policy("read")
def library(slug: str) -> Any:
    """What its facilitators have pinned, by collection, and below it the newest that came on its topics."""
    order = "found" if request.args.get("sort") == "found" else "newest"
    scheme = part("vocabulary").scheme
    with database().reading() as session:
        frame = framed(session, slug, actor=actor(), library=True)
        id = frame.community.id
        where = paging(waiting(session, [id], actor=actor()), NEWEST)
        if where is None:
            return redirect(address_with(page=None))
        newest = candidates(session, [id], scheme, actor=actor(), order=order, offset=where.first - 1, limit=NEWEST)
        return render_template(
            "library/library.html",
            frame=frame,
            shelves=shelves(session, id, scheme, audiences(actor()), size=FIRST, empty=False)
            if where.page == 1
            else [],
            newest=newest,
            paging=where,
            order=order,
            orders=WAITING_ORDERS,
            topics=_topics(session, id),
            searches=len(searches_of(session, id)),
            filled=session.get(LibraryFilled, id) is not None,
            **desk(session, frame),
        )


def desk(session: Session, frame: Frame) -> dict[str, Any]:
    """What a facilitator has to do in the library: numbers beside the links; nothing for others."""
    if not frame.facilitates:
        return {}
    ids = [frame.community.id]
    return {
        "waits": waiting(session, ids, actor=actor()),
        "rejected": waiting(session, ids, actor=actor(), state=REJECTED),
    }


def _topics(session: Session, community_id: str) -> list[Any]:
    """The topics of a community as concepts."""
    concepts = part("vocabulary").scheme.concepts
    return [concepts[uri] for uri in concepts_of(session, community_id) if uri in concepts]


@blueprint.get("/communities/<slug>/library/collections/<id>")
@policy("read")
def collection(slug: str, id: str) -> Any:
    """All of one collection, or of what is in none."""
    order = request.args.get("sort", "chosen")
    order = order if order in ORDERS else "chosen"
    with database().reading() as session:
        frame = framed(session, slug, actor=actor(), library=True)
        row = find_collection(session, frame.community, id) if id != OTHERS else None
        allowed = audiences(actor())
        where = paging(number_of_pins(session, frame.community.id, allowed, id), LIST)
        if where is None:
            return redirect(address_with(page=None))
        given: dict[str, Any] = {"collection_id": id, "order": order, "offset": where.first - 1, "limit": LIST}
        return render_template(
            "library/collection.html",
            frame=frame,
            collection=row,
            pins=pins(session, frame.community.id, part("vocabulary").scheme, allowed, **given),
            paging=where,
            order=order,
            orders=ORDERS,
            **desk(session, frame),
        )


@blueprint.get("/communities/<slug>/library.atom")
@policy("read")
def feed(slug: str) -> Response:
    """What was pinned last, each with why."""
    with database().reading() as session:
        frame = framed(session, slug, actor=actor(), library=True)
        given: dict[str, Any] = {"order": "pinned", "limit": FEED}
        found = pins(session, frame.community.id, part("vocabulary").scheme, audiences(actor()), **given)
        name = frame.community.name
    return atom(_("Library of %(name)s", name=name), [_entry(one) for one in found if one.card])


def _entry(one: Pinned) -> FeedEntry:
    assert one.card is not None
    return FeedEntry(
        title=one.title,
        address=url_for("record.record", id=one.record_id, _external=True),
        updated=one.pinned,
        summary=one.note or one.card.summary,
        author=one.card.publisher.name,
        language=one.language,
        rights=one.card.licence if one.card.licensed else "",
        topics=tuple((topic.notation, topic.name) for topic in one.card.topics),
    )


@blueprint.get("/communities/<slug>/library.csv")
@policy("read")
def table(slug: str) -> Response:
    """Everything that is pinned, in the order of the page."""
    with database().reading() as session:
        frame = framed(session, slug, actor=actor(), library=True)
        id = frame.community.id
        found = pins(session, id, part("vocabulary").scheme, audiences(actor()), limit=MOST_ROWS)
        names = {one.id: one.name for one in collections_of(session, id)}
    order = [*names, None]
    rows = [_row(one, names) for one in sorted(found, key=lambda one: order.index(one.collection_id)) if one.card]
    return csv_table(f"library-{slug}", [_(one) for one in COLUMNS], rows)


def _row(one: Pinned, names: dict[str, str]) -> tuple[str, ...]:
    assert one.card is not None
    published = one.card.published.isoformat() if one.card.published else ""
    return (
        names.get(one.collection_id or "", ""),
        one.title,
        one.card.publisher.name,
        one.card.type_name,
        published,
        one.note,
        one.pinned.isoformat() if one.pinned else "",
        url_for("record.record", id=one.record_id, _external=True),
    )
