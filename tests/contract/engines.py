"""What the contract of the index is tested with: documents, queries, and each engine opened in a folder of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hub.index.base import PUBLIC, Clause, Document, IndexReader, IndexWriter, Query, SearchPage, Span
from hub.index.embedded import EmbeddedReader, EmbeddedWriter

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
    folder: Path


def embedded(folder: Path) -> Engine:
    """The engine in a folder."""
    return Engine("embedded", lambda: EmbeddedWriter(folder), lambda: EmbeddedReader(folder, welsh=welsh), folder)


ENGINES: Final = {"embedded": embedded}
"""A second engine is one more line here."""


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
