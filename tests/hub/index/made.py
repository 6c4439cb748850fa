"""Documents that tests keep in a dict beside a real database, and an index for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.index.base import Document
from hub.index.models import IndexOutbox
from hub.index.outbox import announce

NOTE = "note"


@dataclass
class Shelf:
    """A source of documents; `broken` ones cannot be read."""

    held: dict[str, Document] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    loads: list[list[str]] = field(default_factory=list)

    def ids_after(self, session: Session, id: str, limit: int) -> list[str]:
        return sorted(one for one in self.held if one > id)[:limit]

    def load(self, session: Session, ids: Sequence[str]) -> dict[str, Document | None]:
        self.loads.append(list(ids))
        if self.broken.intersection(ids):
            raise LookupError("half a row")
        return {id: self.held[id] for id in ids if id in self.held}

    def put(self, database: Database, *ids: str, title: str = "Damp", version: int = 1) -> None:
        """Change documents and announce it, as a service does in one transaction."""
        with database.writing() as session:
            for id in ids:
                self.held[id] = note(id, title, version)
            announce(session, NOTE, [(id, version) for id in ids])

    def drop(self, database: Database, *ids: str) -> None:
        """Withdraw documents and announce it."""
        with database.writing() as session:
            for id in ids:
                self.held.pop(id, None)
            announce(session, NOTE, [(id, 99) for id in ids])


def note(id: str, title: str = "Damp", version: int = 1) -> Document:
    return Document(
        id=id, version=version, title=title, language="en", organisation="northford", sector="council", type="report"
    )


def outbox(database: Database) -> list[IndexOutbox]:
    """What waits, oldest first."""
    with database.reading() as session:
        rows = list(session.scalars(select(IndexOutbox).order_by(IndexOutbox.id)))
        session.expunge_all()
        return rows
