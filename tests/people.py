"""Three people and two organisations that tests speak of, and a hub of their own to live in."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from hub import tables
from hub.config import Settings, make_secret, read_settings
from hub.db import Database
from hub.organisations.models import Organisation
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE, Actor
from hub.readiness import upgrade
from hub.sources.models import Source
from hub.sources.notices import Named

AISHA = Actor("Aisha Bell", "00000000-0000-7000-8000-000000000001", frozenset({"officer"}))
"""An officer of Northford: may read, and no more."""
DEV = Actor("Dev Rao", "00000000-0000-7000-8000-000000000002", frozenset({"operator"}))
"""The operator."""
NAMED = Named("Moothall", "http://127.0.0.1:8000")
"""The hub, as mails name it."""
STRANGER = Actor()
"""Nobody that we know."""


@dataclass
class World:
    """A hub in a folder, with Northford City and Eastmere Fire and Rescue."""

    settings: Settings
    database: Database
    northford: str
    eastmere: str


def settings_in(folder: Path, **given: object) -> Settings:
    """Settings of a test's hub: everything in `folder`, short times, loopback allowed."""
    cache = Path(read_settings().cache)
    base: dict[str, object] = {
        "data": folder,
        "cache": cache,
        "fetch_allow": "127.0.0.0/8:*",
        "times": "short",
        "base_url": "http://127.0.0.1:8000",
        "trusted_hosts": "127.0.0.1,localhost",
    }
    return read_settings(**{**base, **given})


@contextmanager
def world(folder: Path, **given: object) -> Iterator[World]:
    """A fresh hub, with `given` settings and the two organisations; a database that is given has its tables already."""
    assert tables.TABLES
    folder.mkdir(parents=True, exist_ok=True)
    make_secret(folder)
    settings = settings_in(folder, **given)
    if not settings.database_url:
        file_of(settings).write_bytes(_file_with_tables())
    database = Database(settings.database)
    with database.writing() as session:
        northford = add_organisation(session, actor=COMMAND_LINE, name="Northford City", sector="council")
        eastmere = add_organisation(session, actor=COMMAND_LINE, name="Eastmere Fire and Rescue", sector="fire")
        ids = northford.id, eastmere.id
    try:
        yield World(settings, database, *ids)
    finally:
        database.close()


def file_of(settings: Settings) -> Path:
    """The file of this hub's database."""
    return Path(str(make_url(settings.database).database))


@functools.cache
def _file_with_tables() -> bytes:
    """A database of SQLite as migrations make it, with nothing in it; made once a run."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tables"
        database = Database(f"sqlite:///{file}")
        upgrade(database)
        database.close()
        return file.read_bytes()


def source_of(session: Session, organisation_id: str, address: str = "https://northford.example/feed") -> Source:
    """A source that needs no network: for tests of what is stored."""
    organisation = session.get_one(Organisation, organisation_id)
    source = Source(organisation_id=organisation.id, name=f"{organisation.name} news", kind="feed", address=address)
    session.add(source)
    session.flush()
    return source
