"""Telling the index that somebody is to be found otherwise than before: hub/people makes the documents."""

from typing import Final

from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.index.outbox import announce

DOCUMENT: Final = "person"
"""The document type of people in the index."""


def announce_person(session: Session, person: Person) -> None:
    """Have the index look at somebody anew: they show something else, belong elsewhere, or may not sign in."""
    person.touched += 1
    announce(session, DOCUMENT, [(person.id, person.touched)])
