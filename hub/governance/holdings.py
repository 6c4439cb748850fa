"""What each slice holds of a person: one visible table of how it is told to them, and how it is forgotten."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

import hub.accounts.personal as accounts
import hub.alerts.personal as alerts
import hub.audit.erasing as audit
import hub.communities.personal as communities
import hub.events.personal as events
import hub.facilitating.personal as facilitating
import hub.library.personal as library
import hub.mail.personal as mail
import hub.moderation.personal as moderation
import hub.notices.personal as notices
import hub.people.personal as people
import hub.records.personal as records
import hub.sources.personal as sources
import hub.talk.personal as talk
import hub.writing.personal as writing
from hub.accounts.models import Person
from hub.policy import WORK

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Whom:
    """A person by what slices know them by. `email` is theirs: empty until they have confirmed it."""

    person_id: str
    email: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Holding:
    """One slice: its data of a person, as {what: rows}, and what it does to forget them.

    Where it is told to, `forget` also deletes what they wrote for others; else that stays without their name.
    """

    slice: str
    export: Callable[[Session, Whom], dict[str, Rows]]
    forget: Callable[[Session, Whom, bool], object]


HOLDINGS: Final = (
    Holding(
        "moderation",
        lambda session, who: {"reports": moderation.export_person(session, who.person_id)},
        lambda session, who, remove: moderation.forget_person(session, who.person_id, also_written=remove),
    ),
    Holding(
        "library",
        lambda session, who: library.export_person(session, who.person_id),
        lambda session, who, remove: library.forget_person(session, who.person_id, also_written=remove),
    ),
    Holding(
        "facilitating",
        lambda session, who: facilitating.export_person(session, who.person_id),
        lambda session, who, remove: facilitating.forget_person(session, who.person_id, also_written=remove),
    ),
    Holding(
        "talk",
        lambda session, who: talk.export_person(session, who.person_id),
        lambda session, who, remove: talk.forget_person(session, who.person_id, also_written=remove),
    ),
    Holding(
        "sources",
        lambda session, who: {"named_as_contact": sources.export_address(session, who.email) if who.email else []},
        lambda session, who, _: sources.forget_person(session, who.person_id, who.email),
    ),
    Holding(
        "records",
        lambda session, who: {"decisions": records.export_person(session, who.person_id)},
        lambda session, who, _: records.forget_person(session, who.person_id),
    ),
    Holding(
        "alerts",
        lambda session, who: alerts.export_person(session, who.person_id),
        lambda session, who, _: alerts.forget_person(session, who.person_id),
    ),
    Holding(
        "people",
        lambda session, who: people.export_person(session, who.person_id),
        lambda session, who, remove: people.forget_person(session, who.person_id, also_written=remove),
    ),
    Holding(
        "notices",
        lambda session, who: {"notices": notices.export_person(session, who.person_id)},
        lambda session, who, _: notices.forget_person(session, who.person_id),
    ),
    Holding(
        "communities",
        lambda session, who: communities.export_person(session, who.person_id, who.email),
        lambda session, who, _: communities.forget_person(session, who.person_id, who.email),
    ),
    Holding(
        "events",
        lambda session, who: events.export_person(session, who.person_id),
        lambda session, who, _: events.forget_person(session, who.person_id),
    ),
    Holding(
        "writing",
        lambda session, who: writing.export_person(session, who.person_id),
        lambda session, who, _: writing.forget_person(session, who.person_id),
    ),
    Holding(
        "mail",
        lambda session, who: {"mails": mail.export_address(session, who.email) if who.email else []},
        lambda session, who, _: mail.forget_address(session, who.email) if who.email else None,
    ),
    Holding(
        "audit",
        lambda session, who: {"what_you_did": audit.export_person(session, who.person_id)},
        lambda session, who, _: audit.forget_person(
            session, actor=WORK, person_id=who.person_id, why="the account is closed"
        ),
    ),
    Holding(
        "accounts",
        lambda session, who: accounts.export_person(session, who.person_id),
        lambda session, who, _: accounts.forget_person(session, who.person_id),
    ),
)
"""In the order in which they forget: the account goes last, as others hang on it."""


def whom(session: Session, person_id: str) -> Whom:
    """The person with this account."""
    person = session.get_one(Person, person_id)
    # Anybody can make an account with an organisation's address; what belongs to that address is not theirs to end.
    email = person.email if person.email and person.confirmed_at else ""
    return Whom(person.id, email, person.name, person.language)


def told(session: Session, who: Whom) -> dict[str, Rows]:
    """Everything that the hub holds of a person, by what it is; the account first."""
    return {what: rows for one in reversed(HOLDINGS) for what, rows in one.export(session, who).items()}


def forgotten(session: Session, who: Whom, *, remove: bool = False) -> None:
    """Have every slice forget a person, and `remove` what they wrote, else let it stay without their name."""
    for one in HOLDINGS:
        one.forget(session, who, remove)
