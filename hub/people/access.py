"""Who may see what of a profile: as conditions for statements, and as the word that counts of two.

Nobody sees more than the person said, operators neither; the person sees everything of themselves on their own page
alone. Of whoever is suspended nothing is seen.

| reader | `everybody` | `account` | `organisation` | `nobody` |
|---|---|---|---|---|
| a stranger | yes | | | |
| somebody with an account | yes | yes | | |
| somebody who shares an organisation with the person | yes | yes | yes | |
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hub.accounts.models import Membership, Person
from hub.errors import NotFound
from hub.languages import N_
from hub.languages import gettext as _
from hub.people.models import ACCOUNT, EVERYBODY, NOBODY, ORGANISATION, Profile
from hub.policy import MEMBERS, Actor

WORDS: Final[dict[str, str]] = {
    EVERYBODY: N_("everybody"),
    ACCOUNT: N_("people with an account"),
    ORGANISATION: N_("people of my organisation"),
    NOBODY: N_("nobody"),
}
"""Word -> what people read, from the widest to the narrowest."""

WRITERS: Final = (ACCOUNT, ORGANISATION, NOBODY)
"""Who may be allowed to write to somebody: always people who have said who they are."""

PARTS: Final[dict[str, str]] = {
    "profile": N_("Your name, and that you have a profile"),
    "job": N_("What you do at work"),
    "organisations": N_("Your organisation"),
    "topics": N_("Topics you can help with"),
    "about": N_("About you"),
    "languages": N_("Languages"),
    "communities": N_("Your communities"),
    "answers": N_("Answers of yours that were accepted"),
    "notes": N_("Practice notes with your name"),
}
"""Part of a profile -> what its owner reads."""

Column = InstrumentedAttribute[str]


def column(part: str) -> Column:
    """Where it is kept who may see this part."""
    found: Column = getattr(Profile, f"sees_{part}")
    return found


def of_actor(actor: Actor) -> list[str]:
    """The ids of the organisations that whoever asks belongs to; communities are none."""
    return sorted(circle for circle, role in actor.memberships if role in MEMBERS)


def among(word: Column, actor: Actor) -> ColumnElement[bool]:
    """Of profiles: those where whoever asks is among those whom `word` names."""
    if not actor.person_id:
        return word == EVERYBODY
    return _among(word, of_actor(actor))


def _among(word: Column, ours: Sequence[str]) -> ColumnElement[bool]:
    open_: ColumnElement[bool] = word.in_((EVERYBODY, ACCOUNT))
    if not ours:
        return open_
    shared = exists().where(Membership.person_id == Profile.person_id, Membership.organisation_id.in_(ours))
    return or_(open_, and_(word == ORGANISATION, shared.correlate_except(Membership)))


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """Of profiles joined with their persons: those that whoever asks may see at all."""
    return and_(Person.active.is_(True), among(Profile.sees_profile, actor))


def known_to(circles: Sequence[str]) -> ColumnElement[bool]:
    """The same for somebody with an account and these audiences (hub.policy.audiences)."""
    return and_(Person.active.is_(True), _among(Profile.sees_profile, circles))


def part_shown_to(part: str, actor: Actor) -> ColumnElement[bool]:
    """Of profiles that whoever asks may see: those of which they may see this part."""
    return among(column(part), actor)


def narrower(one: str, other: str) -> str:
    """The word that counts where both must allow it."""
    order = list(WORDS)
    return max(one, other, key=order.index)


def effective(row: Profile) -> dict[str, str]:
    """{part: who sees it}, as it comes out: no part is seen by more people than the profile."""
    return {part: narrower(row.sees_profile, getattr(row, f"sees_{part}")) for part in PARTS}


def find_profile(session: Session, handle: str, *, actor: Actor) -> tuple[Profile, Person]:
    """The profile at this address. NotFound, also for one that whoever asks may not see."""
    joined = select(Profile, Person).join(Person, Person.id == Profile.person_id)
    found = session.execute(joined.where(Profile.handle == handle, shown_to(actor))).first()
    if found is None:
        raise NotFound(_("There is nobody to show at this address."))
    return found[0], found[1]


def seen_parts(session: Session, row: Profile, actor: Actor) -> frozenset[str]:
    """The parts of a profile that whoever asks may see, who may see the profile."""
    allowed = select(*(part_shown_to(part, actor).label(part) for part in PARTS if part != "profile"))
    found = session.execute(allowed.where(Profile.person_id == row.person_id)).mappings().one()
    return frozenset(part for part, seen in found.items() if seen)


def handles_of(session: Session, actor: Actor, person_ids: Iterable[str | None]) -> Mapping[str, str]:
    """{person: handle} of those of these people whose profile whoever asks may see: for links at their names."""
    wanted = {one for one in person_ids if one}
    if not wanted:
        return {}
    joined = select(Profile.person_id, Profile.handle).join(Person, Person.id == Profile.person_id)
    return dict(session.execute(joined.where(Profile.person_id.in_(wanted), shown_to(actor))).all())
