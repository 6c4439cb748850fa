"""Profiles: saving one's own, and what a reader sees of somebody's."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.accounts.announcing import announce_person
from hub.accounts.models import CommunityMember, Membership, Person
from hub.audit.service import note_act
from hub.communities.access import talk_shown_to
from hub.communities.models import Community
from hub.db import alone, locking, now, require_storable
from hub.errors import BadInput, Conflict
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.organisations.service import slug_of
from hub.people.access import PARTS, WORDS, WRITERS
from hub.people.expertise import Evidence, answers_of, notes_of
from hub.people.models import NOBODY, Profile, ProfileTopic
from hub.policy import Actor, audiences

MOST_TOPICS: Final = 20
LONGEST_ABOUT: Final = 1_500
HANDLE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody says of themselves, and who may see each part (hub.people.access.PARTS)."""

    handle: str
    sees: Mapping[str, str]
    may_write: str = NOBODY
    job: str = ""
    about: str = ""
    languages: str = ""
    topics: tuple[str, ...] = ()
    """URIs of what they can help with."""


@dataclass(frozen=True, slots=True)
class Circle:
    """An organisation or a community of somebody, as a link. A community has no sector."""

    slug: str
    name: str
    sector: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader sees of somebody; what they may not see is empty. `topics` are URIs."""

    person_id: str
    handle: str
    name: str
    job: str = ""
    about: str = ""
    languages: str = ""
    organisations: tuple[Circle, ...] = ()
    topics: tuple[str, ...] = ()
    communities: tuple[Circle, ...] = ()
    answers: tuple[Evidence, ...] = ()
    notes: tuple[Evidence, ...] = ()


def own_profile(session: Session, person_id: str) -> Profile | None:
    """Somebody's own profile; None where they have made none."""
    return session.get(Profile, person_id)


def handle_for(session: Session, person: Person) -> str:
    """A handle that is free, made of their name."""
    stem = slug_of(person.name, "person")[:50].strip("-")
    stem = stem if len(stem) > 1 else "person"
    taken = set(session.scalars(select(Profile.handle).where(Profile.handle.startswith(stem, autoescape=True))))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(one for one in numbered if one not in taken)


def save_profile(session: Session, *, actor: Actor, words: Words, seen: int = 0) -> Profile:
    """Keep what the actor says of themselves. It holds at once, in every list and search.

    BadInput for what cannot be kept; Conflict when it was saved elsewhere since `seen`, 0 for a first one.
    """
    alone(session, "profile handles")
    row = session.scalar(locking(select(Profile).where(Profile.person_id == actor.person_id)))
    _require_sound(session, words, actor.person_id)
    if row is not None and row.edition != seen:
        raise Conflict(_("You have saved your profile elsewhere meanwhile. Load this page again."))
    if row is None:
        row = Profile(person_id=actor.person_id, handle=words.handle, edition=0)
        session.add(row)
    row.handle, row.job, row.about, row.languages = words.handle, words.job, words.about, words.languages
    for part in PARTS:
        setattr(row, f"sees_{part}", words.sees.get(part, NOBODY))
    row.may_write, row.edition, row.changed = words.may_write, row.edition + 1, now()
    session.flush()
    _set_topics(session, actor.person_id, words.topics)
    announce_person(session, session.get_one(Person, actor.person_id))
    note_act(session, actor=actor, action="save profile", thing=f"person {actor.person_id}")
    return row


def _require_sound(session: Session, words: Words, person_id: str) -> None:
    if not HANDLE.fullmatch(words.handle) or not 1 < len(words.handle) <= 60:
        wrong = _("Use 2 to 60 small letters, digits and hyphens, like ann-hughes.")
        raise BadInput(wrong, "handle")
    other = select(Profile.person_id).where(Profile.handle == words.handle, Profile.person_id != person_id)
    if session.scalar(other) is not None:
        raise BadInput(_("Somebody else has this address. Choose another one."), "handle")
    if len(words.about) > LONGEST_ABOUT:
        raise BadInput(_("Say it in at most %(most)s characters.", most=f"{LONGEST_ABOUT:,}"), "about")
    if len(words.topics) > MOST_TOPICS:
        raise BadInput(_("Choose at most %(most)s topics.", most=MOST_TOPICS), "concepts")
    require_storable(Profile, {"job": words.job, "about": words.about, "languages": words.languages})
    for part, word in words.sees.items():
        if part not in PARTS or word not in WORDS:
            raise BadInput(_("Choose who may see it."), f"sees_{part}")
    if words.may_write not in WRITERS:
        raise BadInput(_("Choose who may write to you."), "may_write")


def _set_topics(session: Session, person_id: str, uris: Sequence[str]) -> None:
    session.execute(delete(ProfileTopic).where(ProfileTopic.person_id == person_id))
    session.add_all(ProfileTopic(person_id=person_id, concept_uri=uri) for uri in dict.fromkeys(uris))
    session.flush()


def topics_of(session: Session, person_id: str) -> list[str]:
    """The URIs of the topics that somebody says they can help with."""
    theirs = select(ProfileTopic.concept_uri).where(ProfileTopic.person_id == person_id)
    return list(session.scalars(theirs.order_by(ProfileTopic.id)))


def organisations_of(session: Session, person_ids: Iterable[str]) -> dict[str, list[Circle]]:
    """{person: their organisations}, first the one to which they have belonged longest."""
    rows = session.execute(
        select(Membership.person_id, Organisation.slug, Organisation.name, Organisation.sector)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id.in_(list(person_ids)))
        .order_by(Membership.since, Membership.id)
    )
    found: dict[str, list[Circle]] = {}
    for person_id, *circle in rows:
        found.setdefault(person_id, []).append(Circle(*circle))
    return found


def communities_of(session: Session, person_id: str, *, actor: Actor) -> list[Circle]:
    """The communities of somebody, of those in which the actor may know who belongs to them."""
    joined = select(Community.slug, Community.name).join(CommunityMember, CommunityMember.community_id == Community.id)
    theirs = joined.where(CommunityMember.person_id == person_id, talk_shown_to(audiences(actor)))
    return [Circle(*row) for row in session.execute(theirs.order_by(func.lower(Community.name)))]


def shown_of(session: Session, row: Profile, person: Person, parts: Iterable[str], *, actor: Actor) -> Shown:
    """These parts of a profile, as the actor may read what they lead to."""
    wanted, id, own = set(parts), row.person_id, row.person_id == actor.person_id
    return Shown(
        person_id=id,
        handle=row.handle,
        name=person.name,
        job=row.job if "job" in wanted else "",
        about=row.about if "about" in wanted else "",
        languages=row.languages if "languages" in wanted else "",
        organisations=tuple(organisations_of(session, [id]).get(id, ())) if "organisations" in wanted else (),
        topics=tuple(topics_of(session, id)) if "topics" in wanted else (),
        communities=tuple(communities_of(session, id, actor=actor)) if "communities" in wanted else (),
        answers=tuple(answers_of(session, id, actor=actor, own=own)) if "answers" in wanted else (),
        notes=tuple(notes_of(session, id, actor=actor, own=own)) if "notes" in wanted else (),
    )
