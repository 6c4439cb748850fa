"""The pages of practice notes: mine, the form, the preview from which one is published, and what becomes of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now, require_storable
from hub.errors import BadInput, NotFound
from hub.languages import gettext as _
from hub.languages import language
from hub.organisations.models import Organisation
from hub.policy import can
from hub.records.cards import LANGUAGE_NAMES, OUTCOME_NAMES, STAGE_NAMES, licence_name
from hub.records.models import RecordRow
from hub.web import actor, address_with, database, page_asked, paging, part, policy
from hub.writing.models import DRAFT, PUBLISHED, PracticeNote
from hub.writing.note_forms import Typed, by_notation, offered, typed_in, typed_of
from hub.writing.note_reading import authors_of, find_note, may_write, notes_of, title_of, words_of
from hub.writing.notes import CHANGED, begin_note, colleagues, licence_of, save_note
from hub.writing.solved import solved, thread_of
from hub.writing.words import Words, day_in, missing, parts_of, wrong_with

LIST = 30
REVIEWED_AFTER = timedelta(days=365)

blueprint = Blueprint("notes", __name__)


@blueprint.get("/notes")
@policy("write practice notes")
def listing() -> Any:
    """The notes that whoever asks writes, the newest change first."""
    with database().reading() as session:
        rows, total = notes_of(session, actor=actor(), offset=(page_asked() - 1) * LIST, limit=LIST)
        where = paging(total, LIST)
        if where is None:
            return redirect(address_with(page=None))
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
        if not may_write(session, row, actor()) and not can(actor(), "look after practice notes", row):
            return redirect(url_for("record.record", id=row.record_id))
    return note_page(id)


def note_page(id: str, reason: str = "", wrong: dict[str, str] | None = None) -> str:
    """The note with what can be done with it; `reason` is what was typed for why it is withdrawn."""
    with database().reading() as session:
        row = find_note(session, id, actor=actor())
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
            review=day_in(words.review_by),
            organisation=organisation,
            licence=licence_name(licence_of(organisation), ""),
            authors=authors_of(session, id, row.organisation_id),
            changed=row.state == DRAFT or bool(row.words),
            kept_out=_is_kept_out(session, row),
            writes=may_write(session, row, actor()),
            thread=thread_of(session, row, actor=actor()),
            may_take_over=can(actor(), "write practice notes", row),
            reason=reason,
            wrong=wrong or {},
        )


@blueprint.get("/notes/<id>/edit")
@policy("write practice notes")
def edit(id: str) -> Any:
    """The form with what it says now."""
    with database().reading() as session:
        row = writable(session, id)
        authors = [one.person_id for one in authors_of(session, id, row.organisation_id)]
        told = {"kept": tuple(authors), "seen": str(row.edition)}
        return _form(session, typed_of(words_of(session, row), part("vocabulary").scheme, **told), note=row)


@blueprint.post("/notes/<id>/edit")
@policy("write practice notes")
def save(id: str) -> Any:
    """Keep what was typed, as a draft; or show what is wrong with it, or what somebody else has written meanwhile."""
    typed = typed_in(request.form, part("vocabulary").scheme)
    with database().writing() as session:
        row = writable(session, id)
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


def writable(session: Session, id: str) -> PracticeNote:
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
