"""What waits for the operator: people who want to join an organisation, and sources that were registered."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from federation.record import clean_line
from harvesters.kinds import KINDS
from hub.accounts.approvals import let_join, turn_away, waiting_people
from hub.languages import gettext as _
from hub.setup.house import house
from hub.sources.approvals import approve, decline, waiting_sources
from hub.sources.leases import queue_run
from hub.sources.notices import Named
from hub.web import actor, database, part, policy

LONGEST_REASON: Final = 500

blueprint = Blueprint("approvals", __name__)


@blueprint.get("/manage/approvals")
@policy("approve")
def listing() -> str:
    """Everything that waits, the longest first."""
    return _page()


@blueprint.post("/manage/approvals/people/<id>")
@policy("approve")
def person(id: str) -> Any:
    """Let somebody join, or turn them away with a reason."""
    reason = clean_line(request.form.get("reason", ""))
    if wrong := _wrong(reason):
        return _page(id, reason, wrong), 400
    told = {"actor": actor(), "id": id, "hub": house().name, "address": part("settings").base_url}
    with database().writing() as session:
        if _approved():
            said = _("%(name)s belongs to it now, and gets a mail.", name=let_join(session, **told).name)
        else:
            who = turn_away(session, reason=reason, **told)
            said = _("%(name)s gets a mail with your reason.", name=who.name)
    flash(said)
    return redirect(url_for(".listing"), 303)


@blueprint.post("/manage/approvals/sources/<id>")
@policy("approve")
def source(id: str) -> Any:
    """Approve a source, whose first check then begins, or decline it with a reason."""
    reason = clean_line(request.form.get("reason", ""))
    if wrong := _wrong(reason):
        return _page(id, reason, wrong), 400
    named = Named(house().name, part("settings").base_url)
    run_id = ""
    with database().writing() as session:
        if _approved():
            row = approve(session, actor=actor(), id=id, named=named)
            run_id = queue_run(session, row).id
            said = _("%(name)s is approved, and its first check is on the way.", name=row.name)
        else:
            row = decline(session, actor=actor(), id=id, reason=reason, named=named)
            said = _("%(name)s is declined. Whoever registered it gets a mail with your reason.", name=row.name)
    if run_id:
        part("courier").send("harvest", run_id)
    flash(said)
    return redirect(url_for(".listing"), 303)


def _approved() -> bool:
    return request.form.get("decision") == "approve"


def _wrong(reason: str) -> str:
    """What is wrong with the form: whoever is declined must hear why."""
    if _approved():
        return ""
    if not reason:
        return _("Say why: they read it in their mail.")
    return "" if len(reason) <= LONGEST_REASON else _("Say it in at most %(num)s letters.", num=LONGEST_REASON)


def _page(id: str = "", reason: str = "", wrong: str = "") -> str:
    with database().reading() as session:
        return render_template(
            "manage/approvals.html",
            people=waiting_people(session),
            sources=waiting_sources(session),
            kinds=KINDS,
            at_fault=id,
            reason=reason,
            wrong={f"reason-{id}": wrong} if wrong else {},
        )
