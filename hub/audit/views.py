"""The operator's page of the audit log, and the log as a table to download."""

from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request

from hub.audit.filters import known_acts, wanted_from
from hub.audit.log import COLUMNS, newest, size, whole
from hub.errors import BadInput
from hub.web import address_with, csv_table, database, page_asked, paging, policy

LIST: Final = 100

blueprint = Blueprint("audit", __name__)


@blueprint.get("/manage/log")
@policy("read the log")
def listing() -> Any:
    """Who did what, the newest first; narrowed by who, what and when. Nothing is listed while a date is none."""
    wanted = wanted_from(request.args)
    with database().reading() as session:
        where = paging(0 if wanted.wrong else size(session, wanted), LIST)
        if where is None:
            return redirect(address_with(page=None))
        acts = newest(session, offset=(page_asked() - 1) * LIST, limit=LIST, wanted=wanted) if where.total else []
        page = render_template(
            "audit/log.html",
            acts=acts,
            paging=where,
            wanted=wanted,
            kinds=known_acts(session),
            at_fault=[] if acts or wanted.wrong else wanted.at_fault(session),
        )
    return page, 400 if wanted.wrong else 200


@blueprint.get("/manage/log.csv")
@policy("read the log")
def table() -> Response:
    """All of it, or what is wanted of it, the oldest first."""
    wanted = wanted_from(request.args)
    for name, sentence in wanted.wrong.items():
        raise BadInput(sentence, name)
    with database().reading() as session:
        return csv_table("log", COLUMNS, [act.row() for act in whole(session, wanted)])
