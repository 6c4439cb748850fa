"""Each engine in a place of its own, with a writer and a reader."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.index.base import IndexReader, IndexWriter
from hub.index.opensearch.address import read_address
from hub.index.opensearch.server import WRITING, Server
from hub.index.opensearch.shape import Names, fingerprint
from tests.contract.engines import ENGINES, Engine, Place, forget_opensearch


@pytest.fixture(params=["embedded", pytest.param("opensearch", marks=pytest.mark.server)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "opensearch":
        request.getfixturevalue("opensearch_node")
    yield ENGINES[request.param](tmp_path / "index")
    if request.param == "opensearch":
        forget_opensearch(tmp_path / "index")


@pytest.fixture
def writer(engine: Engine) -> Iterator[IndexWriter]:
    made = engine.writer()
    assert made.ensure()
    yield made
    made.release()


@pytest.fixture
def reader(engine: Engine, writer: IndexWriter) -> IndexReader:
    return engine.reader()


@pytest.fixture
def place(opensearch_node: str) -> Iterator[Place]:
    """A prefix of its own on the server, with nothing there yet."""
    made = Place(Server(read_address(opensearch_node), WRITING), Names(f"only-{time.time_ns()}", fingerprint()))
    yield made
    for name in made.all():
        made.server.ask("DELETE", f"/{name}")
