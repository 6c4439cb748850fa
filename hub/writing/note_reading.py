"""Practice notes as somebody may read them: one, one's own, who wrote it, what it says, and the one behind a record."""

import zlib
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, undefer

from hub.accounts.models import Membership, Person
from hub.errors import NotFound
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.policy import Actor, can
from hub.records.models import RecordRow
from hub.writing.models import DRAFT, NoteAuthor, PracticeNote
from hub.writing.words import Words, words_from, words_of_raw


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who wrote a note: whether they want to be named, and whether they may write on at it."""

    person_id: str
    name: str
    named: bool
    writes: bool


def find_note(session: Session, id: str, *, actor: Actor) -> PracticeNote:
    """The note, for whoever may know of it: a draft is its authors' alone. NotFound."""
    row = session.get(PracticeNote, id)
    if row is None or not can(actor, "read", row) or (row.state == DRAFT and not may_write(session, row, actor)):
        raise NotFound(_("There is no such note. It may have been deleted by those who wrote it."))
    return row


def may_write(session: Session, row: PracticeNote, actor: Actor) -> bool:
    """Whether `actor` is one of its authors, and of its organisation."""
    if not actor.person_id or not can(actor, "write practice notes", row):
        return False
    theirs = NoteAuthor.note_id == row.id, NoteAuthor.person_id == actor.person_id
    return session.scalar(select(NoteAuthor.id).where(*theirs)) is not None


def authors_of(session: Session, note_id: str, organisation_id: str) -> list[Author]:
    """Everybody who wrote it, first those who began."""
    member = select(Membership.person_id).where(Membership.organisation_id == organisation_id)
    rows = session.execute(
        select(NoteAuthor.person_id, Person.name, NoteAuthor.named, Person.id.in_(member).label("writes"))
        .join(Person, Person.id == NoteAuthor.person_id)
        .where(NoteAuthor.note_id == note_id)
        .order_by(NoteAuthor.since, NoteAuthor.id)
    )
    return [Author(*row) for row in rows]


def words_of(session: Session, row: PracticeNote) -> Words:
    """What it says in its authors' working copy."""
    return words_from(row.words) if row.words else published_words(session, row)


def published_words(session: Session, row: PracticeNote) -> Words:
    """What everybody reads; nothing before it is published, or once it was erased."""
    record = session.get(RecordRow, row.record_id, options=[undefer(RecordRow.raw)]) if row.record_id else None
    return words_of_raw(zlib.decompress(record.raw) if record is not None and record.raw else None)


def notes_of(session: Session, *, actor: Actor, offset: int, limit: int) -> tuple[list[tuple[PracticeNote, str]], int]:
    """(note, its organisation's name) of those that the actor writes, the newest change first; and how many."""
    mine = select(NoteAuthor.note_id).where(NoteAuthor.person_id == actor.person_id)
    circles = [circle for circle, _role in actor.memberships]
    seen = or_(PracticeNote.state != DRAFT, PracticeNote.organisation_id.in_(circles))
    wanted = select(PracticeNote, Organisation.name).join(Organisation, Organisation.id == PracticeNote.organisation_id)
    wanted = wanted.where(PracticeNote.id.in_(mine), seen)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.execute(wanted.order_by(PracticeNote.changed.desc(), PracticeNote.id).offset(offset).limit(limit))
    return [(row[0], row[1]) for row in rows], total


def title_of(session: Session, row: PracticeNote) -> str:
    """The note's title, wherever it stands."""
    if row.words:
        return str(row.words.get("title", ""))
    return session.scalar(select(RecordRow.title).where(RecordRow.id == row.record_id)) or ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a record's page says of the note that it was made of."""

    note: PracticeNote
    words: Words
    authors: tuple[Author, ...]
    """Those who want their names to be read."""
    mine: Author | None
    writes: bool
    """Whether whoever reads it may write on."""


def shown(session: Session, record_id: str, *, actor: Actor) -> Shown | None:
    """The note behind a record; None for a record that is none."""
    row = session.scalar(select(PracticeNote).where(PracticeNote.record_id == record_id))
    if row is None:
        return None
    authors = authors_of(session, row.id, row.organisation_id)
    mine = next((one for one in authors if one.person_id == actor.person_id), None)
    writes = mine is not None and can(actor, "write practice notes", row)
    named = tuple(one for one in authors if one.named)
    return Shown(row, published_words(session, row), named, mine, writes)
