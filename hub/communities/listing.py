"""The list of communities: what is wanted of it, and what its reader may see of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Membership
from hub.communities.access import found_by, talk_shown_to
from hub.communities.models import Community, CommunityConcept
from hub.languages import N_
from hub.organisations.models import Organisation
from hub.policy import FACILITATOR, MEMBER, Actor, audiences

ORDERS: Final[dict[str, str]] = {
    "active": N_("last activity"),
    "name": N_("name"),
    "members": N_("members"),
    "new": N_("newest"),
}
"""`sort` of the address -> what people read; the first needs no word."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What only those learn who may read what is written there: others would see from it when somebody writes."""

    members: int
    organisations: int
    active: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A community as lists show it. `topics` are (notation, name), `counts` None where they are not for the reader."""

    id: str
    slug: str
    name: str
    purpose: str
    visibility: str
    language: str
    archived: bool
    created: datetime
    organisation: str
    sector: str
    counts: Counts | None
    role: str
    topics: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of the list. `concepts` are URIs, any of which will do; None is no wish."""

    words: str = ""
    concepts: Collection[str] | None = None
    sector: str = ""
    archived: bool = False


def narrowed(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Conditions on Community joined with Organisation: what the actor may find, and wants."""
    conditions: list[ColumnElement[bool]] = [found_by(audiences(actor))]
    conditions.append(Community.archived_at.is_not(None) if wanted.archived else Community.archived_at.is_(None))
    if wanted.sector:
        conditions.append(Organisation.sector == wanted.sector)
    if wanted.concepts is not None:
        about = select(CommunityConcept.community_id).where(CommunityConcept.concept_uri.in_(wanted.concepts))
        conditions.append(Community.id.in_(about))
    conditions += [Community.folded.contains(word, autoescape=True) for word in wanted.words.casefold().split()]
    return conditions


def number_of(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many communities these conditions leave."""
    joined = select(func.count()).select_from(Community).join(Organisation, _ANSWERS)
    return session.scalar(joined.where(*conditions)) or 0


def communities(
    session: Session,
    actor: Actor,
    conditions: Sequence[ColumnElement[bool]],
    *,
    order: str = "active",
    offset: int = 0,
    limit: int = 1_000_000,
    names: Mapping[str, tuple[str, str]] | None = None,
) -> list[Listed]:
    """Those that these conditions leave, in this order, as `actor` may see them.

    With `names`, {URI of a topic: (notation, name)}, what they are about comes along, by one more statement.
    """
    shown = talk_shown_to(audiences(actor))
    columns: tuple[Any, ...] = (Community, Organisation.name, Organisation.sector, shown)
    asked = select(*columns).join(Organisation, _ANSWERS)
    rows = session.execute(_ordered(asked.where(*conditions), order, shown).offset(offset).limit(limit)).all()
    topics = _topics(session, [row.id for row, *_ in rows], names) if names is not None and rows else {}
    roles = {circle: role for circle, role in sorted(actor.memberships, reverse=True) if role in (MEMBER, FACILITATOR)}
    return [
        Listed(
            id=row.id,
            slug=row.slug,
            name=row.name,
            purpose=row.purpose,
            visibility=row.visibility,
            language=row.language,
            archived=row.archived_at is not None,
            created=row.created,
            organisation=organisation,
            sector=sector,
            counts=Counts(row.members, row.organisations, row.last_activity) if open_ else None,
            role=roles.get(row.id, ""),
            topics=tuple(topics.get(row.id, ())),
        )
        for row, organisation, sector, open_ in rows
    ]


_ANSWERS: Final = Organisation.id == Community.organisation_id


def _ordered(asked: Select[Any], order: str, shown: ColumnElement[bool]) -> Select[Any]:
    """What the reader may not know does not decide where a community stands either."""
    by_name = (func.lower(Community.name), Community.id)
    first: tuple[Any, ...] = ()
    if order == "members":
        first = (case((shown, Community.members), else_=-1).desc(),)
    elif order == "new":
        first = (Community.created.desc(),)
    elif order == "active":
        first = (case((shown, 0), else_=1), case((shown, Community.last_activity), else_=Community.created).desc())
    return asked.order_by(*first, *by_name)


def _topics(
    session: Session, ids: Sequence[str], names: Mapping[str, tuple[str, str]]
) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    there = select(CommunityConcept.community_id, CommunityConcept.concept_uri)
    for id, uri in session.execute(there.where(CommunityConcept.community_id.in_(ids)).order_by(CommunityConcept.id)):
        if uri in names:
            found.setdefault(id, []).append(names[uri])
    return found


def topics_in_use(session: Session, actor: Actor) -> list[str]:
    """The URIs of the topics of all communities that the actor may find."""
    joined = select(CommunityConcept.concept_uri).distinct()
    joined = joined.join(Community, Community.id == CommunityConcept.community_id)
    return list(session.scalars(joined.where(found_by(audiences(actor)))))


def of_organisation(session: Session, actor: Actor, organisation_id: str, limit: int) -> list[Listed]:
    """Living ones that an organisation answers for, or to which its people belong where the actor may read that."""
    theirs = select(CommunityMember.community_id).join(Membership, Membership.person_id == CommunityMember.person_id)
    takes_part = Community.id.in_(theirs.where(Membership.organisation_id == organisation_id))
    seen = or_(Community.organisation_id == organisation_id, and_(talk_shown_to(audiences(actor)), takes_part))
    return communities(session, actor, [*narrowed(actor, Wanted()), seen], limit=limit)
