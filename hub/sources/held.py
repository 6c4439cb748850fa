"""What a person decides about a check that the guard held: it goes on, or what it did is undone."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import Record
from harvesters.base import Tools
from hub.audit.service import note_act
from hub.db import beside, locking, now
from hub.errors import Conflict
from hub.languages import N_
from hub.languages import gettext as _
from hub.policy import Actor
from hub.records.blocks import TAKING_DOWN
from hub.records.keeping import Enriched, take_back
from hub.sources.categories import with_categories
from hub.sources.harvest import defaults_of, enrich
from hub.sources.models import Run, Source


def accept_held(session: Session, run: Run, *, actor: Actor) -> None:
    """A person says that the site really changed: the run goes on from where it was held."""
    _require_held(session, run)
    run.accepted, run.state, run.ended, run.attempts = True, "queued", None, 0
    note_act(session, actor=actor, action="accept held check", thing=f"run {run.id}", why=run.held.get("why", ""))


def refuse_held(session: Session, run: Run, *, actor: Actor, tools: Tools) -> int:
    """A person says that the site had a fault: what this run replaced or withdrew returns. Says how many."""
    # Before any row is held: what is taken down at the same moment is not to come back.
    beside(session, TAKING_DOWN)
    _require_held(session, run)
    source = session.get_one(Source, run.source_id)

    def again(record: Record) -> Enriched:
        return with_categories(enrich(tools.sandbox, [record])[0], record.subjects, source.categories)

    restored = take_back(session, run_id=run.id, defaults=defaults_of(source), enrich=again)
    run.said = {}
    run.state, run.message = "cancelled", N_("A person refused what this check found; the former versions are back.")
    source.next_due = now()
    note_act(session, actor=actor, action="refuse held check", thing=f"run {run.id}", restored=restored)
    return restored


def _require_held(session: Session, run: Run) -> None:
    session.scalar(locking(select(Run).where(Run.id == run.id)))
    if run.state != "held":
        raise Conflict(_("This check is not held any more. Load its page again to see its state."))
