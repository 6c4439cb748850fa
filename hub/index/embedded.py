"""The embedded index: tantivy in a folder. One writer at a time among all processes, any number of readers."""

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import tantivy
from tantivy import Order

from hub.config import Settings
from hub.errors import Busy, IndexUnavailable
from hub.index.analysis import Analysis, Welsh, unchanged, usable
from hub.index.base import (
    START,
    Document,
    Query,
    Rebuilt,
    Refused,
    SavedMatcher,
    SearchPage,
    Stats,
    Title,
)
from hub.index.cursors import Cursors, own_key
from hub.index.dictionary import Dictionary
from hub.index.folders import Folders, Lock
from hub.index.lists import Lists
from hub.index.matching import EmbeddedMatcher
from hub.index.pages import answer, holder, like, page_of
from hub.index.ranking import Ranking
from hub.index.schema import engine_document, fingerprint, register, schema
from hub.index.sides import SidedReader, SidedWriter
from hub.index.spelling import nearest
from hub.index.titles import begun
from hub.languages import gettext as _

ENGINE: Final = "embedded"
RESTRICTED: Final = "restricted"
"""The folder of the restricted index, in that of the public one."""

BATCH_HEAP: Final = 32_000_000
REBUILD_HEAP: Final = 128_000_000
REBUILD_THREADS: Final = 2


class EmbeddedWriter:
    """Writes to the index in `folder`. Not for several threads at once; a second writer gets Busy."""

    def __init__(self, folder: Path, restricted: bool = False) -> None:
        self._folders = Folders(folder, fingerprint(restricted))
        self._restricted = restricted
        self._lock = Lock(folder)
        self._writer: tantivy.IndexWriter | None = None

    def missing(self) -> bool:
        """Whether there is none of our shape, or a broken one."""
        try:
            _open(self._folders, self._folders.current())
        except IndexUnavailable:
            return True
        return False

    def ensure(self) -> bool:
        """Make an empty index where there is none of our shape. True: it is empty, so rebuild it. Busy."""
        held = self._lock.held
        self._lock.take()
        try:
            with suppress(IndexUnavailable):
                return not _open(self._folders, self._folders.current()).searcher().num_docs
            self._close()
            name = self._folders.make()
            tantivy.Index(schema(self._restricted), str(self._folders.root / name))
            self._folders.switch(name)
            return True
        finally:
            if not held:
                self._lock.give_back()

    def take(self) -> None:
        """Take the writer's place; harmless when it is ours. Busy."""
        self._lock.take()

    def apply(self, documents: Sequence[Document], deleted: Mapping[str, int]) -> list[Refused]:
        """Add, replace and remove, then commit. Busy; IndexUnavailable where it cannot be written."""
        made, refused = _made(documents)
        if not made and not self._holds(deleted):
            return refused
        try:
            self._write(made, deleted)
        except IndexUnavailable:
            if not made:
                raise
            refused += self._apart(made, deleted)
        return refused

    def rebuild(self, documents: Iterable[Document]) -> Rebuilt:
        """Write a new folder, then point to it. The one before is kept until the next time. Busy, IndexUnavailable."""
        self._lock.take()
        self._close()
        folders = self._folders
        with suppress(IndexUnavailable):
            folders.keep(folders.current())
        name = folders.make()
        try:
            index = tantivy.Index(schema(self._restricted), str(folders.root / name))
            rebuilt = _filled(register(index), documents)
        except ValueError as error:
            folders.keep(*self._in_use())
            raise IndexUnavailable(f"The new search index could not be written: {error}.") from error
        before = self._in_use()
        folders.switch(name)
        folders.keep(name, *before)
        return rebuilt

    def release(self) -> None:
        """Finish merging, and free the place."""
        self._close()
        self._lock.give_back()

    def _holds(self, ids: Iterable[str]) -> bool:
        """Whether any of these is there: a commit costs twenty times as much, and most are in the other index."""
        self._lock.take()
        index = _open(self._folders, self._folders.current())
        asked = tantivy.Query.term_set_query(index.schema, "id", [usable(id) for id in ids])
        return bool(index.searcher().search(asked, 1, count=False).hits)

    def _in_use(self) -> list[str]:
        try:
            return [self._folders.current()]
        except IndexUnavailable:
            return []

    def _open(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._lock.take()
            index = _open(self._folders, self._folders.current())
            try:
                self._writer = index.writer(BATCH_HEAP, 1)
            except ValueError as error:
                if "LockBusy" in str(error):
                    raise Busy(_("Another process is writing to the search index. Try again in a moment.")) from error
                raise IndexUnavailable(f"The search index cannot be written: {error}.") from error
        return self._writer

    def _write(self, made: Mapping[str, tantivy.Document], deleted: Iterable[str]) -> None:
        failed = ""
        try:
            _commit(self._open(), made, deleted)
        except ValueError as error:
            failed = str(error)
        if failed:
            # The engine's threads are gone now, and what was not committed is lost. Its lock is freed with the last
            # reference to the writer: none may live on in a traceback, so the error is not chained.
            self._writer = None
            raise IndexUnavailable(f"The search index could not be written: {failed}.")

    def _apart(self, made: Mapping[str, tantivy.Document], deleted: Iterable[str]) -> list[Refused]:
        """One by one, after the batch failed: is it one document, or the disk? The deletions tell, they must work."""
        self._write({}, deleted)
        refused = []
        for id, one in made.items():
            try:
                self._write({id: one}, ())
            except IndexUnavailable as error:
                refused.append(Refused(id, str(error)))
                self._write({}, ())
        return refused

    def _close(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with suppress(ValueError):
                writer.wait_merging_threads()


def _commit(writer: tantivy.IndexWriter, made: Mapping[str, tantivy.Document], deleted: Iterable[str]) -> None:
    for id in dict.fromkeys([*map(usable, deleted), *made]):
        writer.delete_documents_by_term("id", id)
    for one in made.values():
        writer.add_document(one)
    writer.commit()


def _made(documents: Iterable[Document]) -> tuple[dict[str, tantivy.Document], list[Refused]]:
    """The documents as the engine takes them, the last one of each id; and those that cannot be made so."""
    made: dict[str, tantivy.Document] = {}
    refused = []
    for document in documents:
        try:
            made[usable(document.id)] = engine_document(document)
        except Exception as error:  # Whatever is wrong with one document, the others go on.
            refused.append(Refused(document.id, f"The index cannot take this document: {error}."))
    return made, refused


def _filled(index: tantivy.Index, documents: Iterable[Document]) -> Rebuilt:
    """Write all documents into a new index and merge it to the end. An id that comes twice counts once, the last."""
    writer = index.writer(REBUILD_HEAP, REBUILD_THREADS)
    refused: list[Refused] = []
    seen: set[str] = set()
    for document in documents:
        made, wrong = _made([document])
        refused += wrong
        for id, one in made.items():
            if id in seen:
                writer.delete_documents_by_term("id", id)
            seen.add(id)
            writer.add_document(one)
    writer.commit()
    writer.wait_merging_threads()
    return Rebuilt(len(seen), tuple(refused))


def _open(folders: Folders, name: str) -> tantivy.Index:
    try:
        return register(tantivy.Index.open(str(folders.root / name)))
    except ValueError as error:
        raise IndexUnavailable(_("The search index is broken. `moothall index rebuild` makes a new one.")) from error


@dataclass(frozen=True, slots=True)
class _Opened:
    name: str
    process: int
    index: tantivy.Index
    schema: tantivy.Schema


class EmbeddedReader:
    """Reads the index in `folder`, from any number of threads. Opens at the first call, and again after a fork or a
    rebuild: the engine's own reloading does not survive a fork.
    """

    def __init__(
        self, folder: Path, welsh: Welsh = unchanged, key: Callable[[], str] = own_key, restricted: bool = False
    ) -> None:
        self._folders = Folders(folder, fingerprint(restricted))
        self._restricted = restricted
        self._analysis = Analysis(welsh)
        self._lists = Lists(Cursors(ENGINE, key))
        self._guard = threading.Lock()
        self._opened: _Opened | None = None

    def search(self, query: Query) -> SearchPage:
        """One page, from the index as it is now or from the list's snapshot."""
        if query.after not in ("", START):
            return answer(lambda: self._lists.next(query, self._analysis))
        opened, searcher = self._now()
        ranking = Ranking(opened.schema, self._analysis, holder(searcher), self._restricted)
        if query.after:
            return answer(lambda: self._lists.first(searcher, ranking, query, self._analysis))
        return answer(lambda: page_of(searcher, ranking, query, self._analysis))

    def similar(self, id: str, size: int) -> list[str]:
        """By the 25 words that tell most about it, and its topics (vocabulary.md §6.2: 0.318 against 0.277 without)."""
        opened, searcher = self._now()
        found = searcher.search(tantivy.Query.term_query(opened.schema, "id", usable(id)), 1).hits
        if not found or size < 1:
            return []
        asked = answer(lambda: like(searcher, opened.schema, self._analysis, usable(id), found[0][1]))
        hits = answer(lambda: searcher.search(asked, size, count=False).hits)
        return [searcher.doc(address)["id"][0] for _, address in hits]

    def spell(self, word: str) -> str:
        """By stems nearby, then by the words of the documents that have them (hub/index/spelling.py)."""
        opened, searcher = self._now()
        return answer(lambda: nearest(searcher, opened.schema, self._analysis, word))

    def suggest(self, text: str, size: int) -> list[Title]:
        """By the titles' folded words (hub/index/titles.py)."""
        opened, searcher = self._now()
        return answer(lambda: begun(searcher, opened.schema, self._analysis, text, size))

    def versions(self, ids: Sequence[str] | None = None) -> dict[str, int]:
        """{id: version}; all of 100,000 documents take about 1.5 s, as no text is read."""
        opened, searcher = self._now()
        query = tantivy.Query.all_query()
        if ids is not None:
            query = tantivy.Query.term_set_query(opened.schema, "id", [usable(id) for id in ids])
        most = max(1, searcher.num_docs if ids is None else len(set(ids)))
        hits = answer(lambda: searcher.search(query, most, count=False, order_by_field="id", order=Order.Asc).hits)
        versions = searcher.fast_field_values("version", [address for _, address in hits])
        return {str(id): int(version or 0) for (id, _), version in zip(hits, versions, strict=True)}

    def stats(self) -> Stats:
        """What `moothall index status` shows."""
        opened, searcher = self._now()
        return Stats(ENGINE, searcher.num_docs, self._folders.size(opened.name), opened.name)

    def _now(self) -> tuple[_Opened, tantivy.Searcher]:
        """The current index as it is at this moment; 0.1 ms when nothing changed."""
        name, process = self._folders.current(), os.getpid()
        opened = self._opened
        if opened is None or (opened.name, opened.process) != (name, process):
            with self._guard:
                index = _open(self._folders, name)
                opened = self._opened = _Opened(name, process, index, index.schema)
        answer(opened.index.reload)
        return opened, opened.index.searcher()


def open_embedded(settings: Settings) -> tuple[SidedReader, SidedWriter, SavedMatcher]:
    """What reads and writes the indexes in the data folder; nothing touches it before its first call."""
    dictionary = Dictionary(settings.cache)
    public, restricted = settings.index_folder, settings.index_folder / RESTRICTED
    reader = SidedReader(
        EmbeddedReader(public, dictionary, settings.secret),
        EmbeddedReader(restricted, dictionary, settings.secret, restricted=True),
    )
    writer = SidedWriter(EmbeddedWriter(public), EmbeddedWriter(restricted, restricted=True))
    return reader, writer, EmbeddedMatcher(dictionary)
