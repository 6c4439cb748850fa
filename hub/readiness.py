"""Whether the database can be used: its tables and their migrations, and a server that has still to start."""

import logging
import time
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hub.db import NO_ANSWER, Database, alone, patient
from hub.errors import Unavailable

log = logging.getLogger(__name__)

PAUSE: Final = 1.0
"""Seconds between two tries."""


class Away(Unavailable):
    """The database does not answer."""


def upgrade(database: Database) -> None:
    """Bring the tables to the newest shape; nothing happens when they have it."""
    with database.engine.execution_options(writing=True).begin() as connection:
        patient(connection)
        alone(connection, "migrations")
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def pending(database: Database) -> bool:
    """Whether migrations wait to be run (also true for an empty database)."""
    with database.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current != ScriptDirectory.from_config(migrations()).get_current_head()


def migrations() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def require_ready(database: Database) -> None:
    """Unavailable, with what to do, when the database does not answer, or its tables are missing or old."""
    try:
        waiting = pending(database)
    except NO_ANSWER as error:
        hint = (
            "Does its server run, and is MOOTHALL_DATABASE_URL right?"
            if database.server
            else "Is MOOTHALL_DATA right? Else run `moothall init`."
        )
        raise Away(f"The database {database.place} cannot be opened. {hint}") from error
    if waiting:
        raise Unavailable(
            "The database is not ready. Run `moothall init` for a new hub, `moothall upgrade` for an old."
        )


def await_ready(database: Database, patience: float) -> None:
    """The same for a process that is to stay: a server that does not answer yet gets so many seconds to start."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return require_ready(database)
        except Away as error:
            if not database.server or time.monotonic() > deadline:
                raise
            log.warning("%s It is tried again for %.0f seconds.", error, deadline - time.monotonic())
            time.sleep(PAUSE)
