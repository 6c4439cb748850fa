"""Who answers for what, and handing it over: of one organisation, of the whole hub, and of somebody who leaves."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from hub.accounts.duties import able, give, release, things
from hub.errors import BadInput
from hub.languages import N_, ngettext
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation
from hub.policy import audiences
from hub.web import actor, address_with, csv_table, database, page_asked, paging, policy, require

LIST: Final = 50

COLUMNS: Final = (N_("organisation"), N_("kind"), N_("name"), N_("owner"), N_("deputy"))
"""Of the table, as its rows name them."""

blueprint = Blueprint("handover", __name__)


@blueprint.get("/organisations/<slug>/hand-over")
@policy("hand over")
def organisation(slug: str) -> Any:
    """Everything of the organisation with who answers for it; what nobody answers for comes first."""
    return _page(slug)


@blueprint.post("/organisations/<slug>/hand-over")
@policy("hand over")
def giving(slug: str) -> Any:
    """Say who answers for one thing."""
    given = {name: request.form.get(name, "")[:36] for name in ("kind", "thing", "owner", "deputy")}
    try:
        with database().writing() as session:
            give(
                session,
                actor=actor(),
                organisation=_ours(session, slug),
                kind=given["kind"],
                thing_id=given["thing"],
                owner=given["owner"],
                deputy=given["deputy"],
            )
    except BadInput as error:
        return _page(slug, {f"{error.field}-{given['thing']}": str(error)}, given)
    flash(_("Saved. Whoever has come to answer for it is told by mail."))
    return redirect(url_for(".organisation", slug=slug), 303)


@blueprint.get("/manage/hand-over")
@policy("hand over everywhere")
def everything() -> Any:
    """What nobody answers for, of all organisations."""
    with database().reading() as session:
        rows, total = things(session, unowned=True, offset=(page_asked() - 1) * LIST, limit=LIST)
    where = paging(total, LIST)
    if where is None:
        return redirect(address_with(page=None))
    return render_template("accounts/unowned.html", rows=rows, paging=where)


@blueprint.get("/manage/hand-over.csv")
@policy("hand over everywhere")
def everything_csv() -> Response:
    """Everything with who answers for it, as a table."""
    with database().reading() as session:
        rows, _total = things(session)
    cells = [[getattr(row, name) for name in COLUMNS] for row in rows]
    return csv_table("who-answers", [_(one) for one in COLUMNS], cells)


@blueprint.get("/account/leaving")
@policy("change own account")
def leaving() -> str:
    """What somebody answers for, and the button that hands it over."""
    with database().reading() as session:
        rows, _total = things(session, person_id=actor().person_id)
    return render_template("accounts/leaving.html", rows=rows, me=actor().person_id)


@blueprint.post("/account/leaving")
@policy("change own account")
def leave() -> Any:
    """Hand over what one answers for, in one organisation."""
    wanted = request.form.get("organisation", "")[:36]
    with database().writing() as session:
        count = release(session, actor().person_id, wanted, actor=actor())
    if count:
        flash(ngettext("%(num)s thing is handed over.", "%(num)s things are handed over.", count))
    else:
        flash(_("There was nothing to hand over."))
    return redirect(url_for(".leaving"), 303)


def _ours(session: Session, slug: str) -> Organisation:
    """The organisation. NotAllowed for who may not say who answers for its things."""
    found = find_organisation(session, slug)
    require("hand over", found)
    return found


def _page(slug: str, wrong: dict[str, str] | None = None, typed: dict[str, str] | None = None) -> Any:
    with database().reading() as session:
        organisation = _ours(session, slug)
        rows, total = things(
            session,
            organisation_id=organisation.id,
            known=audiences(actor()),
            offset=(page_asked() - 1) * LIST,
            limit=LIST,
        )
        people = able(session, organisation.id)
    where = paging(total, LIST)
    if where is None:
        return redirect(address_with(page=None))
    page = render_template(
        "accounts/handover.html",
        organisation=organisation,
        rows=rows,
        paging=where,
        choices=[("", _("nobody")), *((one.id, one.name) for one in people)],
        people=people,
        typed=typed or {},
        wrong=wrong or {},
    )
    return page, 400 if wrong else 200
