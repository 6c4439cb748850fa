"""The courier: names and ids as JSON, workers that outlive a bad job, and messages that may be lost."""

import json
import logging
import pickle
import signal
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from hub.errors import BadInput, Unavailable
from hub.tasks.courier import Courier
from tests.hub.tasks.waiting import until
from tests.servers.postgres import Postgres
from tests.servers.redis import needs_redis, redis_in

ADDRESS = "sqlite:"


class Office:
    """A folder in which messages wait, and couriers that are stopped at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.couriers: list[Courier] = []
        self.done: list[str] = []
        self._guard = threading.Lock()

    def courier(self, **jobs: object) -> Courier:
        made = Courier(ADDRESS, self.folder, {"note": self.note, **jobs})  # type: ignore[dict-item]
        self.couriers.append(made)
        return made

    def note(self, thing: str) -> None:
        with self._guard:
            self.done.append(thing)

    def rows(self) -> list[bytes]:
        """What the queue holds, as it lies in the file."""
        with closing(sqlite3.connect(self.folder / "courier.sqlite")) as connection:
            return [row[0] for row in connection.execute("SELECT data FROM task ORDER BY id")]

    def put(self, data: bytes) -> None:
        """Put a row of somebody else into the queue, ahead of the others."""
        with closing(sqlite3.connect(self.folder / "courier.sqlite")) as connection:
            connection.execute("INSERT INTO task (queue, data, priority) VALUES ('moothall', ?, 9)", (data,))
            connection.commit()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "hub")
    yield made
    for courier in made.couriers:
        courier.stop()


def test_a_queued_row_is_json_of_name_and_id(office: Office) -> None:
    office.courier().send("harvest", "0193-abc")
    (row,) = office.rows()
    message_id, task, name, thing = json.loads(row)
    assert (name, thing) == ("harvest", "0193-abc")
    assert isinstance(message_id, str)
    assert isinstance(task, str)


def test_what_is_sent_is_done_once_whoever_works(office: Office) -> None:
    sender = office.courier()
    for number in range(40):
        sender.send("note", str(number))
    for _ in range(2):
        office.courier().start(2)
    sender.send("note", "late")
    assert until(lambda: len(office.done) >= 41)
    assert until(lambda: not office.rows())
    assert Counter(office.done) == Counter([*map(str, range(40)), "late"])


def test_an_unknown_job_is_logged_dropped_and_stops_nobody(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    courier = office.courier()
    courier.start(1)
    courier.send("sing", "1")
    courier.send("note", "2")
    assert until(lambda: office.done == ["2"])
    assert "There is no job named 'sing'; its message was dropped." in caplog.text
    assert office.rows() == []


def test_a_job_that_raises_stops_nobody_and_leaves_a_trace(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    def spoil(thing: str) -> None:
        raise RuntimeError(f"spoilt {thing}")

    courier = office.courier(spoil=spoil)
    courier.start(1)
    courier.send("spoil", "the soup")
    courier.send("note", "after")
    assert until(lambda: office.done == ["after"])
    assert "spoilt the soup" in caplog.text
    assert office.rows() == [], "it is not tried again here: what is to be done stands in the database"


@pytest.mark.parametrize("foreign", [b"not json", b"[1]", b'["id", "os.system", "note", "x", "y"]', b""])
def test_a_row_that_is_no_message_stops_nobody(
    office: Office, caplog: pytest.LogCaptureFixture, foreign: bytes
) -> None:
    courier = office.courier()
    office.put(foreign)
    courier.send("note", "after")
    with caplog.at_level(logging.CRITICAL, "huey"):
        courier.start(1)
        assert until(lambda: office.done == ["after"])
    assert until(lambda: office.rows() == [])


class Bomb:
    """Unpickled, it writes a file."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.write_text, (self.place, "boom")


def test_a_pickle_in_the_queue_is_never_run(office: Office, tmp_path: Path) -> None:
    fuse = tmp_path / "boom"
    pickle.loads(pickle.dumps(Bomb(fuse)))
    assert fuse.read_text() == "boom", "it would go off"
    fuse.unlink()
    courier = office.courier()
    office.put(pickle.dumps(Bomb(fuse)))
    courier.send("note", "after")
    courier.start(1)
    assert until(lambda: office.done == ["after"])
    assert not fuse.exists()


def test_a_stopped_courier_leaves_messages_to_the_next(office: Office) -> None:
    first = office.courier()
    first.start(2)
    first.send("note", "1")
    assert until(lambda: office.done == ["1"])
    first.stop()
    assert until(lambda: not any(one.name.startswith("Worker-") for one in threading.enumerate()))
    first.send("note", "2")
    assert len(office.rows()) == 1
    office.courier().start(2)
    assert until(lambda: office.done == ["1", "2"])


def test_stopping_what_was_never_started_does_no_harm(office: Office) -> None:
    courier = office.courier()
    courier.stop()
    courier.send("note", "1")
    assert len(office.rows()) == 1


def test_starting_leaves_the_signals_as_they_were(office: Office) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    office.courier().start(1)
    assert [signal.getsignal(number) for number in numbers] == before


@pytest.mark.parametrize("address", ["", "amqp://x", "file:x"])
def test_an_address_of_another_courier_is_refused_in_words(tmp_path: Path, address: str) -> None:
    with pytest.raises(BadInput, match="only `sqlite:`, `postgresql:`, .* `rediss:` can be used"):
        Courier(address, tmp_path)


def test_many_that_open_the_same_server_at_one_moment_all_can(postgres: Postgres, tmp_path: Path) -> None:
    """The tables of the queue are made by the first of them; the others wait for it."""
    for _ in range(5):
        with postgres.empty() as url, ThreadPoolExecutor(6) as together:
            start = threading.Barrier(6)

            def opened(url: str = url, start: threading.Barrier = start) -> Courier:
                start.wait()
                return Courier(url, tmp_path)

            couriers = [one.result() for one in [together.submit(opened) for _ in range(6)]]
            assert len(couriers) == 6


def test_what_cannot_be_sent_is_said_and_costs_the_caller_nothing(
    postgres: Postgres, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with postgres.empty() as url:
        courier = Courier(url, tmp_path)
        postgres.stop()
        try:
            courier.send("harvest", "1")
        finally:
            postgres.start()
        assert "A message for harvest 1 is lost until the sweeper sends it" in caplog.text
        courier.send("harvest", "2")
        courier.close()


@needs_redis
@pytest.mark.server
def test_a_queue_that_is_away_loses_messages_and_fails_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with redis_in(tmp_path) as address:
        courier = Courier(address, tmp_path)
        courier.send("note", "heard")
        assert courier.waiting() == 1
    courier.send("note", "lost")
    assert "A message for note lost is lost until the sweeper sends it" in caplog.text
    with pytest.raises(Unavailable, match=r"cannot be reached: .*\. Is MOOTHALL_COURIER_URL right\?"):
        courier.waiting()
    courier.close()


def test_a_queue_on_a_server_that_is_away_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="The queue of jobs cannot be reached: ") as said:
        Courier("postgresql://u:hunter2@127.0.0.1:1/x", tmp_path)
    assert "hunter2" not in str(said.value)
    assert "\n" not in str(said.value)


def test_a_queue_whose_server_has_still_to_start_is_waited_for(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.empty() as url, ThreadPoolExecutor(1) as aside:
        postgres.stop()
        opening = aside.submit(lambda: Courier(url, tmp_path, patience=30).close())
        try:
            with pytest.raises(Unavailable):
                Courier(url, tmp_path)
            assert not until(opening.done, 2, 0.1)
        finally:
            postgres.start()
        opening.result(timeout=20)
