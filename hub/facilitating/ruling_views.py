"""The log of the queue with its Undo, and the page of a decision: whoever it concerns reads why, and may appeal."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.communities.models import Community
from hub.db import locking
from hub.errors import BadInput, NotFound
from hub.facilitating.kinds import ACTS, ALL_GROUNDS, APPEALS, ONE_OF
from hub.facilitating.models import Ruling
from hub.facilitating.queue_views import came_from
from hub.facilitating.rulings import (
    answer_question,
    appeal,
    concerns,
    find_ruling,
    lines,
    log,
    looks_after,
    may_answer,
    may_appeal,
    number_of_rulings,
    shows_title,
)
from hub.facilitating.undoing import undo
from hub.facilitating.waiting import scope_of, standing
from hub.languages import N_, ngettext
from hub.languages import gettext as _
from hub.policy import Actor
from hub.web import actor, address_with, csv_table, database, paging, policy

LIST: Final = 25
AT_ONCE: Final = 50
COLUMNS: Final = (
    *(N_("when"), N_("community"), N_("kind"), N_("what was done"), N_("title"), N_("reason")),
    *(N_("in their words"), N_("by"), N_("undone"), N_("appeal")),
)

blueprint = Blueprint("rulings", __name__)


@blueprint.get("/moderation/log")
@policy("work the queue")
def listing() -> Any:
    """What was decided in the queue, the newest first."""
    scope = scope_of(actor())
    with database().reading() as session:
        where = paging(number_of_rulings(session, scope), LIST)
        if where is None:
            return redirect(address_with(page=None))
        rows = log(session, scope, offset=where.first - 1, limit=LIST)
    return render_template(
        "facilitating/log.html", rows=rows, paging=where, kinds=ONE_OF, acts=ACTS, grounds=ALL_GROUNDS
    )


@blueprint.get("/moderation/log.csv")
@policy("work the queue")
def table() -> Response:
    """The same as a table, whole."""
    with database().reading() as session:
        rows = log(session, scope_of(actor()), undo=False)
    cells = [
        (
            *(one.ruling.at, one.community.name, _(ONE_OF[one.ruling.kind]), _(ACTS[one.ruling.what]), one.title),
            *(_(ALL_GROUNDS.get(one.ruling.ground, "")) if one.ruling.ground else "", one.ruling.facts, one.who),
            *(one.ruling.undone_at or "", one.ruling.appealed_at or ""),
        )
        for one in rows
    ]
    return csv_table("queue-log", [_(one) for one in COLUMNS], cells)


@blueprint.post("/moderation/undo")
@policy("work the queue")
def undone() -> Any:
    """Take decisions back."""
    done, ids = 0, list(dict.fromkeys(request.form.getlist("ruling")[:AT_ONCE]))
    if not ids:
        raise BadInput(_("Choose at least one entry of the list."), "ruling")
    with database().writing() as session:
        for id in ids:
            row = session.scalar(locking(select(Ruling).where(Ruling.id == id[:36])))
            if row is None or not looks_after(session, row, actor()):
                raise NotFound(_("There is no such decision, or it is not yours to read."))
            undo(session, row, actor=_acting(session, row))
            done += 1
    flash(ngettext("It is undone, and waits again.", "%(num)s are undone, and wait again.", done))
    return redirect(came_from() or url_for(".listing"), 303)


def _acting(session: Session, row: Ruling) -> Actor:
    return standing(scope_of(actor()), session.get_one(Community, row.community_id))


@blueprint.get("/moderation/decisions/<id>")
@policy("read own decisions")
def one(id: str) -> Any:
    """What was decided, on which ground, why, and what one can do about it."""
    return _page(id)


def _page(id: str, wrong: dict[str, str] | None = None) -> Any:
    with database().reading() as session:
        row = find_ruling(session, id, actor=actor())
        (line,) = lines(session, [row], actor())
        ours = looks_after(session, row, actor())
        page = render_template(
            "facilitating/decision.html",
            row=row,
            line=line,
            community=line.community,
            theirs=concerns(row, actor()),
            ours=ours,
            titled=shows_title(session, row, actor()),
            may_appeal=may_appeal(row, actor()),
            may_answer=may_answer(session, row, actor()),
            until=row.at + APPEALS,
            kinds=ONE_OF,
            acts=ACTS,
            grounds=ALL_GROUNDS,
            words=request.form.get("words", ""),
            wrong=wrong or {},
        )
    return page, 400 if wrong else 200


@blueprint.post("/moderation/decisions/<id>/appeal")
@policy("read own decisions")
def appealed(id: str) -> Any:
    """They do not agree."""
    try:
        with database().writing() as session:
            row = find_ruling(session, id, actor=actor(), lock=True)
            appeal(session, row, actor=actor(), words=request.form.get("words", ""))
    except BadInput as error:
        return _page(id, {"words": str(error)})
    flash(_("Your appeal is on its way. Somebody else decides about it, and you are told."))
    return redirect(url_for(".one", id=id), 303)


@blueprint.post("/moderation/decisions/<id>/answer")
@policy("read own decisions")
def answered(id: str) -> Any:
    """They say what they were asked."""
    try:
        with database().writing() as session:
            row = find_ruling(session, id, actor=actor(), lock=True)
            answer_question(session, row, actor=actor(), words=request.form.get("words", ""))
    except BadInput as error:
        return _page(id, {"words": str(error)})
    flash(_("Your answer is on its way to the facilitators."))
    return redirect(url_for(".one", id=id), 303)
