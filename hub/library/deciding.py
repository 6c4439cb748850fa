"""What facilitators decide in the web: about candidates, one by one or many at once, about pins and collections."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean
from hub.communities.belonging import facilitated
from hub.communities.models import Community
from hub.errors import BadInput, NotFound
from hub.languages import gettext as _
from hub.languages import ngettext
from hub.library.candidates import ORDERS, candidates, waiting
from hub.library.models import LibraryItem
from hub.library.service import (
    PINNED,
    REJECTED,
    WAITING,
    collections_of,
    find_collection,
    move,
    move_collection,
    pin,
    put_collection,
    reject,
    remove_collection,
    undo,
)
from hub.library.shown import number_of_pins, pin_of
from hub.library.views import desk
from hub.policy import audiences
from hub.web import actor, address_with, database, paging, part, policy

LIST: Final = 20
MOST_AT_ONCE: Final = 50
"""Documents of which one form decides."""

Decide = Callable[[Session, Community, str], object]

blueprint = Blueprint("library_desk", __name__)


@blueprint.get("/communities/<slug>/library/candidates")
@policy("facilitate")
def waiting_here(slug: str) -> Any:
    """What waits, with why it came; or what was rejected. What was just decided can be taken back."""
    return _list(slug)


def _list(slug: str, wrong: dict[str, str] | None = None) -> Any:
    state = REJECTED if request.args.get("state") == REJECTED else WAITING
    order = request.args.get("sort", "newest")
    order = order if order in ORDERS else "newest"
    with database().reading() as session:
        frame = facilitated(session, slug)
        ids = [frame.community.id]
        where = paging(waiting(session, ids, actor=actor(), state=state), LIST)
        if where is None:
            return redirect(address_with(page=None))
        given: dict[str, Any] = {"state": state, "order": order, "offset": where.first - 1, "limit": LIST}
        page = render_template(
            "library/candidates.html",
            frame=frame,
            found=candidates(session, ids, part("vocabulary").scheme, actor=actor(), **given),
            collections=collections_of(session, frame.community.id),
            paging=where,
            order=order,
            orders=ORDERS,
            state=state,
            done=_done(session, frame.community),
            typed=request.form,
            wrong=wrong or {},
            **desk(session, frame),
        )
    return page, 400 if wrong else 200


def _done(session: Session, community: Community) -> list[str]:
    """Of the documents that the address names those that are decided, so that it can be taken back."""
    named = request.args.getlist("done")[:MOST_AT_ONCE]
    decided = select(LibraryItem.record_id).where(LibraryItem.community_id == community.id)
    decided = decided.where(LibraryItem.record_id.in_(named), LibraryItem.state.in_((PINNED, REJECTED)))
    return list(session.scalars(decided)) if named else []


@blueprint.post("/communities/<slug>/library/candidates")
@policy("facilitate")
def decide(slug: str) -> Any:
    """Pin, reject or take back: the one whose button it was, or all that are chosen."""
    try:
        said, ids = _decided(slug)
    except BadInput as error:
        field = f"note-{request.form.get('pin', '')}" if error.field == "note" else error.field
        return _list(slug, {field or "chosen": str(error)})
    flash(said)
    return redirect(address_with(done=[] if "undo" in request.form else ids), 303)


def _decided(slug: str) -> tuple[str, list[str]]:
    """What is said of it, and the documents."""
    form = request.form
    act = next((name for name in ("pin", "reject", "undo") if name in form), "")
    many = form.get(act) in ("chosen", "done")
    ids = list(dict.fromkeys(form.getlist(form[act]) if many else form.getlist(act)))[:MOST_AT_ONCE] if act else []
    if not ids:
        raise BadInput(_("Choose at least one document."), "chosen")
    with database().writing() as session:
        community = facilitated(session, slug).community
        for id in ids:
            if act == "pin":
                collection = form.get("collection" if many else f"collection-{id}", "")
                note = clean(form.get(f"note-{id}", ""))
                pin(session, community, id, actor=actor(), note=note, collection_id=collection)
            else:
                {"reject": reject, "undo": undo}[act](session, community, id, actor=actor())
    return _said(act, len(ids)), ids


def _said(act: str, number: int) -> str:
    if act == "pin":
        return ngettext("%(num)s document is pinned.", "%(num)s documents are pinned.", number)
    if act == "reject":
        return ngettext(
            "%(num)s document is rejected and does not come again.",
            "%(num)s documents are rejected and do not come again.",
            number,
        )
    return ngettext("%(num)s document waits again.", "%(num)s documents wait again.", number)


@blueprint.get("/communities/<slug>/library/pins/<record_id>")
@policy("facilitate")
def edit_pin(slug: str, record_id: str) -> Any:
    """Why a document is pinned and where it stands."""
    return _pin_page(slug, record_id)


def _pin_page(slug: str, record_id: str, wrong: dict[str, str] | None = None) -> Any:
    with database().reading() as session:
        frame = facilitated(session, slug)
        found = pin_of(session, frame.community.id, record_id, part("vocabulary").scheme, audiences(actor()))
        if found is None:
            raise NotFound(_("This document is not pinned here."))
        page = render_template(
            "library/pin.html",
            frame=frame,
            pin=found,
            collections=collections_of(session, frame.community.id),
            note=request.form.get("note", found.note),
            chosen=request.form.get("collection", found.collection_id or ""),
            wrong=wrong or {},
            **desk(session, frame),
        )
    return page, 400 if wrong else 200


@blueprint.post("/communities/<slug>/library/pins/<record_id>")
@policy("facilitate")
def save_pin(slug: str, record_id: str) -> Any:
    """Save note and collection; or move it, take it out, or reject it."""
    act, back = request.form.get("act", "save"), url_for("library.library", slug=slug)
    try:
        with database().writing() as session:
            community = facilitated(session, slug).community
            given: dict[str, Any] = {"actor": actor()}
            if act in ("up", "down"):
                move(session, community, record_id, **given, by=-1 if act == "up" else 1)
                back = url_for(".edit_pin", slug=slug, record_id=record_id)
            elif act in ("out", "reject"):
                (undo if act == "out" else reject)(session, community, record_id, **given)
            else:
                note, collection = request.form.get("note", ""), request.form.get("collection", "")
                pin(session, community, record_id, **given, note=note, collection_id=collection)
    except BadInput as error:
        return _pin_page(slug, record_id, {error.field or "note": str(error)})
    flash(
        {"up": _("Moved up."), "down": _("Moved down."), "out": _("It is not pinned any more.")}.get(act, _("Saved."))
    )
    return redirect(back, 303)


@blueprint.get("/communities/<slug>/library/collections")
@policy("facilitate")
def collections(slug: str) -> Any:
    """The collections in their order, and a form for another one or for the one that is to be changed."""
    return _collections(slug)


def _collections(slug: str, wrong: dict[str, str] | None = None) -> Any:
    with database().reading() as session:
        frame = facilitated(session, slug)
        id = request.values.get("id", "")
        row = find_collection(session, frame.community, id) if id else None
        rows = collections_of(session, frame.community.id)
        allowed = audiences(actor())
        page = render_template(
            "library/collections.html",
            frame=frame,
            collections=[(one, number_of_pins(session, frame.community.id, allowed, one.id)) for one in rows],
            row=row,
            name=request.form.get("name", row.name if row else ""),
            line=request.form.get("about", row.about if row else ""),
            wrong=wrong or {},
            **desk(session, frame),
        )
    return page, 400 if wrong else 200


@blueprint.post("/communities/<slug>/library/collections")
@policy("facilitate")
def save_collection(slug: str) -> Any:
    """Add one, change one, move one, or remove one."""
    act, id = request.form.get("act", "save"), request.form.get("id", "")
    try:
        with database().writing() as session:
            community = facilitated(session, slug).community
            if act in ("up", "down"):
                move_collection(session, community, id, actor=actor(), by=-1 if act == "up" else 1)
            elif act == "remove":
                remove_collection(session, community, id, actor=actor())
            else:
                name, about = request.form.get("name", ""), request.form.get("about", "")
                put_collection(session, community, actor=actor(), name=name, about=about, id=id)
    except BadInput as error:
        return _collections(slug, {error.field or "name": str(error)})
    flash(_("The collection is removed; its documents stay pinned.") if act == "remove" else _("Saved."))
    return redirect(url_for(".collections", slug=slug), 303)
