"""Cursors: where the reader of a list is, sealed with the hub's key, so that only we can write one, for one query."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from hub.errors import BadInput, Gone
from hub.index.base import Query
from hub.languages import N_
from hub.languages import gettext as _

NOT_KEPT: Final = N_("This list is no longer kept; begin again from its first page.")
_SEAL: Final = 16
_QUERY: Final = 8
_own: Final = secrets.token_hex()


def own_key() -> str:
    """A key that ends with the process: for readers that no other process takes over from."""
    return _own


class Cursors:
    """Makes and reads cursors. `place` names what they lead into: a cursor of another index is not one of ours.

    `key` is asked for at the first cursor, as commands may run before there is one.
    """

    def __init__(self, place: str, key: Callable[[], str] = own_key) -> None:
        self._place = place
        self._key = key

    def sealed(self, query: Query, state: Mapping[str, Any]) -> str:
        """The cursor of this query that leads to `state`, as letters, digits, `-` and `_`."""
        content = _digest(query) + json.dumps(state, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._seal(content) + content).decode().rstrip("=")

    def opened(self, query: Query) -> dict[str, Any]:
        """The state that `query.after` leads to. BadInput when it was not made by us, or for another query."""
        try:
            padded = query.after + "=" * (-len(query.after) % 4)
            whole = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            whole = b""
        seal, content = whole[:_SEAL], whole[_SEAL:]
        if not hmac.compare_digest(seal, self._seal(content)):
            raise BadInput(_("This is no cursor of this hub. Begin again from the first page."), "cursor")
        if content[:_QUERY] != _digest(query):
            raise BadInput(
                _("This cursor belongs to another search. Begin that one again from its first page."), "cursor"
            )
        state: dict[str, Any] = json.loads(content[_QUERY:])
        return state

    def _seal(self, content: bytes) -> bytes:
        said = f"cursor\0{self._place}\0".encode() + content
        return hmac.digest(self._key().encode(), said, "sha256")[:_SEAL]


def not_kept() -> Gone:
    """The list ended, was left for too long, or its engine was started again."""
    return Gone(_(NOT_KEPT))


def _digest(query: Query) -> bytes:
    """Tells queries apart that find other documents or order them otherwise; not how much of them is asked for."""
    asked = (query.rights, query.clauses, query.expansions, sorted(query.filters.items()), query.since, query.until)
    said = repr((*asked, query.sort, query.labels, query.any_word))
    return hashlib.sha256(said.encode()).digest()[:_QUERY]
