"""The public and the restricted index as one: each document stands in the index of its side, and in that one alone.

They share nothing: no words, no counts, no suggestions. So nothing that is restricted can be felt in public answers.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, TextIO

from hub.errors import Busy
from hub.index.base import Document, IndexReader, IndexWriter, Query, Rebuilt, Refused, SearchPage, Stats, Title


class SidedWriter:
    """An IndexWriter over both. Always takes the public one's place first, so that two never wait for each other."""

    def __init__(self, public: IndexWriter, restricted: IndexWriter) -> None:
        self.public = public
        self.restricted = restricted

    def missing(self) -> bool:
        """Whether one of them is."""
        return self.public.missing() or self.restricted.missing()

    def ensure(self) -> bool:
        """Make what is missing. That the restricted index is empty is as it should be in most hubs."""
        fresh = self.restricted.missing()
        empty = self.public.ensure()
        self.restricted.ensure()
        return empty or fresh

    def take(self) -> None:
        """Take both places, or none. Busy."""
        self.public.take()
        try:
            self.restricted.take()
        except Busy:
            self.public.release()
            raise

    def apply(self, documents: Sequence[Document], deleted: Mapping[str, int]) -> list[Refused]:
        """Each document into the index of its side, and out of the other.

        What is restricted leaves the public index before anything else is done with it. Killed or refused in between,
        its announcement stays, and all of this is done again.
        """
        public = [one for one in documents if not one.audience]
        restricted = [one for one in documents if one.audience]
        refused = self.public.apply(public, {**deleted, **_versions(restricted)})
        return refused + self.restricted.apply(restricted, {**deleted, **_versions(public)})

    def rebuild(self, documents: Iterable[Document]) -> Rebuilt:
        """Both anew. Restricted documents wait in a file without a name until the public index is whole."""
        with TemporaryFile("w+", encoding="utf-8") as waiting:
            public = self.public.rebuild(_parted(documents, waiting))
            waiting.seek(0)
            restricted = self.restricted.rebuild(_document_in(line) for line in waiting)
        return Rebuilt(public.written + restricted.written, (*public.refused, *restricted.refused))

    def release(self) -> None:
        """Give both places back."""
        self.restricted.release()
        self.public.release()


class SidedReader:
    """An IndexReader over both: the rights of a query say which is searched. All that helps with typing is public."""

    def __init__(self, public: IndexReader, restricted: IndexReader) -> None:
        self.public = public
        self.restricted = restricted

    def search(self, query: Query) -> SearchPage:
        """One page of the one or the other."""
        return (self.restricted if query.rights.audiences else self.public).search(query)

    def similar(self, id: str, size: int) -> list[str]:
        """Public documents like this public one."""
        return self.public.similar(id, size)

    def spell(self, word: str) -> str:
        """By the words of public documents."""
        return self.public.spell(word)

    def suggest(self, text: str, size: int) -> list[Title]:
        """Titles of public documents."""
        return self.public.suggest(text, size)

    def versions(self, ids: Sequence[str] | None = None) -> dict[str, int]:
        """Of both; a document that is in both by mistake counts as a public one."""
        return {**self.restricted.versions(ids), **self.public.versions(ids)}

    def placed(self, ids: Sequence[str] | None = None) -> dict[tuple[str, bool], int]:
        """{(id, whether it is the restricted index): version} of what each holds."""
        public = {(id, False): version for id, version in self.public.versions(ids).items()}
        return public | {(id, True): version for id, version in self.restricted.versions(ids).items()}

    def stats(self) -> Stats:
        """Both together, by the public one's name."""
        public, restricted = self.public.stats(), self.restricted.stats()
        return replace(
            public,
            documents=public.documents + restricted.documents,
            bytes=public.bytes + restricted.bytes,
            restricted=restricted.documents,
            troubles=tuple(dict.fromkeys((*public.troubles, *restricted.troubles))),
        )


def _versions(documents: Iterable[Document]) -> dict[str, int]:
    return {one.id: one.version for one in documents}


def _parted(documents: Iterable[Document], waiting: TextIO) -> Iterator[Document]:
    """The public ones; the others are written down."""
    for one in documents:
        if one.audience:
            waiting.write(json.dumps(asdict(one), default=datetime.isoformat) + "\n")
        else:
            yield one


def _document_in(line: str) -> Document:
    held: dict[str, Any] = json.loads(line)
    moment = held.pop("published")
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in held.items()}
    return Document(**given, published=datetime.fromisoformat(moment) if moment else None)
