"""The outbox's way into the index: doubled, out of order, broken off, refused."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import update

from hub.db import Database
from hub.errors import IndexUnavailable
from hub.index.base import Document, Refused
from hub.index.delivery import ATTEMPTS, Delivered, deliver, deliver_all
from hub.index.embedded import EmbeddedWriter
from hub.index.models import IndexOutbox
from hub.index.outbox import announce
from hub.index.sides import SidedReader, SidedWriter
from tests.hub.index.made import NOTE, Shelf, note, outbox


def test_what_is_announced_is_written_and_then_forgotten(
    database: Database, writer: SidedWriter, reader: SidedReader, shelf: Shelf
) -> None:
    shelf.put(database, "a", "b")
    shelf.drop(database, "b")
    assert deliver(database, writer, {NOTE: shelf}) == Delivered(written=1, removed=1)
    assert reader.versions() == {"a": 1}
    assert outbox(database) == []
    assert deliver(database, writer, {NOTE: shelf}) == Delivered()


def test_many_announcements_of_one_document_are_one_write_of_its_present_state(
    database: Database, writer: SidedWriter, reader: SidedReader, shelf: Shelf
) -> None:
    for version in (3, 1, 2):
        shelf.put(database, "a", version=version)
    shelf.held["a"] = note("a", version=3)
    assert deliver(database, writer, {NOTE: shelf}).written == 1
    assert shelf.loads == [["a"]]
    assert reader.versions() == {"a": 3}


def test_the_oldest_come_first_and_at_most_so_many(
    database: Database, writer: SidedWriter, reader: SidedReader, shelf: Shelf
) -> None:
    shelf.put(database, *"abcde")
    assert deliver(database, writer, {NOTE: shelf}, limit=2).written == 2
    assert set(reader.versions()) == {"a", "b"}
    assert deliver_all(database, writer, {NOTE: shelf}) == Delivered(written=3)
    assert set(reader.versions()) == set("abcde")


class Slow(EmbeddedWriter):
    """A writer that is held up just before it writes."""

    def __init__(self, folder: Path, meanwhile: Callable[[], object]) -> None:
        super().__init__(folder)
        self._meanwhile = meanwhile

    def apply(self, documents: Sequence[Document], deleted: Mapping[str, int]) -> list[Refused]:
        self._meanwhile()
        return super().apply(documents, deleted)


@pytest.mark.usefixtures("writer")
def test_what_is_announced_while_writing_stays(database: Database, shelf: Shelf, tmp_path: Path) -> None:
    slow = Slow(tmp_path / "index", lambda: shelf.put(database, "a", version=2))
    shelf.put(database, "a")
    deliver(database, slow, {NOTE: shelf})
    slow.release()
    assert [row.version for row in outbox(database)] == [2]


def test_an_older_state_is_never_written_over_a_newer_one(
    database: Database, writer: SidedWriter, reader: SidedReader, shelf: Shelf, tmp_path: Path
) -> None:
    """While we are about to write what we have read, another changes the document and would deliver that first."""
    seen: list[Delivered] = []

    def get_ahead() -> None:
        if not seen:
            shelf.put(database, "a", version=2)
        seen.append(deliver_all(database, writer, {NOTE: shelf}))

    shelf.put(database, "a")
    deliver_all(database, Slow(tmp_path / "index", get_ahead), {NOTE: shelf})
    assert seen == [Delivered(busy=True)] * 2
    assert reader.versions() == {"a": 2}
    assert outbox(database) == []


def test_killed_between_writing_and_forgetting_it_is_done_again(
    database: Database,
    writer: SidedWriter,
    reader: SidedReader,
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf.put(database, "a")
    with monkeypatch.context() as broken:
        broken.setattr("hub.index.delivery._forget", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deliver(database, writer, {NOTE: shelf})
    assert reader.versions() == {"a": 1}
    assert deliver(database, writer, {NOTE: shelf}).written == 1
    assert reader.versions() == {"a": 1}


def test_busy_and_missing_indexes_leave_the_announcements(
    database: Database, writer: SidedWriter, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.put(database, "a")
    writer.apply([], {})
    assert deliver_all(database, EmbeddedWriter(tmp_path / "index"), {NOTE: shelf}) == Delivered(busy=True)
    with pytest.raises(IndexUnavailable):
        deliver(database, EmbeddedWriter(tmp_path / "nowhere"), {NOTE: shelf})
    assert len(outbox(database)) == 1


def test_refused_documents_are_tried_five_times_then_told_and_never_block(
    database: Database, writer: SidedWriter, reader: SidedReader, shelf: Shelf
) -> None:
    told: list[tuple[str, str, str]] = []

    def refused(*what: str) -> None:
        told.append((what[0], what[1], what[2]))

    shelf.put(database, "bad", version=-1)
    shelf.put(database, "bad", version=-1)
    shelf.put(database, "good")
    for attempt in range(1, ATTEMPTS):
        done = deliver(database, writer, {NOTE: shelf}, refused=refused)
        assert (done.written, done.refused) == (attempt == 1, 1)
        assert [(row.document_id, row.attempts) for row in outbox(database)] == [("bad", attempt)] * 2
        assert "cannot take" in outbox(database)[0].error
    assert told == []
    deliver(database, writer, {NOTE: shelf}, refused=refused)
    assert [(type, id) for type, id, _ in told] == [(NOTE, "bad")]
    assert outbox(database) == []
    assert set(reader.versions()) == {"good"}


def test_a_document_that_cannot_be_read_does_not_stop_the_others(
    database: Database, writer: SidedWriter, reader: SidedReader, shelf: Shelf
) -> None:
    shelf.put(database, "a", "b", "c")
    shelf.broken = {"b"}
    with database.writing() as session:
        announce(session, "no such type", [("x", 1)])
    assert deliver(database, writer, {NOTE: shelf}) == Delivered(written=2, refused=2)
    assert set(reader.versions()) == {"a", "c"}
    errors = {row.document_id: row.error for row in outbox(database)}
    assert errors == {"b": "It cannot be read: half a row.", "x": "There is no document type “no such type”."}


def test_any_order_and_any_number_of_deliveries_end_alike(
    database: Database, writer: SidedWriter, reader: SidedReader, shelf: Shelf
) -> None:
    """Announcements that come late speak of what is there now, not of what was there then."""
    shelf.put(database, "a", "b", version=1)
    shelf.drop(database, "a")
    shelf.put(database, "a", version=5)
    shelf.drop(database, "b")
    with database.writing() as session:
        session.execute(update(IndexOutbox).values(id=100 - IndexOutbox.id))
    while deliver(database, writer, {NOTE: shelf}, limit=1) != Delivered():
        pass
    assert reader.versions() == {"a": 5}


def test_the_place_is_given_back_when_somebody_else_was_quicker(
    database: Database, writer: SidedWriter, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = EmbeddedWriter(tmp_path / "index")
    take = writer.take

    def late() -> None:
        assert deliver_all(database, other, {NOTE: shelf}) == Delivered(written=1)
        take()

    monkeypatch.setattr(writer, "take", late)
    shelf.put(database, "a")
    assert deliver(database, writer, {NOTE: shelf}) == Delivered()
    other.take()
    other.release()
