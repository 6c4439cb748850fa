"""The private address of a person's calendar: whoever knows it reads what that person may read at that moment."""

import hashlib
import hmac
import re
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.accounts.service import actors_for
from hub.audit.service import note_act
from hub.db import alone
from hub.errors import NotFound
from hub.events.models import CalendarAddress
from hub.languages import gettext as _
from hub.policy import Actor

_SECRET: Final = re.compile(r"([0-9a-f-]{36})\.([0-9a-f]{64})")


def secret_of(row: CalendarAddress, key: str) -> str:
    """What stands in the address. `key` is the hub's own secret."""
    made = hmac.new(key.encode(), f"calendar {row.id} {row.nonce}".encode(), hashlib.sha256)
    return f"{row.id}.{made.hexdigest()}"


def address_of(session: Session, person_id: str) -> CalendarAddress | None:
    """Their address, if they have one."""
    return session.scalar(select(CalendarAddress).where(CalendarAddress.person_id == person_id))


def renew_address(session: Session, *, actor: Actor) -> None:
    """A new one; the former opens nothing any more."""
    alone(session, f"calendar {actor.person_id}")
    session.execute(delete(CalendarAddress).where(CalendarAddress.person_id == actor.person_id))
    session.add(CalendarAddress(person_id=actor.person_id))
    note_act(session, actor=actor, action="make calendar address", thing=f"person {actor.person_id}")


def drop_address(session: Session, *, actor: Actor) -> None:
    """There is none any more."""
    session.execute(delete(CalendarAddress).where(CalendarAddress.person_id == actor.person_id))
    note_act(session, actor=actor, action="drop calendar address", thing=f"person {actor.person_id}")


def reader_at(session: Session, secret: str, key: str) -> Actor:
    """Whose calendar it is, with their rights of this moment. NotFound, also for who may not sign in any more."""
    parts = _SECRET.fullmatch(secret)
    row = session.get(CalendarAddress, parts[1]) if parts else None
    if row is None or not hmac.compare_digest(secret_of(row, key), secret):
        raise _none()
    found = actors_for(session, [row.person_id]).get(row.person_id)
    if found is None:
        raise _none()
    return found


def _none() -> NotFound:
    return NotFound(_("There is no calendar at this address. It may have been replaced by a new one."))
