"""The pages of meetings: lists, one with who comes, its form, and what is written down after it."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.communities.frame import Frame, framed, framed_to_write, require_to_write
from hub.errors import BadInput
from hub.events.forms import Typed, arranged_in, edition_in, typed_in, typed_of
from hub.events.models import Event
from hub.events.reading import ANSWERS, count_events, events_of, find_event, may_change, sees_link, who_comes
from hub.events.service import CHANGED, arrange, begin_notes, cancel, change, say
from hub.events.times import ZONES
from hub.languages import gettext as _
from hub.markdown import written
from hub.web import actor, address_with, database, not_allowed, paging, policy
from hub.writing.models import WikiPage
from hub.writing.wiki import path_of as path_of_page

LIST: Final = 30

blueprint = Blueprint("events", __name__)


@blueprint.get("/events")
@policy("read")
def everywhere() -> Any:
    """Meetings of open communities and of one's own, the next first; those that are over on request."""
    past = "past" in request.args
    with database().reading() as session:
        where = paging(count_events(session, actor=actor(), past=past), LIST)
        if where is None:
            return redirect(address_with(page=None))
        rows = events_of(session, actor=actor(), past=past, offset=where.first - 1, limit=LIST)
        return render_template("events/everywhere.html", rows=rows, past=past, paging=where, cities=ZONES)


@blueprint.get("/communities/<slug>/events")
@policy("read")
def listing(slug: str) -> Any:
    """Those of one community."""
    past = "past" in request.args
    with database().reading() as session:
        frame = framed(session, slug, actor=actor(), talk=True)
        told: dict[str, Any] = {"actor": actor(), "community_id": frame.community.id, "past": past}
        where = paging(count_events(session, **told), LIST)
        if where is None:
            return redirect(address_with(page=None))
        rows = events_of(session, **told, offset=where.first - 1, limit=LIST)
        return render_template("events/listing.html", frame=frame, rows=rows, past=past, paging=where, cities=ZONES)


@blueprint.get("/communities/<slug>/events/new")
@policy("take part")
def new(slug: str) -> Any:
    """The form of a new one."""
    with database().reading() as session:
        return _form(framed_to_write(session, slug, actor=actor()), Typed())


@blueprint.post("/communities/<slug>/events")
@policy("take part")
def begin(slug: str) -> Any:
    """Arrange it."""
    typed = typed_in(request.form)
    try:
        with database().writing() as session:
            frame = framed_to_write(session, slug, actor=actor())
            id = arrange(session, frame.community, arranged_in(typed), actor=actor()).id
    except BadInput as error:
        with database().reading() as session:
            return _form(framed_to_write(session, slug, actor=actor()), typed, wrong={error.field: str(error)}), 400
    flash(_("The meeting is arranged. Those who follow the community hear of it."))
    return redirect(url_for(".event", slug=slug, id=id), 303)


@blueprint.get("/communities/<slug>/events/<id>")
@policy("read")
def event(slug: str, id: str) -> Any:
    """When and where, who comes, and what came of it."""
    with database().reading() as session:
        frame, row = _found(session, slug, id)
        page = session.get(WikiPage, row.page_id) if row.page_id else None
        author = session.get(Person, row.author_id) if row.author_id else None
        return render_template(
            "events/event.html",
            frame=frame,
            event=row,
            html=written(row, 3),
            city=ZONES.get(row.zone, row.zone),
            link=row.link if sees_link(actor(), frame.community) else "",
            has_link=bool(row.link),
            attending=who_comes(session, frame.community, row, actor=actor()),
            answers=ANSWERS,
            author=author.name if author else "",
            page=path_of_page(frame.community, page) if page and not page.hidden_at else "",
            may_change=may_change(row, frame.community, actor=actor()),
        )


@blueprint.get("/communities/<slug>/events/<id>/edit")
@policy("take part")
def edit(slug: str, id: str) -> Any:
    """The form with what it says now."""
    with database().reading() as session:
        frame, row = _changing(session, slug, id)
        return _form(frame, typed_of(row), row)


@blueprint.post("/communities/<slug>/events/<id>/edit")
@policy("take part")
def save(slug: str, id: str) -> Any:
    """Change it; where somebody else has meanwhile, the form says so and keeps what was typed."""
    typed = typed_in(request.form)
    try:
        with database().writing() as session:
            frame, row = _changing(session, slug, id)
            if row.edition != edition_in(typed):
                return _form(frame, typed, row, wrong={"title": _(CHANGED)}, theirs=typed_of(row)), 409
            change(session, frame.community, row, arranged_in(typed), seen=row.edition, actor=actor())
    except BadInput as error:
        with database().reading() as session:
            frame, row = _changing(session, slug, id)
            return _form(frame, typed, row, wrong={error.field: str(error)}), 400
    flash(_("Saved. Those who come hear of another time or place."))
    return redirect(url_for(".event", slug=slug, id=id), 303)


@blueprint.post("/communities/<slug>/events/<id>/cancel")
@policy("take part")
def call_off(slug: str, id: str) -> Any:
    """It does not take place."""
    why = request.form.get("why", "")
    try:
        with database().writing() as session:
            frame, row = _changing(session, slug, id)
            cancel(session, frame.community, row, why=why, actor=actor())
    except BadInput as error:
        with database().reading() as session:
            frame, row = _changing(session, slug, id)
            return _form(frame, typed_of(row), row, wrong={error.field: str(error)}, why=why), 400
    flash(_("Cancelled. Those who wanted to come hear of it, and calendars cross it out."))
    return redirect(url_for(".event", slug=slug, id=id), 303)


@blueprint.post("/communities/<slug>/events/<id>/answer")
@policy("take part")
def answer(slug: str, id: str) -> Any:
    """Whether one comes."""
    with database().writing() as session:
        frame, row = _found(session, slug, id)
        require_to_write(frame, actor=actor())
        say(session, frame.community, row, answer=request.form.get("answer", ""), actor=actor())
    flash(_("Your answer is noted. You can change it."))
    return redirect(url_for(".event", slug=slug, id=id), 303)


@blueprint.post("/communities/<slug>/events/<id>/notes")
@policy("take part")
def notes(slug: str, id: str) -> Any:
    """Begin the wiki page with its notes, and write in it."""
    with database().writing() as session:
        frame, row = _found(session, slug, id)
        require_to_write(frame, actor=actor())
        name = begin_notes(session, frame.community, row, actor=actor()).slug
    return redirect(url_for("wiki.edit", slug=slug, name=name), 303)


def _found(session: Session, slug: str, id: str) -> tuple[Frame, Event]:
    frame = framed(session, slug, actor=actor(), talk=True)
    return frame, find_event(session, slug, id, actor=actor())[0]


def _changing(session: Session, slug: str, id: str) -> tuple[Frame, Event]:
    frame, row = _found(session, slug, id)
    if not may_change(row, frame.community, actor=actor()):
        raise not_allowed("take part")
    return frame, row


def _form(
    frame: Frame,
    typed: Typed,
    row: Event | None = None,
    wrong: dict[str, str] | None = None,
    theirs: Typed | None = None,
    why: str = "",
) -> str:
    return render_template(
        "events/form.html",
        frame=frame,
        typed=typed,
        event=row,
        seen=row.edition if row else "",
        wrong=wrong or {},
        theirs=theirs,
        why=why,
        zones=list(ZONES.items()),
    )
