"""Lists on the server: all results of a search, page by page, from one point in time that the server keeps for us."""

from typing import Any

from hub.errors import IndexUnavailable
from hub.index.base import START, Query
from hub.index.cursors import Cursors
from hub.index.opensearch.points import close_point, open_point, search_point
from hub.index.opensearch.queries import WINDOW, Part
from hub.index.opensearch.server import Server


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
