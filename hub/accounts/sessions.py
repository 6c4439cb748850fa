"""Sessions of browsers: who is signed in stands in the database, what a form needs in a signed cookie.

Flask-Login and Flask-Security keep who is signed in in Flask's session. Here that part of it goes to a row of
`web_session`, found by an opaque cookie, so that a session can be ended by the hub and a copied cookie opens nothing
afterwards (security.md rule 21). Strangers have no row: looking at a page writes nothing.
"""

import hashlib
import time
from datetime import timedelta
from typing import Any, Final

from flask import Flask, Response, g, request
from flask import session as this_session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from sqlalchemy import update
from werkzeug.wrappers import Response as BaseResponse

from hub.accounts.models import WebSession
from hub.accounts.service import PROVEN, Held, end_session, open_stamped
from hub.audit.service import note_act
from hub.config import Settings
from hub.db import Database

SESSION_COOKIE: Final = "moothall"
USER: Final = "_user_id"
LONG: Final = "kept"
"""That somebody wants to stay signed in on this browser."""

KEPT: Final = ("_fresh", "_id", PROVEN, LONG)
"""What belongs to being signed in, beside who."""

GRACE: Final = "fs_gexp"
"""By which Flask-Security would prolong the hour of LATELY with each look at a page: reading writes nothing here."""

REMEMBER: Final = "_remember"
"""By which Flask-Login says the same, for one request."""

LATELY: Final = timedelta(hours=1)
"""How long one need not give the password again for what could lock a person out of their account."""


def cookie_name(settings: Settings) -> str:
    """The name of the cookie that holds a session's secret. `__Host-` binds it to this host and to HTTPS."""
    return f"__Host-{SESSION_COOKIE}" if settings.base_url.startswith("https:") else SESSION_COOKIE


def form_cookie(settings: Settings) -> str:
    """The name of the cookie that holds what a form needs."""
    return f"{cookie_name(settings)}-form"


def set_secret(response: BaseResponse, settings: Settings, secret: str, *, kept: bool = False) -> None:
    """Have the browser keep a session's secret, `kept` as long as somebody stays signed in who asked for it."""
    seconds = int(_seconds(settings, kept))
    response.set_cookie(cookie_name(settings), secret, max_age=seconds, **_flags(settings))


def _seconds(settings: Settings, kept: bool) -> float:
    return settings.pace.kept if kept else settings.pace.session


def _flags(settings: Settings) -> dict[str, Any]:
    secure = settings.base_url.startswith("https:")
    return {"httponly": True, "samesite": "Lax", "secure": secure, "path": "/"}


class BrowserSession(SecureCookieSession):
    """Flask's session; `held` is the row behind it, None for a stranger."""

    held: Held | None = None


class Sessions(SecureCookieSessionInterface):
    """Saves them; `hub.app` looks up who is signed in, where errors of the database have their page."""

    session_class = BrowserSession
    digest_method = staticmethod(hashlib.sha256)

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        opened = session
        assert isinstance(opened, BrowserSession)
        changed = opened.modified
        if opened.pop(REMEMBER, "") == "set":
            opened[LONG] = True
        opened.pop(GRACE, None)
        state = {name: opened.pop(name) for name in KEPT if name in opened}
        stamp = opened.pop(USER, None)
        held = opened.held
        if changed and (stamp is not None or held is not None):
            self._keep(opened, stamp, state, response)
        opened.modified = changed
        super().save_session(app, opened, response)

    def _keep(self, opened: BrowserSession, stamp: str | None, state: dict[str, Any], response: Response) -> None:
        """Sign in (with a new secret), out, or write down what changed."""
        held = opened.held
        if held is not None and stamp == held.stamp and state.get(PROVEN) == held.state.get(PROVEN):
            if state != held.state:
                self._note(held, state)
            return
        with self._database.writing() as database:
            if held is not None:
                end_session(database, held.hashed)
                if not stamp:
                    thing = f"person {held.actor.person_id}"
                    note_act(database, actor=held.actor, action="sign out", thing=thing)
            seconds = _seconds(self._settings, LONG in state)
            secret = open_stamped(database, stamp, state, seconds, browser=agent()) if stamp else ""
        if secret:
            set_secret(response, self._settings, secret, kept=LONG in state)
        else:
            response.delete_cookie(cookie_name(self._settings), **_flags(self._settings))

    def _note(self, held: Held, state: dict[str, Any]) -> None:
        with self._database.writing() as database:
            database.execute(update(WebSession).where(WebSession.hashed == held.hashed).values(state=state))


def hold(found: Held) -> None:
    """This request comes from a signed-in browser: let Flask-Login and Flask-Security see it."""
    opened: Any = this_session
    before = opened.modified
    opened.held = found
    opened.update({USER: found.stamp, **found.state})
    opened.modified = before
    # Whom Flask-Login took the request to be from before it could know.
    g.pop("_login_user", None)


def let_go(response: BaseResponse, settings: Settings) -> None:
    """The account behind this browser is gone: it keeps nothing of it, and there is nobody who signs out."""
    opened: Any = this_session
    opened.held = None
    opened.clear()
    response.delete_cookie(cookie_name(settings), **_flags(settings))


def proven_lately() -> bool:
    """Whether who makes this request has given their password, or what stands for it, within the last hour."""
    return time.time() - float(this_session.get(PROVEN, 0)) < LATELY.total_seconds()


def held() -> str:
    """The key of the session that makes this request; empty for a stranger."""
    found = getattr(this_session, "held", None)
    return found.hashed if found else ""


def agent() -> str:
    """What the browser calls itself."""
    return (request.user_agent.string or "")[:120]
