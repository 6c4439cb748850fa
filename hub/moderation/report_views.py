"""Reporting a record, by anybody, and the page of a report for whoever has its link."""

from typing import Any, Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from federation.record import clean, clean_line
from hub.accounts.limits import admit, network_of
from hub.accounts.models import Person
from hub.errors import BadInput, Gone, NotFound, TooMany
from hub.languages import gettext as _
from hub.languages import language
from hub.moderation.letters import OBJECT_HERE
from hub.moderation.models import Report
from hub.moderation.reports import (
    OUTCOMES,
    REASONS,
    Reporter,
    decisions_of,
    find_by_secret,
    may_object,
    object_to,
    report_record,
    wrong_with,
)
from hub.organisations.models import Organisation
from hub.policy import can
from hub.records.decisions import ANSWER
from hub.records.models import RecordRow
from hub.setup.house import house
from hub.sources.notices import Named
from hub.web import actor, database, part, policy

WHAT: Final = "report"
MOST: Final = 5
"""Reports from one network, or of one person, in a quarter of an hour."""

TRAP: Final = "homepage"
"""A field that nobody sees: programs that fill in every field fill it in, too."""

blueprint = Blueprint("reporting", __name__)


def named() -> Named:
    """How mails name this hub."""
    return Named(house().name, part("settings").base_url)


@blueprint.get("/records/<id>/report")
@policy("report")
def form(id: str) -> Any:
    """What is wrong with it?"""
    with database().reading() as session:
        row, organisation = _shown(session, id)
        return _page(row, organisation, _reporter(session))


@blueprint.post("/records/<id>/report")
@policy("report")
def send(id: str) -> Any:
    """Send the report; then its page."""
    reason, text = request.form.get("reason", ""), clean(request.form.get("text", ""))
    with database().reading() as session:
        row, organisation = _shown(session, id)
        reporter = _reporter(session)
    if request.form.get(TRAP):
        # A program. It is told what it wants to hear.
        flash(_("Thank you for your report."))
        return redirect(url_for("record.record", id=id), 303)
    wrong = wrong_with(reason, text, reporter)
    if not wrong:
        try:
            admit(database(), WHAT, actor().person_id or f"network {_network()}", _network(), most=MOST)
        except TooMany:
            wrong = {"text": _("There were many reports from you just now. Send this one in a quarter of an hour.")}
    if wrong:
        return _page(row, organisation, reporter, reason, text, wrong), 400
    with database().writing() as session:
        secret = report_record(
            session,
            session.get_one(RecordRow, id),
            reason=reason,
            text=text,
            reporter=reporter,
            language=language(),
            named=named(),
        )
    flash(_("Thank you for your report. This is its page: keep its address if you gave none of yours."))
    return redirect(url_for(".state", secret=secret), 303)


@blueprint.get("/reports/<secret>")
@policy("report")
def state(secret: str) -> Any:
    """How far a report is, for whoever has its link."""
    with database().reading() as session:
        return _state(session, find_by_secret(session, secret), secret)


@blueprint.post("/reports/<secret>/object")
@policy("report")
def objecting(secret: str) -> Any:
    """Whoever reported does not agree with the answer."""
    why = clean(request.form.get("why", ""))
    try:
        with database().writing() as session:
            object_to(session, find_by_secret(session, secret, lock=True), why=why, named=named())
    except BadInput as error:
        with database().reading() as session:
            return _state(session, find_by_secret(session, secret), secret, why, {"why": str(error)})
    flash(_("The site moderators look at it now."))
    return redirect(url_for(".state", secret=secret), 303)


def _state(session: Session, report: Report, secret: str, why: str = "", wrong: dict[str, str] | None = None) -> Any:
    row = session.get(RecordRow, report.record_id) if report.record_id else None
    page = render_template(
        "moderation/report_state.html",
        report=report,
        secret=secret,
        row=row if row is not None and not row.withdrawn_at and can(actor(), "read", row) else None,
        organisation=session.get_one(Organisation, report.organisation_id),
        answers=[one for one in decisions_of(session, report.id) if one.what == ANSWER],
        reasons=REASONS,
        outcomes=OUTCOMES,
        OBJECT_HERE=OBJECT_HERE,
        may_object=may_object(session, report),
        why=why,
        wrong=wrong or {},
    )
    answer = make_response(page, 400 if wrong else 200)
    # Whoever shares a computer is not to find it.
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _shown(session: Session, id: str) -> tuple[RecordRow, Organisation]:
    """The record, as long as it is shown."""
    row = session.get(RecordRow, id)
    if row is None or not can(actor(), "read", row):
        raise NotFound(_("There is no such document here. It may never have been, or the address has a slip in it."))
    if row.withdrawn_at:
        raise Gone(_("This document is not shown here any more, so there is nothing to report."))
    return row, session.get_one(Organisation, row.organisation_id)


def _reporter(session: Session) -> Reporter:
    person = session.get(Person, actor().person_id) if actor().person_id else None
    if person is not None and person.email and person.confirmed_at:
        return Reporter(person.id, person.name, person.email)
    name, email = (clean_line(request.form.get(field, "")) for field in ("name", "email"))
    return Reporter(person.id if person else "", name, email)


def _network() -> str:
    return network_of(request.remote_addr or "")


def _page(
    row: RecordRow,
    organisation: Organisation,
    reporter: Reporter,
    reason: str = "",
    text: str = "",
    wrong: dict[str, str] | None = None,
) -> str:
    return render_template(
        "moderation/report.html",
        row=row,
        organisation=organisation,
        reporter=reporter,
        known=bool(actor().person_id and "email" not in request.form and reporter.email),
        reasons=[(one, _(words)) for one, words in REASONS.items()],
        reason=reason,
        text=text,
        trap=TRAP,
        wrong=wrong or {},
    )
