"""What only lists on a server have: points in time, which it may lose, refuse, or keep for nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.errors import BadInput, Busy, Gone, IndexUnavailable
from hub.index.base import START
from hub.index.opensearch.breaker import LIMIT
from hub.index.opensearch.points import POINTS
from hub.index.opensearch.reader import OpenSearchReader
from hub.index.opensearch.shape import Names
from tests.contract.engines import DIFFERENCES, Place, document, ids, query

pytestmark = pytest.mark.server


@pytest.fixture
def filled(place: Place) -> Place:
    writer = place.writer()
    writer.ensure()
    writer.apply([document(f"{number:03d}", "Damp") for number in range(30)], {})
    place.server.ask("DELETE", f"{POINTS}/_all", accept=(404,))
    return place


def points(place: Place) -> int:
    """How many points in time the server keeps."""
    answer: Any = place.server.ask("GET", f"{POINTS}/_all", accept=(404,))
    return len(answer.get("pits", ()))


@pytest.fixture
def few(filled: Place) -> Iterator[Place]:
    """A server that keeps two points in time and no more."""

    def allow(most: int | None) -> None:
        filled.server.ask("PUT", "/_cluster/settings", {"transient": {"search.max_open_pit_context": most}})

    allow(2)
    yield filled
    filled.server.ask("DELETE", f"{POINTS}/_all", accept=(404,))
    allow(None)


def test_a_list_leaves_nothing_on_the_server(filled: Place) -> None:
    reader = filled.reader()
    page = reader.search(query("damp", after=START, size=20))
    assert points(filled) == 1
    reader.search(query("damp", after=page.after, size=20))
    assert points(filled) == 0
    for size in (0, 30, 100):
        reader.search(query("damp", after=START, size=size))
        assert points(filled) == 0
    reader.search(query("damp"))
    assert points(filled) == 0, "an ordinary page needs none"


def test_a_first_page_that_fails_leaves_nothing_either(filled: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.index.opensearch.lists.WINDOW", 20_000)
    with pytest.raises(IndexUnavailable, match="error 400"):
        filled.reader().search(query("damp", after=START, size=20_000))
    assert points(filled) == 0


def test_a_point_in_time_that_the_server_lost_is_said(filled: Place) -> None:
    reader = filled.reader()
    page = reader.search(query("damp", after=START))
    filled.server.ask("DELETE", f"{POINTS}/_all")
    for _ in range(LIMIT + 1):
        with pytest.raises(Gone, match="no longer kept"):
            reader.search(query("damp", after=page.after))
    assert reader.search(query("damp")).total == 30, "nothing of it counts as a fault of the server"


def test_the_second_rebuild_ends_a_list(filled: Place) -> None:
    assert "lists" in DIFFERENCES["opensearch"]
    writer, reader = filled.writer(), filled.reader()
    page = reader.search(query("damp", after=START))
    writer.rebuild([])
    page = reader.search(query("damp", after=page.after))
    assert len(page.hits) == 10
    writer.rebuild([])
    with pytest.raises(Gone):
        reader.search(query("damp", after=page.after))


def test_too_many_lists_are_refused_and_searches_go_on(few: Place) -> None:
    reader = few.reader()
    first, second = (reader.search(query("damp", after=START)) for _ in range(2))
    for _ in range(LIMIT + 1):
        with pytest.raises(Busy, match="Too many lists"):
            reader.search(query("damp", after=START))
    assert reader.search(query("damp")).total == 30
    reader.search(query("damp", after=first.after, size=0))
    assert len(reader.search(query("damp", after=START)).hits) == 10
    assert len(ids(reader.search(query("damp", after=second.after)))) == 10


def test_a_cursor_of_another_index_is_no_cursor(filled: Place) -> None:
    other = Place(filled.server, Names(f"{filled.names.prefix}-b", filled.names.fingerprint))
    other.writer().ensure()
    cursor = filled.reader().search(query("damp", after=START)).after
    with pytest.raises(BadInput, match="no cursor of this hub"):
        other.reader().search(query("damp", after=cursor))


def test_a_missing_index_is_unavailable(place: Place) -> None:
    with pytest.raises(IndexUnavailable, match="moothall index rebuild"):
        place.reader().search(query("damp", after=START))


def test_a_cursor_made_with_another_key_is_no_cursor(filled: Place) -> None:
    cursor = filled.reader().search(query("damp", after=START)).after
    other = OpenSearchReader(filled.server, filled.names, key=lambda: "another")
    with pytest.raises(BadInput, match="no cursor of this hub"):
        other.search(query("damp", after=cursor))
