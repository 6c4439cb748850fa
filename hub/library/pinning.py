"""Pinning a document from its own page: where, and why."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from hub.communities.access import find_community
from hub.communities.models import Community
from hub.errors import BadInput, Conflict, NotFound
from hub.languages import gettext as _
from hub.library.models import LibraryItem
from hub.library.search_views import facilitated_by
from hub.library.service import PINNED, collections_of, pin
from hub.policy import audiences
from hub.records.cards import Card, cards
from hub.web import actor, database, part, policy, require

blueprint = Blueprint("library_pin", __name__)


@blueprint.get("/records/<id>/pin")
@policy("facilitate")
def form(id: str) -> Any:
    """Where it may be pinned: communities that one facilitates, and their collections."""
    return _form(id)


def _form(id: str, wrong: dict[str, str] | None = None) -> Any:
    with database().reading() as session:
        card = _card(session, id)
        ours = facilitated_by(session)
        there = select(LibraryItem.community_id).where(LibraryItem.record_id == id, LibraryItem.state == PINNED)
        held = set(session.scalars(there))
        page = render_template(
            "library/pin_record.html",
            card=card,
            places=[(one, collections_of(session, one.id)) for one in ours if one.id not in held],
            held=[one for one in ours if one.id in held],
            note=request.form.get("note", ""),
            chosen=request.form.get("where", ""),
            wrong=wrong or {},
        )
    return page, 400 if wrong else 200


def _card(session: Any, id: str) -> Card:
    found = cards(session, [id], part("vocabulary").scheme, audiences(actor()))
    if not found:
        raise NotFound(_("There is no such document here. It may never have been, or the address has a slip in it."))
    return found[0]


@blueprint.post("/records/<id>/pin")
@policy("facilitate")
def save(id: str) -> Any:
    """Pin it there. `where` is a community's short name and, after a space, one of its collections."""
    slug, _space, collection = request.form.get("where", "").partition(" ")
    try:
        if not slug:
            raise BadInput(_("Choose where to pin it."), "where")
        with database().writing() as session:
            community: Community = find_community(session, slug, actor=actor())
            require("facilitate", community)
            note = request.form.get("note", "")
            pin(session, community, id, actor=actor(), note=note, collection_id=collection or None)
    except (BadInput, Conflict) as error:
        return _form(id, {getattr(error, "field", "") or "where": str(error)})
    flash(_("Pinned in the library of %(name)s.", name=community.name))
    return redirect(url_for("record.record", id=id), 303)
