"""The operator's page of the audit log, and the log as a table to download."""

from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template

from hub.audit.log import COLUMNS, newest, size, whole
from hub.web import address_with, csv_table, database, page_asked, paging, policy

LIST: Final = 100

blueprint = Blueprint("audit", __name__)


@blueprint.get("/manage/log")
@policy("read the log")
def listing() -> Any:
    """Who did what, the newest first."""
    with database().reading() as session:
        where = paging(size(session), LIST)
        if where is None:
            return redirect(address_with(page=None))
        acts = newest(session, offset=(page_asked() - 1) * LIST, limit=LIST)
        return render_template("audit/log.html", acts=acts, paging=where)


@blueprint.get("/manage/log.csv")
@policy("read the log")
def table() -> Response:
    """All of it, the oldest first."""
    with database().reading() as session:
        return csv_table("log", COLUMNS, [act.row() for act in whole(session)])
