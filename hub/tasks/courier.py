"""The courier: carries a job's name and an id to whoever works. A lost message loses nothing."""

import json
import logging
import signal
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from huey import PostgresHuey, RedisHuey, SqliteHuey
from huey.exceptions import ConfigurationError
from huey.registry import Message
from huey.serializer import Serializer

from hub.errors import BadInput, Unavailable

Job = Callable[[str], None]
log = logging.getLogger(__name__)


class JsonSerializer(Serializer):  # type: ignore[misc]
    """A queue row is `[message id, task, job's name, id]` as JSON: huey's default, pickle, would run foreign code."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps([data.id, data.name, *data.args]).encode()

    def _deserialize(self, data: bytes) -> Any:
        message_id, task, name, thing = json.loads(data)
        return Message(message_id, task, args=(name, thing), kwargs={}, retries=0, retry_delay=0)


class Courier:
    """Sends jobs; with `jobs` it also works on them, in `workers` threads, from `start` to `stop`.

    A queue whose server does not answer yet gets `patience` seconds to start. BadInput; Unavailable.
    """

    def __init__(self, url: str, folder: Path, jobs: Mapping[str, Job] | None = None, *, patience: float = 0) -> None:
        self._huey = _storage(url, folder, time.monotonic() + patience)
        self._jobs = jobs or {}
        self._task = self._huey.task(name="work")(self._work)
        self._consumer: Any = None

    def send(self, name: str, thing: str) -> None:
        """Have the job `name` done for the thing with this id, by any worker, soon. Call it after the commit.

        Where the queue cannot be reached the message is lost, and the sweeper sends it again.
        """
        try:
            self._task(name, thing)
        except Exception as error:  # Each kind of queue has errors of its own.
            log.warning("A message for %s %s is lost until the sweeper sends it: %s", name, thing, _line(error))

    def waiting(self) -> int:
        """How many messages wait. Unavailable where the queue cannot be reached."""
        try:
            return int(self._huey.pending_count())
        except Exception as error:
            raise _away(error) from error

    def close(self) -> None:
        """Give this thread's connection back."""
        self._huey.storage.close()

    def start(self, workers: int) -> None:
        """Begin to work. To be called from the main thread; huey's signal handlers are put away again."""
        kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        self._consumer = self._huey.create_consumer(
            workers=workers, periodic=False, initial_delay=0.05, max_delay=0.5, check_worker_health=True
        )
        self._consumer.start()
        for number, handler in kept.items():
            signal.signal(number, handler)

    def stop(self) -> None:
        """Stop taking jobs; one that is at work ends with its process and is taken up again by the sweeper.

        This thread's connection to the queue is given back.
        """
        if self._consumer is not None:
            self._consumer.stop_flag.set()
        self.close()

    def _work(self, name: str, thing: str) -> None:
        job = self._jobs.get(name)
        if job is None:
            log.error("There is no job named %r; its message was dropped.", name)
            return
        job(thing)


def _storage(url: str, folder: Path, deadline: float) -> Any:
    """The queue behind a courier address: a SQLite file of its own in the data folder, PostgreSQL, or Redis.

    What a database loses of it (SQLite does not wait for the disk here) the sweeper sends again. BadInput; Unavailable.
    """
    scheme = urlsplit(url).scheme
    opened = OPENERS.get(scheme)
    if opened is None:
        known = ", ".join(f"`{one}:`" for one in OPENERS)
        raise BadInput(f"The courier address begins with “{scheme}”, but only {known} can be used.", "courier_url")
    while True:
        try:
            return opened(url, folder)
        except ConfigurationError as error:
            extra = scheme.partition("+")[0].removesuffix("s")
            raise BadInput(
                f"The courier on {scheme} needs more: pip install 'moothall[{extra}]'.", "courier_url"
            ) from error
        except Exception as error:
            if time.monotonic() >= deadline:
                raise _away(error) from error
            log.warning("The queue of jobs does not answer yet, it is tried again: %s", _line(error))
            time.sleep(PAUSE)


def _away(error: Exception) -> Unavailable:
    return Unavailable(f"The queue of jobs cannot be reached: {_line(error)}. Is MOOTHALL_COURIER_URL right?")


def _line(error: Exception) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split()).rstrip(".")


def _sqlite(_: str, folder: Path) -> Any:
    folder.mkdir(parents=True, exist_ok=True)
    file = str(folder / "courier.sqlite")
    return SqliteHuey(NAME, filename=file, journal_mode="wal", fsync=False, **_COMMON)


def _postgres(url: str, _: Path) -> Any:
    dsn = url.replace("+psycopg", "", 1)
    try:
        psycopg = import_module("psycopg")
    except ImportError as error:
        raise ConfigurationError("psycopg is missing") from error
    # Huey makes its tables where they are missing, and two that do so at one moment get into each other's way.
    with psycopg.connect(dsn, autocommit=True, connect_timeout=CONNECT) as waiting:
        waiting.execute("SELECT pg_advisory_lock(hashtext('moothall courier'))")
        return PostgresHuey(NAME, dsn=dsn, connect_timeout=CONNECT, **_COMMON)


def _redis(url: str, _: Path) -> Any:
    return RedisHuey(NAME, url=url, **_COMMON)


NAME: Final = "moothall"
PAUSE: Final = 1.0
"""Seconds between two tries to open it."""

CONNECT: Final = 5
"""Seconds after which a server of the queue that does not answer is away."""

_COMMON: Final[dict[str, Any]] = {"results": False, "serializer": JsonSerializer()}

OPENERS: Final[dict[str, Callable[[str, Path], Any]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgres,
    "postgresql+psycopg": _postgres,
    "redis": _redis,
    "rediss": _redis,
}
"""Scheme of MOOTHALL_COURIER_URL to what opens its queue."""
