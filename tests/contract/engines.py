"""What the contract of the index is tested with: documents, queries, and each engine opened in a place of its own."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hub.index.base import PUBLIC, Clause, Document, IndexReader, IndexWriter, Query, SavedMatcher, SearchPage, Span
from hub.index.embedded import EmbeddedReader, EmbeddedWriter
from hub.index.matching import EmbeddedMatcher
from hub.index.opensearch.address import read_address
from hub.index.opensearch.matcher import OpenSearchMatcher
from hub.index.opensearch.reader import OpenSearchReader
from hub.index.opensearch.server import MATCHING, READING, WRITING, Server
from hub.index.opensearch.shape import Names, fingerprint
from hub.index.opensearch.writer import OpenSearchWriter
from hub.index.sides import SidedReader, SidedWriter
from tests.servers.opensearch import VARIABLE

LEMMAS: Final = {"gynghorau": "cyngor", "cynghorau": "cyngor", "nghyngor": "cyngor", "ofal": "gofal", "tai": "ty"}


def welsh(text: str) -> str:
    """A Welsh dictionary of five words."""
    return " ".join(LEMMAS.get(word.lower(), word) for word in text.split())


@dataclass
class Engine:
    """One engine: how to open a writer, a reader, and the same in another process."""

    name: str
    writer: Callable[[], IndexWriter]
    reader: Callable[[], IndexReader]
    matcher: Callable[[], SavedMatcher]
    folder: Path
    sided: Callable[[], tuple[SidedReader, SidedWriter]]
    """The public and the restricted index together."""
    one_writer: bool = True
    """False: two may write at once, as the engine itself keeps the newest version of each document. DIFFERENCES."""


DIFFERENCES: Final = {
    "opensearch": {
        "two writers": "Two may apply changes at once, the newest version stays. Busy comes only while one rebuilds.",
        "older versions": "An older version than the one there changes nothing: rebuild after restoring a database.",
        "a killed rebuild": "Its place becomes free a minute later; tantivy's becomes free at once.",
        "far pages": "The hits of numbered pages end at 10,000; the total is exact, and a list goes on to its end.",
        "lists": "Any process goes on with a list; embedded only the one that began it. The second rebuild ends it.",
        "many words": "A saved search that asks for over 1,000 words, each in six languages, is refused, by itself.",
        "long ids": "An id has at most 512 bytes. A longer one is refused, by itself.",
        "long values": "A value over 8,191 characters cannot be filtered by.",
        "stems": "Some English, Swedish and German stems are others: ALLOWED in test_opensearch_words.py.",
        "marks": "A word that is found by such a stem may stay unmarked, as both engines' marks are made by our stems.",
        "scores": "They cannot be compared. Equal ones come newest first; in tantivy, as they were written.",
    }
}
"""What the second engine does not do as the embedded one does, and why that is allowed. All else is the same."""


def key() -> str:
    """The key of a hub, for cursors."""
    return "a key that nobody can guess"


def embedded(folder: Path) -> Engine:
    """The engine in a folder."""
    return Engine(
        "embedded",
        lambda: EmbeddedWriter(folder),
        lambda: EmbeddedReader(folder, welsh, key),
        lambda: EmbeddedMatcher(welsh),
        folder,
        lambda: (
            SidedReader(
                EmbeddedReader(folder, welsh, key), EmbeddedReader(folder / "own", welsh, key, restricted=True)
            ),
            SidedWriter(EmbeddedWriter(folder), EmbeddedWriter(folder / "own", restricted=True)),
        ),
    )


def opensearch(folder: Path) -> Engine:
    """The engine on the server of the test session, with a prefix made of the folder's name."""
    address = read_address(os.environ[VARIABLE])
    names, own = Names(_prefix(folder), fingerprint()), Names(f"{_prefix(folder)}-own", fingerprint(restricted=True))
    return Engine(
        "opensearch",
        lambda: OpenSearchWriter(Server(address, WRITING), names),
        lambda: OpenSearchReader(Server(address, READING), names, welsh, key),
        lambda: OpenSearchMatcher(Server(address, MATCHING), names, welsh),
        folder,
        lambda: (
            SidedReader(
                OpenSearchReader(Server(address, READING), names, welsh, key),
                OpenSearchReader(Server(address, READING), own, welsh, key, restricted=True),
            ),
            SidedWriter(
                OpenSearchWriter(Server(address, WRITING), names),
                OpenSearchWriter(Server(address, WRITING), own, restricted=True),
            ),
        ),
        one_writer=False,
    )


def forget_opensearch(folder: Path) -> None:
    """Remove what the engine of this folder left on the server, so that hundreds of tests leave no index behind."""
    forget_prefix(_prefix(folder))


def forget_prefix(prefix: str) -> None:
    """Remove every index of this prefix."""
    server = Server(read_address(os.environ[VARIABLE]), WRITING)
    for name in server.ask("GET", f"/{prefix}-*/_alias"):
        server.ask("DELETE", f"/{name}")


@dataclass
class Place:
    """A prefix of its own on the server."""

    server: Server
    names: Names

    def writer(self, lasts: float = 60) -> OpenSearchWriter:
        """A writer whose place in a rebuild lasts so long."""
        return OpenSearchWriter(self.server, self.names, lasts)

    def reader(self) -> OpenSearchReader:
        """A reader."""
        return OpenSearchReader(self.server, self.names)

    def all(self) -> set[str]:
        """Every index that begins with the prefix."""
        return set(self.server.ask("GET", f"/{self.names.prefix}-*/_alias"))

    def indexes(self) -> set[str]:
        """The indexes that rebuilds made."""
        return {name for name in self.all() if self.names.is_ours(name)}


def _prefix(folder: Path) -> str:
    return f"test-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"


ENGINES: Final = {"embedded": embedded, "opensearch": opensearch}
"""A third engine is one more line here."""


def document(id: str, title: str, body: str = "", language: str = "en", **given: Any) -> Document:
    """A report of Northford's, unless told otherwise."""
    base: dict[str, Any] = {"version": 1, "organisation": "northford", "sector": "council", "type": "report"}
    return Document(id=id, title=title, body=body, language=language, **{**base, **given})


def query(*clauses: str | Clause, **given: Any) -> Query:
    """A public search; a string is one word."""
    return Query(rights=PUBLIC, clauses=tuple(Clause(one) if isinstance(one, str) else one for one in clauses), **given)


def ids(page: SearchPage) -> list[str]:
    """The ids of a page, in order."""
    return [hit.id for hit in page.hits]


def marks(spans: Sequence[Span]) -> list[str]:
    """The marked pieces."""
    return [span.text for span in spans if span.marked]


def plain(spans: Sequence[Span]) -> str:
    """The whole text of the spans."""
    return "".join(span.text for span in spans)
