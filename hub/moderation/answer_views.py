"""Answering reports: an organisation's admins theirs, site moderators and operators all of them."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from federation.record import clean
from hub.errors import BadInput, NotFound
from hub.languages import N_
from hub.languages import gettext as _
from hub.moderation.models import ANSWERED, PASSED, WAITING, Report
from hub.moderation.report_views import named
from hub.moderation.reports import (
    ANSWER_WITHIN,
    ORDERS,
    OUTCOMES,
    REASONS,
    answer,
    decisions_of,
    find_report,
    pass_on,
    reports,
)
from hub.moderation.takedowns import hide
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation
from hub.policy import audiences, can
from hub.records.models import RecordRow
from hub.web import actor, address_with, csv_table, database, page_asked, paging, part, policy, require

LIST: Final = 25
STATES: Final[dict[str, str]] = {
    WAITING: N_("Waits for its organisation"),
    PASSED: N_("Waits for a site moderator"),
    ANSWERED: N_("Answered"),
}
SORTS: Final[dict[str, str]] = {"oldest": N_("oldest first"), "newest": N_("newest first")}
COLUMNS: Final = (
    *(N_("received"), N_("organisation"), N_("document"), N_("reason")),
    *(N_("state"), N_("outcome"), N_("answered"), N_("escalated")),
)

blueprint = Blueprint("answering", __name__)


@blueprint.get("/organisations/<slug>/reports")
@policy("answer reports")
def listing(slug: str) -> Any:
    """The reports of one organisation's records."""
    return _list(slug)


@blueprint.get("/manage/reports")
@policy("moderate")
def everything() -> Any:
    """The reports of all of them."""
    return _list()


@blueprint.get("/organisations/<slug>/reports.csv")
@policy("answer reports")
def listing_csv(slug: str) -> Response:
    """The same as a table."""
    return _table(slug)


@blueprint.get("/manage/reports.csv")
@policy("moderate")
def everything_csv() -> Response:
    """The same as a table."""
    return _table()


@blueprint.get("/organisations/<slug>/reports/<id>")
@policy("answer reports")
def one(slug: str, id: str) -> Any:
    """One report: what is wrong, who says so, what was decided, and answering it."""
    return _page(slug, id)


@blueprint.post("/organisations/<slug>/reports/<id>/answer")
@policy("answer reports")
def answering(slug: str, id: str) -> Any:
    """Answer it."""
    outcome, text = request.form.get("outcome", ""), clean(request.form.get("text", ""))
    try:
        with database().writing() as session:
            report = _ours(session, slug, id, lock=True)
            answer(session, report, actor=actor(), outcome=outcome, text=text, named=named())
            told = bool(report.email)
    except BadInput as error:
        return _page(slug, id, {error.field: str(error)}, outcome=outcome, text=text)
    if told:
        flash(_("It is answered. Whoever reported it gets your answer by mail."))
    else:
        flash(_("It is answered. Whoever reported it gave no address, and reads your answer on the report's page."))
    return redirect(url_for(".listing", slug=slug), 303)


@blueprint.post("/organisations/<slug>/reports/<id>/pass-on")
@policy("answer reports")
def passing_on(slug: str, id: str) -> Any:
    """Have the site moderators answer it."""
    facts = clean(request.form.get("facts", ""))
    try:
        with database().writing() as session:
            pass_on(session, _ours(session, slug, id, lock=True), actor=actor(), facts=facts, named=named())
    except BadInput as error:
        return _page(slug, id, {error.field: str(error)}, facts=facts)
    flash(_("The site moderators have it now."))
    return redirect(url_for(".one", slug=slug, id=id), 303)


@blueprint.post("/organisations/<slug>/reports/<id>/hide")
@policy("answer reports")
def hiding(slug: str, id: str) -> Any:
    """Hide the record until the report is settled."""
    with database().writing() as session:
        report = _ours(session, slug, id, lock=True)
        row = session.get(RecordRow, report.record_id) if report.record_id else None
        if row is None or row.organisation_id != report.organisation_id:
            raise NotFound(_("The document is not here any more."))
        hide(session, row, actor=actor(), report_id=report.id)
    flash(_("The document is hidden. A site moderator can show it again."))
    return redirect(url_for(".one", slug=slug, id=id), 303)


def _ours(session: Session, slug: str, id: str, *, lock: bool = False) -> Report:
    """The report, of this organisation. NotAllowed for who may not answer it."""
    organisation = find_organisation(session, slug)
    require("answer reports", organisation)
    report = find_report(session, id, lock=lock)
    row = session.get(RecordRow, report.record_id) if report.record_id else None
    if report.organisation_id != organisation.id or (row is not None and not can(actor(), "read", row)):
        raise NotFound(_("There is no such report any more."))
    return report


def _asked() -> dict[str, Any]:
    """What the list is narrowed to."""
    state, reason = request.args.get("state", ""), request.args.get("reason", "")
    order = request.args.get("sort", "oldest")
    return {
        "state": state if state in STATES else "",
        "reason": reason if reason in REASONS else "",
        "order": order if order in ORDERS else "oldest",
    }


def _list(slug: str = "") -> Any:
    asked = _asked()
    with database().reading() as session:
        organisation = _answered_by(session, slug)
        rows, total = reports(
            session,
            audiences=audiences(actor()),
            organisation_id=organisation.id if organisation else "",
            offset=(page_asked() - 1) * LIST,
            limit=LIST,
            **asked,
        )
    where = paging(total, LIST)
    if where is None:
        return redirect(address_with(page=None))
    return render_template(
        "moderation/reports.html",
        organisation=organisation,
        rows=[(report, whose, _readable(row)) for report, whose, row in rows],
        paging=where,
        states=STATES,
        reasons=REASONS,
        outcomes=OUTCOMES,
        orders={one: _(words) for one, words in SORTS.items()},
        within=ANSWER_WITHIN,
        **asked,
    )


def _readable(row: RecordRow | None) -> RecordRow | None:
    """The record, where whoever asks may read it: not everything of an organisation is everybody's."""
    return row if row is not None and can(actor(), "read", row) else None


def _answered_by(session: Session, slug: str) -> Organisation | None:
    if not slug:
        return None
    organisation = find_organisation(session, slug)
    require("answer reports", organisation)
    return organisation


def _table(slug: str = "") -> Response:
    with database().reading() as session:
        organisation = _answered_by(session, slug)
        found, _total = reports(
            session,
            audiences=audiences(actor()),
            organisation_id=organisation.id if organisation else "",
            **_asked(),
        )
        rows = [
            (
                report.created,
                whose.name,
                f"{part('settings').base_url}/records/{report.record_id}" if report.record_id else "",
                report.reason,
                report.state,
                report.outcome,
                report.answered_at,
                report.escalated_at,
            )
            for report, whose, _row in found
        ]
    return csv_table("reports", [_(one) for one in COLUMNS], rows)


def _page(slug: str, id: str, wrong: dict[str, str] | None = None, **typed: str) -> Any:
    with database().reading() as session:
        report = _ours(session, slug, id)
        row = _readable(session.get(RecordRow, report.record_id) if report.record_id else None)
        page = render_template(
            "moderation/answer.html",
            report=report,
            organisation=session.get_one(Organisation, report.organisation_id),
            row=row,
            shown=row is not None and not row.withdrawn_at,
            decisions=decisions_of(session, report.id),
            states=STATES,
            reasons=REASONS,
            outcomes=OUTCOMES,
            choices=[(one, _(words)) for one, words in OUTCOMES.items()],
            due=report.created + ANSWER_WITHIN,
            may_moderate=can(actor(), "moderate"),
            typed=typed,
            wrong=wrong or {},
        )
    return page, 400 if wrong else 200
