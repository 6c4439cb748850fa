"""What becomes of a practice note: published, withdrawn, deleted, signed with one's name, taken over by another."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from federation.record import clean_line
from hub.db import now
from hub.errors import BadInput, Conflict
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.sources.harvest import enrich
from hub.web import actor, database, part, policy, require
from hub.writing.models import DRAFT, PUBLISHED
from hub.writing.note_reading import find_note, may_write, published_words, words_of
from hub.writing.note_views import note_page, writable
from hub.writing.notes import (
    address_of,
    drop_changes,
    licence_of,
    publish_note,
    set_named,
    take_over,
    with_topics,
    withdraw_note,
)
from hub.writing.solved import link_back
from hub.writing.words import record_of, require_whole

blueprint = Blueprint("note_acts", __name__)


@blueprint.post("/notes/<id>/publish")
@policy("write practice notes")
def publish(id: str) -> Any:
    """Make it a record of its organisation, for everybody."""
    scheme = part("vocabulary").scheme
    with database().reading() as session:
        row = writable(session, id)
        words, seen, known = words_of(session, row), row.edition, scheme.concepts
        organisation = session.get_one(Organisation, row.organisation_id)
        unchanged = row.state == PUBLISHED and words == published_words(session, row)
        made = record_of(
            words,
            native_id=id,
            url=address_of(row, part("settings").base_url),
            organisation=organisation.name,
            issued=now().date(),
            licence=licence_of(organisation),
        )
    require_whole(words, known)
    if unchanged:
        flash(_("Nothing was different, so nothing was changed."))
        return redirect(url_for("notes.note", id=id), 303)
    names = {uri: known[uri].pref(words.language) for uri in words.concepts}
    enriched = with_topics(enrich(part("tools")().sandbox, [made])[0], words.concepts, names)
    with database().writing() as session:
        row = writable(session, id)
        if row.edition != seen:
            raise Conflict(_("Somebody else has saved this note meanwhile. Load its page again, and look at it."))
        base_url = part("settings").base_url
        kept = publish_note(session, row, actor=actor(), words=words, enriched=enriched, base_url=base_url)
        link_back(session, row, kept, actor=actor())
        record_id = kept.id
    flash(_("Published. Search finds it in a moment."))
    return redirect(url_for("record.record", id=record_id), 303)


@blueprint.post("/notes/<id>/withdraw")
@policy("change own account")
def take_back(id: str) -> Any:
    """Withdraw it: its address says so, and why."""
    reason = clean_line(request.form.get("reason", ""))
    try:
        with database().writing() as session:
            row = find_note(session, id, actor=actor())
            if not may_write(session, row, actor()):
                require("look after practice notes", row)
            if not 0 < len(reason) <= 300:
                raise BadInput(_("Say in a sentence why it is withdrawn. It stands where the note stood."), "reason")
            withdraw_note(session, row, actor=actor(), reason=reason)
    except BadInput as error:
        return note_page(id, reason, {error.field: str(error)}), 400
    flash(_("Withdrawn. It is found no more, and its address says why."))
    return redirect(url_for("notes.note", id=id), 303)


@blueprint.post("/notes/<id>/delete")
@policy("write practice notes")
def delete(id: str) -> Any:
    """Let go of a draft, or of changes that are not published."""
    with database().writing() as session:
        row = writable(session, id)
        there = row.state != DRAFT
        drop_changes(session, row, actor=actor())
    flash(_("The changes are gone; what was published stays.") if there else _("The draft is deleted."))
    return redirect(url_for("notes.note", id=id) if there else url_for("notes.listing"), 303)


@blueprint.post("/notes/<id>/named")
@policy("change own account")
def named(id: str) -> Any:
    """Whether one's own name stands on it."""
    wanted = request.form.get("named") == "yes"
    with database().writing() as session:
        row = find_note(session, id, actor=actor())
        set_named(session, row, actor=actor(), named=wanted)
        to = (
            url_for("notes.note", id=id)
            if may_write(session, row, actor())
            else url_for("record.record", id=row.record_id)
        )
    flash(_("Your name stands on the note.") if wanted else _("Your name does not stand on the note."))
    return redirect(to, 303)


@blueprint.post("/notes/<id>/take-over")
@policy("look after practice notes")
def write_on(id: str) -> Any:
    """Become one of its authors, as whoever looks after the organisation's documents may."""
    with database().writing() as session:
        row = find_note(session, id, actor=actor())
        require("look after practice notes", row)
        require("write practice notes", row)
        take_over(session, row, actor=actor())
    flash(_("You can write on at it now."))
    return redirect(url_for("notes.edit", id=id), 303)
