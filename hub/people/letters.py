"""Writing to somebody through the hub. Neither learns the other's address, unless the writer gives theirs away.

Whoever wrote is named with their organisations. An answer goes through the hub too, whatever the writer's own profile
says: who writes wants to be answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, or_, select, update
from sqlalchemy.orm import Session, aliased

from hub.accounts.models import Person
from hub.audit.service import note_act
from hub.db import alone, now, require_storable
from hub.errors import BadInput, Conflict, NotFound, TooMany
from hub.languages import gettext as _
from hub.languages import speaking
from hub.mail.service import queue_mail
from hub.notices.models import Notice
from hub.notices.service import About, mark_thing_read, notify
from hub.people.access import among, shown_to
from hub.people.models import Blocked, Letter, Profile
from hub.people.profiles import organisations_of
from hub.policy import Actor

LONGEST: Final = 5_000
A_DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 20
"""Letters that one person may write in a day."""
UNANSWERED: Final = 3
"""Letters to one person who has answered none of them."""
THING: Final = "letter"
"""What notices call one."""
KEY: Final = "letter "
"""How the key of its mail begins."""


@dataclass(frozen=True, slots=True)
class Named:
    """How mails name the hub, and where it is."""

    hub: str
    base_url: str


@dataclass(frozen=True, slots=True)
class Told:
    """A letter as one of the two reads it. `other` is who is at its other end, None when their account is closed."""

    id: str
    mine: bool
    other_id: str | None
    other: str | None
    subject: str
    text: str
    with_address: bool
    created: datetime


def letters_taken(actor: Actor) -> ColumnElement[bool]:
    """Of profiles joined with their persons: those whose people take letters from the actor."""
    blocked = exists().where(Blocked.person_id == Profile.person_id, Blocked.other_id == actor.person_id)
    return and_(
        shown_to(actor),
        among(Profile.may_write, actor),
        Profile.person_id != actor.person_id,
        not_(blocked.correlate_except(Blocked)),
    )


def takes_letters(session: Session, person_id: str, actor: Actor) -> bool:
    """Whether the actor may write to somebody. Who is blocked learns no more than that they may not."""
    if not actor.person_id:
        return False
    asked = select(Profile.person_id).join(Person, Person.id == Profile.person_id)
    return session.scalar(asked.where(Profile.person_id == person_id, letters_taken(actor))) is not None


def write(
    session: Session, *, actor: Actor, person_id: str, subject: str, text: str, with_address: bool, named: Named
) -> Letter:
    """Write to somebody who takes letters. NotFound else; BadInput; TooMany a day; Conflict without an answer."""
    _require_words(subject, text)
    alone(session, f"letters {actor.person_id}")
    if not takes_letters(session, person_id, actor):
        raise NotFound(_("You cannot write to this person through the hub."))
    _require_few(session, actor.person_id, person_id)
    return _send(session, actor, person_id, subject, text, with_address=with_address, answers="", named=named)


def answer(session: Session, id: str, *, actor: Actor, text: str, with_address: bool, named: Named) -> Letter:
    """Answer a letter that somebody has written to the actor. Conflict for who can be reached no more."""
    alone(session, f"letters {actor.person_id}")
    row = find_letter(session, id, actor=actor)
    require_answerable(row, actor)
    _require_words(row.subject, text)
    blocks = select(Blocked.id).where(Blocked.person_id == row.sender_id, Blocked.other_id == actor.person_id)
    sender = session.get(Person, row.sender_id) if row.sender_id else None
    if sender is None or not sender.active or session.scalar(blocks) is not None:
        raise Conflict(_("They cannot be reached through the hub any more."))
    _require_few_today(session, actor.person_id)
    mark_thing_read(session, actor.person_id, THING, [row.id])
    return _send(session, actor, sender.id, row.subject, text, with_address=with_address, answers=row.id, named=named)


def require_answerable(row: Letter, actor: Actor) -> None:
    """NotFound for who has written it: there is nothing to answer."""
    if row.recipient_id != actor.person_id:
        raise NotFound(_("There is nothing to answer: this letter is your own."))


def _require_words(subject: str, text: str) -> None:
    if not subject:
        raise BadInput(_("Say in a few words what it is about."), "subject")
    require_storable(Letter, {"subject": subject, "text": text})
    if not text:
        raise BadInput(_("Write something."), "text")
    if len(text) > LONGEST:
        raise BadInput(_("Say it in at most %(most)s characters.", most=f"{LONGEST:,}"), "text")


def _require_few(session: Session, sender_id: str, recipient_id: str) -> None:
    _require_few_today(session, sender_id)
    back = select(func.max(Letter.id)).where(Letter.sender_id == recipient_id, Letter.recipient_id == sender_id)
    last = session.scalar(back) or ""
    since = select(func.count()).where(
        Letter.sender_id == sender_id, Letter.recipient_id == recipient_id, Letter.id > last
    )
    if (session.scalar(since) or 0) >= UNANSWERED:
        raise Conflict(_("They have not answered your last letters yet. Wait until they do."))


def _require_few_today(session: Session, sender_id: str) -> None:
    today = select(func.count()).where(Letter.sender_id == sender_id, Letter.created > now() - A_DAY)
    if (session.scalar(today) or 0) >= MOST_A_DAY:
        raise TooMany(_("You have written many letters today. Go on tomorrow."))


def _send(
    session: Session,
    actor: Actor,
    recipient_id: str,
    subject: str,
    text: str,
    *,
    with_address: bool,
    answers: str,
    named: Named,
) -> Letter:
    row = Letter(
        sender_id=actor.person_id,
        recipient_id=recipient_id,
        answers_id=answers,
        subject=subject,
        text=text,
        with_address=with_address,
    )
    session.add(row)
    session.flush()
    path = f"/my/letters/{row.id}"
    notify(session, person_id=recipient_id, what="contact", about=About(THING, row.id, path), by=actor, title=subject)
    recipient = session.get_one(Person, recipient_id)
    if recipient.email:
        _mail(session, row, session.get_one(Person, actor.person_id), recipient, named)
        # The letter itself is mailed: a mail about the notice would be a second one.
        same = Notice.thing == THING, Notice.thing_id == row.id
        session.execute(update(Notice).where(*same).values(settled_at=now()))
    note_act(session, actor=actor, action="answer letter" if answers else "write letter", thing=f"letter {row.id}")
    return row


def _mail(session: Session, row: Letter, sender: Person, recipient: Person, named: Named) -> None:
    who = with_organisations(session, sender)
    address = f"{named.base_url}/my/letters/{row.id}"
    with speaking(recipient.language):
        subject = _("%(name)s wrote to you: %(subject)s", name=sender.name, subject=row.subject)
        lines = [
            _("Hello %(name)s,", name=recipient.name),
            _("%(who)s wrote to you through %(hub)s:", who=who, hub=named.hub),
            row.text,
            _("Answer them here, after signing in:\n%(address)s", address=address),
            _("They gave you their e-mail address: %(email)s", email=sender.email)
            if row.with_address and sender.email
            else _("They do not learn your e-mail address, and you do not learn theirs. Do not answer this mail."),
            _("There you can also refuse further letters from them. Your profile says who may write to you at all."),
        ]
    queue_mail(
        session,
        key=f"{KEY}{row.id}",
        recipient=recipient.email or "",
        subject=" ".join(subject.split()),
        text="\n\n".join(lines),
        language=recipient.language,
        person_id=recipient.id,
    )


def still_goes(session: Session, key: str) -> bool:
    """Whether the mail with this key may go: of a letter not once its writer is suspended, gone, or refused."""
    if not key.startswith(KEY):
        return True
    row = session.get(Letter, key.removeprefix(KEY))
    sender = session.get(Person, row.sender_id) if row and row.sender_id else None
    if row is None or sender is None or not sender.active:
        return False
    return blocked_at(session, row.recipient_id, sender.id) is None


def with_organisations(session: Session, person: Person) -> str:
    """`Ann Hughes (Northford City)`."""
    names = ", ".join(one.name for one in organisations_of(session, [person.id]).get(person.id, ()))
    return f"{person.name} ({names})" if names else person.name


def find_letter(session: Session, id: str, *, actor: Actor) -> Letter:
    """A letter of which the actor is one of the two. NotFound."""
    row = session.get(Letter, id)
    if row is None or not actor.person_id or actor.person_id not in (row.sender_id, row.recipient_id):
        raise NotFound(_("There is no such letter. It may have been deleted, as all are after a year."))
    return row


_Sender, _Recipient = aliased(Person), aliased(Person)


def letters_of(session: Session, actor: Actor, *, offset: int, limit: int) -> tuple[list[Told], int]:
    """Those that somebody wrote or was sent, the newest first, and how many there are."""
    theirs = or_(Letter.sender_id == actor.person_id, Letter.recipient_id == actor.person_id)
    total = session.scalar(select(func.count()).select_from(Letter).where(theirs)) or 0
    return _told(session, actor, theirs, offset=offset, limit=limit), total


def exchange(session: Session, row: Letter, *, actor: Actor) -> list[Told]:
    """This letter and those before it that it answers, the newest first."""
    ids, before = [row.id], row.answers_id
    while before and before not in ids and len(ids) < 50:
        ids.append(before)
        before = session.scalar(select(Letter.answers_id).where(Letter.id == before)) or ""
    theirs = or_(Letter.sender_id == actor.person_id, Letter.recipient_id == actor.person_id)
    return _told(session, actor, and_(theirs, Letter.id.in_(ids)), offset=0, limit=50)


def _told(session: Session, actor: Actor, wanted: ColumnElement[bool], *, offset: int, limit: int) -> list[Told]:
    joined = (
        select(Letter, _Sender.name, _Recipient.name)
        .outerjoin(_Sender, _Sender.id == Letter.sender_id)
        .outerjoin(_Recipient, _Recipient.id == Letter.recipient_id)
        .where(wanted)
        .order_by(Letter.created.desc(), Letter.id.desc())
    )
    return [
        Told(
            id=row.id,
            mine=row.sender_id == actor.person_id,
            other_id=row.recipient_id if row.sender_id == actor.person_id else row.sender_id,
            other=recipient if row.sender_id == actor.person_id else sender,
            subject=row.subject,
            text=row.text,
            with_address=row.with_address,
            created=row.created,
        )
        for row, sender, recipient in session.execute(joined.offset(offset).limit(limit))
    ]


def block(session: Session, id: str, *, actor: Actor) -> None:
    """Take no more letters from whoever wrote this one. They are not told."""
    row = find_letter(session, id, actor=actor)
    if row.recipient_id != actor.person_id or row.sender_id is None:
        raise NotFound(_("There is nobody to refuse letters from."))
    if blocked_at(session, actor.person_id, row.sender_id) is None:
        session.add(Blocked(person_id=actor.person_id, other_id=row.sender_id))
        note_act(session, actor=actor, action="refuse letters", thing=f"person {actor.person_id}")


def blocked_at(session: Session, person_id: str | None, other_id: str | None) -> datetime | None:
    """Since when somebody takes no letters from somebody else; None where they do."""
    there = select(Blocked.since).where(Blocked.person_id == person_id, Blocked.other_id == other_id)
    return session.scalar(there)


def blocked_by(session: Session, person_id: str) -> Sequence[tuple[str, str]]:
    """(id of the refusal, name) of those from whom somebody takes no letters."""
    joined = select(Blocked.id, Person.name).join(Person, Person.id == Blocked.other_id)
    rows = session.execute(joined.where(Blocked.person_id == person_id).order_by(func.lower(Person.name)))
    return [(id, name) for id, name in rows]


def unblock(session: Session, id: str, *, actor: Actor) -> None:
    """Take letters from somebody again. NotFound for a refusal that is not the actor's."""
    row = session.get(Blocked, id)
    if row is None or row.person_id != actor.person_id:
        raise NotFound(_("You refuse letters from nobody of that kind."))
    session.execute(delete(Blocked).where(Blocked.id == row.id))
    note_act(session, actor=actor, action="take letters again", thing=f"person {actor.person_id}")
