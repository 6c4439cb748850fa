"""@Name in a text: which members are meant. Members alone can be, as they may read it; no address is ever asked for."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Membership, Person
from hub.errors import BadInput
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.talk.models import Mention

MOST: Final = 20
"""People that one post may name."""

_AT: Final = re.compile(r"(?<![\w@/.])@(?=[^\W\d_])([^\n@]{1,240})")
_WORD: Final = re.compile(r"[^\s()]+")
_WORDS: Final = 6
"""Words of the longest name."""

_EDGES: Final = ".,;:!?’'\"”*_"


@dataclass(frozen=True, slots=True)
class Meant:
    """Somebody who is named: the words after the @, as they stand in the text."""

    person_id: str
    words: str


def meant_in(session: Session, community_id: str, text: str) -> list[Meant]:
    """Who is named. BadInput where a name fits several members: it says how each is named."""
    places = [found[1] for found in _AT.finditer(text)]
    known = _members(session, community_id, {one for place in places for one in _candidates(place)})
    meant: dict[str, Meant] = {}
    for place in places:
        found = next((one for one in _candidates(place) if one.casefold() in known), None)
        if found is None:
            continue
        one = _one_of(place, found, known[found.casefold()])
        meant.setdefault(one.person_id, one)
    if len(meant) > MOST:
        raise BadInput(_("Name at most %(num)s people in one post.", num=MOST), "text")
    return list(meant.values())


def keep_mentions(session: Session, post_id: str, meant: Iterable[Meant]) -> list[str]:
    """Write down who is named in a post; the ids of those who were not before."""
    there = {row.person_id: row for row in session.scalars(select(Mention).where(Mention.post_id == post_id))}
    wanted = {one.person_id: one for one in meant}
    for person_id, row in there.items():
        if person_id not in wanted:
            session.delete(row)
    new = [one for person_id, one in wanted.items() if person_id not in there]
    session.add_all(Mention(post_id=post_id, person_id=one.person_id, words=one.words) for one in new)
    return [one.person_id for one in new]


def names_in(session: Session, post_id: str) -> list[str]:
    """How a post names people."""
    return list(session.scalars(select(Mention.words).where(Mention.post_id == post_id)))


def _candidates(place: str) -> Iterator[str]:
    """What may be a name at the beginning of a text, the longest first."""
    words = list(_WORD.finditer(place.partition("(")[0]))[:_WORDS]
    for last in reversed(words):
        yield place[: last.end()].rstrip(_EDGES)


@dataclass(frozen=True, slots=True)
class _Member:
    person_id: str
    name: str
    organisations: tuple[str, ...]

    def named(self) -> str:
        return f"@{self.name} ({self.organisations[0]})" if self.organisations else f"@{self.name}"


def _members(session: Session, community_id: str, names: set[str]) -> Mapping[str, list[_Member]]:
    """{folded name: members of this name}."""
    if not names:
        return {}
    named = or_(Person.name.in_(names), func.lower(Person.name).in_({one.lower() for one in names}))
    rows = session.execute(
        select(Person.id, Person.name, Organisation.name)
        .join(CommunityMember, CommunityMember.person_id == Person.id)
        .outerjoin(Membership, Membership.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(CommunityMember.community_id == community_id, Person.active.is_(True), named)
        .order_by(Person.id, Organisation.name)
    )
    organisations: dict[tuple[str, str], list[str]] = {}
    for person_id, name, organisation in rows:
        organisations.setdefault((person_id, name), []).extend([organisation] if organisation else [])
    found: dict[str, list[_Member]] = {}
    for (person_id, name), theirs in organisations.items():
        found.setdefault(name.casefold(), []).append(_Member(person_id, name, tuple(theirs)))
    return found


def _one_of(place: str, name: str, members: Sequence[_Member]) -> Meant:
    told = re.match(r"\s?\(([^()\n]{1,200})\)", place[len(name) :])
    there = told[1].casefold() if told else ""
    fitting = [one for one in members if there in (where.casefold() for where in one.organisations)]
    if told and len(fitting) == 1:
        return Meant(fitting[0].person_id, name + told[0])
    if len(members) == 1:
        return Meant(members[0].person_id, name)
    choices = _(" or ").join(sorted({f"“{one.named()}”" for one in members}))
    raise BadInput(
        _("%(num)s members are called %(name)s. Say who is meant: %(choices)s.", num=len(members), name=name,
          choices=choices),
        "text",
    )  # fmt: skip
