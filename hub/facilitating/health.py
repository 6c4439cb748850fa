"""How a community is: what is written in a month and by whom, which questions were answered in time, who comes back.

Everything is counted from posts that can be read; who wrote is asked for by their organisation of today, the first that
they joined. Numbers of few people are not told: they would say who it was.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import and_, extract, func, select
from sqlalchemy.orm import Session

from hub.accounts.models import Membership
from hub.db import now
from hub.talk.kinds import QUESTION
from hub.talk.models import Post, Thread

MONTHS: Final = 12

IN_TIME: Final = timedelta(days=5)
"""Within which a question should have an answer of somebody else."""

FEW: Final = 5
"""Of fewer people than this nothing is told but that they are fewer."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a community. `back` and `wrote_before` are None where few people wrote in the month before."""

    first: datetime
    posts: int = 0
    people: int = 0
    organisations: int = 0
    in_time: int = 0
    late: int = 0
    wrote_before: int | None = None
    back: int | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """Its last months, the oldest first, and the questions that wait for longer than they should."""

    months: tuple[Month, ...]
    waiting: tuple[Thread, ...]

    @property
    def answered(self) -> tuple[int, int]:
        """(questions that were answered in time, all that are old enough to tell)."""
        in_time = sum(one.in_time for one in self.months)
        return in_time, in_time + sum(one.late for one in self.months)

    @property
    def returned(self) -> tuple[int, int]:
        """(people who wrote again in the month after, all who wrote), over the months of which that is told."""
        told = [(one.back, one.wrote_before) for one in self.months if one.back is not None and one.wrote_before]
        return sum(back or 0 for back, _before in told), sum(before or 0 for _back, before in told)


def health_of(session: Session, community_id: str) -> Health:
    """A few statements, whatever its size."""
    firsts = months_before(now(), MONTHS + 1)
    authors = _authors(session, community_id, firsts[0])
    homes = homes_of(session, {author for month in authors.values() for author in month if author})
    answers = _answers(session, community_id, firsts[0])
    made = []
    for before, first in zip(firsts, firsts[1:], strict=False):
        wrote, earlier = authors.get(_key(first), {}), {one for one in authors.get(_key(before), {}) if one}
        people = {one for one in wrote if one}
        enough = len(earlier) >= FEW
        in_time, late = answers.get(_key(first), (0, 0))
        made.append(
            Month(
                first,
                posts=sum(wrote.values()),
                people=len(people),
                organisations=len({homes[one] for one in people if one in homes}),
                in_time=in_time,
                late=late,
                wrote_before=len(earlier) if enough else None,
                back=len(earlier & people) if enough else None,
            )
        )
    return Health(tuple(made), tuple(waiting_questions(session, community_id)))


def answered_in_time(session: Session, community_id: str) -> tuple[int, int]:
    """(questions of the last twelve months that were answered in time, all that are old enough to tell)."""
    found = _answers(session, community_id, months_before(now(), MONTHS)[0]).values()
    in_time = sum(one for one, _late in found)
    return in_time, in_time + sum(late for _one, late in found)


def waiting_questions(session: Session, community_id: str, limit: int = 50) -> Sequence[Thread]:
    """Questions that nobody else has answered for longer than they should wait, the oldest first."""
    waits = select(Thread).where(Thread.community_id == community_id, *_OPEN, Thread.created < now() - IN_TIME)
    return session.scalars(waits.order_by(Thread.created, Thread.id).limit(limit)).all()


def months_before(moment: datetime, number: int) -> list[datetime]:
    """The first moments of this month and of those before it, the oldest first."""
    made, year, month = [], moment.year, moment.month
    for _ in range(number):
        made.append(datetime(year, month, 1, tzinfo=UTC))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return made[::-1]


def homes_of(session: Session, people: set[str]) -> dict[str, str]:
    """{person: the id of the first organisation that they joined}, of those who belong to one."""
    found: dict[str, str] = {}
    ids = sorted(people)
    for start in range(0, len(ids), 500):
        theirs = select(Membership.person_id, Membership.organisation_id)
        theirs = theirs.where(Membership.person_id.in_(ids[start : start + 500]))
        for person, organisation in session.execute(theirs.order_by(Membership.since, Membership.id)):
            found.setdefault(person, organisation)
    return found


_READ: Final = (Post.hidden_at.is_(None), Post.removed.is_(False), Thread.hidden_at.is_(None))

_ANSWERED: Final = (
    select(func.min(Post.created))
    .where(Post.thread_id == Thread.id, Post.opening.is_(False), Post.hidden_at.is_(None), Post.removed.is_(False))
    .where(Post.author_id.is_distinct_from(Thread.author_id))
    .correlate(Thread)
    .scalar_subquery()
)
"""When somebody else first answered in a thread."""

_OPEN: Final = (
    and_(Thread.kind == QUESTION, Thread.hidden_at.is_(None)),
    and_(Thread.closed_at.is_(None), Thread.answered_at.is_(None)),
    _ANSWERED.is_(None),
)


def _key(moment: datetime) -> tuple[int, int]:
    return moment.year, moment.month


def _authors(session: Session, community_id: str, since: datetime) -> Mapping[tuple[int, int], dict[str, int]]:
    """{month: {author: how many posts}}; those of people who have left stand under no id."""
    year, month = extract("year", Post.created), extract("month", Post.created)
    asked = select(year, month, Post.author_id, func.count()).join(Thread, Thread.id == Post.thread_id)
    asked = asked.where(Thread.community_id == community_id, Post.created >= since, *_READ)
    found: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for of_year, of_month, author, number in session.execute(asked.group_by(year, month, Post.author_id)):
        found[int(of_year), int(of_month)][author or ""] = number
    return found


def _answers(session: Session, community_id: str, since: datetime) -> Mapping[tuple[int, int], tuple[int, int]]:
    """{month: (questions of it that were answered in time, and those that were not)}; the youngest are left out."""
    asked = select(Thread.created, Thread.answered_at, _ANSWERED).where(
        Thread.community_id == community_id, Thread.kind == QUESTION, Thread.hidden_at.is_(None)
    )
    found: dict[tuple[int, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    moment = now()
    for created, accepted, answered in session.execute(asked.where(Thread.created >= since)):
        first = min((one for one in (accepted, answered) if one is not None), default=None)
        good = first is not None and first - created <= IN_TIME
        if good or moment - created > IN_TIME:
            in_time, late = found[_key(created)]
            found[_key(created)] = (in_time + good, late + (not good))
    return found
