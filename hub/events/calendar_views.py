"""Meetings for calendars: one, those of a community, those of open communities, and one's own at a private address."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from hub.communities.frame import framed
from hub.db import now
from hub.errors import BadInput
from hub.events.addresses import address_of, drop_address, reader_at, renew_address, secret_of
from hub.events.calendars import MEDIA_TYPE, PAST, calendar
from hub.events.reading import find_event, for_calendar
from hub.languages import gettext as _
from hub.policy import ANONYMOUS, Actor
from hub.setup.house import house
from hub.web import actor, database, part, policy

blueprint = Blueprint("calendars", __name__)

NEW: Final = "new"
DROP: Final = "drop"


@blueprint.get("/events.ics")
@policy("read")
def everybodys() -> Response:
    """The meetings that everybody may read, without their links."""
    with database().reading() as session:
        rows = for_calendar(session, actor=ANONYMOUS, since=now() - PAST)
        return _answer("meetings", calendar(rows, name=house().name, actor=ANONYMOUS, base_url=_base()))


@blueprint.get("/communities/<slug>/events.ics")
@policy("read")
def of_community(slug: str) -> Response:
    """Those of one community, as whoever asks may read them."""
    with database().reading() as session:
        frame = framed(session, slug, actor=actor(), talk=True)
        rows = for_calendar(session, actor=actor(), community_id=frame.community.id, since=now() - PAST)
        return _answer(slug, calendar(rows, name=frame.community.name, actor=actor(), base_url=_base()))


@blueprint.get("/communities/<slug>/events/<id>.ics")
@policy("read")
def of_event(slug: str, id: str) -> Response:
    """One meeting, to be put into a calendar."""
    with database().reading() as session:
        made = calendar(
            [find_event(session, slug, id, actor=actor())], name="", actor=actor(), base_url=_base(), whole=False
        )
        return _answer("meeting", made)


@blueprint.get("/calendars/<secret>.ics")
@policy("read")
def own(secret: str) -> Response:
    """The meetings of all communities of whoever has this address, with their rights of this moment."""
    with database().reading() as session:
        reader: Actor = reader_at(session, secret, part("settings").secret())
        rows = for_calendar(session, actor=reader, since=now() - PAST, own=True)
        answer = _answer("meetings", calendar(rows, name=house().name, actor=reader, base_url=_base()))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/events/calendar")
@policy("join communities")
def settings() -> str:
    """One's private address, for a calendar that shows the meetings of all one's communities."""
    with database().reading() as session:
        row = address_of(session, actor().person_id)
        secret = secret_of(row, part("settings").secret()) if row else ""
        address = f"{_base()}{url_for('.own', secret=secret)}" if row else ""
        return render_template("events/calendar.html", row=row, address=address)


@blueprint.post("/events/calendar")
@policy("join communities")
def renew() -> Any:
    """A new address, or none."""
    wanted = request.form.get("do", "")
    if wanted not in (NEW, DROP):
        raise BadInput(_("Use the buttons of the page instead."), "do")
    with database().writing() as session:
        if wanted == NEW:
            renew_address(session, actor=actor())
        else:
            drop_address(session, actor=actor())
    flash(_("This is your address now; a former one opens nothing.") if wanted == NEW else _("Your address is gone."))
    return redirect(url_for(".settings"), 303)


def _base() -> str:
    return str(part("settings").base_url)


def _answer(name: str, body: bytes) -> Response:
    told = {"Content-Disposition": f"attachment; filename={name}.ics"}
    return Response(body, content_type=f"{MEDIA_TYPE}; charset=utf-8", headers=told)
