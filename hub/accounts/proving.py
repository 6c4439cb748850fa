"""Proving that an account here is one's own, before the sign-in of one's organisation opens it."""

import hmac
import secrets
from dataclasses import asdict
from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_security import verify_password

from hub.accounts.identities import Unproven, link
from hub.accounts.journey import enter, keep, kept
from hub.accounts.limits import admit
from hub.accounts.models import Person
from hub.accounts.sealing import digest
from hub.accounts.service import note_wrong
from hub.db import new_id, now
from hub.errors import BadInput, NotFound, TooMany
from hub.languages import gettext as _
from hub.languages import speaking
from hub.mail.service import queue_mail
from hub.organisations.models import Organisation
from hub.setup.house import house
from hub.web import database, part, policy

PROOF: Final = "proof"
"""What the browser keeps of somebody who must show that an account is theirs."""

PROVING: Final = 1800
"""Seconds for showing it: mail takes its time."""

blueprint = Blueprint("proving", __name__)


def ask_for_proof(found: Unproven, then: str) -> Any:
    """To the page on which they show it."""
    keep(PROOF, {**asdict(found), "hashed": "", "next": then})
    return redirect(url_for("proving.prove"))


@blueprint.get("/sign-in/organisation/prove")
@policy("sign in")
def prove() -> Any:
    """There is an account with this address already: show that it is yours."""
    return _page()


@blueprint.post("/sign-in/organisation/prove")
@policy("sign in")
def proved() -> Any:
    """By its password, or by a link that goes to its address."""
    proof = _proof()
    if proof is None:
        return _page()
    account = part("people").find_user(id=proof["person_id"])
    mailed = request.form.get("do") == "mail"
    try:
        admit(database(), "proof by mail" if mailed else "sign in", account.email or "", request.remote_addr or "")
        if mailed:
            return _mail(proof, account.email)
        given = current_app.extensions["security"].password_util.normalize(request.form.get("password", ""))
        if not (account.password and account.confirmed_at and verify_password(given[:200], account.password)):
            with database().writing() as writing:
                note_wrong(writing, account.id)
            raise BadInput(_("This is not the password of this account."), "password")
        return _link(proof, "password")
    except (BadInput, TooMany) as error:
        return _page(str(error))


@blueprint.get("/sign-in/organisation/prove/<secret>")
@policy("sign in")
def mailed(secret: str) -> Any:
    """The page behind the link of the mail: it only asks."""
    _require_proof(secret)
    return render_template("accounts/organisation_mailed.html", secret=secret)


@blueprint.post("/sign-in/organisation/prove/<secret>")
@policy("sign in")
def proved_by_mail(secret: str) -> Any:
    """The link came to the address of the account, and is used in the browser that asked for it."""
    return _link(_require_proof(secret), "mail")


def _proof() -> dict[str, Any] | None:
    """What is to be shown in this browser; None for nothing, what is too old, and an account that is gone by now."""
    proof = kept(PROOF, PROVING)
    if proof is None:
        return None
    with database().reading() as reading:
        there = reading.get(Person, proof["person_id"]) and reading.get(Organisation, proof["organisation_id"])
    return proof if there else None


def _page(wrong: str = "") -> Any:
    proof = _proof()
    if proof is None:
        return redirect(url_for("organisation_sign_in.ask"), 303)
    with database().reading() as reading:
        page = render_template(
            "accounts/organisation_prove.html",
            person=reading.get_one(Person, proof["person_id"]),
            organisation=reading.get_one(Organisation, proof["organisation_id"]),
            wrong={"password": wrong} if wrong else {},
        )
    return page, 400 if wrong else 200


def _mail(proof: dict[str, Any], email: str) -> Any:
    secret, settings = secrets.token_urlsafe(32), part("settings")
    with database().writing() as writing:
        spoken = writing.get_one(Person, proof["person_id"]).language
        with speaking(spoken):
            text = _(
                "Use this link, in the browser in which you asked for it, to open your account with your "
                "organisation's sign-in:\n\n%(link)s\n\nIt works for half an hour. If you did not ask for it, do "
                "nothing.",
                link=f"{settings.base_url}/sign-in/organisation/prove/{secret}",
            )
            subject = _("Open your account for %(name)s with your organisation's sign-in", name=house().name)
        queue_mail(writing, key=f"proof {new_id()}", recipient=email, subject=subject, text=text, language=spoken)
    keep(PROOF, {**proof, "hashed": digest(secret)})
    flash(_("A mail with a link is on its way to %(email)s. Open it in this browser.", email=email))
    return redirect(url_for(".prove"), 303)


def _require_proof(secret: str) -> dict[str, Any]:
    """What is to be proved; NotFound for a link that is too old, or was asked for in another browser."""
    proof = _proof()
    if proof is None or not hmac.compare_digest(digest(secret), proof["hashed"]):
        raise NotFound(
            _("This link is too old, or was asked for in another browser. Sign in with your organisation once more.")
        )
    return proof


def _link(proof: dict[str, Any], how: str) -> Any:
    unproven = Unproven(proof["person_id"], proof["organisation_id"], proof["issuer"], proof["subject"])
    with database().writing() as writing:
        link(writing, unproven, how=how, confirmed=now() if how == "mail" else None)
    session.pop(PROOF)
    flash(_("From now on your organisation's sign-in opens this account."))
    return enter(unproven.person_id, proof["next"])
