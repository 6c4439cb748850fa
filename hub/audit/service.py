"""Writing the audit log, and finding out whether somebody changed it."""

import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.audit.models import Audit
from hub.db import alone, now
from hub.policy import Actor


def note_act(session: Session, *, actor: Actor, action: str, thing: str, **detail: Any) -> None:
    """Append one act to the log, in the caller's transaction: the act and its row stand or fall together."""
    alone(session, "audit")
    last = session.scalar(select(Audit.hashed).order_by(Audit.id.desc()).limit(1)) or ""
    row = Audit(at=now(), actor=actor.name[:120], action=action, thing=thing, detail=detail, previous=last)
    row.hashed = _hash(row)
    session.add(row)
    session.flush()


def first_break(session: Session) -> int | None:
    """The id of the first row that does not follow from the one before, None when the chain is whole."""
    previous = ""
    for row in session.scalars(select(Audit).order_by(Audit.id)):
        if row.previous != previous or row.hashed != _hash(row):
            return row.id
        previous = row.hashed
    return None


def _hash(row: Audit) -> str:
    content = [row.at.isoformat(), row.actor, row.action, row.thing, row.detail, row.previous]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
