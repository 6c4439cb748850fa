"""Points in time: an index as it was at one moment, which the server keeps for a minute after each request."""

from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from hub.errors import Busy, IndexUnavailable
from hub.index.base import KEPT
from hub.index.cursors import not_kept
from hub.index.opensearch.queries import WINDOW, Part
from hub.index.opensearch.server import WHOLE, Server
from hub.languages import gettext as _

POINTS: Final = "/_search/point_in_time"
"""The address of points in time."""

_KEEP: Final = f"{KEPT}s"


def open_point(server: Server, index: str) -> str:
    """A point in time of this index. Busy where the server keeps as many as it may (`search.max_open_pit_context`)."""
    answer = server.ask(
        "POST", f"/{index}{POINTS}", None, {"keep_alive": _KEEP}, accept=(HTTPStatus.TOO_MANY_REQUESTS,)
    )
    if "pit_id" not in answer:
        raise Busy(_("Too many lists are being read at once. Try again in a minute."))
    return str(answer["pit_id"])


def search_point(server: Server, point: str, body: Part) -> Any:
    """A search in a point in time, which is kept on from now. Gone when the server has forgotten it."""
    asked = {**body, "pit": {"id": point, "keep_alive": _KEEP}}
    answer = server.ask("POST", "/_search", asked, WHOLE, accept=(HTTPStatus.NOT_FOUND,))
    if answer.get("status") == HTTPStatus.NOT_FOUND:
        raise not_kept()
    return answer


def every_hit(server: Server, point: str, asked: Part) -> Iterator[Any]:
    """All that is found in a point in time, without its text, by the order of `id`; Gone as above."""
    body: Part = {**asked, "sort": [{"id": "asc"}], "size": WINDOW, "_source": False, "track_total_hits": False}
    while True:
        hits = search_point(server, point, body)["hits"]["hits"]
        yield from hits
        if len(hits) < WINDOW:
            return
        body["search_after"] = hits[-1]["sort"]


def close_point(server: Server, point: str) -> None:
    """Let it go. Harmless when that fails: the server forgets it by itself."""
    with suppress(IndexUnavailable):
        server.ask("DELETE", POINTS, {"pit_id": [point]}, accept=(HTTPStatus.NOT_FOUND,))
