"""Making the index again from the database, comparing the two, and mending what differs."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from hub.db import Database
from hub.errors import Busy
from hub.index.base import Document, IndexWriter, Refused
from hub.index.delivery import LIMIT, Documents, Told, deliver_all, load, log_refused
from hub.index.sides import SidedReader

PATIENCE: Final = 30.0
"""Seconds that a rebuild or a repair waits for the writer's place."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Differences:
    """Ids in which the index is not what the database says; all empty when it is."""

    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys((*self.missing, *self.extra, *self.stale)))


def _nothing(_: int) -> None:
    """For those who do not watch."""


def rebuild(
    database: Database,
    writer: IndexWriter,
    documents: Mapping[str, Documents],
    told: Callable[[int], None] = _nothing,
    refused: Told = log_refused,
    patience: float = PATIENCE,
) -> int:
    """Write the index anew from the database and catch up with what changed meanwhile; how many it holds then.

    `told` hears the count as it grows. Busy when the writer's place does not become free within `patience` seconds.
    """
    unread: dict[str, tuple[str, str]] = {}
    try:
        rebuilt = _patiently(lambda: writer.rebuild(_every(database, documents, unread, told)), patience)
        # Nobody else could deliver while we held the place, so every change since the start is still announced.
        deliver_all(database, writer, documents, refused)
    finally:
        writer.release()
    for id, (name, reason) in unread.items():
        refused(name, id, reason)
    for one in rebuilt.refused:
        refused(_type_of(database, documents, one.id), one.id, one.reason)
    return rebuilt.written


def _type_of(database: Database, documents: Mapping[str, Documents], id: str) -> str:
    with database.reading() as session:
        return next((name for name, source in documents.items() if load(session, source, [id])[0].get(id)), "")


def _every(
    database: Database,
    documents: Mapping[str, Documents],
    unread: dict[str, tuple[str, str]],
    told: Callable[[int], None],
) -> Iterator[Document]:
    """Every document. `unread` learns type and reason of what cannot be read."""
    count = 0
    for name, loaded, wrong in _batches(database, documents):
        unread.update({one.id: (name, one.reason) for one in wrong})
        yield from (document for document in loaded.values() if document is not None)
        count += len(loaded)
        told(count)


def _batches(
    database: Database, documents: Mapping[str, Documents]
) -> Iterator[tuple[str, dict[str, Document | None], list[Refused]]]:
    """(type, documents, those that cannot be read) of all that belongs into the index, with a short session each."""
    for name, source in documents.items():
        last = ""
        while True:
            with database.reading() as session:
                ids = source.ids_after(session, last, LIMIT)
                loaded, unread = load(session, source, ids) if ids else ({}, [])
            if not ids:
                break
            yield name, loaded, unread
            last = ids[-1]


def _patiently(call: Callable[[], T], patience: float) -> T:
    """Try again while another writer holds the place, for so many seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return call()
        except Busy:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def compare(database: Database, reader: SidedReader, documents: Mapping[str, Documents]) -> Differences:
    """In what the index differs from the database. Each difference is looked at twice: work may go on meanwhile."""
    held = reader.placed()
    wanted: dict[tuple[str, bool], int] = {}
    for _, loaded, _ in _batches(database, documents):
        wanted.update(_placed(document for document in loaded.values() if document is not None))
    first = _differences(wanted, held)
    if not first.ids:
        return first
    again = _now(database, documents, first.ids)
    return _differences(_placed(again.values()), reader.placed(first.ids))


def _placed(documents: Iterable[Document]) -> dict[tuple[str, bool], int]:
    return {(one.id, bool(one.audience)): one.version for one in documents}


def _differences(wanted: Mapping[tuple[str, bool], int], held: Mapping[tuple[str, bool], int]) -> Differences:
    """One that is in the index of the other side is missing here and too many there."""
    return Differences(
        missing=tuple(sorted(id for id, _ in wanted.keys() - held.keys())),
        extra=tuple(sorted(id for id, _ in held.keys() - wanted.keys())),
        stale=tuple(sorted(place[0] for place in wanted.keys() & held.keys() if wanted[place] != held[place])),
    )


def _now(database: Database, documents: Mapping[str, Documents], ids: Sequence[str]) -> dict[str, Document]:
    """The documents with these ids that belong into the index, of whatever type."""
    found: dict[str, Document] = {}
    for start in range(0, len(ids), LIMIT):
        part = ids[start : start + LIMIT]
        with database.reading() as session:
            for source in documents.values():
                loaded, _ = load(session, source, part)
                found.update({id: document for id, document in loaded.items() if document is not None})
    return found


def repair(
    database: Database,
    writer: IndexWriter,
    documents: Mapping[str, Documents],
    found: Differences,
    patience: float = PATIENCE,
) -> None:
    """Make the index right where it differs, with the present state of each document. Busy after `patience` seconds."""
    try:
        _patiently(writer.take, patience)
        for start in range(0, len(found.ids), LIMIT):
            part = found.ids[start : start + LIMIT]
            state = _now(database, documents, part)
            gone = {id: 0 for id in part if id not in state}
            _patiently(partial(writer.apply, list(state.values()), gone), patience)
    finally:
        writer.release()


def mend(
    database: Database, reader: SidedReader, writer: IndexWriter, documents: Mapping[str, Documents]
) -> Differences:
    """Make the index right, and wholly anew where there is none of our shape. Gives what differs even then. Busy.

    Anew also where it has newer versions than the database, as after restoring a backup: those are never replaced.
    """
    if not writer.missing():
        found = compare(database, reader, documents)
        if found.ids:
            repair(database, writer, documents, found)
            found = compare(database, reader, documents)
        if not found.ids:
            return found
    rebuild(database, writer, documents)
    return compare(database, reader, documents)
