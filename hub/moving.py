"""Copy a hub's database into an empty one of any kind, and prove that every row of it arrived."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hub import tables
from hub.db import Base, Database
from hub.dumps import continue_numbers, rows_of
from hub.errors import BadInput, Conflict, HubError, Unavailable
from hub.index.models import IndexOutbox
from hub.readiness import upgrade
from hub.sources.models import Run

BATCH: Final = 500
"""Rows a statement."""

Told = Callable[[int], None]

assert tables.TABLES, "every table is known before they are counted"


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: how many rows, and the sum of their SHA-256, which no order of rows changes."""

    rows: int = 0
    digest: str = f"{0:064x}"


def _nothing(_: int) -> None:
    """For those who do not watch."""


def move(source: Database, target: Database, told: Told = _nothing) -> Mapping[str, Content]:
    """Copy all tables in one transaction, so that a move that was broken off can be begun again; what they hold.

    A target that holds just this hub is left as it is. `told` hears how many rows are copied or compared so far.
    """
    try:
        upgrade(target)
        with source.reading() as reading:
            _require_still(reading)
            with target.reading() as session:
                held = contents(session, told) if size_of(session) else None
            if held is not None:
                return _require_same(contents(reading), held, target)
            with target.writing() as writing:
                sent = _copy(reading, writing, told)
            with target.reading() as session:
                return _require_same(sent, contents(session), target, copied=True)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0].rstrip(".")
        raise Unavailable(f"The hub cannot be copied to {target.place}: {reason}. Nothing was kept there.") from error


def size_of(session: Session) -> int:
    """How many rows a hub has, the queue of its index left out: at the new place the index is built anew."""
    held = rows_of(session)
    return sum(held[table.name] for table in _tables())


def contents(session: Session, told: Told = _nothing) -> dict[str, Content]:
    """What each table holds."""
    done = 0
    found = {}
    for table in _tables():
        counted = _Counter()
        for rows in _rows(session, table):
            counted.add(rows)
            done += len(rows)
            told(done)
        found[table.name] = counted.content()
    return found


def _copy(reading: Session, writing: Session, told: Told) -> dict[str, Content]:
    done = 0
    sent = {}
    for table in _tables():
        counted = _Counter()
        for rows in _rows(reading, table):
            writing.execute(table.insert(), rows)
            counted.add(rows)
            done += len(rows)
            told(done)
        sent[table.name] = counted.content()
    continue_numbers(writing, _tables())
    return sent


def _require_still(session: Session) -> None:
    going_on = session.scalar(select(func.count()).where(Run.state == "running")) or 0
    if going_on:
        raise Conflict("Sources are being checked at this moment. Stop the hub that is to be moved, then try again.")


def _require_same(
    ours: Mapping[str, Content], theirs: Mapping[str, Content], target: Database, copied: bool = False
) -> Mapping[str, Content]:
    different = [name for name in ours if ours[name] != theirs[name]]
    if different and copied:
        where = ", ".join(different)
        raise HubError(f"What arrived in {target.place} is not what was sent. Do not use it. It differs in: {where}.")
    if different:
        raise BadInput(
            f"There is something else in {target.place} already; nothing was changed. Name an empty database.", "to"
        )
    return theirs


def _tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table is not IndexOutbox.__table__]


def _rows(session: Session, table: Table) -> Iterator[list[dict[str, Any]]]:
    (key,) = table.primary_key
    wanted = select(table).order_by(key).limit(BATCH)
    rows = [dict(row) for row in session.execute(wanted).mappings()]
    while rows:
        yield rows
        rows = [dict(row) for row in session.execute(wanted.where(key > rows[-1][key.name])).mappings()]


class _Counter:
    """Adds rows up."""

    def __init__(self) -> None:
        self._rows = self._sum = 0

    def add(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            line = json.dumps(row, sort_keys=True, default=_plain).encode("utf-8", "surrogatepass")
            self._sum += int.from_bytes(hashlib.sha256(line).digest())
        self._rows += len(rows)

    def content(self) -> Content:
        return Content(self._rows, f"{self._sum % 2**256:064x}")


def _plain(value: Any) -> str:
    return value.hex() if isinstance(value, bytes | memoryview) else str(value.isoformat())
