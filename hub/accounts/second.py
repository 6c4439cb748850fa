"""Signing in beyond the password: the second step, and a passkey instead of both.

Flask-Security asks here after a password (`SecondStep`), and so does a sign-in with one's organisation. Whoever has
come so far is remembered for ten minutes in the signed cookie of forms, and is signed in, with a session, when the
second step is done.
"""

import time
from typing import Any, Final

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from flask_security import login_user
from flask_security.tf_plugin import TfPluginBase

from hub.accounts.factors import factors_of, take_code, warn_of_guesses
from hub.accounts.limits import admit, forget
from hub.accounts.passkeys import Asked, ask_to_prove, party_of, proven
from hub.accounts.providers import required_at
from hub.accounts.service import actor_for, note_wrong
from hub.accounts.store import Account
from hub.errors import BadInput, TooMany
from hub.languages import gettext as _
from hub.setup.house import house
from hub.web import actor, database, is_ours, part, policy

WHAT: Final = "second factor"
WHOLE: Final = "passkey"
WHO: Final = "tf_user_id"
KEPT: Final = "tf_remember_login"
"""Under which Flask-Security keeps who has given a password, and whether they want to stay signed in."""

SINCE: Final = "second_since"
HALFWAY: Final = (WHO, KEPT, SINCE)
"""All that the cookie of forms says of somebody who is halfway in."""

GOOD_FOR: Final = 600
"""Seconds that one has for the second step."""

MOST: Final = 300
"""Tries with a passkey from one network: nobody guesses one, so this only spares the database."""

blueprint = Blueprint("second", __name__)


class SecondStep(TfPluginBase):
    """What Flask-Security asks after the first step: is there a second one, and where?"""

    def __init__(self, app: Flask) -> None:
        pass

    def create_blueprint(self, app: Flask, bp: Blueprint, state: Any) -> None:
        """Ours is an ordinary one."""

    def get_setup_methods(self, user: Any) -> list[tuple[str, str]]:
        """One, whatever the person has set up: the page offers all of it."""
        with database().reading() as reading:
            return [("second", "second")] if factors_of(reading, user.id).any else []

    def tf_login(self, user: Any, json_payload: dict[str, Any], next_loc: str | None) -> Any:
        """On to our page."""
        session[SINCE] = time.time()
        there = None if next_loc == request.url else next_loc
        return redirect(url_for("second.form", next=there), 303)


@blueprint.get("/sign-in/second-factor")
@policy("sign in")
def form() -> Any:
    """Where a code is given, or a passkey shown."""
    account = _halfway()
    return _page(account) if account else _again()


@blueprint.post("/sign-in/second-factor")
@policy("sign in")
def answer() -> Any:
    """The code, or what the passkey said."""
    account = _halfway()
    if account is None:
        return _again()
    party, keys = party_of(part("settings")), part("keys")
    try:
        admit(database(), WHAT, account.id, request.remote_addr or "")
        with database().writing() as writing:
            if party and "answer" in request.form:
                proven(writing, party=party, keys=keys, person_id=account.id, **_answer())
            else:
                code = request.form.get("code", "")[:60]
                known = actor_for(writing, account.id)
                if not take_code(writing, actor=known, code=code, keys=keys, hub=house().name):
                    raise BadInput(_("This code is not right, is too old, or was used before."), "code")
            forget(writing, WHAT, account.id)
    except TooMany:
        with database().writing() as writing:
            warn_of_guesses(writing, person_id=account.id, hub=house().name)
        return _page(account, {"code": _("There were too many tries. Wait a quarter of an hour.")})
    except BadInput as error:
        with database().writing() as writing:
            note_wrong(writing, account.id, "wrong second factor")
        return _page(account, {"code": str(error)})
    return _enter(account, bool(session.get(KEPT)))


@blueprint.post("/sign-in/passkey")
@policy("sign in")
def passkey() -> Any:
    """Sign in with a passkey alone."""
    party, known = party_of(part("settings")), False
    try:
        admit(database(), WHOLE, request.form.get("token", ""), request.remote_addr or "", most=MOST)
        with database().writing() as writing:
            if party is None:
                raise BadInput(_("Passkeys do not work at this address of the hub."), "passkey")
            row, person = proven(writing, party=party, keys=part("keys"), **_answer())
            known, person_id = person.active, row.person_id
            elsewhere = required_at(writing, person.email or "") is not None
    except (BadInput, TooMany) as error:
        flash(str(error), "problem")
        return redirect(url_for("security.login", next=request.args.get("next")), 303)
    if not known:
        flash(_("This account is suspended."), "problem")
        return redirect(url_for("security.login"), 303)
    if elsewhere:
        flash(_("People of your organisation sign in with its own account, not here."), "problem")
        return redirect(url_for("organisation_sign_in.ask"), 303)
    return _enter(part("people").find_user(id=person_id), request.form.get("kept") == "y")


def asked_at_sign_in() -> dict[str, Asked | None]:
    """For the page of signing in: what its passkey button holds; nothing where passkeys do not work."""
    party = party_of(part("settings"))
    return {"passkey": ask_to_prove(party, part("keys")) if party else None}


def onward() -> str:
    """Where somebody wanted to go who signs in: a page of this hub, the account if none was named."""
    wanted = request.args.get("next", "")
    return wanted if is_ours(wanted) else url_for("accounts.account")


def _halfway() -> Account | None:
    """Who has shown the first half within ten minutes, and is asked for more; somebody may be signed in already."""
    stamp, since = session.get(WHO), float(session.get(SINCE, 0))
    if not stamp or time.time() - since > GOOD_FOR:
        return None
    found: Account | None = part("people").find_user(fs_uniquifier=stamp)
    return found if found is not None and found.active else None


def _again() -> Any:
    if actor().person_id:
        return redirect(onward(), 303)
    flash(_("Sign in once more: too much time has gone by."), "problem")
    return redirect(url_for("security.login", next=request.args.get("next")), 303)


def _enter(account: Account, kept: bool) -> Any:
    login_user(account, remember=kept)
    return redirect(onward(), 303)


def _answer() -> dict[str, str]:
    return {"token": request.form.get("token", ""), "answer": request.form.get("answer", "")}


def _page(account: Account, wrong: dict[str, str] | None = None) -> Any:
    party = party_of(part("settings"))
    with database().reading() as reading:
        held = factors_of(reading, account.id)
        asked = ask_to_prove(party, part("keys"), account.id, held.passkeys) if party and held.passkeys else None
    page = render_template("accounts/second.html", factors=held, passkey=asked, wrong=wrong or {})
    return page, 400 if wrong else 200
