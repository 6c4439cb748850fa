"""Writing the audit log, and finding out whether somebody changed it."""

import hashlib
import hmac
import ipaddress
import json
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.audit.models import Audit, AuditErasure, AuditPerson
from hub.db import alone, now
from hub.policy import Actor

PERSON: Final = "person"
"""What the log calls everybody with an account; who it was stands apart."""

ERASE: Final = "erase from the log"
"""The act that takes personal parts away: its detail says how many."""

BATCH: Final = 500
"""Rows that are looked at together."""

_network: ContextVar[str] = ContextVar("moothall_network", default="")


def come_from(address: str) -> None:
    """What is done from now on in this thread comes from this address, of which the log keeps the network alone."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        _network.set("")
        return
    mapped = getattr(found, "ipv4_mapped", None) or found
    _network.set(str(ipaddress.ip_network((mapped, 24 if mapped.version == 4 else 48), strict=False)))


def note_act(session: Session, *, actor: Actor, action: str, thing: str, **detail: Any) -> int:
    """Append one act to the log, in the caller's transaction: the act and its row stand or fall together. Its number.

    `detail` stays for good: no names or addresses of persons. Others wait until the transaction ends, so that it is
    best called when the rest is done.
    """
    alone(session, "audit")
    last = session.scalar(select(Audit.hashed).order_by(Audit.id.desc()).limit(1)) or ""
    who = _who(actor)
    row = Audit(
        at=now(),
        actor=PERSON if actor.person_id else actor.name[:120],
        action=action,
        thing=thing,
        detail=detail,
        personal=_of_person(who) if who else "",
        previous=last,
    )
    row.hashed = hash_of(row)
    session.add(row)
    session.flush()
    if who:
        who.id = row.id
        session.add(who)
        session.flush()
    return row.id


def _who(actor: Actor) -> AuditPerson | None:
    """What there is to say of a person; None for the hub itself, and for strangers of whom nothing is known."""
    network = _network.get()
    if not actor.person_id and (actor.roles or not network):
        return None
    name = actor.name[:120] if actor.person_id else ""
    return AuditPerson(salt=secrets.token_hex(16), person_id=actor.person_id, name=name, network=network)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the chain is: how many acts, the hash of the last one, and where it breaks first and why, if it does."""

    acts: int
    last: str
    broken: int | None = None
    why: str = ""


def verify(session: Session) -> Verdict:
    """Go through the whole chain: every hash, every personal part, and every one that was erased."""
    previous, number, at = "", 0, 0
    told: dict[int, int] = {}
    counted = dict(session.execute(select(AuditErasure.act, func.count()).group_by(AuditErasure.act)).all())
    while rows := _rows(session, at):
        for row, person, erasure in rows:
            why = _fault(row, person, erasure, previous)
            if why:
                return Verdict(number, previous, row.id, why)
            if row.action == ERASE:
                told[row.id] = int(row.detail.get("rows", 0))
            previous, at, number = row.hashed, row.id, number + 1
    for act in sorted({*told, *counted}):
        if told.get(act) != counted.get(act, 0):
            return Verdict(number, previous, act, "it does not tell of everything that was erased in its name")
    return Verdict(number, previous)


def first_break(session: Session) -> int | None:
    """The number of the first act that is not as it was written, None when the chain is whole."""
    return verify(session).broken


def holds(session: Session, noted: str) -> bool:
    """Whether an act with this hash, which somebody noted elsewhere, is still in the log: its end was not cut off."""
    return session.scalar(select(Audit.id).where(Audit.hashed == noted)) is not None


def _rows(session: Session, after: int) -> list[tuple[Audit, AuditPerson | None, AuditErasure | None]]:
    joined = (
        select(Audit, AuditPerson, AuditErasure)
        .outerjoin(AuditPerson, AuditPerson.id == Audit.id)
        .outerjoin(AuditErasure, AuditErasure.id == Audit.id)
    )
    joined = joined.where(Audit.id > after).order_by(Audit.id).limit(BATCH)
    found = session.execute(joined, execution_options={"populate_existing": True})
    return [(row, person, erasure) for row, person, erasure in found]


def _fault(row: Audit, person: AuditPerson | None, erasure: AuditErasure | None, previous: str) -> str:
    """What is wrong with an act, in words; empty for a sound one."""
    if row.previous != previous:
        return "it does not follow from the act before it"
    if row.hashed != hash_of(row):
        return "it is not what was written"
    if person is None:
        return "who did it is gone, and no act tells of it" if row.personal and erasure is None else ""
    if erasure is not None:
        return "who did it was erased, and is there again"
    return "" if hmac.compare_digest(row.personal, _of_person(person)) else "who did it is not what was written"


def hash_of(row: Audit) -> str:
    """The hash of an act and of the one before it."""
    return _digest([row.at.isoformat(), row.actor, row.action, row.thing, row.detail, row.personal, row.previous])


def _of_person(who: AuditPerson) -> str:
    return _digest([who.salt, who.person_id, who.name, who.network])


def _digest(content: list[Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
