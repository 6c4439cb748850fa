"""Opening a community, changing what it says of itself, archiving and reviving it."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.accounts.duties import take_on
from hub.accounts.models import CommunityMember, Membership
from hub.audit.service import note_act
from hub.communities.access import CONFIDENTIAL, VISIBILITIES
from hub.communities.models import Community, CommunityConcept
from hub.db import alone, now, require_storable
from hub.errors import BadInput, Conflict
from hub.index.outbox import announce
from hub.languages import ENGLISH, LANGUAGES
from hub.languages import gettext as _
from hub.organisations.service import slug_of
from hub.policy import FACILITATOR, MEMBER, Actor, can

DOCUMENT: Final = "community"
"""The name of communities in the index and its outbox."""

MOST_CONCEPTS: Final = 10

RESERVED: Final = ("new",)
"""What stands in addresses where a community's short name does."""

Inside = Callable[[Session, str], None]
"""Announces everything that a package holds of the community with this id anew to the index, in the caller's
transaction: who may see it has changed. The `touched` of each document grows with it."""


@dataclass(frozen=True, slots=True)
class Details:
    """What a community says of itself. `concepts` are the URIs of topics."""

    name: str
    purpose: str
    visibility: str
    concepts: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    rules: str = ""
    language: str = ENGLISH


def open_community(session: Session, *, actor: Actor, organisation_id: str, details: Details) -> Community:
    """A new community, whose first facilitator and accountable owner is whoever opens it.

    BadInput for what is wrong with the details, Conflict for a name that another has of which they may know.
    """
    _require_good(details)
    row = Community(slug=_free_slug(session, details, actor), organisation_id=organisation_id)
    _put(row, details)
    session.add(row)
    session.flush()
    _set_concepts(session, row, details.concepts)
    if actor.person_id:
        session.add(CommunityMember(person_id=actor.person_id, community_id=row.id, role=FACILITATOR))
        take_on(session, actor=actor, organisation_id=organisation_id, kind="community", thing_id=row.id)
    count_members(session, row)
    note_act(session, actor=actor, action="open community", thing=f"community {row.id}", visibility=row.visibility)
    announce(session, DOCUMENT, [(row.id, row.touched)])
    return row


def _free_slug(session: Session, details: Details, actor: Actor) -> str:
    """Its short name. A refusal must not tell of one that is confidential, and whose name is not in its address either.

    So those, and those whose name a hidden one has, get some letters more that nobody guesses.
    """
    slug = slug_of(details.name, "community")[:70].strip("-")
    alone(session, f"community {slug}")
    there = session.scalar(select(Community).where(Community.slug == slug))
    if there is not None and can(actor, "read", there):
        raise Conflict(_("There is already a community of this name. Choose another."))
    hidden = there is not None or details.visibility == CONFIDENTIAL or slug in RESERVED
    return f"{slug}-{secrets.token_hex(4)}" if hidden else slug


def change_community(
    session: Session, row: Community, *, actor: Actor, details: Details, inside: Sequence[Inside]
) -> None:
    """Change what it says. Its address stays, so that links to it go on. BadInput, Conflict.

    Where another visibility shows it to others than before, everything in it is announced by `inside`.
    """
    require_living(row)
    _require_good(details)
    before = row.visibility
    _put(row, details)
    _set_concepts(session, row, details.concepts)
    note_act(
        session,
        actor=actor,
        action="change community",
        thing=f"community {row.id}",
        visibility=row.visibility if row.visibility != before else "",
    )
    touch(session, row)
    if row.visibility != before:
        for announce_all in inside:
            announce_all(session, row.id)


def archive(session: Session, row: Community, *, actor: Actor) -> None:
    """From now on it can be read, and nothing else. Search keeps it."""
    if row.archived_at is None:
        row.archived_at = now()
        note_act(session, actor=actor, action="archive community", thing=f"community {row.id}")
        touch(session, row)


def revive(session: Session, row: Community, *, actor: Actor) -> None:
    """It lives again."""
    if row.archived_at is not None:
        row.archived_at, row.last_activity = None, now()
        note_act(session, actor=actor, action="revive community", thing=f"community {row.id}")
        touch(session, row)


def require_living(row: Community) -> None:
    """Conflict for a community that is archived: nothing is written there."""
    if row.archived_at is not None:
        raise Conflict(_("This community is archived: it can be read, but nothing can be written in it."))


def touch(session: Session, row: Community) -> None:
    """Have the index bring it up to date."""
    row.touched += 1
    session.flush()
    announce(session, DOCUMENT, [(row.id, row.touched)])


def touch_answered_by(session: Session, organisation_id: str) -> None:
    """The same for all those for which an organisation answers: they are found by its name and sector."""
    for row in session.scalars(select(Community).where(Community.organisation_id == organisation_id)).all():
        touch(session, row)


def note_activity(row: Community) -> None:
    """Somebody has written something there."""
    row.last_activity = now()


def count_members(session: Session, row: Community) -> None:
    """Count its people anew, and the organisations that they come from."""
    session.flush()
    joined = (
        select(func.count(CommunityMember.id.distinct()), func.count(Membership.organisation_id.distinct()))
        .outerjoin(Membership, Membership.person_id == CommunityMember.person_id)
        .where(CommunityMember.community_id == row.id)
    )
    row.members, row.organisations = session.execute(joined).one()


def concepts_of(session: Session, community_id: str) -> list[str]:
    """The URIs of the topics that it is about."""
    of_it = select(CommunityConcept.concept_uri).where(CommunityConcept.community_id == community_id)
    return list(session.scalars(of_it.order_by(CommunityConcept.id)))


def role_in(actor: Actor, row: Community) -> str:
    """What `actor` is in it: hub.policy.FACILITATOR, MEMBER, or empty."""
    roles = {role for circle, role in actor.memberships if circle == row.id}
    return FACILITATOR if FACILITATOR in roles else MEMBER if MEMBER in roles else ""


def _require_good(details: Details) -> None:
    if not details.name.strip():
        raise BadInput(_("Give the community a name."), "name")
    if not details.purpose.strip():
        raise BadInput(_("Say in a sentence or two what it is for."), "purpose")
    if details.visibility not in VISIBILITIES:
        raise BadInput(_("Choose who may see it."), "visibility")
    if details.language not in LANGUAGES:
        raise BadInput(_("Choose one of the languages."), "language")
    if len(details.concepts) > MOST_CONCEPTS:
        raise BadInput(_("Choose at most %(num)s topics.", num=MOST_CONCEPTS), "concepts")
    require_storable(Community, {"name": details.name.strip(), "purpose": details.purpose, "rules": details.rules})


def _put(row: Community, details: Details) -> None:
    row.name, row.purpose, row.rules = details.name.strip(), details.purpose.strip(), details.rules.strip()
    row.visibility, row.language, row.other_names = details.visibility, details.language, list(details.other_names)
    row.folded = "\n".join((row.name, *row.other_names, row.purpose)).casefold()


def _set_concepts(session: Session, row: Community, uris: Sequence[str]) -> None:
    wanted = list(dict.fromkeys(uris))
    if wanted != concepts_of(session, row.id):
        session.execute(delete(CommunityConcept).where(CommunityConcept.community_id == row.id))
        session.add_all(CommunityConcept(community_id=row.id, concept_uri=uri) for uri in wanted)
        session.flush()
