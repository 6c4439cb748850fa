"""Documents that are linked in a thread: by whoever writes there, from the document's address."""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.audit.service import note_act
from hub.communities.service import require_living
from hub.errors import BadInput, NotAllowed
from hub.languages import gettext as _
from hub.policy import audiences, can
from hub.records.cards import Card, cards
from hub.records.models import RecordRow
from hub.talk.access import Place, lock, require_writing
from hub.talk.models import Thread, ThreadRecord
from vocab.scheme import Scheme

MOST: Final = 20
_ID: Final = re.compile(r"(?:.*/records/)?([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})\b.*", re.I)


@dataclass(frozen=True, slots=True)
class Linked:
    """A document of a thread, and whether whoever asks may take the link away."""

    card: Card
    may_unlink: bool


def linked_to(session: Session, thread: Thread, place: Place, scheme: Scheme) -> list[Linked]:
    """The documents of a thread that whoever asks may read, the oldest link first."""
    of_it = select(ThreadRecord).where(ThreadRecord.thread_id == thread.id)
    rows = {row.record_id: row for row in session.scalars(of_it.order_by(ThreadRecord.created, ThreadRecord.id))}
    shown = cards(session, list(rows), scheme, audiences(place.actor))
    return [Linked(card, _may_unlink(rows[card.id], thread, place)) for card in shown]


def link(session: Session, thread: Thread, place: Place, address: str) -> None:
    """Link a document by its address or id. BadInput for what is no document here, or none that one may read."""
    require_writing(place)
    require_living(place.community)
    found = _ID.fullmatch(address.strip())
    row = session.get(RecordRow, found[1].lower()) if found else None
    if row is None or row.withdrawn_at or not can(place.actor, "read", row):
        raise BadInput(_("Copy the address of a document’s page on this hub, and paste it here."), "record")
    lock(session, thread)
    there = list(session.scalars(select(ThreadRecord.record_id).where(ThreadRecord.thread_id == thread.id)))
    if row.id in there:
        return
    if len(there) >= MOST:
        raise BadInput(_("A discussion links at most %(num)s documents.", num=MOST), "record")
    session.add(ThreadRecord(thread_id=thread.id, record_id=row.id, by_id=place.actor.person_id))
    note_act(session, actor=place.actor, action="link document", thing=f"thread {thread.id}", record=row.id)


def unlink(session: Session, thread: Thread, place: Place, record_id: str) -> None:
    """Take a link away: whoever made it, whoever began the thread, and facilitators. Nothing when there is none."""
    require_living(place.community)
    asked = select(ThreadRecord).where(ThreadRecord.thread_id == thread.id, ThreadRecord.record_id == record_id)
    row = session.scalar(asked)
    if not _may_unlink(row, thread, place):
        raise NotAllowed(_("Whoever linked it, or a facilitator, takes it away."))
    if row is not None:
        note_act(session, actor=place.actor, action="unlink document", thing=f"thread {thread.id}", record=record_id)
        session.delete(row)


def _may_unlink(row: ThreadRecord | None, thread: Thread, place: Place) -> bool:
    theirs = row is not None and place.writes and row.by_id == place.actor.person_id
    return theirs or place.answers_for(thread)
