"""The list of what was erased: a file in the data folder, outside of every backup, by which a restore is cleansed.

It holds numbers and hashes, and of documents that were taken down the address by which they are kept away; no name.
Its truth is the database: the file follows it, and only what the database does not know yet is erased again.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.dumps import keep_on_disk
from hub.errors import BadInput, HubError, Unavailable
from hub.governance.closing import PERSON, forget_again
from hub.governance.models import Erasure
from hub.moderation.takedowns import look_up, take_down
from hub.policy import Actor
from hub.records.models import Block, Decision

FILE: Final = "erasures.jsonl"
TAKE_DOWN: Final = "take-down"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what was erased, by kind and number, how, and of a take-down what it keeps away (address, hash)."""

    kind: str
    key: str
    how: str
    marks: tuple[tuple[str, str], ...] = ()


def read_list(folder: Path) -> list[Entry]:
    """What the file says; nothing where there is none. BadInput for one that is not whole."""
    try:
        lines = (folder / FILE).read_text().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Unavailable(f"The list of erasures {folder / FILE} cannot be read: {error.strerror}.") from error
    try:
        return [_entry(json.loads(line)) for line in lines if line.strip()]
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput(
            f"{folder / FILE} is not a list of erasures. Put a copy of it there, or take it away."
        ) from error


def _entry(told: dict[str, Any]) -> Entry:
    marks = tuple((str(place), str(hashed)) for place, hashed in told.get("marks", ()))
    return Entry(str(told["kind"]), str(told["key"]), str(told["how"]), marks)


def keep_list(session: Session, folder: Path) -> bool:
    """Have the file say what the database says, and what the database has lost; whether it was behind."""
    before = read_list(folder)
    wanted = _ordered([*in_database(session), *lost(session, before)])
    if wanted == _ordered(before):
        return False
    _write(folder, wanted)
    return True


def in_database(session: Session) -> list[Entry]:
    """Everything that is erased and must stay so, as the database has it."""
    people = session.execute(select(Erasure.key, Erasure.how).where(Erasure.kind == PERSON))
    marks: dict[str, list[tuple[str, str]]] = {}
    ways: dict[str, str] = {}
    joined = select(Block.decision_id, Block.place, Block.hashed, Decision.ground)
    rows = session.execute(joined.join(Decision, Decision.id == Block.decision_id).order_by(Block.id))
    for id, place, hashed, ground in rows:
        marks.setdefault(id, []).append((place, hashed))
        ways[id] = ground
    taken = [Entry(TAKE_DOWN, id, ways[id], tuple(told)) for id, told in marks.items()]
    return [*(Entry(PERSON, key, how) for key, how in people), *taken]


def lost(session: Session, entries: Iterable[Entry]) -> list[Entry]:
    """Those of the list that the database knows nothing of: it was restored from a time before them."""
    listed = list(entries)
    if not listed:
        return []
    known = {(row.kind, row.key) for row in session.execute(select(Erasure.kind, Erasure.key))}
    taken = [one.key for one in listed if one.kind == TAKE_DOWN]
    decisions = set(session.scalars(select(Decision.id).where(Decision.id.in_(taken))))
    return [
        one
        for one in listed
        if (one.kind, one.key) not in known and not (one.kind == TAKE_DOWN and one.key in decisions)
    ]


def erase_again(database: Database, folder: Path, *, actor: Actor) -> int:
    """Erase what the list says and the database still has, each in a transaction of its own. Says how many.

    To be called before anybody can see what was restored. What was erased stays so when it is broken off.
    """
    with database.reading() as session:
        waiting = lost(session, read_list(folder))
    for one in waiting:
        with database.writing() as session:
            AGAIN[one.kind](session, one, actor)
    with database.reading() as session:
        keep_list(session, folder)
    return len(waiting)


def _person(session: Session, one: Entry, actor: Actor) -> None:
    forget_again(session, actor=actor, person_id=one.key, how=one.how)


def _take_down(session: Session, one: Entry, actor: Actor) -> None:
    """Under a new number; the old one is noted, so that it is not done twice."""
    for place, hashed in one.marks:
        for what in filter(None, (f"https://{place}" if place else "", hashed)):
            try:
                found = look_up(session, what, "", actor=actor)
                take_down(session, found, actor=actor, ground=one.how, facts="Applied again after a restore.")
            except HubError:
                # Its words are erased already, by another mark of the same decision.
                continue
    session.add(Erasure(kind=TAKE_DOWN, key=one.key, how=one.how))


AGAIN: Final = {PERSON: _person, TAKE_DOWN: _take_down}
"""Kind -> how it is erased once more."""


def _ordered(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(set(entries), key=lambda one: (one.kind, one.key))


def _write(folder: Path, entries: Iterable[Entry]) -> None:
    """Whole or not at all; readable by its owner alone."""
    place, beside = folder / FILE, folder / f"{FILE}.new"
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(json.dumps(asdict(one)) + "\n" for one in entries)
        keep_on_disk(beside)
        beside.replace(place)
        keep_on_disk(folder)
    except OSError as error:
        raise Unavailable(f"The list of erasures {place} cannot be written: {error.strerror}.") from error
