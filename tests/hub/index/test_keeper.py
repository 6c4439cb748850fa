"""The keeper's loop: delivers soon, lets go when idle, makes what is missing."""

import shutil
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.config import SHORT
from hub.db import Database
from hub.errors import HubError
from hub.index.embedded import EmbeddedWriter
from hub.index.opensearch.address import Address
from hub.index.opensearch.server import Server
from hub.index.opensearch.shape import Names, fingerprint
from hub.index.opensearch.writer import OpenSearchWriter
from hub.index.sides import SidedReader, SidedWriter
from hub.index.worker import Keeper
from tests.hub.index.made import NOTE, Shelf, note

pytestmark = pytest.mark.alone


def until(met: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if met():
                return True
        except HubError:
            pass
        time.sleep(0.02)
    return False


def test_the_keeper_makes_keeps_and_mends_the_index(
    database: Database, reader: SidedReader, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.index.worker.BACK_OFF", 0.1)
    shelf.held = {"old": note("old")}
    stop = threading.Event()
    restricted = EmbeddedWriter(tmp_path / "restricted", restricted=True)
    keeper = Keeper(database, SidedWriter(EmbeddedWriter(tmp_path / "index"), restricted), {NOTE: shelf}, SHORT)
    thread = threading.Thread(target=keeper.run, args=(stop,))
    thread.start()
    try:
        assert until(lambda: reader.versions() == {"old": 1}), "it makes the index that is missing"
        shelf.put(database, "new")
        assert until(lambda: set(reader.versions()) == {"old", "new"})
        assert until(lambda: EmbeddedWriter(tmp_path / "index").ensure() is False), "it lets go when idle"
        shutil.rmtree(tmp_path / "index")
        assert until(lambda: set(reader.versions()) == {"old", "new"}), "it misses the index although nothing changes"
        shutil.rmtree(tmp_path / "index")
        shelf.put(database, "newer")
        assert until(lambda: set(reader.versions()) == {"old", "new", "newer"}), "and at once when something does"
        with monkeypatch.context() as broken:
            broken.setattr("hub.index.worker.deliver", lambda *_, **__: 1 / 0)
            time.sleep(0.3)
        shelf.drop(database, "old")
        assert until(lambda: set(reader.versions()) == {"new", "newer"}), "an error does not end it"
    finally:
        stop.set()
        thread.join()
    again = EmbeddedWriter(tmp_path / "index")
    assert again.apply([], {}) == [], "it gave the place back at the end"
    again.release()


def test_that_the_server_is_away_is_said_once(
    database: Database, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("hub.index.worker.BACK_OFF", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = Address("127.0.0.1", probe.getsockname()[1])
    writer = OpenSearchWriter(Server(nobody, 1), Names("away", fingerprint()))
    stop = threading.Event()
    thread = threading.Thread(target=Keeper(database, writer, {NOTE: shelf}, SHORT).run, args=(stop,))
    thread.start()
    assert until(lambda: "is away" in caplog.text)
    time.sleep(0.5)
    stop.set()
    thread.join()
    assert caplog.text.count("The search index is away") == 1
