"""Writing to the server: batches with versions, and a rebuild that ends with one switch of the aliases."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from hub.errors import IndexUnavailable
from hub.index.analysis import usable
from hub.index.base import Document, Rebuilt, Refused
from hub.index.opensearch.bulk import Line, batches, send, versioned
from hub.index.opensearch.lease import LASTS, Lease
from hub.index.opensearch.sentences import MISSING
from hub.index.opensearch.server import Server
from hub.index.opensearch.shape import LONGEST_ID, Names, body, source_of

HELD_AT_ONCE: Final = 1000


class OpenSearchWriter:
    """Writes through the alias. Any number of processes may apply changes at once: the newest version stays.

    While one rebuilds, the others are Busy.
    """

    def __init__(self, server: Server, names: Names, lasts: float = LASTS, restricted: bool = False) -> None:
        self._restricted = restricted
        self._server = server
        self._names = names
        self._lease = Lease(server, names.lease, lasts)

    def missing(self) -> bool:
        """Whether there is none of our shape behind both aliases. IndexUnavailable where the server does not answer."""
        return not self._current()

    def ensure(self) -> bool:
        """Make an empty index where there is none of our shape. True: it is empty, so rebuild it. Busy."""
        held = self._lease.held
        self._lease.check()
        if self._current():
            return not self._count()
        self._lease.take()
        try:
            if not self._current():
                self._switch(self._create())
            return not self._count()
        finally:
            if not held:
                self._lease.give_back()

    def take(self) -> None:
        """Nothing is overtaken here, for the server keeps the newest version. Busy while another rebuilds."""
        self._lease.check()

    def apply(self, documents: Sequence[Document], deleted: Mapping[str, int]) -> list[Refused]:
        """Add, replace and remove; visible when it returns. Busy while another rebuilds; IndexUnavailable.

        The server remembers the version of a deletion, of what is not there too: an older document stays away.
        """
        self._lease.check()
        made, refused = _made(documents)
        gone = {usable(id): version for id, version in deleted.items() if _is_id(id) and usable(id) not in made}
        gone |= self._held([id for id, version in gone.items() if not version])
        deletions = [Line(id, f"{versioned('delete', id, version)}\n") for id, version in gone.items() if version]
        lines = [*deletions, *made.values()]
        wrong = self._send(self._names.write, lines)
        if wrong and self.missing():
            # Not the documents are wrong, but the place.
            raise IndexUnavailable(MISSING)
        self._server.ask("POST", f"/{self._names.write}/_refresh")
        return [*refused, *wrong]

    def rebuild(self, documents: Iterable[Document]) -> Rebuilt:
        """Write a new index, then point both aliases to it. The one before is kept until the next time. Busy."""
        self._lease.take()
        current = self._current()
        # An empty one was only just made: programs of another version may still read that of their own shape.
        before = current if current and self._count() else self._in_use()
        name = self._create({"refresh_interval": "-1"})
        try:
            rebuilt = self._fill(name, documents)
            self._server.ask("PUT", f"/{name}/_settings", {"index": {"refresh_interval": None}})
            self._server.ask("POST", f"/{name}/_refresh")
            # Somebody else may have taken the place while we slept: then theirs is the newer index.
            self._lease.take()
            self._switch(name)
        except BaseException:
            with suppress(IndexUnavailable):
                self._remove([name])
            raise
        self._remove([one for one in self._all() if one not in (name, *before)])
        return rebuilt

    def release(self) -> None:
        """Let the others write again, after a rebuild."""
        self._lease.give_back()

    def _fill(self, name: str, documents: Iterable[Document]) -> Rebuilt:
        """Write all documents. Of an id that comes twice the newest version stays, and counts once."""
        refused: list[Refused] = []
        seen: set[str] = set()

        def lines() -> Iterator[Line]:
            for document in documents:
                made, wrong = _made([document])
                refused.extend(wrong)
                seen.update(made)
                yield from made.values()

        wrong = self._send(name, lines())
        return Rebuilt(len(seen.difference(one.id for one in wrong)), (*refused, *wrong))

    def _send(self, index: str, lines: Iterable[Line]) -> list[Refused]:
        """Send changes in batches, with a sign of life before each; those that the server refuses, each by itself."""
        refused: list[Refused] = []
        for batch in batches(lines):
            self._lease.renew()
            wrong = send(self._server, index, batch, alias=index == self._names.write)
            refused += [Refused(id, f"The index cannot take this document: {why}.") for id, why in wrong.items()]
        return refused

    def _held(self, ids: Sequence[str]) -> dict[str, int]:
        """The versions that are there; a newer one that comes in between stays, and so it should."""
        held: dict[str, int] = {}
        for start in range(0, len(ids), HELD_AT_ONCE):
            asked = {"ids": ids[start : start + HELD_AT_ONCE]}
            answer = self._server.ask("POST", f"/{self._names.write}/_mget", asked, {"_source": "false"})
            held |= {one["_id"]: one["_version"] for one in answer["docs"] if one.get("found")}
        return held

    def _count(self) -> int:
        return int(self._server.ask("GET", f"/{self._names.read}/_count")["count"])

    def _current(self) -> list[str]:
        """The index behind both aliases; empty where it is not of our shape, is closed, or they are not as set."""
        names = self._names
        shown = {"filter_path": f"*.aliases,*.mappings.properties.{names.mark},*.settings.index.verified_before_close"}
        found = self._server.ask("GET", f"/{names.read},{names.write}", None, shown, accept=(HTTPStatus.NOT_FOUND,))
        if len(found) != 1:
            return []
        ((name, one),) = found.items()
        whole = {names.read, names.write} <= set(one.get("aliases", ())) and "mappings" in one and "settings" not in one
        return [name] if whole else []

    def _all(self) -> list[str]:
        return [name for name in self._aliases() if self._names.is_ours(name)]

    def _in_use(self) -> list[str]:
        """Those of another shape that programs of another version may still read."""
        return [name for name, one in self._aliases().items() if self._names.is_ours(name) and one["aliases"]]

    def _aliases(self) -> dict[str, Any]:
        found: dict[str, Any] = self._server.ask("GET", f"/{self._names.prefix}-*/_alias")
        return found

    def _create(self, more: Mapping[str, str] | None = None) -> str:
        name = self._names.made_at(datetime.now(UTC))
        made = body(self._names.mark, self._restricted)
        made["settings"] |= more or {}
        self._server.ask("PUT", f"/{name}", made)
        return name

    def _switch(self, name: str) -> None:
        """Point both aliases to `name` alone, at one stroke. An index that has the name of an alias is removed."""
        aliases = (self._names.read, self._names.write)
        all_ = self._aliases()
        found = [(index, alias) for index, one in all_.items() for alias in one["aliases"]]
        old: list[dict[str, Any]] = [{"remove_index": {"index": alias}} for alias in aliases if alias in all_]
        old += [{"remove": {"index": index, "alias": alias}} for index, alias in found if alias in aliases]
        new = [{"add": {"index": name, "alias": alias}} for alias in aliases]
        self._server.ask("POST", "/_aliases", {"actions": [*old, *new]})

    def _remove(self, names: Sequence[str]) -> None:
        for name in names:
            self._server.ask("DELETE", f"/{name}", accept=(HTTPStatus.NOT_FOUND,))


def _made(documents: Iterable[Document]) -> tuple[dict[str, Line], list[Refused]]:
    """The documents as the server takes them, the last one of each id; and those that cannot be made so."""
    made: dict[str, Line] = {}
    refused = []
    for document in documents:
        try:
            source = json.dumps(source_of(document), ensure_ascii=False)
            id = usable(document.id)
            made[id] = Line(id, f"{versioned('index', id, document.version)}\n{source}\n")
        except Exception as error:  # Whatever is wrong with one document, the others go on.
            refused.append(Refused(document.id, f"The index cannot take this document: {error}."))
    return made, refused


def _is_id(id: str) -> bool:
    """Whether the server could hold it at all."""
    return 0 < len(usable(id).encode()) <= LONGEST_ID
