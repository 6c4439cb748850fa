"""My hub, and what can be done on it: seen, less of this."""

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from hub.alerts.hub_page import TASKS, my_hub
from hub.alerts.settings import less, setting_of
from hub.db import now
from hub.events.times import ZONES
from hub.languages import gettext as _
from hub.web import actor, address_with, database, paging, part, policy

LIST: Final = 20

blueprint = Blueprint("my", __name__)


@blueprint.get("/my")
@policy("follow")
def page() -> Any:
    """What changed for what they follow since they said that they had seen it, and why."""
    everything = request.args.get("all") == "yes"
    moment = now()
    with database().reading() as session:
        found = my_hub(session, actor(), part("vocabulary"), everything=everything)
    where = paging(len(found.items), LIST)
    if where is None:
        return redirect(address_with(page=None))
    return render_template(
        "alerts/my.html",
        my=found,
        items=found.items[where.first - 1 : where.first - 1 + LIST],
        paging=where,
        everything=everything,
        tasks=[(TASKS[name], done) for name, done in found.tasks],
        cities=ZONES,
        moment=moment.isoformat(),
    )


@blueprint.post("/my/seen")
@policy("follow")
def seen() -> Any:
    """They have seen what the page showed; what came since is new."""
    moment = _moment(request.form.get("until", ""))
    with database().writing() as session:
        row = setting_of(session, actor().person_id).row
        row.seen_at = max(row.seen_at, moment) if row.seen_at else moment
    flash(_("You have seen everything. What comes from now on is new."))
    return redirect(url_for(".page"), 303)


@blueprint.post("/my/less")
@policy("follow")
def fewer() -> Any:
    """Less of this: only the newest each time; once more, and it ends."""
    with database().writing() as session:
        ended = less(session, actor(), request.form.get("follow", ""))
    if ended:
        flash(_("You do not follow it any more."))
    else:
        flash(_("From now on you see only the newest of it each time. Choose “Less of this” once more to end it."))
    return redirect(url_for(".page"), 303)


def _moment(text: str) -> datetime:
    """When the page was made; never later than now."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return now()
    return min(found, now()) if found.tzinfo else now()
