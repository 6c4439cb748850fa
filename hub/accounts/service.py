"""Signing in before accounts exist: the operator, the one-time link, and the session that it opens."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.accounts.models import Person, WebSession
from hub.audit.service import note_act
from hub.db import alone, locking, now
from hub.errors import NotAllowed
from hub.policy import ANONYMOUS, COMMAND_LINE, Actor


def make_link(session: Session, *, seconds: float) -> str:
    """A secret for one sign-in as the operator, good for `seconds`; only its hash is kept."""
    alone(session, "operator")
    person = session.scalar(select(Person).where(Person.role == "operator").order_by(Person.created))
    if person is None:
        person = Person(name="Operator", role="operator")
        session.add(person)
        session.flush()
    note_act(session, actor=COMMAND_LINE, action="make sign-in link", thing=f"person {person.id}")
    return _open(session, person.id, "link", seconds)


def use_link(session: Session, *, secret: str, seconds: float) -> str:
    """Turn a link into a session's secret; the link is used up. NotAllowed when it is unknown, used or too old."""
    row = session.scalar(locking(select(WebSession).where(WebSession.hashed == _hash(secret))))
    if row is None or row.kind != "link" or row.expires < now():
        raise NotAllowed("This sign-in link has been used or is too old. Make a new one with `moothall operator link`.")
    person_id = row.person_id
    session.delete(row)
    session.flush()
    old = locking(select(WebSession.hashed).where(WebSession.expires < now()), skip=True)
    session.execute(delete(WebSession).where(WebSession.hashed.in_(old)))
    note_act(session, actor=actor_for(session, person_id), action="sign in", thing=f"person {person_id}")
    return _open(session, person_id, "session", seconds)


def actor_of(session: Session, secret: str) -> Actor:
    """Who holds this session secret; ANONYMOUS for none, an unknown or an expired one."""
    if not secret:
        return ANONYMOUS
    open_ = select(Person).join(WebSession, WebSession.person_id == Person.id)
    open_ = open_.where(WebSession.hashed == _hash(secret), WebSession.kind == "session", WebSession.expires >= now())
    person = session.scalar(open_)
    return _actor(person) if person else ANONYMOUS


def actor_for(session: Session, person_id: str) -> Actor:
    """The actor that a person is."""
    return _actor(session.get_one(Person, person_id))


def _actor(person: Person) -> Actor:
    return Actor(person.name, person.id, frozenset({person.role}))


def close_session(session: Session, secret: str) -> None:
    """Forget the session: its cookie opens nothing any more."""
    session.execute(delete(WebSession).where(WebSession.hashed == _hash(secret)))


def _open(session: Session, person_id: str, kind: str, seconds: float) -> str:
    secret = secrets.token_urlsafe(32)
    session.add(
        WebSession(hashed=_hash(secret), person_id=person_id, kind=kind, expires=now() + timedelta(seconds=seconds))
    )
    session.flush()
    return secret


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
