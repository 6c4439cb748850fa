"""The one table of alerts: what, how often, where; what the next mail says; why something did or did not come."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from hub.alerts.collecting import PERIODS
from hub.alerts.digests import preview
from hub.alerts.explaining import explain
from hub.alerts.searches import Means
from hub.alerts.settings import change_groups, change_lines, lines_of, pause, setting_of, stop
from hub.db import now
from hub.languages import N_
from hub.languages import gettext as _
from hub.notices.following import DAILY, FREQUENCIES
from hub.notices.kinds import GROUPS
from hub.search.saved import SavedQueries
from hub.setup.house import house
from hub.sources.notices import Named
from hub.web import actor, database, part, policy

OFTEN: Final = "often "
"""How the name of a field begins that says how often."""

PERIOD_NAMES: Final[dict[str, str]] = {
    "immediately": N_("The mail that goes at once"),
    "daily": N_("The mail of the day"),
    "weekly": N_("The mail of the week"),
}

blueprint = Blueprint("my_alerts", __name__)


@blueprint.get("/my/alerts")
@policy("follow")
def table() -> str:
    """Everything that they follow, with how often they hear of it."""
    with database().reading() as session:
        lines = lines_of(session, actor(), part("vocabulary"))
        setting = setting_of(session, actor().person_id)
        return render_template(
            "alerts/settings.html",
            lines=lines,
            groups=[(name, *words, setting.often(name)) for name, words in GROUPS.items()],
            paused=setting.row.paused_at,
            frequencies=FREQUENCIES,
            periods=PERIOD_NAMES,
        )


@blueprint.post("/my/alerts")
@policy("follow")
def change() -> Any:
    """Save the table, or stop following the one whose button was pressed."""
    given = {name.removeprefix(OFTEN): value for name, value in request.form.items() if name.startswith(OFTEN)}
    ending = request.form.get("stop", "")
    with database().writing() as session:
        changed = change_groups(session, actor(), {name: one for name, one in given.items() if name in GROUPS})
        changed += change_lines(session, actor(), {name: one for name, one in given.items() if name not in GROUPS})
        if ending:
            stop(session, actor(), ending)
    if ending:
        flash(_("You do not follow it any more."))
    else:
        flash(_("Saved.") if changed else _("Nothing was changed."))
    return redirect(url_for(".table"), 303)


@blueprint.post("/my/alerts/pause")
@policy("follow")
def pausing() -> Any:
    """No mails for now, or again."""
    paused = request.form.get("paused") == "yes"
    with database().writing() as session:
        pause(session, actor(), paused=paused)
    if paused:
        flash(_("You get no mails of alerts until you want them again. My hub goes on."))
    else:
        flash(_("You get mails again, of what comes from now on."))
    return redirect(url_for(".table"), 303)


@blueprint.get("/my/alerts/preview")
@policy("follow")
def previewing() -> str:
    """What the next mail would say."""
    period = request.args.get("period", DAILY)
    period = period if period in PERIODS else DAILY
    named = Named(house().name, part("settings").base_url)
    with database().reading() as session:
        letter = preview(session, actor(), period=period, named=named, vocabulary=part("vocabulary"), moment=now())
    return render_template("alerts/preview.html", letter=letter, period=period, periods=PERIOD_NAMES)


@blueprint.get("/my/alerts/why")
@policy("follow")
def why() -> str:
    """Why they did, or did not, get a document."""
    asked = request.args.get("record", "").strip()
    id = asked.partition("/records/")[2] or asked
    id = id.partition("/")[0].partition("?")[0].partition("#")[0][:36]
    found = None
    if id:
        means = Means(part("vocabulary"), part("matcher"), SavedQueries(part("vocabulary"), part("expander")))
        with database().reading() as session:
            found = explain(session, actor(), id, means)
    return render_template("alerts/why.html", found=found, asked=asked)
