"""Practice notes: beginning one, saving it, publishing it as a record of an organisation, and withdrawing it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from federation.record import text_hash
from harvesters.base import upsert
from hub.accounts.models import Membership, Person
from hub.audit.service import note_act
from hub.db import beside, locking, new_id, now
from hub.errors import BadInput, Conflict, NotFound
from hub.languages import N_
from hub.languages import gettext as _
from hub.notices.service import About, happened, withdraw_notices
from hub.organisations.models import Organisation
from hub.policy import Actor
from hub.records.blocks import TAKING_DOWN, withheld
from hub.records.keeping import Enriched, keep
from hub.records.models import RecordRow
from hub.records.service import withdraw
from hub.sources.harvest import defaults_of
from hub.sources.models import Source
from hub.sources.written import recount_notes, source_of_notes
from hub.writing.models import DRAFT, PUBLISHED, WITHDRAWN, NoteAuthor, PracticeNote
from hub.writing.note_reading import authors_of, may_write, published_words
from hub.writing.words import Words, as_json, raw_of, record_of

OPEN_LICENCE: Final = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
"""Under which a note is published where its organisation has named no other."""

CHOSEN: Final = "author"
"""The place of a reason: its authors have chosen the topic."""
SURE: Final = 10.0
"""The least score of a topic that they chose: more than most that the words of a text earn."""

CHANGED: Final = N_("Somebody else has saved this note meanwhile. What it says now is beside your own words.")


def begin_note(
    session: Session,
    *,
    actor: Actor,
    organisation: Organisation,
    words: Words,
    named: bool = True,
    others: Sequence[str] = (),
    thread_id: str = "",
) -> PracticeNote:
    """A draft that its author alone sees, with the colleagues they name."""
    row = PracticeNote(organisation_id=organisation.id, words=as_json(words), thread_id=thread_id)
    session.add(row)
    session.flush()
    session.add(NoteAuthor(note_id=row.id, person_id=actor.person_id, named=named))
    session.flush()
    _add_authors(session, row, others)
    note_act(session, actor=actor, action="begin note", thing=f"note {row.id}")
    return row


def save_note(
    session: Session,
    row: PracticeNote,
    *,
    actor: Actor,
    seen: int,
    words: Words,
    keep_authors: Sequence[str],
    others: Sequence[str] = (),
) -> None:
    """Keep these words; nothing is published by it. Whoever began it stays an author, and so does whoever saves it.

    Conflict when somebody else has saved it since `seen`.
    """
    session.scalar(locking(select(PracticeNote).where(PracticeNote.id == row.id)))
    if row.edition != seen:
        raise Conflict(_(CHANGED))
    first = authors_of(session, row.id, row.organisation_id)[0].person_id
    gone = NoteAuthor.note_id == row.id, NoteAuthor.person_id.not_in([first, actor.person_id, *keep_authors])
    session.execute(delete(NoteAuthor).where(*gone))
    _add_authors(session, row, others)
    published = published_words(session, row)
    row.words = {} if words == published and row.state == PUBLISHED else as_json(words)
    row.edition, row.changed = row.edition + 1, now()
    note_act(session, actor=actor, action="save note", thing=f"note {row.id}")


def colleagues(session: Session, organisation_id: str, addresses: Sequence[str]) -> list[str]:
    """The ids of members of the organisation by their addresses. BadInput for one that nobody there has."""
    found = []
    for address in addresses:
        there = select(Person.id).join(Membership, Membership.person_id == Person.id)
        of_it = there.where(Membership.organisation_id == organisation_id, Person.email == address.lower())
        id = session.scalar(of_it.where(Person.active.is_(True)))
        if id is None:
            raise BadInput(_("Nobody of your organisation has the address %(email)s here.", email=address), "others")
        found.append(id)
    return found


def _add_authors(session: Session, row: PracticeNote, person_ids: Sequence[str]) -> None:
    held = set(session.scalars(select(NoteAuthor.person_id).where(NoteAuthor.note_id == row.id)))
    for id in dict.fromkeys(person_ids):
        if id not in held:
            session.add(NoteAuthor(note_id=row.id, person_id=id))
            session.flush()


def licence_of(organisation: Organisation) -> str:
    """Under which its notes are published."""
    return organisation.licence_uri or OPEN_LICENCE


def address_of(row: PracticeNote, base_url: str) -> str:
    """Where the note is read."""
    return f"{base_url}/notes/{row.id}"


def with_topics(enriched: Enriched, concepts: Sequence[str], names: Mapping[str, str]) -> Enriched:
    """What was found in the note, with the topics that its authors chose first; `names` are {topic: its name}."""
    found = {str(tag["concept"]): dict(tag) for tag in enriched.tags}
    for uri in concepts:
        tag = found.get(uri, {"concept": uri, "score": 0.0, "reasons": []})
        reason = {"label": names[uri], "place": CHOSEN, "language": "", "concept": uri, "count": 1}
        found[uri] = {**tag, "score": max(float(tag["score"]), SURE), "reasons": [reason, *tag["reasons"]]}
    return replace(enriched, tags=tuple(found.values()))


def publish_note(
    session: Session,
    row: PracticeNote,
    *,
    actor: Actor,
    words: Words,
    enriched: Enriched,
    base_url: str,
) -> RecordRow:
    """Make the words a record of the note's organisation, or its record's next version. They are whole already.

    `enriched` was found in them before this transaction. Conflict for one that was taken down, or is hidden.
    """
    beside(session, TAKING_DOWN)
    session.scalar(locking(select(PracticeNote).where(PracticeNote.id == row.id)))
    organisation = session.get_one(Organisation, row.organisation_id)
    source = source_of_notes(session, organisation, base_url)
    held = session.get(RecordRow, row.record_id) if row.record_id else None
    record = record_of(
        words,
        native_id=row.id,
        url=address_of(row, base_url),
        organisation=organisation.name,
        issued=(held.issued if held is not None else None) or now().date(),
        licence=licence_of(organisation),
    )
    if withheld(session, source.id, [(record, text_hash(record))]):
        raise Conflict(_("This note was taken down from this hub, or is looked into, so it cannot be published."))
    change = upsert(record, raw=raw_of(words))
    keep(session, source_id=source.id, run_id=new_id(), found=[(change, enriched)], defaults=defaults_of(source))
    kept = session.scalars(
        select(RecordRow).where(RecordRow.source_id == source.id, RecordRow.native_id == row.id)
    ).one()
    recount_notes(session, source)
    first = row.state == DRAFT
    row.record_id, row.state, row.words, row.changed = kept.id, PUBLISHED, {}, now()
    row.edition += 1
    note_act(session, actor=actor, action="publish note" if first else "change note", thing=f"note {row.id}")
    # Of its topics those hear who follow them, as of any new document.
    about = About("record", kept.id, f"/records/{kept.id}")
    happened(session, what="note", about=about, by=actor, language=words.language, title=words.title)
    return kept


def drop_changes(session: Session, row: PracticeNote, *, actor: Actor) -> None:
    """What is not published goes; what is stays. A note that was never published goes as a whole."""
    if row.state == DRAFT:
        session.delete(row)
        note_act(session, actor=actor, action="delete note", thing=f"note {row.id}")
        return
    row.words, row.edition, row.changed = {}, row.edition + 1, now()
    note_act(session, actor=actor, action="drop changes of note", thing=f"note {row.id}")


def withdraw_note(session: Session, row: PracticeNote, *, actor: Actor, reason: str) -> None:
    """Take it from every page: its address says that it was withdrawn, and why. Conflict when it is not published."""
    session.scalar(locking(select(PracticeNote).where(PracticeNote.id == row.id)))
    if row.state != PUBLISHED or row.record_id is None:
        raise Conflict(_("This note is not published, so there is nothing to withdraw."))
    source = session.get_one(Source, session.get_one(RecordRow, row.record_id).source_id)
    withdraw(session, source_id=source.id, native_ids=[row.id], run_id=new_id(), reason=reason)
    withdraw_notices(session, "record", [row.record_id])
    recount_notes(session, source)
    row.state, row.changed, row.edition = WITHDRAWN, now(), row.edition + 1
    note_act(session, actor=actor, action="withdraw note", thing=f"note {row.id}")


def take_over(session: Session, row: PracticeNote, *, actor: Actor) -> None:
    """Whoever looks after the organisation's documents writes on at a note. What others have not published goes.

    Drafts are their authors' own; only what everybody has read can be taken over.
    """
    if not may_write(session, row, actor):
        session.add(NoteAuthor(note_id=row.id, person_id=actor.person_id))
        row.words, row.edition = {}, row.edition + 1
        note_act(session, actor=actor, action="take over note", thing=f"note {row.id}")


def set_named(session: Session, row: PracticeNote, *, actor: Actor, named: bool) -> None:
    """Whether the actor's own name stands on it: nobody says so for somebody else. NotFound for who is no author."""
    theirs = NoteAuthor.note_id == row.id, NoteAuthor.person_id == actor.person_id
    author = session.scalar(locking(select(NoteAuthor).where(*theirs)))
    if author is None:
        raise NotFound(_("You are not among the authors of this note."))
    author.named = named
    note_act(session, actor=actor, action="be named" if named else "not be named", thing=f"note {row.id}")
