"""Who belongs to a community, by organisation; everybody stands at the first organisation that they joined."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
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

    id: str
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


def groups(session: Session, community_id: str, *, words: str = "") -> list[Group]:
    """The organisations that take part, by name, with how many of their people have these words in their names.

    People without one come last.
    """
    belonging = select(_FIRST.label("organisation_id")).select_from(CommunityMember)
    belonging = belonging.where(CommunityMember.community_id == community_id)
    if words:
        belonging = belonging.join(Person, Person.id == CommunityMember.person_id).where(*_named(words))
    first = belonging.subquery()
    counted = select(first.c.organisation_id, func.count().label("people")).group_by(first.c.organisation_id).subquery()
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.slug, Organisation.sector, counted.c.people)
        .select_from(counted)
        .outerjoin(Organisation, Organisation.id == counted.c.organisation_id)
        .order_by(Organisation.name.is_(None), func.lower(Organisation.name), Organisation.id)
    )
    return [
        Group(id or "", name or "", slug or NOWHERE, sector or "", people) for id, name, slug, sector, people in rows
    ]


def members(
    session: Session, community_id: str, there: Sequence[Group], *, words: str = "", offset: int = 0, limit: int = -1
) -> list[Member]:
    """The people of these `groups`, which were made with the same words: by organisation, facilitators first.

    Some of them by `offset` and `limit`, of which -1 is none. Only the groups that these touch are looked at, so that
    the hundredth page of ten thousand people is as quick as the first.
    """
    touched, start, at = [], 0, 0
    for one in there:
        if at + one.people <= offset:
            start = at + one.people
        elif limit < 0 or at < offset + limit:
            touched.append(one)
        at += one.people
    ids = [one.id for one in touched if one.id]
    theirs = and_(_FIRST.in_(ids), CommunityMember.person_id.in_(_people_of(ids)))
    asked = _members(community_id, or_(theirs, _FIRST.is_(None)) if len(ids) < len(touched) else theirs, *_named(words))
    asked = asked.order_by(
        *(Organisation.name.is_(None), func.lower(Organisation.name), Organisation.id),
        *(CommunityMember.role != FACILITATOR, func.lower(Person.name), Person.id),
    ).offset(offset - start)
    return list(_read(session, asked if limit < 0 else asked.limit(limit)))


def newest(session: Session, community_id: str) -> list[Member]:
    """Those who came last."""
    asked = _members(community_id, Person.active.is_(True), CommunityMember.role != FACILITATOR)
    return list(_read(session, asked.order_by(CommunityMember.since.desc()).limit(NEWEST)))


def _people_of(organisation_ids: Sequence[str]) -> Select[Any]:
    return select(Membership.person_id).where(Membership.organisation_id.in_(organisation_ids))


def _named(words: str) -> list[ColumnElement[bool]]:
    return [func.lower(Person.name).contains(word, autoescape=True) for word in words.lower().split()]


def _members(community_id: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    joined = (
        select(*_COLUMNS)
        .join(Person, Person.id == CommunityMember.person_id)
        .outerjoin(Organisation, Organisation.id == _FIRST)
    )
    return joined.where(CommunityMember.community_id == community_id, *conditions)


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
