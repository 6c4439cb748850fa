"""Who belongs to a community, by organisation; everybody stands at the first organisation that they joined."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Membership, Person
from hub.communities.models import Community
from hub.organisations.models import Organisation
from hub.policy import FACILITATOR

NOWHERE: Final = "-"
"""In place of an organisation's short name: people who belong to none."""

NEWEST: Final = 5


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a community. The organisation's parts are empty for people without one."""

    person_id: str
    name: str
    active: bool
    role: str
    since: datetime
    organisation: str
    slug: str
    sector: str


@dataclass(frozen=True, slots=True)
class Group:
    """An organisation, and how many of its people belong to a community; empty names for people without one."""

    organisation: str
    slug: str
    sector: str
    people: int


_FIRST: Final = (
    select(Membership.organisation_id)
    .where(Membership.person_id == CommunityMember.person_id)
    .order_by(Membership.since, Membership.id)
    .limit(1)
    .correlate(CommunityMember)
    .scalar_subquery()
)


_COLUMNS: Final[tuple[Any, ...]] = (CommunityMember, Person, Organisation)


def groups(session: Session, community_id: str) -> list[Group]:
    """The organisations that take part, by name; people without one come last."""
    belonging = select(_FIRST.label("organisation_id")).where(CommunityMember.community_id == community_id).subquery()
    counted = (
        select(belonging.c.organisation_id, func.count().label("people"))
        .group_by(belonging.c.organisation_id)
        .subquery()
    )
    rows = session.execute(
        select(Organisation.name, Organisation.slug, Organisation.sector, counted.c.people)
        .select_from(counted)
        .outerjoin(Organisation, Organisation.id == counted.c.organisation_id)
        .order_by(Organisation.name.is_(None), func.lower(Organisation.name))
    )
    return [Group(name or "", slug or NOWHERE, sector or "", people) for name, slug, sector, people in rows]


def _members(community_id: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    joined = (
        select(*_COLUMNS)
        .join(Person, Person.id == CommunityMember.person_id)
        .outerjoin(Organisation, Organisation.id == _FIRST)
    )
    return joined.where(CommunityMember.community_id == community_id, *conditions)


def _wanted(organisation: str, words: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        func.lower(Person.name).contains(word, autoescape=True) for word in words.lower().split()
    ]
    if organisation == NOWHERE:
        wanted.append(Organisation.id.is_(None))
    elif organisation:
        wanted.append(Organisation.slug == organisation)
    return wanted


def number_of(session: Session, community_id: str, *, organisation: str = "", words: str = "") -> int:
    """How many belong to it, of those that are wanted."""
    asked = _members(community_id, *_wanted(organisation, words)).with_only_columns(func.count())
    return session.scalar(asked) or 0


def members(
    session: Session, community_id: str, *, organisation: str = "", words: str = "", offset: int = 0, limit: int = -1
) -> list[Member]:
    """Those that are wanted, by organisation, facilitators first, then by name; a `limit` of -1 is none."""
    asked = _members(community_id, *_wanted(organisation, words)).order_by(
        Organisation.name.is_(None),
        func.lower(Organisation.name),
        CommunityMember.role != FACILITATOR,
        func.lower(Person.name),
        Person.id,
    )
    return list(_read(session, asked.offset(offset) if limit < 0 else asked.offset(offset).limit(limit)))


def newest(session: Session, community_id: str) -> list[Member]:
    """Those who came last."""
    asked = _members(community_id, and_(Person.active.is_(True), CommunityMember.role != FACILITATOR))
    return list(_read(session, asked.order_by(CommunityMember.since.desc(), CommunityMember.id.desc()).limit(NEWEST)))


def _read(session: Session, asked: Select[Any]) -> Iterator[Member]:
    for member, person, organisation in session.execute(asked):
        yield Member(
            person_id=person.id,
            name=person.name,
            active=person.active,
            role=member.role,
            since=member.since,
            organisation=organisation.name if organisation else "",
            slug=organisation.slug if organisation else NOWHERE,
            sector=organisation.sector if organisation else "",
        )


def by_organisation(rows: Iterable[Member]) -> list[tuple[Member, list[Member]]]:
    """(the first of an organisation, all of it), of rows that stand by organisation."""
    return [((some := list(theirs))[0], some) for _slug, theirs in groupby(rows, key=lambda one: one.slug)]


def answerable(session: Session, row: Community) -> list[Person]:
    """Those of the organisation that answers for a community who belong to the community too, by name."""
    joined = select(Person).join(CommunityMember, CommunityMember.person_id == Person.id)
    joined = joined.join(Membership, Membership.person_id == Person.id)
    theirs = joined.where(CommunityMember.community_id == row.id, Membership.organisation_id == row.organisation_id)
    return list(session.scalars(theirs.where(Person.active.is_(True)).order_by(func.lower(Person.name), Person.id)))
