"""The log of what was decided in the queue, the page of one decision, and an appeal against it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, false, func, or_, select
from sqlalchemy.orm import Session

from federation.record import clean
from hub.accounts.models import Person
from hub.audit.service import note_act
from hub.communities.access import talk_of
from hub.communities.models import Community, JoinRequest
from hub.db import alone, locking, now, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.facilitating.kinds import APPEAL, APPEALS, CHANGE, DECLINE, HIDE, REQUEST
from hub.facilitating.models import Passed, Ruling
from hub.facilitating.passing import escalate, takers
from hub.facilitating.telling import tell_facilitators
from hub.facilitating.undoing import undoable
from hub.facilitating.waiting import Scope, Waits, scope_of
from hub.languages import gettext as _
from hub.policy import Actor, audiences, can
from hub.records.audiences import shown_to
from hub.records.models import RecordRow

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """A ruling in the log; without a title where whoever reads may not know what it was about."""

    ruling: Ruling
    community: Community
    title: str
    path: str
    who: str
    undoable: bool


def log(session: Session, scope: Scope, *, offset: int = 0, limit: int = 1_000_000, undo: bool = True) -> list[Line]:
    """What was decided in these communities, or by whoever asks; the newest first. Without `undo` nothing says it can
    be undone, which takes statements for each."""
    rows = select(Ruling).where(_logged(scope)).order_by(Ruling.id.desc()).offset(offset).limit(limit)
    return lines(session, session.scalars(rows).all(), scope.actor, undo=undo)


def number_of_rulings(session: Session, scope: Scope) -> int:
    """How many there are of them."""
    return session.scalar(select(func.count()).select_from(Ruling).where(_logged(scope))) or 0


def _logged(scope: Scope) -> ColumnElement[bool]:
    ours: ColumnElement[bool] = Ruling.community_id.in_(scope.communities) if scope.communities else false()
    return or_(ours, Ruling.by_id == scope.actor.person_id) if scope.site else ours


def lines(session: Session, rows: Sequence[Ruling], actor: Actor, *, undo: bool = True) -> list[Line]:
    """These rulings as somebody may see them."""
    places = {
        row.id: row
        for row in session.scalars(select(Community).where(Community.id.in_([r.community_id for r in rows])))
    }
    people = select(Person.id, Person.name).where(Person.id.in_([one.by_id for one in rows if one.by_id]))
    names = dict(session.execute(people).all())
    records = {one.path.removeprefix("/records/") for one in rows if one.path.startswith("/records/")}
    readable = select(RecordRow.id).where(RecordRow.id.in_(records), shown_to(audiences(actor)))
    shown = set(session.scalars(readable)) if records else set()
    made = []
    for one in rows:
        hidden = one.path.startswith("/records/") and one.path.removeprefix("/records/") not in shown
        title, path = ("", "") if hidden else (one.title, one.path)
        who = names.get(one.by_id or "", "")
        made.append(Line(one, places[one.community_id], title, path, who, undo and undoable(session, one)))
    return made


def find_ruling(session: Session, id: str, *, actor: Actor, lock: bool = False) -> Ruling:
    """A ruling, for whom it concerns and for those who look after its community. NotFound."""
    wanted = select(Ruling).where(Ruling.id == id[:36])
    row = session.scalar(locking(wanted) if lock else wanted)
    if row is None or not (concerns(row, actor) or looks_after(session, row, actor)):
        raise NotFound(_("There is no such decision, or it is not yours to read."))
    return row


def concerns(row: Ruling, actor: Actor) -> bool:
    """Whether it is about something of theirs."""
    return bool(actor.person_id) and row.person_id == actor.person_id


def looks_after(session: Session, row: Ruling, actor: Actor) -> bool:
    """Whether they facilitate the community, or have it as a site moderator: by deciding, or as it was passed on."""
    if can(actor, "facilitate", session.get_one(Community, row.community_id)):
        return True
    if not scope_of(actor).site:
        return False
    appeal = exists().where(Passed.kind == APPEAL, Passed.item == row.id, Passed.to_site.is_(True))
    return row.by_id == actor.person_id or row.answered_by == actor.person_id or bool(session.scalar(select(appeal)))


def shows_title(session: Session, row: Ruling, actor: Actor) -> bool:
    """Whether they may still read what it was about, and what that is called."""
    return row.thing != "post" or can(actor, "read", talk_of(session.get_one(Community, row.community_id)))


def may_appeal(row: Ruling, actor: Actor) -> bool:
    """Whether it concerns them, took something from them, and half a year is not over."""
    against = row.what in (DECLINE, HIDE) and row.kind != APPEAL and row.undone_at is None
    return concerns(row, actor) and against and row.appealed_at is None and now() - row.at < APPEALS


def may_answer(session: Session, row: Ruling, actor: Actor) -> bool:
    """Whether they were asked something about their request to join, and it waits for that."""
    if not (concerns(row, actor) and row.kind == REQUEST and row.what == CHANGE and row.settled_at is None):
        return False
    return row.undone_at is None and session.get(JoinRequest, row.item) is not None


def appeal(session: Session, row: Ruling, *, actor: Actor, words: str) -> None:
    """They do not agree: another facilitator decides about it, else a site moderator. BadInput, Conflict."""
    if not may_appeal(row, actor):
        raise Conflict(_("An appeal is possible once, within half a year."))
    row.appeal, row.appealed_at = _said(words), now()
    session.flush()
    note_act(session, actor=actor, action="appeal", thing=f"ruling {row.id}", community=row.community_id)
    waits = Waits(APPEAL, row.id, row.community_id, row.appealed_at, None)
    others = [one.id for one in takers(session, waits)]
    if others:
        given = {"community_id": row.community_id, "title": row.title}
        tell_facilitators(session, others, item=row.id, key=waits.key, **given)
    else:
        escalate(session, waits)


def answer_question(session: Session, row: Ruling, *, actor: Actor, words: str) -> None:
    """Say what was asked about one's request to join: it waits again. BadInput, Conflict."""
    alone(session, f"community {row.community_id}")
    if not may_answer(session, row, actor):
        raise Conflict(_("This does not wait for an answer any more."))
    said = _said(words)
    request = session.get_one(JoinRequest, row.item)
    request.words, row.settled_at = f"{request.words}\n\n{said}".strip(), now()
    session.flush()
    note_act(session, actor=actor, action="answer a question", thing=f"ruling {row.id}", community=row.community_id)


def _said(words: str) -> str:
    kept = clean(words).strip()
    if not kept:
        raise BadInput(_("Say it in a sentence."), "words")
    if len(kept) > LONGEST:
        raise BadInput(_("Say it in at most %(num)s characters.", num=f"{LONGEST:,}"), "words")
    require_storable(Ruling, {"appeal": kept})
    return kept
