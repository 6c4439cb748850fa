"""The one door through which something leaves the log: who did it, and never without an act that tells of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hub.audit.models import Audit, AuditErasure, AuditPerson
from hub.audit.service import ERASE, note_act
from hub.policy import Actor

AT_ONCE = 500


def forget_person(session: Session, *, actor: Actor, person_id: str, why: str) -> int:
    """Erase that it was this person, from every act that they did. Says how many."""
    ids = session.scalars(select(AuditPerson.id).where(AuditPerson.person_id == person_id).order_by(AuditPerson.id))
    return erase_acts(session, actor=actor, ids=list(ids), why=why)


def erase_acts(session: Session, *, actor: Actor, ids: Sequence[int], why: str) -> int:
    """Erase who did it from the acts with these numbers, and tell of it. Says how many."""
    if not ids:
        return 0
    act = note_act(session, actor=actor, action=ERASE, thing="log", rows=len(ids), why=why)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        session.execute(insert(AuditErasure), [{"id": one, "act": act} for one in some])
        session.execute(delete(AuditPerson).where(AuditPerson.id.in_(some)))
    return len(ids)


def export_person(session: Session, person_id: str) -> list[dict[str, Any]]:
    """Everything that a person did, as the log has it, the oldest first."""
    joined = select(Audit, AuditPerson).join(AuditPerson, AuditPerson.id == Audit.id)
    rows = session.execute(joined.where(AuditPerson.person_id == person_id).order_by(Audit.id))
    return [
        {"at": row.at, "action": row.action, "thing": row.thing, "network": who.network, "detail": row.detail}
        for row, who in rows
    ]
