"""What only saved searches on a server have: an index of queries that is kept the same as what is handed in."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from hub.errors import Busy, IndexUnavailable
from hub.index.base import Query
from hub.index.opensearch import saved
from hub.index.opensearch.address import Address
from hub.index.opensearch.matcher import OpenSearchMatcher
from hub.index.opensearch.points import POINTS
from hub.index.opensearch.queries import WINDOW
from hub.index.opensearch.saved import saved_body
from hub.index.opensearch.server import Server
from hub.index.opensearch.shape import Names, body
from tests.contract.engines import Place, document, query

pytestmark = pytest.mark.server

DOCUMENT = document("1", "Damp homes")


@pytest.fixture
def matcher(place: Place) -> OpenSearchMatcher:
    return OpenSearchMatcher(place.server, place.names)


def index_of(place: Place) -> str:
    """The one index of saved searches."""
    (name,) = [one for one in place.all() if "-saved-" in one]
    return name


def kept(place: Place) -> tuple[int, int]:
    """How many saved searches the server holds, and how many it was ever given or told to forget."""
    stats: Any = place.server.ask("GET", f"/{index_of(place)}/_stats/docs,indexing")["_all"]["primaries"]
    return stats["docs"]["count"], stats["indexing"]["index_total"] + stats["indexing"]["delete_total"]


def test_only_what_changed_is_written_and_what_is_gone_is_deleted(place: Place, matcher: OpenSearchMatcher) -> None:
    searches = {str(number): query(f"w{number}") for number in range(20)}
    matcher.match([DOCUMENT], searches)
    assert kept(place) == (20, 20)
    matcher.match([DOCUMENT], searches)
    OpenSearchMatcher(place.server, place.names).match(
        [DOCUMENT], {f"other {name}": one for name, one in searches.items()}
    )
    assert kept(place) == (20, 20), "a search is known by what it asks for, whatever it is called"
    searches |= {"3": query("damp"), "new": query("homes")}
    assert matcher.match([DOCUMENT], searches).found == {"3": ("1",), "new": ("1",)}
    assert kept(place) == (21, 23)
    matcher.match([DOCUMENT], {})
    assert kept(place)[0] == 0


def test_more_searches_than_the_server_shows_at_once_are_all_found(place: Place, matcher: OpenSearchMatcher) -> None:
    searches = {str(number): query("damp", filters={"type": ("report", str(number))}) for number in range(WINDOW + 20)}
    searches["other"] = query("zebra")
    found = matcher.match([DOCUMENT, document("2", "Dry")], searches).found
    assert found == dict.fromkeys([name for name in searches if name != "other"], ("1",))
    assert kept(place) == (WINDOW + 21, WINDOW + 21)
    assert len(matcher.match([DOCUMENT], searches).found) == WINDOW + 20


def test_rebuilds_and_saved_searches_do_not_know_each_other(place: Place, matcher: OpenSearchMatcher) -> None:
    matcher.match([DOCUMENT], {"damp": query("damp")})
    index = index_of(place)
    assert not place.names.is_ours(index)
    writer = place.writer()
    assert writer.missing()
    writer.ensure()
    for _ in range(3):
        writer.rebuild([document("2", "T")])
    writer.release()
    assert index in place.all()
    assert kept(place) == (1, 1)
    other = Place(place.server, Names(f"{place.names.prefix}-saved", place.names.fingerprint))
    others = other.writer()
    others.ensure()
    for _ in range(3):
        others.rebuild([])
    assert matcher.match([DOCUMENT], {"damp": query("damp")}).found == {"damp": ("1",)}
    assert place.reader().versions() == {"2": 1}


def test_many_may_make_the_index_at_once(place: Place) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(6)

    def make() -> None:
        try:
            start.wait()
            assert OpenSearchMatcher(place.server, place.names).match([DOCUMENT], {"damp": query("damp")}).found
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert kept(place)[0] == 1


def test_an_index_that_was_deleted_is_made_anew(place: Place, matcher: OpenSearchMatcher) -> None:
    for _ in range(2):
        assert matcher.match([DOCUMENT], {"damp": query("damp")}).found == {"damp": ("1",)}
        place.server.ask("DELETE", f"/{index_of(place)}")


def after(monkeypatch: pytest.MonkeyPatch, name: str, call: Callable[[], object]) -> None:
    """Let something happen each time after the matcher has done this step."""
    real = getattr(saved, name)

    def done(*given: Any, **named: Any) -> Any:
        answer = real(*given, **named)
        call()
        return answer

    monkeypatch.setattr(saved, name, done)


def forget_all(place: Place) -> None:
    place.server.ask("POST", f"/{index_of(place)}/_refresh")
    everything = {"query": {"match_all": {}}}
    asked = {"conflicts": "proceed", "refresh": "true"}
    place.server.ask("POST", f"/{index_of(place)}/_delete_by_query", everything, asked)


def test_what_another_process_deletes_meanwhile_is_found_all_the_same(
    place: Place, matcher: OpenSearchMatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    matcher.match([DOCUMENT], {"damp": query("damp")})
    after(monkeypatch, "every_hit", lambda: forget_all(place))
    assert matcher.match([DOCUMENT], {"damp": query("damp")}).found == {"damp": ("1",)}
    assert kept(place)[0] == 0


def test_one_whose_searches_are_deleted_again_and_again_is_busy(
    place: Place, matcher: OpenSearchMatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    matcher.match([DOCUMENT], {})
    after(monkeypatch, "send", lambda: forget_all(place))
    with pytest.raises(Busy, match="Other processes"):
        matcher.match([DOCUMENT], {"damp": query("damp")})


def test_a_server_that_loses_its_place_is_asked_again_later(
    place: Place, matcher: OpenSearchMatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    matcher.match([DOCUMENT], {"damp": query("damp")})
    after(monkeypatch, "every_hit", lambda: place.server.ask("DELETE", f"{POINTS}/_all", accept=(404,)))
    with pytest.raises(IndexUnavailable, match="Try again") as caught:
        matcher.match([DOCUMENT], {"damp": query("damp")})
    assert not caught.value.permanent


def test_a_server_that_is_away_is_said() -> None:
    away = OpenSearchMatcher(Server(Address("127.0.0.1", 1), 1), Names("hub", "0000000f"))
    with pytest.raises(IndexUnavailable, match="cannot be reached"):
        away.match([DOCUMENT], {"damp": query("damp")})


def test_the_shape_is_that_of_the_documents_and_one_field_more() -> None:
    ours, theirs = saved_body(), body()
    assert ours["settings"] == theirs["settings"]
    assert ours["mappings"]["dynamic"] == "strict"
    assert ours["mappings"]["properties"].keys() - theirs["mappings"]["properties"].keys() == {"query"}


def test_nothing_is_left_on_the_server_but_the_searches(place: Place, matcher: OpenSearchMatcher) -> None:
    place.server.ask("DELETE", f"{POINTS}/_all", accept=(404,))
    searches: dict[str, Query] = {"damp": query("damp"), "bad": query(filters={"topic": ("x" * 70_000,)})}
    matched = matcher.match([DOCUMENT], searches)
    assert (matched.found, [one.id for one in matched.refused]) == ({"damp": ("1",)}, ["bad"])
    answer: Any = place.server.ask("GET", f"{POINTS}/_all", accept=(404,))
    assert answer.get("pits", []) == []
    assert kept(place)[0] == 1
