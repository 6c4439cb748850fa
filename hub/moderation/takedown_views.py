"""The pages of take-downs, for site moderators and operators: what holds, taking down, lifting, and the decisions."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from federation.record import clean, clean_line
from hub.errors import BadInput, Conflict
from hub.languages import N_, ngettext
from hub.languages import gettext as _
from hub.moderation.takedowns import in_force, lift, look_up, take_down
from hub.organisations.models import Organisation
from hub.policy import audiences
from hub.records.decisions import ERASING, GROUNDS, known_to
from hub.records.models import Decision
from hub.web import actor, address_with, csv_table, database, page_asked, paging, part, policy

LIST: Final = 25

COLUMNS: Final = (N_("at"), N_("decision"), N_("ground"), N_("automatic"), N_("organisation"))

blueprint = Blueprint("takedowns", __name__)


@blueprint.get("/manage/take-downs")
@policy("moderate")
def listing() -> Any:
    """What is taken down or hidden now, the newest first."""
    return _list()


@blueprint.get("/manage/take-downs/new")
@policy("moderate")
def new() -> Any:
    """What an address or a text's hash stands for here, and the form that takes it down."""
    what = clean_line(request.args.get("what", ""))[:3_000]
    try:
        return _form(what, report=request.args.get("report", "")[:36])
    except BadInput as error:
        return _list(what, {"what": str(error)})


@blueprint.post("/manage/take-downs")
@policy("moderate")
def perform() -> Any:
    """Take it down."""
    given = {name: clean(request.form.get(name, "")) for name in ("what", "ground", "facts", "report")}
    try:
        with database().writing() as session:
            found = look_up(session, given["what"], part("settings").base_url, actor=actor())
            take_down(
                session,
                found,
                actor=actor(),
                ground=given["ground"],
                facts=given["facts"],
                report_id=given["report"][:36],
            )
            count = len(found.rows)
    except BadInput as error:
        if error.field == "what":
            return _list(given["what"], {"what": str(error)})
        return _form(**given, wrong={error.field: str(error)})
    if count:
        flash(ngettext("%(num)s document is taken down.", "%(num)s documents are taken down.", count))
    else:
        flash(_("Nothing here has it. It is kept away from now on."))
    return redirect(url_for(".listing"), 303)


@blueprint.post("/manage/take-downs/<id>/lift")
@policy("moderate")
def end(id: str) -> Any:
    """Lift a take-down, or show again what was hidden."""
    with database().writing() as session:
        count = lift(session, id, actor=actor(), facts=clean(request.form.get("facts", "")))
    if count:
        flash(_("It is lifted. What was erased comes with the next check of its source, which is due now."))
    else:
        flash(_("It is lifted: nothing is kept away by it any more."))
    return redirect(url_for(".listing"), 303)


@blueprint.get("/manage/decisions.csv")
@policy("moderate")
def decisions_csv() -> Response:
    """The decisions, without names and without what was found, for a report in public."""
    columns = (Decision.at, Decision.what, Decision.ground, Decision.automatic, Organisation.name)
    asked = select(*columns).outerjoin(Organisation, Organisation.id == Decision.organisation_id)
    asked = asked.where(known_to(audiences(actor())))
    with database().reading() as session:
        rows = [tuple(row) for row in session.execute(asked.order_by(Decision.at, Decision.id))]
    return csv_table("decisions", [_(one) for one in COLUMNS], rows)


def _list(what: str = "", wrong: dict[str, str] | None = None) -> Any:
    with database().reading() as session:
        rows, total = in_force(session, actor=actor(), offset=(page_asked() - 1) * LIST, limit=LIST)
    where = paging(total, LIST)
    if where is None:
        return redirect(address_with(page=None))
    page = render_template(
        "moderation/takedowns.html", rows=rows, paging=where, what=what, wrong=wrong or {}, grounds=GROUNDS
    )
    return page, 400 if wrong else 200


def _form(
    what: str,
    ground: str = "",
    facts: str = "",
    report: str = "",
    wrong: dict[str, str] | None = None,
) -> Any:
    with database().reading() as session:
        found = look_up(session, what, part("settings").base_url, actor=actor())
        names = {row.id: session.get_one(Organisation, row.organisation_id).name for row in found.rows}
    if not found.marks:
        raise Conflict(_("Its words are erased already."))
    page = render_template(
        "moderation/take_down.html",
        what=what,
        found=found,
        names=names,
        grounds=[(one, _(words)) for one, words in GROUNDS.items()],
        erasing=[_(words) for one, words in GROUNDS.items() if one in ERASING],
        ground=ground,
        facts=facts,
        report=report,
        wrong=wrong or {},
    )
    return page, 400 if wrong else 200
