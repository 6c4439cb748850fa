"""What shows that somebody knows a topic: answers of theirs that others accepted, and practice notes with their name.

Each is counted and shown only to whoever may read the answer or the note itself, and may see this part of the profile.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.audit.service import note_act
from hub.communities.access import talk_shown_to
from hub.communities.models import Community, CommunityConcept
from hub.errors import NotFound
from hub.languages import gettext as _
from hub.people.access import part_shown_to, shown_to
from hub.people.models import Profile, ProfileHidden
from hub.policy import Actor, audiences
from hub.records.audiences import shown_to as records_shown_to
from hub.records.models import RecordRow, Tag
from hub.talk.models import Post, Thread, ThreadConcept
from hub.writing.models import PUBLISHED, NoteAuthor, PracticeNote

ANSWER: Final = "answer"
NOTE: Final = "note"

SHOWN: Final = 50
"""The newest of each that a profile shows."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An answer or a note. `place` is the community or nothing; `hidden` is known to its owner alone."""

    thing: str
    id: str
    title: str
    language: str
    path: str
    at: datetime
    place: str = ""
    hidden: bool = False


def _accepted(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Of posts with their threads and communities: answers that others accepted, and the actor may read."""
    return (
        Post.accepted_at.is_not(None),
        Post.hidden_at.is_(None),
        Post.removed.is_(False),
        Thread.hidden_at.is_(None),
        Thread.title != "",
        or_(Thread.author_id.is_(None), Thread.author_id != Post.author_id),
        talk_shown_to(audiences(actor)),
    )


def _signed(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Of authors with their notes and the records of these: published notes with the author's name."""
    return (
        NoteAuthor.named.is_(True),
        PracticeNote.state == PUBLISHED,
        RecordRow.withdrawn_at.is_(None),
        records_shown_to(audiences(actor)),
    )


def _kept_away(person: Any, thing: Any) -> ColumnElement[bool]:
    away = exists().where(ProfileHidden.person_id == person, ProfileHidden.thing_id == thing)
    return away.correlate_except(ProfileHidden)


def _of_posts(columns: Sequence[Any]) -> Select[Any]:
    joined = select(*columns).select_from(Post).join(Thread, Thread.id == Post.thread_id)
    return joined.join(Community, Community.id == Thread.community_id)


def _of_notes(columns: Sequence[Any]) -> Select[Any]:
    joined = select(*columns).select_from(NoteAuthor).join(PracticeNote, PracticeNote.id == NoteAuthor.note_id)
    return joined.join(RecordRow, RecordRow.id == PracticeNote.record_id)


def _about(concepts: Collection[str]) -> ColumnElement[bool]:
    """Of threads: those about one of these topics; one without a topic is about what its community is about."""
    own = exists().where(ThreadConcept.thread_id == Thread.id).correlate_except(ThreadConcept)
    theirs = exists().where(
        CommunityConcept.community_id == Thread.community_id, CommunityConcept.concept_uri.in_(concepts)
    )
    theirs = theirs.correlate_except(CommunityConcept)
    return or_(own.where(ThreadConcept.concept_uri.in_(concepts)), and_(not_(own), theirs))


def _tagged(concepts: Collection[str]) -> ColumnElement[bool]:
    tagged = exists().where(Tag.record_id == RecordRow.id, Tag.concept_uri.in_(concepts), Tag.state != "rejected")
    return tagged.correlate_except(Tag)


def answers_counted(actor: Actor, concepts: Collection[str] | None = None) -> Select[Any]:
    """Of a Profile: how many accepted answers of theirs the actor may know of, about these topics where given."""
    counted = _of_posts([func.count()]).where(
        *_accepted(actor),
        Post.author_id == Profile.person_id,
        part_shown_to("answers", actor),
        not_(_kept_away(Profile.person_id, Post.id)),
    )
    return (counted.where(_about(concepts)) if concepts is not None else counted).correlate(Profile)


def notes_counted(actor: Actor, concepts: Collection[str] | None = None) -> Select[Any]:
    """Of a Profile: how many practice notes with their name the actor may know of."""
    counted = _of_notes([func.count()]).where(
        *_signed(actor),
        NoteAuthor.person_id == Profile.person_id,
        part_shown_to("notes", actor),
        not_(_kept_away(Profile.person_id, PracticeNote.id)),
    )
    return (counted.where(_tagged(concepts)) if concepts is not None else counted).correlate(Profile)


def answers_of(session: Session, person_id: str, *, actor: Actor, own: bool = False) -> list[Evidence]:
    """Answers of somebody that were accepted, the newest first; to their owner also those that are kept away."""
    away = _kept_away(Post.author_id, Post.id)
    columns = (Post.id, Thread.id, Thread.title, Thread.language, Post.accepted_at, Community.name, away)
    asked = _of_posts(columns).where(*_accepted(actor), Post.author_id == person_id)
    asked = asked.order_by(Post.accepted_at.desc(), Post.id).limit(SHOWN)
    rows = session.execute(asked if own else asked.where(not_(away)))
    return [
        Evidence(ANSWER, id, title, language, f"/discussions/{thread}#p-{id}", at, place, hidden)
        for id, thread, title, language, at, place, hidden in rows
    ]


def notes_of(session: Session, person_id: str, *, actor: Actor, own: bool = False) -> list[Evidence]:
    """Practice notes with somebody's name, the newest first; to their owner also those that are kept away."""
    away = _kept_away(NoteAuthor.person_id, PracticeNote.id)
    columns = (PracticeNote.id, RecordRow.id, RecordRow.title, RecordRow.language, PracticeNote.changed, away)
    asked = _of_notes(columns).where(*_signed(actor), NoteAuthor.person_id == person_id)
    asked = asked.order_by(PracticeNote.changed.desc(), PracticeNote.id).limit(SHOWN)
    rows = session.execute(asked if own else asked.where(not_(away)))
    return [
        Evidence(NOTE, id, title, language, f"/records/{record}", at, "", hidden)
        for id, record, title, language, at, hidden in rows
    ]


def keep_away(session: Session, *, actor: Actor, thing: str, thing_id: str, hidden: bool) -> None:
    """Whether one answer or note of the actor's stands on their profile. NotFound for what is not theirs."""
    theirs = answers_of if thing == ANSWER else notes_of
    there = {one.id: one for one in theirs(session, actor.person_id, actor=actor, own=True)}
    if thing_id not in there or session.get(Profile, actor.person_id) is None:
        raise NotFound(_("There is no such answer or note of yours any more."))
    if there[thing_id].hidden == hidden:
        return
    if hidden:
        session.add(ProfileHidden(person_id=actor.person_id, thing=thing, thing_id=thing_id))
    else:
        gone = select(ProfileHidden).where(
            ProfileHidden.person_id == actor.person_id, ProfileHidden.thing_id == thing_id
        )
        session.delete(session.scalars(gone).one())
    note_act(session, actor=actor, action="hide from profile" if hidden else "show on profile", thing=f"{thing}s")


def topics_shown(session: Session, actor: Actor) -> set[str]:
    """The URIs of topics of all answers and notes on profiles that the actor may see there."""
    posts = _of_posts([Thread.id, Thread.community_id]).join(Profile, Profile.person_id == Post.author_id)
    posts = posts.join(Person, Person.id == Profile.person_id).where(shown_to(actor), *_accepted(actor))
    posts = posts.where(part_shown_to("answers", actor), not_(_kept_away(Post.author_id, Post.id)))
    shown = posts.distinct().subquery()
    own = select(ThreadConcept.concept_uri).join(shown, shown.c.id == ThreadConcept.thread_id)
    none = not_(exists().where(ThreadConcept.thread_id == shown.c.id))
    theirs = select(CommunityConcept.concept_uri).join(shown, shown.c.community_id == CommunityConcept.community_id)
    notes = _of_notes([RecordRow.id]).join(Profile, Profile.person_id == NoteAuthor.person_id)
    notes = notes.join(Person, Person.id == Profile.person_id).where(shown_to(actor), *_signed(actor))
    notes = notes.where(part_shown_to("notes", actor), not_(_kept_away(NoteAuthor.person_id, PracticeNote.id)))
    tags = select(Tag.concept_uri).where(Tag.record_id.in_(notes), Tag.state != "rejected")
    return {uri for asked in (own, theirs.where(none), tags) for uri in session.scalars(asked.distinct())}
