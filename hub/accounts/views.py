"""Signing in by a one-time link, and out."""

from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for

from hub.accounts.service import close_session, use_link
from hub.web import database, part, policy

SESSION_COOKIE: Final = "moothall"

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/sign-in/<secret>")
@policy("sign in")
def link(secret: str) -> str:
    """The page behind the link. It only asks: mail scanners open links, and a GET never writes."""
    return render_template("accounts/sign_in.html", secret=secret)


@blueprint.post("/sign-in/<secret>")
@policy("sign in")
def sign_in(secret: str) -> Any:
    """Use the link up and open a session."""
    settings = part("settings")
    with database().writing() as session:
        opened = use_link(session, secret=secret, seconds=settings.pace.session)
    response = redirect(url_for("sources.listing"), 303)
    response.set_cookie(
        SESSION_COOKIE,
        opened,
        max_age=int(settings.pace.session),
        httponly=True,
        samesite="Lax",
        secure=settings.base_url.startswith("https:"),
    )
    return response


@blueprint.post("/sign-out")
@policy("sign out")
def sign_out() -> Any:
    """Forget the session here and in the browser."""
    with database().writing() as session:
        close_session(session, request.cookies.get(SESSION_COOKIE, ""))
    response = redirect(url_for("home.home"), 303)
    response.delete_cookie(SESSION_COOKIE)
    return response
