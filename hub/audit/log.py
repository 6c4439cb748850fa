"""Reading the audit log, for people: who did what, when, to what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.audit.filters import ERASED, Wanted, joined, number
from hub.audit.models import Audit, AuditErasure, AuditPerson
from hub.audit.service import BATCH

COLUMNS: Final = ("number", "at", "who", "person", "network", "action", "thing", "detail", "hash")


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `who` is a name, the hub itself, or says that the name was erased."""

    number: int
    at: datetime
    who: str
    person_id: str
    network: str
    action: str
    thing: str
    detail: dict[str, Any]
    hashed: str

    @property
    def words(self) -> str:
        """The particulars, as `role: officer, how: domain`."""
        return ", ".join(f"{name}: {_plain(value)}" for name, value in self.detail.items())

    def row(self) -> tuple[object, ...]:
        """As COLUMNS has it."""
        at = self.at.isoformat(timespec="seconds")
        return (
            self.number,
            at,
            self.who,
            self.person_id,
            self.network,
            self.action,
            self.thing,
            self.words,
            self.hashed,
        )


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


EVERYTHING: Final = Wanted()


def size(session: Session, wanted: Wanted = EVERYTHING) -> int:
    """How many acts there are of those that are wanted."""
    if wanted.narrowed:
        return number(session, wanted.conditions())
    return session.scalar(select(func.count()).select_from(Audit)) or 0


def newest(session: Session, *, offset: int, limit: int, wanted: Wanted = EVERYTHING) -> list[Act]:
    """Acts, the newest first."""
    there = _JOINED.where(*wanted.conditions()).order_by(Audit.id.desc())
    return [_act(*row) for row in session.execute(there.offset(offset).limit(limit))]


def whole(session: Session, wanted: Wanted = EVERYTHING) -> Iterator[Act]:
    """Every act that is wanted, the oldest first; read as one goes."""
    at, there = 0, _JOINED.where(*wanted.conditions()).order_by(Audit.id).limit(BATCH)
    while rows := session.execute(there.where(Audit.id > at)).all():
        for row in rows:
            yield _act(*row)
        at = rows[-1][0].id


_JOINED: Final = joined(select(Audit, AuditPerson, AuditErasure.id))


def _act(row: Audit, who: AuditPerson | None, erased: int | None) -> Act:
    name = ERASED if erased else (who.name if who else "") or row.actor
    return Act(
        number=row.id,
        at=row.at,
        who=name,
        person_id=who.person_id if who else "",
        network=who.network if who else "",
        action=row.action,
        thing=row.thing,
        detail=row.detail,
        hashed=row.hashed,
    )
