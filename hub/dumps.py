"""A whole database as one file, and back: with the programs and statements that each kind has for it."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Table, func, inspect, select
from sqlalchemy.orm import Session

from hub.db import Base, Database
from hub.errors import BadInput, HubError, Unavailable


def kind_of(database: Database) -> str:
    """`sqlite` or `postgresql`: a dump can be loaded into a database of its own kind only."""
    return database.engine.dialect.name


def is_empty(database: Database) -> bool:
    """Whether nothing has been made in it yet; a file that is not there is not made by asking."""
    if kind_of(database) == "sqlite" and not Path(database.engine.url.database or "").exists():
        return True
    return not inspect(database.engine).get_table_names()


@contextmanager
def dumped(database: Database, folder: Path) -> Iterator[tuple[Path, Session]]:
    """The file that was written into `folder` while others went on writing, and a session that sees just its state."""
    dump = _dumped_file if kind_of(database) == "sqlite" else _dumped_server
    with dump(database, folder) as (file, session):
        yield file, session


@contextmanager
def _dumped_file(database: Database, folder: Path) -> Iterator[tuple[Path, Session]]:
    file = folder / "database.sqlite"
    try:
        with closing(database.engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM INTO ?", (str(file),))
    except sqlite3.Error as error:
        raise Unavailable(f"The database {database.place} cannot be copied to {folder.parent}: {error}.") from error
    copy = Database(f"sqlite:///{file}")
    try:
        with copy.reading() as session:
            yield file, session
    finally:
        copy.close()


@contextmanager
def _dumped_server(database: Database, folder: Path) -> Iterator[tuple[Path, Session]]:
    file = folder / "database.dump"
    with database.reading() as session:
        snapshot = session.scalar(select(func.pg_export_snapshot()))
        _program("pg_dump", database, "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
        yield file, session


def load(database: Database, file: Path) -> None:
    """Fill the empty `database` with what was dumped: all of it or nothing."""
    if kind_of(database) == "postgresql":
        _program("pg_restore", database, "--single-transaction", "--exit-on-error", str(file))
        return
    place = Path(database.engine.url.database or "")
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(place.name + ".new")
    shutil.copyfile(file, beside)
    keep_on_disk(beside)
    database.close()
    for journal in ("-wal", "-shm"):
        place.with_name(place.name + journal).unlink(missing_ok=True)
    beside.replace(place)
    keep_on_disk(place.parent)


def rows_of(session: Session) -> dict[str, int]:
    """How many rows each table has; tables that a database from an older release has still to get are left out."""
    there = set(inspect(session.connection()).get_table_names())
    tables = [table for table in Base.metadata.sorted_tables if table.name in there]
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def continue_numbers(session: Session, tables: Iterable[Table]) -> None:
    """Let the numbers that the database gives to new rows go on after those that were copied; SQLite does by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        column = table.autoincrement_column
        if column is not None:
            last = select(func.max(column)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            session.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))


def keep_on_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would outlive a fall of the machine."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _program(name: str, database: Database, *options: str) -> None:
    found = shutil.which(name)
    if found is None:
        raise BadInput(f"The program {name} is not there. Install the client programs of PostgreSQL.")
    url = database.engine.url.set(drivername="postgresql", password=None)
    password = database.engine.url.password
    done = subprocess.run(
        [found, "--no-owner", "--no-privileges", f"--dbname={url.render_as_string()}", *options],
        # In the environment, for every user of the machine can read the words of a command.
        env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["nothing"])[0].removeprefix(f"{name}: ")
        error = Unavailable if "connection to server" in said else HubError
        raise error(f"{name} failed for {database.place}: {said.rstrip('.')}.")
