"""What was decided about a community, in plain words: the acts of the log that its members should know of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.audit.models import Audit, AuditPerson
from hub.communities.access import VISIBILITIES
from hub.languages import gettext as _

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Decision:
    """When it was, what was done, and by whom; empty where nobody's name is kept."""

    at: datetime
    words: str
    who: str


def _changed(detail: dict[str, Any]) -> str:
    word = VISIBILITIES.get(detail.get("visibility", ""))
    return (
        _("Who may see it was changed: %(word)s", word=_(word[0])) if word else _("What it says of itself was changed")
    )


def _given(detail: dict[str, Any]) -> str:
    return _("It was settled who answers for it") if detail.get("owner") else _("Nobody answers for it any more")


def _handed(detail: dict[str, Any]) -> str:
    return (
        _("Whoever answered for it has left, and the deputy took over")
        if detail.get("to") == "the deputy"
        else _("Somebody who answered for it, or was the deputy, has left")
    )


WORDS: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "open community": lambda _detail: _("The community was opened"),
    "change community": _changed,
    "archive community": lambda _detail: _("It was archived"),
    "revive community": lambda _detail: _("It was brought back to life"),
    "make facilitator": lambda _detail: _("Somebody became a facilitator"),
    "end facilitating": lambda _detail: _("Somebody is a facilitator no more"),
    "give duty": _given,
    "hand over": _handed,
}
"""Act -> how it is told. Who comes and goes is no decision."""


def decisions(session: Session, community_id: str, *, names: bool) -> list[Decision]:
    """The newest first; who took them only with `names`."""
    joined = select(Audit, AuditPerson.name).outerjoin(AuditPerson, AuditPerson.id == Audit.id)
    about = joined.where(Audit.action.in_(WORDS), Audit.thing == f"community {community_id}")
    rows = session.execute(about.order_by(Audit.id.desc()).limit(MOST))
    return [Decision(row.at, WORDS[row.action](row.detail), (name or "") if names else "") for row, name in rows]
