"""From the outbox to the index: what was announced is read anew, written, and only then forgotten."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.db import Database, locking
from hub.errors import Busy
from hub.index.base import Document, IndexWriter, Refused
from hub.index.models import IndexOutbox

log = logging.getLogger(__name__)

LIMIT: Final = 500
"""Announcements that one batch takes."""

ATTEMPTS: Final = 5
"""How often a document that the engine refuses is offered, before it is given up and told."""


class Documents(Protocol):
    """The documents of one type, read from the database inside the caller's session."""

    def ids_after(self, session: Session, id: str, limit: int) -> list[str]:
        """The next ids that belong into the index, in order; from the first one after the empty id."""
        ...

    def load(self, session: Session, ids: Sequence[str]) -> dict[str, Document | None]:
        """Their present state. None or absent: the index is to hold it no more."""
        ...


Told = Callable[[str, str, str], None]
"""Called with document type, id and reason when a document is given up."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a delivery did. `busy`: another process holds the writer's place, the announcements stay."""

    written: int = 0
    removed: int = 0
    refused: int = 0
    busy: bool = False

    def plus(self, other: "Delivered") -> "Delivered":
        """Both together."""
        return Delivered(
            self.written + other.written,
            self.removed + other.removed,
            self.refused + other.refused,
            self.busy or other.busy,
        )


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    type: str
    document: str
    version: int


def log_refused(document_type: str, id: str, reason: str) -> None:
    """What is done with a document that is given up, unless somebody else wants to be told."""
    log.warning("The index does not take %s %s: %s", document_type, id, reason)


def deliver(
    database: Database,
    writer: IndexWriter,
    documents: Mapping[str, Documents],
    limit: int = LIMIT,
    refused: Told = log_refused,
) -> Delivered:
    """Take the oldest announcements, bring their documents up to date, and only then forget the announcements.

    Killed in between, the same is done once more, which does no harm: what is written is the present state, whatever
    the announcement said. IndexUnavailable leaves everything as it is.
    """
    with database.reading() as session:
        if not _oldest(session, 1):
            return Delivered()
    try:
        # Before reading: else another could write a newer state between our reading and our writing.
        writer.take()
    except Busy:
        return Delivered(busy=True)
    with database.reading() as session:
        rows = _oldest(session, limit)
        state, wrong = _present(session, documents, rows)
    if not rows:
        writer.release()  # somebody else was quicker
        return Delivered()
    announced = {row.document: row.version for row in sorted(rows, key=lambda row: row.version)}
    gone = {id: announced[id] for id, document in state.items() if document is None}
    found = [document for document in state.values() if document is not None]
    try:
        wrong += writer.apply(found, gone)
    except Busy:
        return Delivered(busy=True)
    reasons = {one.id: one.reason for one in wrong}
    given_up = _forget(database, rows, reasons)
    for row in given_up:
        refused(row.type, row.document, reasons[row.document])
    return Delivered(sum(one.id not in reasons for one in found), len(gone), len(reasons))


def deliver_all(
    database: Database, writer: IndexWriter, documents: Mapping[str, Documents], refused: Told = log_refused
) -> Delivered:
    """Deliver until nothing waits or another process is at it, then give the writer's place back."""
    done = Delivered()
    try:
        while (batch := deliver(database, writer, documents, refused=refused)) != Delivered():
            done = done.plus(batch)
            if batch.busy:
                break
    finally:
        writer.release()
    return done


def _oldest(session: Session, limit: int) -> list[_Row]:
    query = select(IndexOutbox.id, IndexOutbox.document_type, IndexOutbox.document_id, IndexOutbox.version)
    return [_Row(*row) for row in session.execute(query.order_by(IndexOutbox.id).limit(limit))]


def _present(
    session: Session, documents: Mapping[str, Documents], rows: Sequence[_Row]
) -> tuple[dict[str, Document | None], list[Refused]]:
    """The present state of the documents that the rows name; and those that cannot even be read."""
    state: dict[str, Document | None] = {}
    wrong: list[Refused] = []
    for name in dict.fromkeys(row.type for row in rows):
        ids = list(dict.fromkeys(row.document for row in rows if row.type == name))
        if name not in documents:
            wrong += [Refused(id, f"There is no document type “{name}”.") for id in ids]
            continue
        loaded, unread = load(session, documents[name], ids)
        wrong += unread
        skipped = {one.id for one in unread}
        state.update({id: loaded.get(id) for id in ids if id not in skipped})
    return state, wrong


def load(
    session: Session, documents: Documents, ids: Sequence[str]
) -> tuple[dict[str, Document | None], list[Refused]]:
    """All at once; one by one when one of them makes that fail, so that the others go on."""
    try:
        return documents.load(session, ids), []
    except SQLAlchemyError:
        raise
    except Exception as error:
        if len(ids) == 1:
            return {}, [Refused(ids[0], f"It cannot be read: {error}.")]
    loaded: dict[str, Document | None] = {}
    wrong: list[Refused] = []
    for id in ids:
        found, unread = load(session, documents, [id])
        loaded.update(found)
        wrong += unread
    return loaded, wrong


def _forget(database: Database, rows: Sequence[_Row], reasons: Mapping[str, str]) -> list[_Row]:
    """Delete exactly the rows that were read, never a later one; keep those of refused documents, up to five times.

    Gives one row for each document that is given up.
    """
    kept = {row.id: row for row in rows if row.document in reasons}
    given_up: dict[str, _Row] = {}
    with database.writing() as session:
        _delete(session, [row.id for row in rows if row.id not in kept])
        refused = select(IndexOutbox).where(IndexOutbox.id.in_(kept)).order_by(IndexOutbox.id)
        for one in session.scalars(locking(refused)):
            one.attempts += 1
            one.error = reasons[one.document_id]
            if one.attempts >= ATTEMPTS:
                given_up[one.document_id] = kept[one.id]
                session.delete(one)
    return list(given_up.values())


def _delete(session: Session, ids: Sequence[int]) -> None:
    # Locked in one order, so that two deliverers of the same rows do not wait for each other.
    rows = locking(select(IndexOutbox.id).where(IndexOutbox.id.in_(ids)).order_by(IndexOutbox.id))
    session.execute(
        delete(IndexOutbox).where(IndexOutbox.id.in_(rows)), execution_options={"synchronize_session": False}
    )
