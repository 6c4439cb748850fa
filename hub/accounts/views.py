"""Signing in by a one-time link, confirming an address, and the page of one's own account.

What is done with address and password alone is Flask-Security's (hub/accounts/security.py).
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_security.confirmable import confirm_email_token_status, confirm_user

from hub.accounts.approvals import asked_by
from hub.accounts.factors import factors_of
from hub.accounts.service import choose_language, end_session, sessions_of, use_link
from hub.accounts.sessions import agent, held, set_secret
from hub.audit.service import note_act
from hub.errors import NotFound
from hub.languages import LANGUAGES, keep, speaking
from hub.languages import gettext as _
from hub.web import actor, database, part, policy

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/sign-in/<secret>")
@policy("sign in")
def link(secret: str) -> str:
    """The page behind the link. It only asks: mail scanners open links, and a GET never writes."""
    return render_template("accounts/link.html", secret=secret)


@blueprint.post("/sign-in/<secret>")
@policy("sign in")
def sign_in(secret: str) -> Any:
    """Use the link up and open a session."""
    settings = part("settings")
    with database().writing() as session:
        opened = use_link(session, secret=secret, seconds=settings.pace.session, browser=agent())
    response = redirect(url_for("managing.dashboard"), 303)
    set_secret(response, settings, opened)
    return response


@blueprint.get("/register/sent")
@policy("register")
def registered() -> str:
    """What happens next; the same whether the address was known or not."""
    return render_template("accounts/registered.html")


def confirm(token: str) -> Any:
    """The page behind the link of a mail, which only asks, and what its button does: the address is confirmed."""
    expired, invalid, account = confirm_email_token_status(token)  # type: ignore[no-untyped-call]
    known = account is not None and not invalid and not expired
    if request.method == "GET" or not known:
        done = bool(account and account.confirmed_at)
        return render_template("accounts/confirm.html", token=token, known=known, done=done, expired=expired)
    if confirm_user(account):  # type: ignore[no-untyped-call]
        part("people").commit()
    flash(_("Your address is confirmed. Sign in with your password."))
    return redirect(url_for("security.login"), 303)


@blueprint.get("/account")
@policy("change own account")
def account() -> str:
    """Who I am here, and where I am signed in."""
    with database().reading() as session:
        person = part("people").find_user(id=actor().person_id)
        rows = sessions_of(session, actor().person_id)
        return render_template(
            "accounts/account.html",
            person=person,
            sessions=rows,
            here_now=held(),
            languages=LANGUAGES,
            factors=factors_of(session, actor().person_id),
            asked=asked_by(session, actor().person_id),
        )


@blueprint.post("/account/language")
@policy("change own account")
def speak() -> Any:
    """The language of the account, and of this browser from now on."""
    code = request.form.get("language", "")
    with database().writing() as session:
        choose_language(session, actor=actor(), code=code)
    with speaking(code):
        flash(_("Saved. Pages and mails are in English from now on."))
    response = redirect(url_for("accounts.account"), 303)
    keep(response, code)
    return response


@blueprint.post("/account/sessions/end")
@policy("change own account")
def end() -> Any:
    """Sign one browser out, or all but this one."""
    wanted = request.form.get("session", "")
    with database().writing() as session:
        ours = [one.hashed for one in sessions_of(session, actor().person_id)]
        ended = [one for one in ours if one == wanted or (wanted == "others" and one != held())]
        if not ended and wanted != "others":
            raise NotFound(_("That browser is not signed in any more."))
        for one in ended:
            end_session(session, one)
        note_act(session, actor=actor(), action="end sessions", thing=f"person {actor().person_id}", number=len(ended))
    flash(_("You are signed out everywhere else.") if wanted == "others" else _("That browser is signed out."))
    return redirect(url_for("accounts.account"), 303)
