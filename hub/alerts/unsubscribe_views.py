"""The link in every mail of alerts: it asks, and a POST ends these mails, signed out and by one click (RFC 8058)."""

from typing import Any

from flask import Blueprint, render_template

from hub.alerts.names import Labels
from hub.alerts.unsubscribing import FOLLOW, GROUP, Ending, find_token, unsubscribe
from hub.languages import gettext as _
from hub.notices.following import DAILY, IMMEDIATELY
from hub.notices.kinds import GROUPS
from hub.notices.models import Follow
from hub.web import database, part, policy

blueprint = Blueprint("unsubscribing", __name__)


@blueprint.get("/unsubscribe/<secret>")
@policy("stop mails")
def asking(secret: str) -> str:
    """Only asks: programs that look at every link of a mail end nothing."""
    with database().reading() as session:
        what = _what(session, find_token(session, secret))
    return render_template("alerts/unsubscribe.html", what=what, done=False, secret=secret)


@blueprint.post("/unsubscribe/<secret>")
@policy("stop mails")
def ending(secret: str) -> Any:
    """No more of these."""
    with database().writing() as session:
        what = _what(session, unsubscribe(session, secret))
    return render_template("alerts/unsubscribe.html", what=what, done=True, secret=secret)


def _what(session: Any, found: Ending) -> str:
    """What ends, in the language of the page. A link names nothing that its owner might no longer read."""
    if found.purpose == FOLLOW:
        row = session.get(Follow, found.key)
        if row is None:
            return _("mails about something that you do not follow any more")
        labels = Labels(session, [(row.kind, row.key)], part("vocabulary"), ())
        return _("mails about %(what)s", what=labels.of(row.kind, row.key, row.name).reason)
    if found.purpose == GROUP:
        return _("mails about: %(what)s", what=_(GROUPS[found.key][0]))
    if found.purpose == IMMEDIATELY:
        return _("all mails that come at once")
    return _("the mail that comes once a day") if found.purpose == DAILY else _("the mail that comes once a week")
