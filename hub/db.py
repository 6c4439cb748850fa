"""The database: engine, transactions, column types and ids. The only truth; every dialect's quirk stays in here."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    Dialect,
    Engine,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy import DateTime as PlainDateTime
from sqlalchemy import text as sql
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from federation.record import parse_date
from hub.errors import BadInput
from hub.languages import gettext as _

Rows = TypeVar("Rows", bound=Select[Any])

NO_ANSWER: Final = (OperationalError, InterfaceError)
"""What a database raises that is away, restarting, full or locked: the same may work in a moment."""

CONNECT: Final = 5
"""Seconds after which a database server that does not answer is away."""

WAIT: Final = 5
"""Seconds that one waits for what another has locked; after that the database is taken for busy, as if it were away."""


class Base(DeclarativeBase):
    """Every table; constraint names follow one pattern, so that migrations can name them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: aware going in and coming out, whatever the database keeps."""

    impl = PlainDateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Day(TypeDecorator[date]):
    """A day or a moment as ISO text, so that what is only a day stays one."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return value.isoformat() if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return parse_date(value) if value else None


Large: Final = BigInteger().with_variant(Integer(), "sqlite")
"""A whole number of 64 bits; SQLite's are that anyway, and Alembic would copy a table to call them so."""

NEVER_REUSED: Final[dict[str, Any]] = {"sqlite_autoincrement": True}
"""Of a table: the number of a deleted row is not given again, which is so on PostgreSQL without being said."""


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of those rows alone that `where`, a condition in SQL, is true of."""
    condition = sql(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


_last = 0
_guard = threading.Lock()


def new_id() -> str:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then 12 that count up inside this process, then chance."""
    global _last
    with _guard:
        _last = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        stamp = _last
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64
    value |= 0b10 << 62 | int.from_bytes(os.urandom(8)) >> 2
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def locking(rows: Rows, *, skip: bool = False) -> Rows:
    """The same rows, read anew and nobody else's to change until the transaction ends; `skip` leaves out taken ones.

    For what is read and then written in `writing()`. On SQLite a writing transaction has the whole file to itself.
    """
    locked = rows.with_for_update(key_share=True, skip_locked=skip)
    return locked.execution_options(populate_existing=True)


def alone(held: Session | Connection, name: str) -> None:
    """Wait until no other transaction holds this name, and hold it to the end: where there is no row to lock."""
    connection = held.connection() if isinstance(held, Session) else held
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_key(name))))


def beside(held: Session, name: str) -> None:
    """Wait until nobody holds this name `alone`, and keep them waiting to the end; any number may be beside each other.

    On SQLite a writing transaction is alone anyway.
    """
    if held.connection().dialect.name == "postgresql":
        held.execute(select(func.pg_advisory_xact_lock_shared(_key(name))))


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def patient(connection: Connection) -> None:
    """Have this transaction wait for locks as long as it takes: readers may have to end first."""
    if connection.dialect.name == "postgresql":
        connection.execute(sql("SET LOCAL lock_timeout = 0"))


def require_storable(table: type[Base], values: Mapping[str, object]) -> None:
    """BadInput names the first text that a column of the table cannot hold: too long, or no text at all.

    PostgreSQL refuses both where SQLite takes them.
    """
    for name, value in values.items():
        if not isinstance(value, str):
            continue
        longest = getattr(table.__table__.columns[name].type, "length", None)
        if longest is not None and len(value) > longest:
            said = _("“%(value)s…” is too long: at most %(num)s characters can be kept.", value=value[:40], num=longest)
            raise BadInput(said, name)
        if not is_text(value):
            raise BadInput(_("There are characters in it that are no text."), name)


def is_text(value: str) -> bool:
    """Whether databases can hold it: without NUL, and without the halves of characters that broken bytes become."""
    return "\0" not in value and not any("\ud800" <= one <= "\udfff" for one in value)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A transaction that somebody left open on the server: its process, its program, and the statement that ends it."""

    process: int
    program: str
    ending: str


class Database:
    """One database: `reading()` and `writing()` are the only two ways to a session."""

    def __init__(self, url: str) -> None:
        self.engine = _open(_address(url))
        postgresql = self.engine.dialect.name == "postgresql"
        # What SQLite's transactions are by themselves: a state that stays while one reads …
        self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ") if postgresql else self.engine
        # … and, once a lock was waited for, the newest state.
        self._writer = self.engine.execution_options(writing=True)

    @property
    def place(self) -> str:
        """Where it is, for people: without the password."""
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def server(self) -> bool:
        """Whether it is on a server; else it is a file."""
        return self.engine.dialect.name != "sqlite"

    def version(self) -> str:
        """The server's, as `15.3`."""
        with self.reading() as session:
            return str(session.scalar(sql("SHOW server_version"))).split()[0]

    def forgotten(self, longest: timedelta) -> list[Forgotten]:
        """Transactions of other programs that are open for longer than this, the oldest first."""
        asked = (
            "SELECT pid, application_name FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid != pg_backend_pid() AND now() - xact_start > :longest ORDER BY xact_start"
        )
        with self.reading() as session:
            rows = session.execute(sql(asked), {"longest": longest})
            return [Forgotten(pid, name or "", f"SELECT pg_terminate_backend({pid})") for pid, name in rows]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state and leaves nothing behind."""
        with Session(self._reader, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One writing transaction: committed when the block ends, rolled back when it raises."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def open_writing(self) -> Session:
        """The session of `writing()` for a library that commits by itself; whoever opens it closes it."""
        return Session(self._writer, expire_on_commit=False, autoflush=False)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _address(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as error:
        # Not shown: it may hold a password.
        raise BadInput(
            "The database cannot be used: MOOTHALL_DATABASE_URL is no address of one.", "database_url"
        ) from error
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("postgresql+psycopg", "sqlite", "sqlite+pysqlite"):
        raise BadInput(
            f"The database cannot be used: MOOTHALL_DATABASE_URL begins with “{url.drivername}”; "
            "use postgresql:// or sqlite:///.",
            "database_url",
        )
    return url


def _open(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _open_file(url)
    waits = f"-c lock_timeout={WAIT}s"
    given = {"application_name": "moothall", "connect_timeout": CONNECT, "options": waits}
    try:
        return create_engine(
            url,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
            connect_args={name: value for name, value in given.items() if name not in url.query},
        )
    except (ImportError, NoSuchModuleError) as error:
        raise BadInput(
            "The part that speaks with PostgreSQL is not installed. Run `pip install 'moothall[postgres]'`.",
            "database_url",
        ) from error


def _open_file(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": WAIT, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={WAIT}000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once when another writer came between.
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
