"""A question that was answered, made into a practice note: what it begins with, and links both ways."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.communities.service import concepts_of as concepts_of_community
from hub.db import alone
from hub.errors import Conflict, NotFound
from hub.languages import gettext as _
from hub.markdown import plain_of
from hub.notices.service import About, notify_all
from hub.policy import Actor
from hub.records.models import RecordRow
from hub.talk.access import Place, find_thread, opening_of
from hub.talk.models import Post, Thread, ThreadRecord
from hub.talk.service import concepts_of
from hub.talk.telling import path_of
from hub.writing.models import NoteAuthor, PracticeNote
from hub.writing.words import LONGEST_PART, MOST_TOPICS, Words


@dataclass(frozen=True, slots=True)
class Solved:
    """A thread with its answer: the words that a note begins with, and the ids of who asked and who answered.

    `closed`: not everybody may read the thread, though everybody will read the note.
    """

    thread: Thread
    place: Place
    words: Words
    people: tuple[str, ...]

    @property
    def closed(self) -> bool:
        """Whether the thread is for members alone."""
        return self.place.community.visibility != "open"


def solved(session: Session, thread_id: str, *, actor: Actor) -> Solved:
    """What a note of this thread begins with. NotFound, Conflict for one without an accepted answer."""
    thread, place = find_thread(session, thread_id, actor=actor)
    accepted = select(Post).where(Post.thread_id == thread.id, Post.accepted_at.is_not(None), Post.hidden_at.is_(None))
    answer = session.scalar(accepted)
    if answer is None or not place.writes:
        raise Conflict(_("A practice note is made of a question that has an accepted answer, by a member."))
    asked = opening_of(session, thread)
    topics = concepts_of(session, thread.id) or concepts_of_community(session, place.community.id)
    words = Words(
        title=thread.title,
        what=plain_of(answer.text)[:LONGEST_PART],
        why=plain_of(asked.text)[:LONGEST_PART],
        concepts=tuple(topics[:MOST_TOPICS]),
        language=thread.language,
    )
    people = dict.fromkeys(one for one in (answer.author_id, asked.author_id) if one and one != actor.person_id)
    return Solved(thread, place, words, tuple(people))


def thread_of(session: Session, row: PracticeNote, *, actor: Actor) -> Thread | None:
    """The thread that a note was made of, for who may read it; None for everybody else."""
    if not row.thread_id:
        return None
    try:
        return find_thread(session, row.thread_id, actor=actor)[0]
    except NotFound:
        return None


def link_back(session: Session, row: PracticeNote, record: RecordRow, *, actor: Actor) -> None:
    """The thread names the note among its documents, and whoever asked and answered hears of it."""
    thread = thread_of(session, row, actor=actor)
    if thread is None:
        return
    alone(session, f"thread {thread.id}")
    there = ThreadRecord.thread_id == thread.id, ThreadRecord.record_id == record.id
    if session.scalar(select(ThreadRecord.id).where(*there)) is None:
        session.add(ThreadRecord(thread_id=thread.id, record_id=record.id, by_id=actor.person_id))
        session.flush()
    people = session.scalars(select(NoteAuthor.person_id).where(NoteAuthor.note_id == row.id)).all()
    about = About("thread", thread.id, path_of(thread), thread.community_id)
    notify_all(session, person_ids=people, what="note from thread", about=about, by=actor, title=thread.title)
