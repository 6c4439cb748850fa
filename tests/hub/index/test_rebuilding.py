"""Rebuilding from the database, comparing with it, and mending what was planted."""

import threading
from pathlib import Path

import pytest

from hub.db import Database
from hub.errors import Busy
from hub.index.embedded import EmbeddedWriter
from hub.index.rebuilding import Differences, compare, rebuild, repair
from hub.index.sides import SidedReader, SidedWriter
from tests.hub.index.made import NOTE, Shelf, note, outbox


def test_a_rebuild_holds_everything_and_catches_up(
    database: Database, writer: SidedWriter, reader: SidedReader, shelf: Shelf
) -> None:
    shelf.held = {f"{number:04d}": note(f"{number:04d}") for number in range(1200)}
    writer.apply([note("left over")], {})
    counts: list[int] = []

    def told(count: int) -> None:
        counts.append(count)
        if count == 1000:
            shelf.put(database, "0000", version=2)
            shelf.put(database, "new")
            shelf.drop(database, "0001")

    assert rebuild(database, writer, {NOTE: shelf}, told) == 1201
    assert counts == [500, 1000, 1201]
    assert outbox(database) == []
    assert compare(database, reader, {NOTE: shelf}) == Differences()
    assert reader.versions(["0000", "0001", "new", "left over"]) == {"0000": 2, "new": 1}


def test_a_rebuild_waits_for_the_writers_place(database: Database, shelf: Shelf, tmp_path: Path) -> None:
    shelf.held = {"a": note("a")}
    other = EmbeddedWriter(tmp_path / "index")
    other.ensure()
    other.apply([], {})
    timer = threading.Timer(0.3, other.release)
    timer.start()
    assert rebuild(database, EmbeddedWriter(tmp_path / "index"), {NOTE: shelf}, patience=10) == 1
    timer.join()
    other.apply([], {})
    with pytest.raises(Busy):
        rebuild(database, EmbeddedWriter(tmp_path / "index"), {NOTE: shelf}, patience=0.1)
    other.release()


def test_what_a_rebuild_cannot_take_is_told(
    database: Database, writer: SidedWriter, reader: SidedReader, shelf: Shelf
) -> None:
    shelf.held = {"a": note("a"), "bad": note("bad", version=-1), "torn": note("torn")}
    shelf.broken = {"torn"}
    told: list[tuple[str, str]] = []
    assert rebuild(database, writer, {NOTE: shelf}, refused=lambda type, id, _: told.append((type, id))) == 1
    assert sorted(told) == [(NOTE, "bad"), (NOTE, "torn")]
    assert reader.versions() == {"a": 1}


def test_only_the_index_before_is_kept(database: Database, writer: SidedWriter, shelf: Shelf, tmp_path: Path) -> None:
    for _ in range(4):
        rebuild(database, writer, {NOTE: shelf})
    folders = sorted(path.name for path in (tmp_path / "index").iterdir() if path.is_dir())
    assert len(folders) == 2
    assert (tmp_path / "index" / "current").read_text() == folders[-1]


def test_planted_differences_are_found_and_mended(
    database: Database, writer: SidedWriter, reader: SidedReader, shelf: Shelf
) -> None:
    shelf.held = {f"{number:03d}": note(f"{number:03d}", version=7) for number in range(600)}
    rebuild(database, writer, {NOTE: shelf})
    assert compare(database, reader, {NOTE: shelf}) == Differences()
    writer.apply([note("003", version=6), note("stranger")], {"001": 0, "002": 0})
    writer.release()
    found = compare(database, reader, {NOTE: shelf})
    assert found == Differences(missing=("001", "002"), extra=("stranger",), stale=("003",))
    repair(database, writer, {NOTE: shelf}, found)
    assert compare(database, reader, {NOTE: shelf}) == Differences()
    repair(database, writer, {NOTE: shelf}, Differences())
