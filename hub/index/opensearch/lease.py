"""One rebuild at a time: a document on the server that says who rebuilds, and until when if nothing more is heard.

Ordinary changes need no such place, as the server keeps the newest version of each document whoever writes it. But
what is written while another rebuilds would go into the old index only: so all others wait.
"""

import time
import uuid
from http import HTTPStatus
from typing import Any, Final

from hub.errors import Busy, IndexUnavailable
from hub.index.opensearch.server import Server

LASTS: Final = 60.0
"""Seconds that a rebuild's place is kept after its last sign of life. The clocks of our machines must agree so far."""

RENEWED: Final = 10.0
_ID: Final = "rebuild"
_BODY: Final = {
    "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1"},
    "mappings": {"dynamic": "strict", "properties": {"owner": {"type": "keyword"}, "until": {"type": "double"}}},
}


class Lease:
    """The place of the one who rebuilds. `check` says whether another has it; `take` takes it or keeps it."""

    def __init__(self, server: Server, index: str, lasts: float = LASTS) -> None:
        self._server = server
        self._index = index
        self._lasts = lasts
        self._owner = uuid.uuid4().hex
        self._taken: float | None = None

    @property
    def held(self) -> bool:
        """Whether we took it and have not given it back."""
        return self._taken is not None

    def check(self) -> None:
        """Busy while another rebuilds."""
        self._look()

    def take(self) -> None:
        """Take the place, or stay in it. Busy at once when another has it, or took it after we fell silent."""
        found = self._look()
        if self.held and (not found or found["_source"]["owner"] != self._owner):
            self._taken = None
            raise _busy()
        if not found:
            self._server.ask("PUT", f"/{self._index}", _BODY, accept=(HTTPStatus.BAD_REQUEST,))
        condition: dict[str, str | int] = {"op_type": "create"}
        if found:
            condition = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
        place = {"owner": self._owner, "until": time.time() + self._lasts}
        answer = self._server.ask("PUT", f"/{self._index}/_doc/{_ID}", place, condition, accept=(HTTPStatus.CONFLICT,))
        if answer.get("status") == HTTPStatus.CONFLICT:
            raise _busy()
        self._taken = time.monotonic()

    def renew(self) -> None:
        """A sign of life, where the last one was some seconds ago."""
        if self._taken is not None and time.monotonic() - self._taken > RENEWED:
            self.take()

    def give_back(self) -> None:
        """Free the place. Harmless when it is not ours; when the server does not answer, it becomes free in time."""
        if self._taken is None:
            return
        self._taken = None
        try:
            found = self._found()
            if found and found["_source"]["owner"] == self._owner:
                condition = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
                self._server.ask(
                    "DELETE",
                    f"/{self._index}/_doc/{_ID}",
                    None,
                    condition,
                    accept=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
                )
        except IndexUnavailable:
            return

    def _look(self) -> dict[str, Any]:
        """What stands there, ours or of one who fell silent; empty when nothing does. Busy when another is at it."""
        found = self._found()
        if found and found["_source"]["owner"] != self._owner and found["_source"]["until"] > time.time():
            raise _busy()
        return found

    def _found(self) -> dict[str, Any]:
        answer: dict[str, Any] = self._server.ask("GET", f"/{self._index}/_doc/{_ID}", accept=(HTTPStatus.NOT_FOUND,))
        return answer if answer.get("found") else {}


def _busy() -> Busy:
    return Busy("Another process is making the search index anew. Try again in a moment.")
