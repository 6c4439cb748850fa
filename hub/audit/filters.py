"""Which acts of the log somebody wants to see: by whom, which act, between which days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.audit.models import Audit, AuditErasure, AuditPerson
from hub.languages import gettext as _

ERASED: Final = "somebody whose name was erased"
LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for. `typed` is what stood in each field, `wrong` what of it cannot be used."""

    who: str = ""
    what: str = ""
    since: date | None = None
    until: date | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def narrowed(self) -> bool:
        """Whether it is less than the whole log."""
        return bool(self.who or self.what or self.since or self.until)

    def conditions(self) -> list[ColumnElement[bool]]:
        """What an act must fulfil, for a statement that joins what is known of who did it."""
        return [one for _name, one in self._each()]

    def _each(self) -> Iterator[tuple[str, ColumnElement[bool]]]:
        if self.who:
            yield "who", _SHOWN.icontains(self.who, autoescape=True)
        if self.what:
            yield "what", Audit.action == self.what
        if self.since:
            yield "from", Audit.at >= datetime.combine(self.since, time.min, UTC)
        if self.until:
            yield "to", Audit.at <= datetime.combine(self.until, time.max, UTC)

    def at_fault(self, session: Session) -> list[str]:
        """Which of the fields would leave nothing, each alone; none where only all of them together do."""
        return [name for name, condition in self._each() if not number(session, [condition])]


_SHOWN: Final = case(
    (AuditErasure.id.is_not(None), ERASED), else_=func.coalesce(func.nullif(AuditPerson.name, ""), Audit.actor)
)
"""Who did it, as the page says it."""


def wanted_from(values: Mapping[str, str]) -> Wanted:
    """Read an address's parameters; `wrong` says in a sentence which date is none."""
    typed = {name: clean_line(values.get(name) or "")[:LONGEST] for name in ("who", "what", "from", "to")}
    wrong: dict[str, str] = {}

    def day(name: str) -> date | None:
        try:
            return date.fromisoformat(typed[name]) if typed[name] else None
        except ValueError:
            wrong[name] = _("“%(text)s” is not a date. Write it as 2026-11-24.", text=typed[name][:20])
            return None

    since, until = day("from"), day("to")
    if since and until and since > until:
        wrong["to"] = _("This day is before the one in “From”.")
    return Wanted(typed["who"], typed["what"], since, until, typed, wrong)


def known_acts(session: Session) -> list[str]:
    """Every kind of act that the log has, by the alphabet."""
    return list(session.scalars(select(Audit.action).distinct().order_by(Audit.action)))


def number(session: Session, conditions: list[ColumnElement[bool]]) -> int:
    """How many acts fulfil all of these."""
    return session.scalar(joined(select(func.count(Audit.id))).where(*conditions)) or 0


def joined(asked: Any) -> Any:
    """The statement, with what is known of who did each act."""
    there = asked.select_from(Audit).outerjoin(AuditPerson, AuditPerson.id == Audit.id)
    return there.outerjoin(AuditErasure, AuditErasure.id == Audit.id)
