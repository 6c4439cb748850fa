"""The pages of practice notes: mine, the form, the preview from which one is published, and what becomes of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.db import now, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.languages import gettext as _
from hub.languages import language
from hub.organisations.models import Organisation
from hub.policy import can
from hub.records.cards import LANGUAGE_NAMES, OUTCOME_NAMES, STAGE_NAMES, licence_name
from hub.records.models import RecordRow
from hub.sources.harvest import enrich
from hub.web import actor, address_with, database, paging, part, policy, require
from hub.writing.models import DRAFT, PUBLISHED, PracticeNote
from hub.writing.note_forms import Typed, by_notation, offered, typed_in, typed_of
from hub.writing.notes import (
    CHANGED,
    address_of,
    authors_of,
    begin_note,
    colleagues,
    drop_changes,
    find_note,
    licence_of,
    may_write,
    notes_of,
    publish_note,
    published_words,
    save_note,
    set_named,
    take_over,
    title_of,
    with_topics,
    withdraw_note,
    words_of,
)
from hub.writing.solved import link_back, solved, thread_of
from hub.writing.words import Words, missing, parts_of, record_of, require_whole, wrong_with

LIST = 30
REVIEWED_AFTER = timedelta(days=365)

blueprint = Blueprint("notes", __name__)


@blueprint.get("/notes")
@policy("write practice notes")
def listing() -> Any:
    """The notes that whoever asks writes, the newest change first."""
    with database().reading() as session:
        where = paging(notes_of(session, actor=actor(), offset=0, limit=0)[1], LIST)
        if where is None:
            return redirect(address_with(page=None))
        rows, _total = notes_of(session, actor=actor(), offset=where.first - 1, limit=LIST)
        shown = [(row, name, title_of(session, row)) for row, name in rows]
        return render_template("writing/notes.html", rows=shown, paging=where)


@blueprint.get("/notes/new")
@policy("write practice notes")
def new() -> Any:
    """The template of a note; with `thread`, what was asked and answered there stands in it already."""
    with database().reading() as session:
        review = (now() + REVIEWED_AFTER).date().isoformat()
        words = Words(review_by=review, language=language() if language() in LANGUAGE_NAMES else "en")
        told = {"organisation": request.args.get("organisation", ""), "thread": request.args.get("thread", "")}
        if told["thread"]:
            words = replace(solved(session, told["thread"], actor=actor()).words, review_by=review)
        return _form(session, typed_of(words, part("vocabulary").scheme, **told))


@blueprint.post("/notes/new")
@policy("write practice notes")
def begin() -> Any:
    """Save a draft."""
    typed = typed_in(request.form, part("vocabulary").scheme)
    with database().writing() as session:
        wrong = _wrong(typed)
        chosen = {one.slug: one for one in _mine(session)}
        if typed.organisation not in chosen and len(chosen) != 1:
            wrong["organisation"] = _("Choose whose note it is.")
        organisation = chosen.get(typed.organisation) or next(iter(chosen.values()), None)
        others = _colleagues(session, organisation.id if organisation else "", typed, wrong)
        if wrong or organisation is None:
            return _form(session, typed, wrong), 400
        if typed.thread:
            others = [*others, *solved(session, typed.thread, actor=actor()).people]
        row = begin_note(
            session,
            actor=actor(),
            organisation=organisation,
            words=typed.words,
            named=typed.named,
            others=others,
            thread_id=typed.thread,
        )
        id = row.id
    return _saved(id)


@blueprint.get("/notes/<id>")
@policy("read")
def note(id: str) -> Any:
    """To whoever writes it: how it looks, and what can be done with it. To everybody else: its record."""
    with database().reading() as session:
        row = find_note(session, id, actor=actor())
        writes = may_write(session, row, actor())
        if not writes and not can(actor(), "look after practice notes", row):
            return redirect(url_for("record.record", id=row.record_id))
        words = words_of(session, row)
        organisation = session.get_one(Organisation, row.organisation_id)
        return render_template(
            "writing/note.html",
            note=row,
            title=title_of(session, row),
            words=words,
            parts=parts_of(words),
            outcome=_(OUTCOME_NAMES[words.outcome]) if words.outcome else "",
            stage=_(STAGE_NAMES[words.stage]) if words.stage else "",
            topics=_topics(words),
            todo=missing(words),
            organisation=organisation,
            licence=licence_name(licence_of(organisation), ""),
            authors=authors_of(session, id, row.organisation_id),
            changed=row.state == DRAFT or bool(row.words),
            kept_out=_is_kept_out(session, row),
            writes=writes,
            thread=thread_of(session, row, actor=actor()),
            may_take_over=can(actor(), "write practice notes", row),
        )


@blueprint.get("/notes/<id>/edit")
@policy("write practice notes")
def edit(id: str) -> Any:
    """The form with what it says now."""
    with database().reading() as session:
        row = _writable(session, id)
        authors = [one.person_id for one in authors_of(session, id, row.organisation_id)]
        told = {"kept": tuple(authors), "seen": str(row.edition)}
        return _form(session, typed_of(words_of(session, row), part("vocabulary").scheme, **told), note=row)


@blueprint.post("/notes/<id>/edit")
@policy("write practice notes")
def save(id: str) -> Any:
    """Keep what was typed, as a draft; or show what is wrong with it, or what somebody else has written meanwhile."""
    typed = typed_in(request.form, part("vocabulary").scheme)
    with database().writing() as session:
        row = _writable(session, id)
        wrong = _wrong(typed)
        others = _colleagues(session, row.organisation_id, typed, wrong)
        theirs = None if typed.seen == str(row.edition) else words_of(session, row)
        if theirs is not None:
            # From here on, whoever saves has seen both.
            typed = typed_of(typed.words, part("vocabulary").scheme, **_besides(typed, str(row.edition)))
            return _form(session, typed, {"title": _(CHANGED), **wrong}, note=row, theirs=theirs), 409
        if wrong:
            return _form(session, typed, wrong, note=row), 400
        told: dict[str, Any] = {"words": typed.words, "keep_authors": typed.kept, "others": others}
        save_note(session, row, actor=actor(), seen=row.edition, **told)
    return _saved(id)


@blueprint.post("/notes/<id>/publish")
@policy("write practice notes")
def publish(id: str) -> Any:
    """Make it a record of its organisation, for everybody."""
    scheme = part("vocabulary").scheme
    with database().reading() as session:
        row = _writable(session, id)
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
        return redirect(url_for(".note", id=id), 303)
    names = {uri: known[uri].pref(words.language) for uri in words.concepts}
    enriched = with_topics(enrich(part("tools")().sandbox, [made])[0], words.concepts, names)
    with database().writing() as session:
        row = _writable(session, id)
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
    with database().writing() as session:
        row = find_note(session, id, actor=actor())
        if not may_write(session, row, actor()):
            require("look after practice notes", row)
        if not 0 < len(reason) <= 300:
            raise BadInput(_("Say in a sentence why it is withdrawn. It stands where the note stood."), "reason")
        withdraw_note(session, row, actor=actor(), reason=reason)
    flash(_("Withdrawn. It is found no more, and its address says why."))
    return redirect(url_for(".note", id=id), 303)


@blueprint.post("/notes/<id>/delete")
@policy("write practice notes")
def delete(id: str) -> Any:
    """Let go of a draft, or of changes that are not published."""
    with database().writing() as session:
        row = _writable(session, id)
        there = row.state != DRAFT
        drop_changes(session, row, actor=actor())
    flash(_("The changes are gone; what was published stays.") if there else _("The draft is deleted."))
    return redirect(url_for(".note", id=id) if there else url_for(".listing"), 303)


@blueprint.post("/notes/<id>/named")
@policy("change own account")
def named(id: str) -> Any:
    """Whether one's own name stands on it."""
    wanted = request.form.get("named") == "yes"
    with database().writing() as session:
        row = find_note(session, id, actor=actor())
        set_named(session, row, actor=actor(), named=wanted)
        to = url_for(".note", id=id) if may_write(session, row, actor()) else url_for("record.record", id=row.record_id)
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
    return redirect(url_for(".edit", id=id), 303)


def _writable(session: Session, id: str) -> PracticeNote:
    """The note, for who may write at it. NotFound, also for those who may only read it."""
    row = find_note(session, id, actor=actor())
    if not may_write(session, row, actor()):
        raise NotFound(_("There is no such note of yours."))
    return row


def _mine(session: Session) -> list[Organisation]:
    """The organisations for which whoever asks may write."""
    circles = [circle for circle, _role in actor().memberships]
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(circles)).order_by(Organisation.name))
    return [one for one in rows if can(actor(), "write practice notes", one)]


def _wrong(typed: Typed) -> dict[str, str]:
    try:
        require_storable(RecordRow, {"title": typed.words.title, "contact": typed.words.ask})
    except BadInput as error:
        return {"title": str(error)}
    return wrong_with(typed.words, {one.uri: one for one in by_notation(part("vocabulary").scheme).values()})


def _colleagues(session: Session, organisation_id: str, typed: Typed, wrong: dict[str, str]) -> list[str]:
    try:
        return colleagues(session, organisation_id, typed.addresses)
    except BadInput as error:
        wrong["others"] = str(error)
        return []


def _besides(typed: Typed, seen: str) -> dict[str, Any]:
    names = ("organisation", "kept", "others", "named", "thread")
    return {**{name: getattr(typed, name) for name in names}, "seen": seen}


def _is_kept_out(session: Session, row: PracticeNote) -> bool:
    """Whether it is published, and yet not shown: somebody else has decided so."""
    record = session.get(RecordRow, row.record_id) if row.record_id else None
    return row.state == PUBLISHED and record is not None and record.withdrawn_at is not None


def _topics(words: Words) -> list[Any]:
    scheme = part("vocabulary").scheme
    return [scheme.concepts[uri] for uri in words.concepts if uri in scheme.concepts]


def _saved(id: str) -> Any:
    flash(_("Saved. This is how it will look; nobody else sees it before it is published."))
    return redirect(url_for(".note", id=id), 303)


def _form(
    session: Session,
    typed: Typed,
    wrong: dict[str, str] | None = None,
    note: PracticeNote | None = None,
    theirs: Words | None = None,
) -> str:
    mine = _mine(session)
    return render_template(
        "writing/note_form.html",
        typed=typed,
        wrong=wrong or {},
        note=note,
        title=title_of(session, note) if note else "",
        theirs=theirs,
        organisations=[(one.slug, one.name) for one in mine],
        authors=authors_of(session, note.id, note.organisation_id) if note else [],
        source=solved(session, typed.thread, actor=actor()) if typed.thread and not note else None,
        **offered(part("vocabulary").scheme, typed),
    )
