"""Saying who else hears of a source's checks, and the page behind the link in those mails."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from federation.record import clean_line
from hub.errors import BadInput
from hub.languages import gettext as _
from hub.policy import can
from hub.setup.house import house
from hub.sources.notices import Named
from hub.sources.service import source_and_organisation
from hub.sources.told import LEVELS, answer, find_told, set_told
from hub.web import actor, database, part, policy, require

blueprint = Blueprint("told", __name__)


@blueprint.get("/sources/<id>/told")
@policy("register sources")
def edit(id: str) -> str:
    """The form."""
    with database().reading() as session:
        row, _organisation = source_and_organisation(session, id, actor=actor())
        require("register sources", row)
        return _form(id, row.tell_email, row.tell_level, {})


@blueprint.post("/sources/<id>/told")
@policy("register sources")
def save(id: str) -> Any:
    """Save it; a new address is asked first."""
    email, level = clean_line(request.form.get("email", ""))[:254], request.form.get("level", "")
    try:
        with database().writing() as session:
            row, _organisation = source_and_organisation(session, id, actor=actor())
            require("register sources", row)
            link = f"{part('settings').base_url}/sources/{id}/told/{{}}"
            asked = set_told(session, row, actor=actor(), email=email, level=level, named=_named(), link=link)
    except BadInput as error:
        return _form(id, email, level, {error.field: str(error)}), 400
    if asked:
        flash(_("Saved. %(email)s gets one mail that asks, and no other before it says yes.", email=email))
    else:
        flash(_("Saved."))
    return redirect(url_for("sources.source", id=id), 303)


@blueprint.get("/sources/<id>/told/<secret>")
@policy("read")
def link(id: str, secret: str) -> str:
    """The page behind the link. It only asks."""
    with database().reading() as session:
        row = find_told(session, id, secret, _named())
        return render_template("sources/wanted.html", source=row, secret=secret)


@blueprint.post("/sources/<id>/told/<secret>")
@policy("read")
def wanted(id: str, secret: str) -> Any:
    """Yes, or no more."""
    yes = request.form.get("wanted") == "yes"
    with database().writing() as session:
        source = answer(session, id, secret, actor=actor(), wanted=yes, named=_named())
        name, theirs = source.name, can(actor(), "read", source)
    if yes:
        flash(_("You get mails about %(name)s from now on.", name=name))
    else:
        flash(_("You get no more mails about %(name)s.", name=name))
    # Whoever reads the mails need not be signed in, and a page that is not for everybody would not open.
    return redirect(url_for("sources.source", id=id) if theirs else url_for("home.home"), 303)


def _named() -> Named:
    settings = part("settings")
    return Named(house().name, settings.base_url, settings.secret())


def _form(id: str, email: str, level: str, wrong: dict[str, str]) -> str:
    with database().reading() as session:
        row, organisation = source_and_organisation(session, id, actor=actor())
        return render_template(
            "sources/told.html",
            source=row,
            organisation=organisation,
            email=email,
            level=level,
            levels=[(name, _(words)) for name, words in LEVELS.items()],
            wrong=wrong,
        )
