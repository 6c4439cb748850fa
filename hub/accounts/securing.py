"""The pages on which somebody sets up their second factor: an app, passkeys, recovery codes."""

import json
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_security import login_user

from hub.accounts.addressing import prove
from hub.accounts.app_codes import address_of, new_secret, picture_of, spelled
from hub.accounts.factors import (
    add_passkey,
    factors_of,
    remove_passkey,
    renew_codes,
    second_factor_required,
    switch_off_app,
    switch_on_app,
)
from hub.accounts.limits import admit, forget
from hub.accounts.models import Person
from hub.accounts.passkeys import ask_to_make, made, party_of
from hub.accounts.recovery import good_codes
from hub.accounts.second import WHAT
from hub.accounts.sessions import proven_lately
from hub.errors import BadInput, NotFound, TooMany
from hub.languages import gettext as _
from hub.setup.house import house
from hub.web import actor, database, part, policy

OPEN: Final = 1800
"""Seconds that somebody may take to put a secret into an app."""

blueprint = Blueprint("securing", __name__)


@blueprint.get("/account/second-factor")
@policy("secure own account")
def overview() -> str:
    """What is set up, and what could be."""
    with database().reading() as session:
        return render_template(
            "accounts/securing.html",
            factors=factors_of(session, actor().person_id),
            required=second_factor_required(actor(), house()),
            possible=party_of(part("settings")) is not None,
        )


@blueprint.get("/account/second-factor/app")
@policy("secure own account")
def app() -> Any:
    """A new secret as a picture and as text. It is kept in the form until a code shows that the app has it."""
    return _app_page(new_secret()) if proven_lately() else prove("securing.app")


@blueprint.post("/account/second-factor/app")
@policy("secure own account")
def switch_on() -> Any:
    """The code shows that the app has the secret."""
    if not proven_lately():
        return prove("securing.app")
    secret = _secret_of(request.form.get("sealed", ""))
    if secret is None:
        flash(_("The page was open for too long. Here is a new picture."), "problem")
        return redirect(url_for(".app"), 303)
    try:
        admit(database(), WHAT, actor().person_id, request.remote_addr or "")
    except TooMany:
        return _app_page(secret, _("There were too many tries. Wait a quarter of an hour."))
    with database().writing() as session:
        codes = switch_on_app(
            session,
            actor=actor(),
            secret=secret,
            code=request.form.get("code", "")[:20],
            keys=part("keys"),
            hub=house().name,
        )
        if codes is not None:
            forget(session, WHAT, actor().person_id)
    if codes is None:
        return _app_page(secret, _("This is not the code that the app shows now. Type the six digits anew."))
    return _done(_("Your app is set up."), codes)


@blueprint.post("/account/second-factor/app/off")
@policy("secure own account")
def switch_off() -> Any:
    """No codes of the app any more."""
    if not proven_lately():
        return prove("securing.overview")
    with database().writing() as session:
        switch_off_app(session, actor=actor(), house=house())
    flash(_("No code of your app is asked for any more."))
    return redirect(url_for(".overview"), 303)


@blueprint.get("/account/second-factor/passkey")
@policy("secure own account")
def passkey() -> Any:
    """Where one makes a passkey."""
    return _passkey_page() if proven_lately() else prove("securing.passkey")


@blueprint.post("/account/second-factor/passkey")
@policy("secure own account")
def add() -> Any:
    """What the browser answered."""
    if not proven_lately():
        return prove("securing.passkey")
    party, keys, name = party_of(part("settings")), part("keys"), request.form.get("name", "")
    if party is None:
        raise NotFound(_("Passkeys do not work at this address of the hub."))
    try:
        with database().writing() as session:
            new = made(
                session,
                party=party,
                person_id=actor().person_id,
                name=name,
                token=request.form.get("token", ""),
                answer=request.form.get("answer", ""),
                keys=keys,
            )
            codes = add_passkey(session, actor=actor(), passkey=new, keys=keys, hub=house().name)
    except BadInput as error:
        return _passkey_page(name, str(error))
    return _done(_("The passkey “%(name)s” is set up.", name=new.name), codes)


@blueprint.post("/account/second-factor/passkey/<id>/remove")
@policy("secure own account")
def remove(id: str) -> Any:
    """Take one out."""
    if not proven_lately():
        return prove("securing.overview")
    with database().writing() as session:
        name = remove_passkey(session, actor=actor(), id=id, house=house())
    flash(_("The passkey “%(name)s” is removed. You can delete it on your device, too.", name=name))
    return redirect(url_for(".overview"), 303)


@blueprint.post("/account/second-factor/codes")
@policy("secure own account")
def renew() -> Any:
    """New recovery codes."""
    if not proven_lately():
        return prove("securing.overview")
    with database().writing() as session:
        codes = renew_codes(session, actor=actor(), keys=part("keys"), hub=house().name)
    return _codes_page(_("Your new recovery codes"), codes)


@blueprint.post("/account/second-factor/codes/text")
@policy("secure own account")
def download() -> Any:
    """The codes of the page as a file: those of them that are this person's, as we do not know them ourselves."""
    with database().reading() as session:
        codes = good_codes(session, actor().person_id, request.form.getlist("recovery")[:20], part("keys"))
    if not codes:
        raise NotFound(_("These codes are not good any more. Make new ones."))
    words = _("Recovery codes for %(hub)s. Each works once.", hub=house().name)
    name = "attachment; filename=recovery-codes.txt"
    text = "\r\n".join([words, part("settings").base_url, "", *codes, ""])
    return Response(text, mimetype="text/plain", headers={"Content-Disposition": name})


def _done(words: str, codes: list[str]) -> Any:
    """Back to the overview; the first factor signs in anew, and shows the recovery codes, this once."""
    if not codes:
        flash(words)
        return redirect(url_for(".overview"), 303)
    login_user(part("people").find_user(id=actor().person_id))
    return _codes_page(words, codes)


def _codes_page(title: str, codes: list[str]) -> str:
    return render_template("accounts/codes.html", title=title, codes=codes)


def _app_page(secret: str, wrong: str = "") -> Any:
    with database().reading() as session:
        person = session.get_one(Person, actor().person_id)
        replaces = factors_of(session, person.id).app is not None
        address = address_of(secret, account=person.email or person.name, hub=house().name)
    page = render_template(
        "accounts/app.html",
        picture=picture_of(address),
        spelled=spelled(secret),
        sealed=part("keys").seal(json.dumps([actor().person_id, secret])),
        replaces=replaces,
        wrong={"code": wrong} if wrong else {},
    )
    return page, 400 if wrong else 200


def _secret_of(sealed: str) -> str | None:
    """The secret of our own form, if it was made for this person, not long ago."""
    text = part("keys").unseal(sealed, OPEN)
    person_id, secret = json.loads(text) if text else ("", None)
    return secret if person_id == actor().person_id else None


def _passkey_page(name: str = "", wrong: str = "") -> Any:
    party = party_of(part("settings"))
    if party is None:
        raise NotFound(_("Passkeys do not work at this address of the hub."))
    with database().reading() as session:
        person = session.get_one(Person, actor().person_id)
        asked = ask_to_make(party, house().name, person, factors_of(session, person.id).passkeys, part("keys"))
    page = render_template("accounts/passkey.html", asked=asked, name=name, wrong={"name": wrong} if wrong else {})
    return page, 400 if wrong else 200
