"""The notices of whoever is signed in: the list, and marking them as read."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from hub.alerts.reading import count_notices, find_notice, notices_of
from hub.errors import NotFound
from hub.languages import gettext as _
from hub.notices.service import mark_read
from hub.web import actor, address_with, database, paging, policy

LIST: Final = 25

blueprint = Blueprint("notices", __name__)


@blueprint.get("/my/notices")
@policy("follow")
def listing() -> Any:
    """What happened to them, the newest first."""
    with database().reading() as session:
        found = paging(count_notices(session, actor()), LIST)
        if found is None:
            return redirect(address_with(page=None))
        rows = notices_of(session, actor(), first=found.first - 1, size=LIST)
    return render_template("alerts/notices.html", rows=rows, paging=found)


@blueprint.post("/my/notices/read")
@policy("follow")
def all_read() -> Any:
    """They have seen them all."""
    with database().writing() as session:
        mark_read(session, actor().person_id)
    flash(_("All are marked as read."))
    return redirect(url_for(".listing"), 303)


@blueprint.post("/my/notices/<id>/open")
@policy("follow")
def opening(id: str) -> Any:
    """They have seen this one, and go where it leads."""
    with database().writing() as session:
        found = find_notice(session, actor(), id)
        if found is None:
            raise NotFound(_("There is no such notice. What it told of may be gone, or closed to you."))
        mark_read(session, actor().person_id, id)
    stay = request.form.get("stay") == "yes"
    return redirect(url_for(".listing") if stay else found.path, 303)
