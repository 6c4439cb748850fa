"""Download my data, close my account, and what an operator does of it for somebody else."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from hub.accounts.limits import admit
from hub.accounts.models import Person, WebSession
from hub.accounts.service import note_wrong
from hub.accounts.sessions import held, let_go, proven_lately
from hub.audit.service import note_act
from hub.db import now
from hub.errors import BadInput, NotFound, TooMany
from hub.governance.closing import HOWS, KEEP, REASONS, close_account, require_another_operator
from hub.governance.erasures import keep_list
from hub.governance.export import HEADINGS, personal_data
from hub.languages import N_
from hub.languages import gettext as _
from hub.setup.house import house
from hub.web import actor, database, part, policy

LATELY: Final = timedelta(hours=1)
"""How long a sign-in by a link counts for proof: who has no password can give none."""

WAYS: Final[dict[str, str]] = {
    KEEP: N_("Keep what I wrote, without my name"),
    "remove": N_("Also delete what I wrote"),
}

OTHERS_WAYS: Final[dict[str, str]] = {
    KEEP: N_("Keep what they wrote, without their name"),
    "remove": N_("Also delete what they wrote"),
}

blueprint = Blueprint("personal", __name__)


@blueprint.get("/account/data")
@policy("change own account")
def data() -> Any:
    """What is in the file, and the button."""
    if not _proven():
        return _prove("personal.data")
    return render_template("governance/data.html", headings=HEADINGS.values())


@blueprint.post("/account/data")
@policy("change own account")
def download() -> Any:
    """The file, made at once; that it was asked for is in it."""
    if not _proven():
        return _prove("personal.data")
    me = actor().person_id
    with database().writing() as session:
        note_act(session, actor=actor(), action="download own data", thing=f"person {me}")
    with database().reading() as session:
        content = personal_data(session, me, hub=house().name, render=render_template)
    given = {"Content-Disposition": "attachment; filename=my-data.zip"}
    return Response(content, mimetype="application/zip", headers=given)


@blueprint.get("/account/close")
@policy("change own account")
def closing() -> Any:
    """What happens with each thing, the choice, and the password."""
    with database().reading() as session:
        person = session.get_one(Person, actor().person_id)
        if not person.password and not _proven():
            return _prove("personal.closing")
        require_another_operator(session, person)
        return _closing(person)


@blueprint.post("/account/close")
@policy("change own account")
def close() -> Any:
    """Close it: the browser is a stranger's afterwards."""
    how = request.form.get("how", "")
    with database().reading() as session:
        person = session.get_one(Person, actor().person_id)
        if not person.password and not _proven():
            return _prove("personal.closing")
        wrong = {} if how in HOWS else {"how": _("Choose what becomes of what you wrote.")}
        wrong |= _wrong_password(person)
        if wrong:
            return _closing(person, how, wrong)
    with database().writing() as session:
        close_account(session, actor=actor(), person_id=actor().person_id, how=how, hub=house().name)
    _keep_list()
    response = redirect(url_for(".closed"), 303)
    let_go(response, part("settings"))
    return response


@blueprint.get("/account/closed")
@policy("read")
def closed() -> str:
    """What has happened."""
    return render_template("governance/closed.html")


@blueprint.get("/manage/people/<id>/erase")
@policy("manage people")
def erasing(id: str) -> Any:
    """What happens, and the form, for an operator."""
    return _erasing(id)


@blueprint.post("/manage/people/<id>/erase")
@policy("manage people")
def erase(id: str) -> Any:
    """Close somebody's account for them."""
    given = {name: request.form.get(name, "") for name in ("how", "reason")}
    try:
        with database().writing() as session:
            _require_somebody_else(id)
            name = close_account(session, actor=actor(), person_id=id, hub=house().name, **given).name
    except BadInput as error:
        return _erasing(id, given, {error.field or "how": str(error)})
    _keep_list()
    flash(_("The account of %(name)s is closed.", name=name))
    return redirect(url_for("manage.listing"), 303)


def _keep_list() -> None:
    """The list outside of the database follows at once; else the next sweep would bring it."""
    with database().reading() as session:
        keep_list(session, part("settings").data)


def _proven() -> bool:
    """Whether it is really they: by the password of the last hour, or a sign-in of it by a link."""
    if proven_lately():
        return True
    with database().reading() as session:
        person = session.get(Person, actor().person_id)
        row = session.get(WebSession, held())
        return bool(person and row and not person.password and row.created > now() - LATELY)


def _prove(endpoint: str) -> Any:
    return redirect(url_for("security.verify", next=url_for(endpoint)), 303)


def _wrong_password(person: Person) -> dict[str, str]:
    """What is wrong with the password that was given; nothing for who has none."""
    if not person.password:
        return {}
    given = request.form.get("password", "")
    if not given:
        return {"password": _("Enter your password.")}
    try:
        admit(database(), "sign in", person.email or "", request.remote_addr or "")
    except TooMany as error:
        return {"password": str(error)}
    account = part("people").find_user(id=person.id)
    if account.verify_and_update_password(given):
        return {}
    with database().writing() as session:
        note_wrong(session, person.id)
    return {"password": _("This is not your password.")}


def _closing(person: Person, how: str = KEEP, wrong: Mapping[str, str] | None = None) -> Any:
    page = render_template("governance/close.html", person=person, how=how, ways=_said(WAYS), wrong=wrong or {})
    return page, 400 if wrong else 200


def _erasing(id: str, given: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None) -> Any:
    _require_somebody_else(id)
    with database().reading() as session:
        person = session.get(Person, id)
        if person is None:
            raise NotFound(_("There is nobody with this account."))
        require_another_operator(session, person)
        page = render_template(
            "governance/erase.html",
            person=person,
            given=given or {"how": KEEP, "reason": ""},
            ways=_said(OTHERS_WAYS),
            reasons=[("", _("Choose one")), *_said(REASONS)],
            wrong=wrong or {},
        )
    return page, 400 if wrong else 200


def _require_somebody_else(id: str) -> None:
    if id == actor().person_id:
        raise BadInput(_("This is your own account. Close it on the page of your account."))


def _said(choices: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(value, _(words)) for value, words in choices.items()]
