"""Sources: the list, the page of one with its checks and problems, one check, and what an operator may do."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.accounts.duties import duty_of
from hub.audit.service import note_act
from hub.errors import NotFound
from hub.languages import N_, ngettext
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.policy import can
from hub.records.cards import licence_name
from hub.sources.contents import examples_of, holding_of, titles_of
from hub.sources.health import (
    Health,
    fix_of,
    health_after,
    health_of,
    is_news,
    last_run,
    last_runs,
    message_of,
    problems_of,
    runs_of,
    said_of,
    what_of,
)
from hub.sources.held import accept_held, refuse_held
from hub.sources.leases import queue_run
from hub.sources.models import WRITTEN, Run, Source
from hub.sources.service import pause, source_and_organisation
from hub.sources.written import SHOWN_KINDS
from hub.web import FeedEntry, actor, address_with, atom, csv_table, database, paging, part, policy, require

LIST = 50
RUNS = 30
RUN_COLUMNS: Final[dict[str, str]] = {
    "started": N_("started"),
    "ended": N_("ended"),
    "state": N_("state"),
    "seen": N_("seen"),
    "new": N_("new"),
    "changed": N_("changed"),
    "unchanged": N_("unchanged"),
    "deleted": N_("deleted"),
    "failed": N_("failed"),
    "requests": N_("requests"),
    "bytes": N_("bytes"),
}
"""Of a check -> what the head of its column says."""

PROBLEM_COLUMNS: Final = (N_("cause"), N_("severity"), N_("what"), N_("where"), N_("fix"), N_("sample"))

blueprint = Blueprint("sources", __name__)

ORDERS = {"organisation": N_("organisation"), "state": N_("state"), "documents": N_("documents")}
WORST_FIRST = ("bad", "warn", "info", "ok")


@blueprint.get("/sources")
@policy("read")
def listing() -> Any:
    """Every source with its state in a sentence; those that need somebody first, on request."""
    order = request.args.get("sort", "organisation")
    with database().reading() as session:
        rows = _rows(session)
        if order == "state":
            rows.sort(key=lambda row: WORST_FIRST.index(row[2].colour))
        elif order == "documents":
            rows.sort(key=lambda row: -row[0].documents)
        where = paging(len(rows), LIST)
        if where is None:
            return redirect(address_with(page=None))
        return render_template(
            "sources/sources.html",
            rows=rows[where.first - 1 : where.first - 1 + LIST],
            paging=where,
            order=order if order in ORDERS else "organisation",
            orders=ORDERS,
            kinds=SHOWN_KINDS,
            may_register=can(actor(), "register sources"),
        )


@blueprint.get("/sources.json")
@policy("read")
def listing_json() -> Any:
    """Every source with its state, for machines."""
    with database().reading() as session:
        return [
            {
                "id": row.id,
                "name": row.name,
                "organisation": organisation.slug,
                "kind": row.kind,
                "address": row.address,
                "documents": row.documents,
                "well": health.colour in ("ok", "info"),
                "state": f"{health.word} {health.sentence}".strip(),
            }
            for row, organisation, health in _rows(session)
        ]


def _rows(session: Session) -> list[tuple[Source, Organisation, Health]]:
    """Those that whoever asks may see, by two statements, however many there are."""
    rows = session.execute(
        select(Source, Organisation)
        .join(Organisation, Organisation.id == Source.organisation_id)
        .order_by(func.lower(Organisation.name), Source.name)
    ).all()
    last = last_runs(session)
    return [
        (source, organisation, health_after(source, last.get(source.id)))
        for source, organisation in rows
        if can(actor(), "read", source)
    ]


@blueprint.get("/sources/<id>")
@policy("read")
def source(id: str) -> str:
    """State, last thirty checks as a plot and a table, problems of the last check by cause, what we hold."""
    with database().reading() as session:
        row, organisation = source_and_organisation(session, id, actor=actor())
        runs = runs_of(session, id, RUNS)
        last = runs[0] if runs else None
        held = last if last is not None and last.state == "held" else None
        return render_template(
            "sources/source.html",
            source=row,
            organisation=organisation,
            kind=SHOWN_KINDS[row.kind],
            written=row.kind == WRITTEN,
            health=health_of(session, row),
            runs=runs,
            groups=problems_of(session, last.id) if last else [],
            last=last,
            held=held,
            holding=holding_of(session, id),
            duty=duty_of(session, "source", id) if actor().person_id else None,
            may_hand_over=can(actor(), "hand over", row),
            may_run=can(actor(), "run sources", row),
            may_edit=can(actor(), "register sources", row),
            may_approve=can(actor(), "approve"),
            licence=licence_name(row.licence_uri, ""),
            examples=examples_of(session, id) if can(actor(), "see raw items", row) else [],
        )


@blueprint.get("/sources/<id>.atom")
@policy("read")
def source_feed(id: str) -> Response:
    """The last checks that brought something or met problems, for whoever looks after the site."""
    with database().reading() as session:
        row, organisation = source_and_organisation(session, id, actor=actor())
        runs = [one for one in runs_of(session, id, RUNS) if one.ended and is_news(one)]
    entries = [
        FeedEntry(
            title=said_of(one),
            address=url_for("sources.run", id=id, run_id=one.id, _external=True),
            updated=one.ended,
            summary=message_of(one),
            author=organisation.name,
        )
        for one in runs
    ]
    return atom(_("Checks of %(name)s", name=row.name), entries)


@blueprint.get("/sources/<id>/runs.csv")
@policy("read")
def runs_csv(id: str) -> Response:
    """The numbers behind the plot."""
    with database().reading() as session:
        source_and_organisation(session, id, actor=actor())
        rows = [[getattr(run, name) for name in RUN_COLUMNS] for run in runs_of(session, id, RUNS)]
    return csv_table("checks", [_(one) for one in RUN_COLUMNS.values()], rows)


@blueprint.get("/sources/<id>/runs/<run_id>")
@policy("read")
def run(id: str, run_id: str) -> str:
    """One check: its numbers, its problems, and what a held one wants to remove."""
    with database().reading() as session:
        row, organisation = source_and_organisation(session, id, actor=actor())
        one = session.get(Run, run_id)
        if one is None or one.source_id != id:
            raise NotFound(_("There is no such check of this source."))
        gone = titles_of(session, one.held.get("gone", []))
        return render_template(
            "sources/run.html",
            source=row,
            organisation=organisation,
            run=one,
            groups=problems_of(session, run_id),
            gone=gone,
            may_run=can(actor(), "run sources", row),
        )


@blueprint.get("/sources/<id>/problems")
@policy("read")
def problems(id: str) -> Any:
    """Every problem of the last check, none cut off; one cause alone with `?cause=`; .csv to download."""
    cause = request.args.get("cause", "")
    with database().reading() as session:
        row, organisation = source_and_organisation(session, id, actor=actor())
        last = last_run(session, id)
        groups = problems_of(session, last.id) if last else []
        chosen = [group for group in groups if not cause or group.code == cause]
        return render_template(
            "sources/problems.html",
            source=row,
            organisation=organisation,
            run=last,
            groups=chosen,
            all_groups=groups,
            cause=cause,
        )


@blueprint.get("/sources/<id>/problems.csv")
@policy("read")
def problems_csv(id: str) -> Response:
    """The problems of the last check as a table."""
    with database().reading() as session:
        source_and_organisation(session, id, actor=actor())
        last = last_run(session, id)
        found = [one for group in problems_of(session, last.id) for one in group.problems] if last else []
        rows = [(one.code, one.severity, what_of(one), one.where, fix_of(one), one.sample) for one in found]
    return csv_table("problems", [_(one) for one in PROBLEM_COLUMNS], rows)


@blueprint.post("/sources/<id>/check")
@policy("run sources")
def check(id: str) -> Any:
    """Check now."""
    with database().writing() as session:
        row, _whose = source_and_organisation(session, id, actor=actor())
        require("run sources", row)
        queued = queue_run(session, row).id
        note_act(session, actor=actor(), action="check now", thing=f"source {row.id}")
    part("courier").send("harvest", queued)
    flash(_("The check is on its way. Load the page again to see how far it is."))
    return redirect(url_for("sources.source", id=id), 303)


@blueprint.post("/sources/<id>/pause")
@policy("run sources")
def set_paused(id: str) -> Any:
    """Pause, or resume."""
    paused = request.form.get("paused") == "yes"
    with database().writing() as session:
        row, _whose = source_and_organisation(session, id, actor=actor())
        require("run sources", row)
        pause(session, row, actor=actor(), paused=paused)
    if paused:
        flash(_("Paused: nobody checks it until you resume it."))
    else:
        flash(_("Resumed: the next check is due now."))
    return redirect(url_for("sources.source", id=id), 303)


@blueprint.post("/sources/<id>/runs/<run_id>/decide")
@policy("run sources")
def decide(id: str, run_id: str) -> Any:
    """Accept or refuse what the guard held."""
    accepted = request.form.get("decision") == "accept"
    with database().writing() as session:
        require("run sources", source_and_organisation(session, id, actor=actor())[0])
        one = session.get(Run, run_id)
        if one is None or one.source_id != id:
            raise NotFound(_("There is no such check of this source."))
        if accepted:
            accept_held(session, one, actor=actor())
        else:
            restored = refuse_held(session, one, actor=actor(), tools=part("tools")())
    if accepted:
        part("courier").send("harvest", run_id)
        flash(_("Accepted: the check goes on from where it was held."))
    else:
        back = ngettext(
            "Refused: %(num)s document is back as it was. The next check is due now.",
            "Refused: %(num)s documents are back as they were. The next check is due now.",
            restored,
        )
        flash(back)
    return redirect(url_for("sources.source", id=id), 303)
