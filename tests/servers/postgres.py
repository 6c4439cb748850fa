"""A PostgreSQL server for the test session (PyPI's pgserver), with a fresh database for whoever asks.

It starts when the first test needs it, speaks through a socket alone, and is gone with its folder at the end.
"""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from hub.db import Database
from hub.readiness import upgrade

REASON = "PostgreSQL: the server of PyPI's pgserver does not start here"
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""A test's server need not outlive a fall of the machine."""


class Postgres:
    """A running server. `empty` makes databases without tables, `ready` those that have them, `copied` copies one."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # It asks for XDG_RUNTIME_DIR, and tells that its descendants are looked for when it ends.
            warnings.simplefilter("ignore")
            pgserver = import_module("pgserver")
            # Not in pytest's own folder, which every new session of pytest closes to the server's user.
            folder = tempfile.mkdtemp(prefix="moothall-postgres-")
            self._server: Any = pgserver.get_server(folder, cleanup_mode="delete")
        self._control = import_module("pgserver._commands").pg_ctl
        self._url = make_url(self._server.get_uri())
        self._numbers = count()
        for setting in QUICK:
            self.say(f"ALTER SYSTEM SET {setting}")
        self.say("SELECT pg_reload_conf()")
        self._template = "moothall_ready"
        self.say(f"CREATE DATABASE {self._template}")
        prepared = Database(self.url(self._template))
        upgrade(prepared)
        prepared.close()

    def url(self, name: str) -> str:
        """The address of a database, as somebody would write it into a setting."""
        return self._url.set(database=name).render_as_string(hide_password=False)

    def say(self, statement: str, *values: object) -> list[Any]:
        """Have the server do something, outside of every database that is tested."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a new database without tables, dropped at the end."""
        with self._made("template1") as url:
            yield url

    @contextmanager
    def ready(self) -> Iterator[str]:
        """The address of a new database that has the tables, dropped at the end."""
        with self._made(self._template) as url:
            yield url

    @contextmanager
    def copied(self, url: str) -> Iterator[str]:
        """The address of a copy of the database at this address, to which nobody is connected; dropped at the end."""
        with self._made(str(make_url(url).database)) as copy:
            yield copy

    @contextmanager
    def _made(self, template: str) -> Iterator[str]:
        name = f"moothall_{next(self._numbers)}"
        self.say(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.say(f"DROP DATABASE {name} WITH (FORCE)")

    def cut_off(self, url: str) -> int:
        """End every connection to the database at this address. Says how many there were."""
        name = make_url(url).database
        return len(self.say("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", name))

    def waiting(self, url: str) -> int:
        """How many connections to it wait for a lock that another holds."""
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
        return int(self.say(asked, make_url(url).database)[0][0])

    def stop(self) -> None:
        """Stop the server as an operator does who is in a hurry: every connection is broken off."""
        self._control(
            ["-w", "-m", "fast", "stop"], pgdata=Path(self._server.pgdata), user=self._server.system_user, timeout=10
        )

    def start(self) -> None:
        """Start it again, at the same address."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Stop it for good and delete its folder."""
        self._server.cleanup()


def programs() -> Path:
    """The folder of its programs: pg_dump and its like must not be older than the server."""
    found = find_spec("pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


@contextmanager
def running() -> Iterator[Postgres]:
    """The server; where it cannot be had, a skip that names the reason, or a failure where servers are required."""
    try:
        made = Postgres()
    except Exception as error:
        reason = f"{REASON} ({type(error).__name__}: {error})"
        if os.environ.get("MOOTHALL_REQUIRE_SERVERS") == "1":
            pytest.fail(f"Required by MOOTHALL_REQUIRE_SERVERS: {reason}")
        pytest.skip(reason)
    try:
        yield made
    finally:
        made.close()
