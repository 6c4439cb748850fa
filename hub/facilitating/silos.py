"""Whether people of different organisations learn from each other: the E-I index (Krackhardt and Stern, 1988).

It is (EL - IL) / (EL + IL): links that lead to another organisation less those inside one, by all of them; -1 says that
everybody stays among their own, +1 that everything crosses. A link is a pair: of people, where one answered in a thread
that the other began, or had an answer accepted there; of a person and an organisation, where they pinned a document of
it. How often a pair meets does not count, and people without an organisation do not either.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.facilitating.health import FEW, homes_of
from hub.library.models import LibraryItem
from hub.library.service import PINNED
from hub.organisations.models import Organisation
from hub.records.models import RecordRow
from hub.talk.models import Post, Thread

SINCE: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Links:
    """How many links cross, how many stay inside, and how many people have any. `name` is empty for all together."""

    external: int
    internal: int
    people: int
    name: str = ""

    @property
    def index(self) -> float | None:
        """The E-I index; None where there are few people, or no link."""
        both = self.external + self.internal
        return (self.external - self.internal) / both if both and self.people >= FEW else None


@dataclass(frozen=True, slots=True)
class Silos:
    """A community as a whole, and its organisations by name; those of few people are put together, as `others`."""

    whole: Links
    organisations: tuple[Links, ...]
    others: int


def silos_of(session: Session, community_id: str) -> Silos:
    """Of the last year: three statements and those for names."""
    since = now() - SINCE
    pairs = _pairs(session, community_id, since)
    pins = _pins(session, community_id, since)
    homes = homes_of(session, {one for pair in pairs for one in pair} | {person for person, _ in pins})
    ties = {(one, other, homes[one], homes[other]) for one, other in pairs if one in homes and other in homes}
    to_bodies = {(person, "", homes[person], body) for person, body in pins if person in homes}
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    people: dict[str, set[str]] = defaultdict(set)
    external = internal = 0
    for one, other, here, there in ties | to_bodies:
        crosses = here != there
        external, internal = external + crosses, internal + (not crosses)
        for organisation in {here} if not other else {here, there}:
            found[organisation][not crosses] += 1
        people[here].add(one)
        if other:
            people[there].add(other)
    whole = Links(external, internal, sum(len(some) for some in people.values()))
    told = sorted((id for id in found if len(people[id]) >= FEW), key=lambda id: len(people[id]))
    if len(found) - len(told) == 1:
        # What is left of the whole would be the numbers of the one that is not told.
        told = told[1:]
    names = dict(session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(told))).all())
    rows = (Links(found[id][0], found[id][1], len(people[id]), names[id]) for id in told)
    ordered = tuple(sorted(rows, key=lambda row: row.name.casefold()))
    return Silos(whole, ordered, len(found) - len(told))


def _pairs(session: Session, community_id: str, since: object) -> set[tuple[str, str]]:
    """People who met in a thread, each pair once."""
    asked = select(Post.author_id, Thread.author_id).join(Thread, Thread.id == Post.thread_id).distinct()
    asked = asked.where(Thread.community_id == community_id, Post.created >= since, Post.opening.is_(False))
    asked = asked.where(Post.hidden_at.is_(None), Post.removed.is_(False), Thread.hidden_at.is_(None))
    asked = asked.where(Post.author_id.is_not(None), Thread.author_id.is_not(None), Post.author_id != Thread.author_id)
    return {(min(one, other), max(one, other)) for one, other in session.execute(asked) if one and other}


def _pins(session: Session, community_id: str, since: object) -> set[tuple[str, str]]:
    """(who pinned, whose document it is)."""
    asked = select(LibraryItem.by_id, RecordRow.organisation_id).join(RecordRow, RecordRow.id == LibraryItem.record_id)
    asked = asked.where(LibraryItem.community_id == community_id, LibraryItem.state == PINNED)
    asked = asked.where(LibraryItem.decided_at >= since, LibraryItem.by_id.is_not(None), RecordRow.audience.is_(None))
    return {(person, body) for person, body in session.execute(asked.distinct()) if person}
