"""What a profile and letters hold of a person: handing it out to them, and forgetting it."""

from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from hub.accounts.announcing import announce_person
from hub.accounts.models import Person
from hub.people.access import PARTS
from hub.people.models import Blocked, Letter, Profile
from hub.people.profiles import topics_of


def export_person(session: Session, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Their profile with who may see what, their letters, and how many they refuse letters from.

    Who wrote to them is the other person's, and not in it.
    """
    row = session.get(Profile, person_id)
    return {
        "profile": [_profile(session, row)] if row else [],
        "letters": _letters(session, person_id),
        "letters_refused": [
            {"since": one.since.isoformat()}
            for one in session.scalars(select(Blocked).where(Blocked.person_id == person_id))
        ],
    }


def _profile(session: Session, row: Profile) -> dict[str, Any]:
    said = {"address": f"/people/{row.handle}", "job": row.job, "about": row.about, "languages": row.languages}
    return {
        **said,
        "topics": topics_of(session, row.person_id),
        "who may see": {part: getattr(row, f"sees_{part}") for part in PARTS},
        "who may write to you": row.may_write,
        "changed": row.changed.isoformat(),
    }


def _letters(session: Session, person_id: str) -> list[dict[str, Any]]:
    theirs = or_(Letter.sender_id == person_id, Letter.recipient_id == person_id)
    return [
        {
            "at": row.created.isoformat(),
            "written by you": row.sender_id == person_id,
            "about": row.subject,
            "text": row.text,
            "with your address": row.with_address and row.sender_id == person_id,
        }
        for row in session.scalars(select(Letter).where(theirs).order_by(Letter.created, Letter.id))
    ]


def forget_person(session: Session, person_id: str, also_written: bool = False) -> None:
    """Nobody finds them from now on. What they wrote to somebody stays with whoever got it, without their name;
    with `also_written` it goes, too. Letters to them go."""
    announce_person(session, session.get_one(Person, person_id))
    gone = Letter.recipient_id == person_id
    session.execute(delete(Letter).where(or_(gone, Letter.sender_id == person_id) if also_written else gone))
    session.execute(update(Letter).where(Letter.sender_id == person_id).values(sender_id=None, with_address=False))
    session.execute(delete(Blocked).where(or_(Blocked.person_id == person_id, Blocked.other_id == person_id)))
    session.execute(delete(Profile).where(Profile.person_id == person_id))
