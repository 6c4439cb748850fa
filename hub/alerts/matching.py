"""New records against all that people follow: every record is matched once, and nobody is told of it twice.

Which records are new stands in the database (`record.matched_at`), so that none is missed however transactions overlap.
The matcher is asked outside of any transaction; what it found and that it was asked are written in one. Killed in
between, all of it is done again; what was written is not written twice (one row a person and thing).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Select, TextClause, func, insert, select, text, update
from sqlalchemy.orm import Session

from hub.accounts.service import actors_for
from hub.alerts.models import IN_HUB, URGENT, WAITING, Delivery
from hub.alerts.searches import BY_QUERY, followed_by
from hub.db import Database, alone, locking, now
from hub.index.base import Document, Query, SavedMatcher
from hub.index.worker import Documents
from hub.notices.following import HUB, IMMEDIATELY, NEVER
from hub.notices.models import Follow
from hub.policy import EVERY, audiences
from hub.records.models import RecordRow
from hub.search.saved import SavedQueries
from vocab.scheme import Scheme

AT_ONCE: Final = 2000
"""Records of one batch."""

IN_STATEMENT: Final = 500
"""Values that one statement names."""


MOST_AT_ONCE: Final = 10
"""What one follow brings of one batch: of more, as when a source is collected the first time, the number is told."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class Taker(Protocol):
    """Who wants new records: hands in searches under names of its own, and takes what they found."""

    changed: bool
    """Whether it wants those, too, that were matched once and have changed since."""

    def searches(self, session: Session) -> Mapping[str, Query]:
        """All of them, each time."""
        ...

    def take(self, session: Session, documents: Mapping[str, Document], found: Mapping[str, tuple[str, ...]]) -> None:
        """`found` is {name: ids of documents}. In the transaction that says that they were matched; idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """What was done: how many records, and how many searches were asked."""

    records: int = 0
    searches: int = 0


def match_new(database: Database, matcher: SavedMatcher, documents: Documents, takers: Sequence[Taker]) -> Batch:
    """One batch; an empty one when there is nothing new. Any number may do it at the same time."""
    with database.reading() as session:
        ids = [id for wanted in (_NEW, _CHANGED) for id in session.scalars(_ids(wanted).limit(AT_ONCE))]
        if not ids:
            return Batch()
        loaded = {id: one for id, one in documents.load(session, ids).items() if one is not None}
        saved = {
            f"{place} {name}": query
            for place, one in enumerate(takers)
            for name, query in one.searches(session).items()
        }
    found = matcher.match(list(loaded.values()), saved).found if saved and loaded else {}
    with database.writing() as session:
        alone(session, "alerts matching")
        rows = select(RecordRow.id).where(RecordRow.id.in_(ids), _NEW | RecordRow.rematch).order_by(RecordRow.id)
        left = set(session.scalars(locking(rows)))
        new = set(session.scalars(select(RecordRow.id).where(RecordRow.id.in_(left), _NEW)))
        for place, taker in enumerate(takers):
            wanted = left if taker.changed else new
            theirs = {name.partition(" ")[2]: ids for name, ids in found.items() if name.startswith(f"{place} ")}
            kept = {name: tuple(id for id in some if id in wanted) for name, some in theirs.items()}
            taker.take(session, {id: one for id, one in loaded.items() if id in wanted}, kept)
        moment = func.coalesce(RecordRow.matched_at, now())
        matched = update(RecordRow).where(RecordRow.id.in_(left)).values(matched_at=moment, rematch=False)
        session.execute(matched, execution_options={"synchronize_session": False})
    return Batch(len(ids), len(saved))


_NEW: Final = RecordRow.matched_at.is_(None)
_CHANGED: Final = text("record.rematch")
"""As the index of such rows has it: SQLite would not know it as `rematch = 1`."""


def _ids(wanted: ColumnElement[bool] | TextClause) -> Select[str]:
    return select(RecordRow.id).where(wanted).order_by(RecordRow.id)


class Followers:
    """The searches, topics and organisations that people follow."""

    changed = False

    def __init__(self, queries: SavedQueries, scheme: Scheme) -> None:
        self._queries = queries
        self._scheme = scheme

    def searches(self, session: Session) -> Mapping[str, Query]:
        """One for each thing that somebody follows, by the hash of what it is."""
        return followed_by(session, BY_QUERY, queries=self._queries, scheme=self._scheme)

    def take(self, session: Session, documents: Mapping[str, Document], found: Mapping[str, tuple[str, ...]]) -> None:
        """A delivery for each person and record, with every reason; of what finds very much at once the newest."""
        newest = {hashed: _newest(ids, documents) for hashed, ids in found.items()}
        wanted: dict[tuple[str, str], list[dict[str, Any]]] = {}
        often: dict[str, str] = {}
        for follow in _follows(session, list(found)):
            (ids, more), why = newest[follow.hashed], why_of(follow)
            often[follow.id] = follow.frequency
            for place, id in enumerate(ids):
                reason = {**why, "more": more} if more and place == 0 else why
                wanted.setdefault((follow.person_id, id), []).append(reason)
        if not wanted:
            return
        closed = _closed(session, documents, {person for person, _ in wanted})
        there = _there(session, documents)
        moment = now()
        rows = [
            {
                **{"person_id": person_id, "thing": "record", "thing_id": id, "what": "record", "record_id": id},
                **{"happening_id": None, "at": moment, "why": why},
                **{"state": state_for([often[one["follow"]] for one in why]), "digest_id": None},
            }
            for (person_id, id), why in wanted.items()
            if (person_id, id) not in there and (person_id, id) not in closed
        ]
        # My hub shows the last first.
        write_deliveries(session, rows[::-1])


def _newest(ids: Sequence[str], documents: Mapping[str, Document]) -> tuple[list[str], int]:
    """The newest of what was found, at most so many as anybody reads, and how many more there are.

    What is restricted is added to these: it neither takes their place nor is it counted.
    """
    known = [documents[id] for id in ids if id in documents]
    public = [one for one in known if not one.audience]
    newest = sorted(public, key=lambda one: (one.published or _LONG_AGO, one.id), reverse=True)[:MOST_AT_ONCE]
    return [one.id for one in (*newest, *(one for one in known if one.audience))], len(public) - len(newest)


def write_deliveries(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write them, so many at once."""
    for start in range(0, len(rows), IN_STATEMENT):
        session.execute(insert(Delivery), rows[start : start + IN_STATEMENT])


def why_of(follow: Follow) -> dict[str, str]:
    """What a delivery keeps of the follow that it is for."""
    return {"follow": follow.id, "kind": follow.kind, "key": follow.key, "name": follow.name}


def state_for(frequencies: Iterable[str]) -> str:
    """How a delivery begins, by how often those want to be told who follow what it is for: the most urgent counts."""
    asked = set(frequencies)
    if IMMEDIATELY in asked:
        return URGENT
    return IN_HUB if asked <= {HUB, NEVER} else WAITING


def _follows(session: Session, hashes: Sequence[str]) -> Iterable[Follow]:
    for start in range(0, len(hashes), IN_STATEMENT):
        some = select(Follow).where(Follow.hashed.in_(hashes[start : start + IN_STATEMENT]), Follow.frequency != NEVER)
        yield from session.scalars(some)


def _there(session: Session, documents: Mapping[str, Document]) -> set[tuple[str, str]]:
    ids, found = list(documents), set()
    for start in range(0, len(ids), IN_STATEMENT):
        some = select(Delivery.person_id, Delivery.thing_id).where(
            Delivery.record_id.in_(ids[start : start + IN_STATEMENT])
        )
        found |= {(person_id, id) for person_id, id in session.execute(some)}
    return found


def _closed(session: Session, documents: Mapping[str, Document], people: set[str]) -> set[tuple[str, str]]:
    """Pairs of a person and a restricted record that they may not read."""
    restricted = {id: one.audience for id, one in documents.items() if one.audience}
    if not restricted:
        return set()
    everybody, found = sorted(people), set()
    for start in range(0, len(everybody), IN_STATEMENT):
        some = everybody[start : start + IN_STATEMENT]
        actors = actors_for(session, some)
        for person_id in some:
            circles = audiences(actors[person_id]) if person_id in actors else ()
            if EVERY not in circles:
                found |= {(person_id, id) for id, whose in restricted.items() if not set(whose) & set(circles)}
    return found


def oldest_unmatched(session: Session) -> datetime | None:
    """Since when the oldest new record waits to be matched."""
    fresh = select(RecordRow.first_seen).where(RecordRow.matched_at.is_(None)).order_by(RecordRow.id).limit(1)
    return session.scalar(fresh)
