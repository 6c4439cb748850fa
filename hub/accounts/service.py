"""Signing in by a one-time link, the sessions of browsers, and who is behind one."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, literal, or_, select
from sqlalchemy.orm import Session

from hub.accounts.models import CodeApp, CommunityMember, Membership, Passkey, Person, WebSession
from hub.accounts.sealing import digest
from hub.audit.service import note_act
from hub.db import alone, locking, now
from hub.errors import BadInput, NotAllowed
from hub.languages import ENGLISH, LANGUAGES
from hub.languages import gettext as _
from hub.policy import ANONYMOUS, COMMAND_LINE, Actor

PROVEN: Final = "fs_paa"
"""When somebody last gave their password, or what stands for it: who proves it anew gets a new secret."""

_NOTHING: Final[ColumnElement[int]] = literal(0)


def make_link(session: Session, *, seconds: float) -> str:
    """A secret for one sign-in as the operator, good for `seconds`; only its hash is kept."""
    alone(session, "operator")
    person = session.scalar(select(Person).where(Person.role == "operator").order_by(Person.created))
    if person is None:
        person = Person(name="Operator", role="operator")
        session.add(person)
        session.flush()
    return link_for(session, person, seconds=seconds)


def link_for(session: Session, person: Person, *, seconds: float) -> str:
    """A secret for one sign-in of somebody, good for `seconds`; only its hash is kept."""
    note_act(session, actor=COMMAND_LINE, action="make sign-in link", thing=f"person {person.id}")
    return _open(session, person, "link", seconds)


def use_link(session: Session, *, secret: str, seconds: float, browser: str = "") -> str:
    """Turn a link into a session's secret; the link is used up. NotAllowed when it is unknown, used or too old."""
    row = session.scalar(locking(select(WebSession).where(WebSession.hashed == digest(secret))))
    if row is None or row.kind != "link" or row.expires < now():
        raise NotAllowed(
            _("This sign-in link has been used or is too old. Make a new one with `moothall operator link`.")
        )
    person_id = row.person_id
    session.delete(row)
    session.flush()
    old = locking(select(WebSession.hashed).where(WebSession.expires < now()), skip=True)
    session.execute(delete(WebSession).where(WebSession.hashed.in_(old)))
    note_act(session, actor=actor_for(session, person_id), action="sign in", thing=f"person {person_id}")
    state = {PROVEN: time.time()}
    return _open(session, session.get_one(Person, person_id), "session", seconds, state=state, browser=browser)


def note_wrong(session: Session, person_id: str, what: str = "wrong password") -> None:
    """That somebody gave a wrong password or code: for whose account, if there is one, and from which network."""
    note_act(session, actor=ANONYMOUS, action=what, thing=f"person {person_id or 'unknown'}")


def open_stamped(session: Session, stamp: str, state: dict[str, Any], seconds: float, *, browser: str = "") -> str:
    """Open a session of the person with this stamp; its secret, and a row of the log."""
    person = session.scalars(select(Person).where(Person.fs_uniquifier == stamp)).one()
    note_act(session, actor=_actor(person), action="sign in", thing=f"person {person.id}")
    return _open(session, person, "session", seconds, state=state, browser=browser)


def sessions_of(session: Session, person_id: str) -> list[WebSession]:
    """The open sessions of a person, the newest first."""
    there = select(WebSession).join(Person, Person.id == WebSession.person_id)
    there = there.where(
        WebSession.person_id == person_id,
        WebSession.kind == "session",
        WebSession.expires >= now(),
        WebSession.stamp == Person.fs_uniquifier,
    )
    return list(session.scalars(there.order_by(WebSession.created.desc())))


def actor_of(session: Session, secret: str) -> Actor:
    """Who holds this session secret; ANONYMOUS for none, an unknown, expired or ended one."""
    held = held_by(session, secret) if secret else None
    return held.actor if held else ANONYMOUS


@dataclass(frozen=True, slots=True)
class Held:
    """A session that was found: its row's key, who holds it, their stamp, and what was kept."""

    hashed: str
    actor: Actor
    stamp: str
    state: dict[str, Any]
    language: str = ENGLISH
    """Of their account."""
    secured: bool = False
    """Whether they have a second factor."""
    unread: int = 0
    """How much waits for them, as `unread` counts."""


def held_by(session: Session, secret: str, unread: ColumnElement[int] = _NOTHING) -> Held | None:
    """The session that this secret opens; None for an unknown, expired or ended one, and for one who is suspended.

    `unread` counts what waits for a Person, in the same statement.
    """
    found = (
        select(WebSession, Person, *_CIRCLES, SECURED, unread)
        .join(Person, Person.id == WebSession.person_id)
        .where(
            WebSession.hashed == digest(secret),
            WebSession.kind == "session",
            WebSession.expires >= now(),
            WebSession.stamp == Person.fs_uniquifier,
            Person.active.is_(True),
        )
    )
    row = session.execute(found).first()
    if row is None:
        return None
    held, person, organisations, communities, secured, count = row
    actor = _actor(person, organisations, communities)
    return Held(held.hashed, actor, held.stamp, held.state, person.language, secured, count)


def _lines(row: type[Membership] | type[CommunityMember], circle: Any) -> ScalarSelect[str]:
    lines = select(func.aggregate_strings(circle.concat(" ").concat(row.role), "\n"))
    return lines.where(row.person_id == Person.id).correlate(Person).scalar_subquery()


_CIRCLES: Final = (
    _lines(Membership, Membership.organisation_id),
    _lines(CommunityMember, CommunityMember.community_id),
)
"""A line for each organisation and each community of a person: so who asks is found by one statement."""


SECURED: Final = or_(
    select(CodeApp.person_id).where(CodeApp.person_id == Person.id).correlate(Person).exists(),
    select(Passkey.id).where(Passkey.person_id == Person.id).correlate(Person).exists(),
)
"""Of a person: whether they have a second factor."""


def actor_for(session: Session, person_id: str) -> Actor:
    """The actor that a person is, as far as the log must know."""
    return _actor(session.get_one(Person, person_id))


def actors_for(session: Session, person_ids: Sequence[str]) -> dict[str, Actor]:
    """Those of these people who may sign in, with all their rights: for what is sent to them while they are away."""
    rows = session.execute(select(Person, *_CIRCLES).where(Person.id.in_(person_ids), Person.active.is_(True)))
    return {person.id: _actor(person, *circles) for person, *circles in rows}


def _actor(person: Person, *circles: str | None) -> Actor:
    lines = [line.split(" ", 1) for some in circles for line in (some or "").splitlines()]
    return Actor(person.name, person.id, frozenset({person.role}), frozenset((one[0], one[1]) for one in lines))


def choose_language(session: Session, *, actor: Actor, code: str) -> None:
    """Speak this language to whoever asks, also in mails. BadInput for one that we do not speak."""
    if code not in LANGUAGES:
        raise BadInput(_("Choose one of the languages."), "language")
    session.get_one(Person, actor.person_id).language = code
    note_act(session, actor=actor, action="choose language", thing=f"person {actor.person_id}", language=code)


def end_session(session: Session, hashed: str) -> None:
    """Forget the session with this hash: its cookie opens nothing any more."""
    session.execute(delete(WebSession).where(WebSession.hashed == hashed))


def _open(
    session: Session,
    person: Person,
    kind: str,
    seconds: float,
    *,
    state: dict[str, Any] | None = None,
    browser: str = "",
) -> str:
    secret = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            hashed=digest(secret),
            person_id=person.id,
            kind=kind,
            expires=now() + timedelta(seconds=seconds),
            stamp=person.fs_uniquifier,
            state=state or {},
            browser=browser,
        )
    )
    session.flush()
    return secret
