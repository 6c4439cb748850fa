"""What a browser keeps of somebody who is on the way to their organisation's sign-in, and how they come in at the end.

It travels in the cookie of forms, sealed, for some minutes: so an answer counts in the browser that began the journey
and in no other.
"""

import json
from typing import Any

from flask import current_app, redirect, session, url_for
from flask_security import login_user

from hub.accounts.sealing import Broken, seal, unseal
from hub.web import part


def keep(name: str, value: dict[str, Any]) -> None:
    """Have this browser keep this under a name."""
    session[name] = seal(_key(), name, json.dumps(value))


def kept(name: str, seconds: int) -> dict[str, Any] | None:
    """What this browser keeps under a name; None for nothing, what is too old, and what is not from us."""
    try:
        found: dict[str, Any] = json.loads(unseal(_key(), name, str(session.get(name, "")), seconds=seconds))
    except Broken:
        return None
    return found


def enter(person_id: str, then: str) -> Any:
    """Sign in by the way that all take: a second factor where there is one, a new session, a row of the log."""
    account = part("people").find_user(id=person_id)
    more = current_app.extensions["security"].two_factor_plugins.tf_enter(
        account, False, "oauth", next_loc=then or None
    )
    if more:
        return more
    login_user(account, remember=False, authn_via=["oauth"])
    return redirect(then or url_for("accounts.account"), 303)


def _key() -> str:
    return str(current_app.secret_key)
