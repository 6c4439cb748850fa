"""The threads of a community as a list: questions without an answer first, filtered, sorted, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from hub.accounts.models import Membership, Person
from hub.languages import N_
from hub.markdown import extract_of
from hub.organisations.models import Organisation
from hub.talk.access import Place, in_sight
from hub.talk.kinds import QUESTION
from hub.talk.models import Post, Thread

ORDERS: Final = {
    "waiting": N_("waiting first"),
    "newest": N_("newest"),
    "active": N_("last written in"),
    "votes": N_("most votes"),
}
"""How a list may be sorted; the first is what it is when nobody says."""

STATES: Final = {
    "unanswered": N_("Without an accepted answer"),
    "silent": N_("Without any answer"),
    "open": N_("Open"),
    "closed": N_("Closed"),
    "hidden": N_("Hidden"),
}

UNANSWERED: Final[ColumnElement[bool]] = (
    (Thread.kind == QUESTION) & Thread.answered_at.is_(None) & Thread.closed_at.is_(None)
)
"""A question that still waits for what solves it."""

_STATES: Final[Mapping[str, ColumnElement[bool]]] = {
    "unanswered": UNANSWERED,
    "silent": UNANSWERED & (Thread.replies == 0),
    "open": Thread.closed_at.is_(None),
    "closed": Thread.closed_at.is_not(None),
    "hidden": Thread.hidden_at.is_not(None),
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote something, as others see them; without a name for whoever has left."""

    id: str = ""
    name: str = ""
    organisation: str = ""
    slug: str = ""
    sector: str = ""


NOBODY: Final = Author()


@dataclass(frozen=True, slots=True)
class Line:
    """A thread in a list, who began it, and how it begins."""

    thread: Thread
    author: Author
    extract: str

    @property
    def waits(self) -> bool:
        """Whether it is a question that nobody has answered for good."""
        thread = self.thread
        return thread.kind == QUESTION and thread.answered_at is None and thread.closed_at is None


def threads(
    session: Session,
    place: Place,
    *,
    kind: str = "",
    state: str = "",
    order: str = "waiting",
    offset: int = 0,
    limit: int = 20,
) -> tuple[list[Line], int]:
    """A part of the list, and how many there are."""
    there = [in_sight(place)]
    if kind:
        there.append(Thread.kind == kind)
    if state in _STATES:
        there.append(_STATES[state])
    total = session.scalar(select(func.count()).select_from(Thread).where(*there)) or 0
    rows = list(session.scalars(select(Thread).where(*there).order_by(*_order(order)).offset(offset).limit(limit)))
    return lines_of(session, rows), total


def lines_of(session: Session, rows: Sequence[Thread]) -> list[Line]:
    """Threads with who began them and how they begin."""
    authors = authors_of(session, [row.author_id for row in rows])
    first = select(Post.thread_id, func.substr(Post.text, 1, 1000)).where(Post.opening.is_(True))
    found = session.execute(first.where(Post.thread_id.in_([row.id for row in rows])))
    texts = {row[0]: row[1] for row in found}
    return [Line(row, authors.get(row.author_id or "", NOBODY), extract_of(texts.get(row.id, ""))) for row in rows]


def authors_of(session: Session, ids: Sequence[str | None]) -> dict[str, Author]:
    """{id of a person: who they are}, with the first of their organisations."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    rows = session.execute(
        select(Person.id, Person.name, Organisation.name, Organisation.slug, Organisation.sector)
        .outerjoin(Membership, Membership.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.id.in_(wanted))
        .order_by(Person.id, Organisation.name.desc())
    )
    return {id: Author(id, name, *(part or "" for part in where)) for id, name, *where in rows}


def _order(order: str) -> list[ColumnElement[Any]]:
    newest: list[ColumnElement[Any]] = [Thread.created.desc(), Thread.id.desc()]
    active: list[ColumnElement[Any]] = [Thread.last_activity.desc(), Thread.id.desc()]
    if order == "newest":
        return newest
    if order == "votes":
        return [Thread.votes.desc(), *newest]
    if order == "active":
        return active
    return [case((UNANSWERED, 0), else_=1), *active]
