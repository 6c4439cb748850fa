"""Settling what can be settled: written, logged, and only what is different."""

from dataclasses import fields
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.audit.service import note_act
from hub.db import alone
from hub.policy import Actor
from hub.setup.house import House
from hub.setup.models import SETTLING, Setting


def is_settled(session: Session, name: str) -> bool:
    """Whether the operator wants this (a yes-or-no field of House), as this transaction sees it."""
    row = session.get(Setting, name)
    return row is not None and row.value is True


def settle(session: Session, *, actor: Actor, was: House, default: House, **told: Any) -> list[str]:
    """Keep what is told (fields of House) where it differs from what `was`; the names of what changed.

    What is told as the default says is not kept, so that a later default holds. KeyError for what cannot be settled.
    """
    known = {one.name for one in fields(House)}
    if unknown := told.keys() - known:
        raise KeyError(f"These cannot be settled: {', '.join(sorted(unknown))}")
    alone(session, SETTLING)
    changed = [name for name, value in told.items() if value != getattr(was, name)]
    for name in changed:
        if told[name] == getattr(default, name):
            session.execute(delete(Setting).where(Setting.name == name))
        else:
            session.merge(Setting(name=name, value=told[name]))
    if changed:
        said = {name: told[name] for name in changed if name not in ("welcome", "contact")}
        note_act(session, actor=actor, action="settle", thing="hub", changed=changed, **said)
    return changed
