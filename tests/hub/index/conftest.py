"""A database with its tables, an index beside it, and a shelf of documents."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.db import Base, Database
from hub.index.embedded import EmbeddedReader, EmbeddedWriter
from hub.index.models import IndexOutbox
from hub.index.sides import SidedReader, SidedWriter
from tests.hub.index.made import Shelf


@pytest.fixture
def database(tmp_path: Path, database_url: str) -> Iterator[Database]:
    made = Database(database_url or f"sqlite:///{tmp_path / 'hub.sqlite'}")
    Base.metadata.create_all(made.engine, tables=[Base.metadata.tables[IndexOutbox.__tablename__]])
    yield made
    made.close()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SidedWriter]:
    made = SidedWriter(EmbeddedWriter(tmp_path / "index"), EmbeddedWriter(tmp_path / "restricted", restricted=True))
    made.ensure()
    yield made
    made.release()


@pytest.fixture
def reader(tmp_path: Path) -> SidedReader:
    return SidedReader(EmbeddedReader(tmp_path / "index"), EmbeddedReader(tmp_path / "restricted", restricted=True))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()
