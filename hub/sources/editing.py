"""Editing a source: the same form, the same preview of what is typed, and nobody's change lost without a word."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from harvesters.kinds import KINDS
from hub.accounts.waiting import tell_operators
from hub.errors import Conflict
from hub.languages import N_
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation, organisations
from hub.policy import can
from hub.setup.house import house
from hub.sources.approvals import must_wait
from hub.sources.forms import Typed, choices_in, typed_in, typed_of, wrong_with
from hub.sources.models import RESTRICTED, WAITING
from hub.sources.registering import preview_page, settings_page
from hub.sources.service import (
    BUSY,
    CHANGED,
    change_source,
    edition,
    is_at_rest,
    move_source,
    registered,
    source_and_organisation,
)
from hub.sources.written import require_visited
from hub.web import actor, database, part, policy, require

blueprint = Blueprint("editing", __name__)

LOOK_FIRST = N_("This is another address than before. Look at its preview first; what you typed is kept.")


@blueprint.get("/sources/<id>/edit")
@policy("register sources")
def edit(id: str) -> Any:
    """The form, with what the source says, or with what was typed so far; with `checked` also what is wrong with it."""
    stored, organisation = _stored(id)
    typed = typed_in(request.args, stored)
    if "checked" not in request.args:
        return settings_page(typed, organisation, stored=stored, id=id, members=_members())
    wrong = _wrong(id, typed, stored)
    if typed.seen == stored.seen:
        return settings_page(
            typed, organisation, wrong, stored=stored, id=id, members=_members()
        ), 400 if wrong else 200
    # From here on, whoever saves has seen both.
    typed = replace(typed, seen=stored.seen)
    return settings_page(typed, organisation, wrong, stored=stored, id=id, theirs=stored, members=_members()), 409


@blueprint.get("/sources/<id>/edit/preview")
@policy("register sources")
def preview(id: str) -> Any:
    """The first documents by what is typed."""
    stored, organisation = _stored(id)
    typed = typed_in(request.args, stored)
    if not typed.address or typed.kind not in KINDS:
        return redirect(url_for(".edit", id=id, **typed.query()))
    return preview_page(replace(typed, previewed=typed.place), organisation, id)


@blueprint.post("/sources/<id>/edit")
@policy("register sources")
def save(id: str) -> Any:
    """Save what was typed, or go to its preview, or to what is wrong with it; always by a redirect."""
    stored = _stored(id)[0]
    typed = typed_in(request.form, replace(stored, seen="", previewed=""))
    if request.form.get("do") == "preview":
        return redirect(url_for(".preview", id=id, **typed.query()), 303)
    if not _wrong(id, typed, stored):
        try:
            return _save(id, typed)
        except Conflict:
            # Somebody was faster by a moment; the page says so.
            pass
    return redirect(url_for(".edit", id=id, checked="yes", **typed.query()), 303)


def _wrong(id: str, typed: Typed, stored: Typed) -> dict[str, str]:
    """{field: what is wrong with it}, with what others have done meanwhile."""
    wrong = {} if typed.seen == stored.seen else {"name": _(CHANGED)}
    wrong |= wrong_with(typed, part("vocabulary").scheme)
    if typed.organisation != stored.organisation and can(actor(), "manage organisations"):
        with database().reading() as session:
            wrong |= {} if is_at_rest(session, id) else {"organisation": _(BUSY)}
    moved = typed.place != stored.place
    if "address" in wrong or not (moved or typed.visibility != stored.visibility):
        return wrong
    with database().reading() as session:
        row = source_and_organisation(session, id, actor=actor())[0]
        own = row.organisation_id if typed.visibility == RESTRICTED else None
        there = registered(session, typed.kind, typed.address, own)
        if there is not None and there.id != id:
            return wrong | {"address": _("Another source has it already: “%(name)s”.", name=there.name)}
        if moved and not is_at_rest(session, id):
            return wrong | {"address": _(BUSY)}
    return wrong | ({} if typed.previewed == typed.place else {"address": _(LOOK_FIRST)})


def _save(id: str, typed: Typed) -> Any:
    with database().writing() as session:
        row, organisation = source_and_organisation(session, id, actor=actor())
        require("register sources", row)
        require_visited(row)
        to = choices_in(typed, part("vocabulary").scheme)
        waits = must_wait(actor(), organisation, house())
        waited = row.approval == WAITING
        changed = change_source(session, row, actor=actor(), seen=typed.seen, to=to, waits=waits)
        if row.approval == WAITING and not waited:
            tell_operators(session)
        if can(actor(), "manage organisations"):
            changed += move_source(session, row, actor=actor(), to=find_organisation(session, typed.organisation))
        waiting = bool(row.approval)
    if changed and waiting:
        flash(_("Saved. It waits for whoever runs this hub before anything is collected."))
    elif "visibility" in changed and to.visibility == RESTRICTED:
        flash(_("Saved. It and all that it has brought are for the people of its organisation alone now."))
    elif "visibility" in changed:
        flash(_("Saved. Everybody may find what it has brought now."))
    elif changed:
        flash(_("Saved. It counts from the next check on."))
    else:
        flash(_("Nothing was different, so nothing was changed."))
    return redirect(url_for("sources.source", id=id), 303)


def _stored(id: str) -> tuple[Typed, Organisation]:
    """What the source says now, and whose it is."""
    with database().reading() as session:
        row, organisation = source_and_organisation(session, id, actor=actor())
        require("register sources", row)
        require_visited(row)
        return typed_of(row, organisation.slug, edition(row), part("vocabulary").scheme), organisation


def _members() -> list[tuple[str, str]]:
    """Whose it could be, for who may say so."""
    if not can(actor(), "manage organisations"):
        return []
    with database().reading() as session:
        return [(one.slug, one.name) for one in organisations(session)]
