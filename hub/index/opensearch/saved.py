"""The saved searches on the server: an index of queries, made the same as what was handed in."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

from hub.errors import Busy, IndexUnavailable
from hub.index.opensearch.bulk import Line, batches, send
from hub.index.opensearch.points import close_point, every_hit, open_point
from hub.index.opensearch.queries import EVERYTHING, Part
from hub.index.opensearch.sentences import reason
from hub.index.opensearch.server import Server
from hub.index.opensearch.shape import Names, body

FIELD: Final = "query"
_TRIES: Final = 5


def saved_body() -> dict[str, Any]:
    """The shape of the documents' index, so that words are the same; and a field that holds a query."""
    made = body()
    made["mappings"]["properties"][FIELD] = {"type": "percolator"}
    return made


def digest_of(part: Part) -> str:
    """What a saved search is called on the server: one that changes is another one, equal ones are one."""
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:32]


class Saved:
    """The index of saved searches. Any number of processes may use it at once, whatever each of them hands in."""

    def __init__(self, server: Server, names: Names) -> None:
        self._server = server
        shape = hashlib.sha256(json.dumps(saved_body(), sort_keys=True).encode()).hexdigest()[:8]
        self._index = f"{names.prefix}-saved-{shape}"
        self._write = f"{self._index}-write"

    @contextmanager
    def holding(self, wanted: Mapping[str, Part]) -> Iterator[tuple[str, dict[str, str]]]:
        """A point in time in which all of these stand, by their digests; and why the server refused the others.

        What is there and not wanted is deleted, but only by one who has all that it wants: so of several who hand in
        other searches at the same moment one always goes on. Busy for one who waits too long.
        """
        self._ensure()
        refused: dict[str, str] = {}
        for _ in range(_TRIES):
            with self._point() as point:
                held = {one["_id"] for one in every_hit(self._server, point, {"query": EVERYTHING})}
                missing = wanted.keys() - held - refused.keys()
                if not missing:
                    self._send([Line(digest, f"{_action('delete', digest)}\n") for digest in held - wanted.keys()])
                    yield point, refused
                    return
            refused |= self._send([_written(digest, wanted[digest]) for digest in missing])
        raise Busy("Other processes change the saved searches at this moment. Try again.")

    @contextmanager
    def _point(self) -> Iterator[str]:
        point = open_point(self._server, self._index)
        try:
            yield point
        finally:
            close_point(self._server, point)

    def _send(self, lines: Sequence[Line]) -> dict[str, str]:
        """Make these changes; {digest: why} of what the server refuses."""
        refused: dict[str, str] = {}
        for batch in batches(lines):
            refused |= send(self._server, self._write, batch, alias=True)
        if lines:
            self._server.ask("POST", f"/{self._write}/_refresh")
        return refused

    def _ensure(self) -> None:
        """Make the index where it is missing; when another process does at this moment, wait until it has started."""
        if (
            self._server.ask("GET", f"/_alias/{self._write}", accept=(HTTPStatus.NOT_FOUND,)).get("status")
            != HTTPStatus.NOT_FOUND
        ):
            return
        made = {**saved_body(), "aliases": {self._write: {}}}
        answer = self._server.ask("PUT", f"/{self._index}", made, accept=(HTTPStatus.BAD_REQUEST,))
        if answer.get("status") == HTTPStatus.BAD_REQUEST:
            if answer["error"]["type"] != "resource_already_exists_exception":
                said = reason(answer)
                raise IndexUnavailable(f"The search server cannot make the index of saved searches: {said}.")
            self._server.ask("DELETE", f"/{self._index}/_doc/none", accept=(HTTPStatus.NOT_FOUND,))


def _written(digest: str, part: Part) -> Line:
    source = json.dumps({"id": digest, FIELD: part}, ensure_ascii=False)
    return Line(digest, f"{_action('index', digest)}\n{source}\n")


def _action(name: str, digest: str) -> str:
    return json.dumps({name: {"_id": digest}})
