"""Writing down what was decided, and why: who, when, on which ground, from which facts."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, exists, not_
from sqlalchemy.orm import Session

from federation.record import clean
from hub.db import require_storable
from hub.languages import N_
from hub.policy import Actor
from hub.records.audiences import shown_to
from hub.records.models import Decision, RecordRow

TAKE_DOWN: Final = "take down"
LIFT: Final = "lift"
HIDE: Final = "hide"
SHOW: Final = "show"
ANSWER: Final = "answer"
PASS_ON: Final = "pass on"
ESCALATE: Final = "escalate"
OBJECT: Final = "object"
WHATS: Final = (TAKE_DOWN, LIFT, HIDE, SHOW, ANSWER, PASS_ON, ESCALATE, OBJECT)
"""Everything that is decided."""

PERSONAL: Final = "personal-data"
COPYRIGHT: Final = "copyright"
GROUNDS: Final[dict[str, str]] = {
    PERSONAL: N_("It holds personal data"),
    COPYRIGHT: N_("It infringes copyright"),
    "unlawful": N_("The law forbids it in another way"),
    "dangerous": N_("It is wrong in a way that can do harm"),
    "by mistake": N_("It was published, or collected, by mistake"),
}
"""Why a record may be taken down, and how people read it."""

ERASING: Final = frozenset({PERSONAL, COPYRIGHT})
"""Grounds on which its words may not even be kept."""


def known_to(audiences: Sequence[str]) -> ColumnElement[bool]:
    """Which decisions somebody with these audiences may know of: none about a record that they may not see."""
    return not_(exists().where(RecordRow.id == Decision.record_id, not_(shown_to(audiences))))


def decide(
    session: Session,
    *,
    actor: Actor,
    what: str,
    ground: str = "",
    facts: str = "",
    redress: str = "",
    automatic: bool = False,
    record_id: str = "",
    report_id: str = "",
    organisation_id: str | None = None,
) -> Decision:
    """A decision, written before what it allows is done, in the caller's transaction."""
    assert what in WHATS
    given = {"ground": ground, "facts": clean(facts), "redress": redress}
    require_storable(Decision, given)
    row = Decision(
        what=what,
        by=actor.name[:200],
        person_id=actor.person_id or None,
        automatic=automatic,
        record_id=record_id,
        report_id=report_id,
        organisation_id=organisation_id,
        **given,
    )
    session.add(row)
    session.flush()
    return row
