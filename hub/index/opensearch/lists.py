"""Lists on the server: all results of a search, page by page, from one point in time that the server keeps for us."""

from contextlib import suppress
from typing import Any, Final

from hub.errors import Busy, IndexUnavailable
from hub.index.base import KEPT, START, Query
from hub.index.cursors import Cursors, not_kept
from hub.index.opensearch.queries import WINDOW, Part
from hub.index.opensearch.server import OVERLOADED, WHOLE, Server

POINTS: Final = "/_search/point_in_time"
"""Where points in time are let go."""

_MISSING: Final = 404
_KEEP: Final = f"{KEPT}s"


def open_point(server: Server, index: str) -> str:
    """A point in time of this index. Busy where the server keeps as many as it may (`search.max_open_pit_context`)."""
    answer = server.ask("POST", f"/{index}{POINTS}", None, {"keep_alive": _KEEP}, accept=(OVERLOADED,))
    if "pit_id" not in answer:
        raise Busy("Too many lists are being read at once. Try again in a minute.")
    return str(answer["pit_id"])


def search_point(server: Server, point: str, body: Part) -> Any:
    """A search in a point in time, which is kept on from now. Gone when the server has forgotten it."""
    asked = {**body, "pit": {"id": point, "keep_alive": _KEEP}}
    answer = server.ask("POST", "/_search", asked, WHOLE, accept=(_MISSING,))
    if answer.get("status") == _MISSING:
        raise not_kept()
    return answer


def close_point(server: Server, point: str) -> None:
    """Let it go. Harmless when that fails: the server forgets it by itself."""
    with suppress(IndexUnavailable):
        server.ask("DELETE", POINTS, {"pit_id": [point]}, accept=(_MISSING,))


class Lists:
    """Pages of lists. Between them nothing is kept here: any process that has the hub's key can go on."""

    def __init__(self, server: Server, index: str, cursors: Cursors) -> None:
        self._server = server
        self._index = index
        self._cursors = cursors

    def page(self, query: Query, body: Part) -> tuple[Any, str]:
        """The server's answer to this search, for the page that `query.after` leads to; and the next page's cursor."""
        asked = {**body, "from": 0, "size": min(max(0, query.size), WINDOW)}
        if query.after == START:
            return self._first(query, asked)
        state = self._cursors.opened(query)
        return self._page(query, {**asked, "aggs": {}, "search_after": state["last"]}, state["point"], state["at"])

    def _first(self, query: Query, asked: Part) -> tuple[Any, str]:
        point = open_point(self._server, self._index)
        try:
            return self._page(query, asked, point, 0)
        except IndexUnavailable:
            close_point(self._server, point)
            raise

    def _page(self, query: Query, asked: Part, point: str, before: int) -> tuple[Any, str]:
        answer = search_point(self._server, point, asked)
        hits = answer["hits"]["hits"]
        end = before + len(hits)
        # The server may give the point another name, and wants the newest.
        point = answer["pit_id"]
        if not hits or end >= answer["hits"]["total"]["value"]:
            close_point(self._server, point)
            return answer, ""
        return answer, self._cursors.sealed(query, {"point": point, "last": hits[-1]["sort"], "at": end})
