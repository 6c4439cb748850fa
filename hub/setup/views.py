"""The operator's page of the hub itself, the stylesheet of its colours, and its logo."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from hub.config import Settings
from hub.errors import BadInput, NotFound
from hub.languages import gettext as _
from hub.setup.forms import LONGEST, Typed, told_in, typed_in, typed_of, wrong_with
from hub.setup.house import FROM_ENVIRONMENT, House, default_house, house, read_house
from hub.setup.look import ACCENT, HALL, draw_logo, keep_logo, stylesheet
from hub.setup.models import Logo
from hub.setup.service import settle
from hub.web import actor, database, part, policy

FOR_EVER: Final = "public, max-age=31536000, immutable"

blueprint = Blueprint("setup", __name__)


@blueprint.get("/manage/hub")
@policy("manage hub")
def edit() -> str:
    """The form, with what is settled now."""
    with database().reading() as session:
        now = read_house(session, part("settings"))
    return _form(typed_of(now), now, {})


@blueprint.post("/manage/hub")
@policy("manage hub")
def save() -> Any:
    """Settle it, or say what is wrong."""
    settings: Settings = part("settings")
    typed, wrong, logo = typed_in(request.form), {}, None
    wrong = wrong_with(typed)
    sent = request.files.get("logo")
    if sent is not None and sent.filename:
        try:
            logo = draw_logo(part("tools")().sandbox, sent.read())
        except BadInput as error:
            wrong["logo"] = str(error)
        finally:
            sent.close()
    if wrong:
        return _form(typed, house(), wrong), 400
    default = default_house(settings)
    told = told_in(typed, default)
    with database().writing() as session:
        if logo is not None or typed.without_logo:
            told |= keep_logo(session, logo)
        changed = settle(session, actor=actor(), was=read_house(session, settings), default=default, **told)
    part("house").look_again()
    flash(_("Saved. Everybody sees it in a few seconds.") if changed else _("Nothing was different."))
    return redirect(url_for(".edit"), 303)


@blueprint.get("/look.css")
@policy("read")
def look() -> Response:
    """The hub's colours. Its address carries a hash of them, so that browsers keep it."""
    response = Response(stylesheet(house()), mimetype="text/css")
    response.headers["Cache-Control"] = FOR_EVER if request.query_string else "no-cache"
    return response


@blueprint.get("/logo/<hashed>.png")
@policy("read")
def logo(hashed: str) -> Response:
    """The hub's logo, as we have drawn it."""
    with database().reading() as session:
        row = session.get(Logo, hashed)
        if row is None:
            raise NotFound(_("There is no such picture any more."))
        response = Response(row.content, mimetype="image/png")
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Content-Disposition"] = "inline; filename=logo.png"
    return response


def _form(typed: Typed, now: House, wrong: dict[str, str]) -> str:
    settings: Settings = part("settings")
    ours = House()
    environment = {
        name: getattr(settings, name) for name in FROM_ENVIRONMENT if getattr(settings, name) != getattr(ours, name)
    }
    return render_template(
        "manage/hub.html",
        typed=typed,
        now=now,
        wrong=wrong,
        longest=LONGEST,
        colours={"hall": HALL, "accent": ACCENT},
        environment=environment,
        winning={name for name, value in environment.items() if getattr(now, name) == value},
    )
