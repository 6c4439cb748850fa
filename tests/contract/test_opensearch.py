"""What only the engine on a server has: aliases, versions, one rebuild at a time, and a server that fails."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from statistics import mean

import pytest

from hub.errors import Busy, IndexUnavailable
from hub.index.base import PUBLIC, START, Document, IndexReader, Query
from hub.index.delivery import ATTEMPTS, deliver
from hub.index.embedded import EmbeddedReader, EmbeddedWriter
from hub.index.opensearch.address import Address, read_address
from hub.index.opensearch.breaker import LIMIT, PAUSE, Breaker
from hub.index.opensearch.bulk import BATCH, BATCH_BYTES
from hub.index.opensearch.queries import WINDOW
from hub.index.opensearch.reader import OpenSearchReader
from hub.index.opensearch.server import READING, Server
from hub.index.opensearch.shape import Names, body, fingerprint
from hub.index.opensearch.writer import OpenSearchWriter
from hub.index.rebuilding import Differences, compare, rebuild, repair
from hub.index.sides import SidedReader, SidedWriter
from hub.search.parse import parse
from tests.contract.engines import DIFFERENCES, Place, document, ids, query
from tests.hub.index.made import NOTE, Shelf
from tests.people import World
from tests.quality.judged import DOCUMENTS, OWN
from tests.servers.loopback import Request, serve


@pytest.mark.server
class TestVersions:
    def test_an_older_version_changes_nothing_and_is_no_error(self, place: Place) -> None:
        assert "older versions" in DIFFERENCES["opensearch"]
        writer, reader = place.writer(), place.reader()
        writer.ensure()
        assert writer.apply([document("1", "New", version=5)], {}) == []
        assert writer.apply([document("1", "Old", version=4)], {}) == []
        assert reader.versions() == {"1": 5}
        assert reader.search(query("old")).total == 0

    @pytest.mark.parametrize("there", [True, False])
    def test_a_writer_who_is_late_does_not_bring_back_what_is_gone(self, place: Place, there: bool) -> None:
        late, other, reader = place.writer(), place.writer(), place.reader()
        late.ensure()
        if there:
            other.apply([document("1", "T", version=5)], {})
        other.apply([], {"1": 6})
        assert late.apply([document("1", "T", version=5)], {}) == []
        assert reader.versions() == {}
        assert other.apply([document("1", "T", version=7)], {}) == []
        assert late.apply([], {"1": 6}) == []
        assert reader.versions() == {"1": 7}, "nor takes away what is there again"

    def test_what_was_deleted_may_come_back_with_the_same_version(self, place: Place) -> None:
        writer, reader = place.writer(), place.reader()
        writer.ensure()
        for _ in range(2):
            assert writer.apply([document("1", "T", version=5)], {}) == []
            assert reader.versions() == {"1": 5}
            assert writer.apply([], {"1": 5}) == []
            assert reader.versions() == {}

    def test_two_writers_at_once_leave_the_newest(self, place: Place) -> None:
        first, second = place.writer(), place.writer()
        first.ensure()
        first.apply([document("1", "T", version=2)], {})
        second.apply([document("1", "T", version=1), document("2", "T", version=1)], {})
        assert place.reader().versions() == {"1": 2, "2": 1}


@pytest.mark.server
class TestRefusing:
    def narrow(self, place: Place) -> None:
        """An index of our name whose sectors must be numbers, and that does not know of labels."""
        made = body(place.names.mark)
        made["mappings"]["properties"]["sector"] = {"type": "long"}
        made["aliases"] = {place.names.read: {}, place.names.write: {}}
        place.server.ask("PUT", f"/{place.names.read}-20260101000000000000", made)

    def test_what_the_server_refuses_is_told_by_document_and_the_rest_is_written(self, place: Place) -> None:
        self.narrow(place)
        documents = [document(str(number), "T", sector="7" if number % 2 else "council") for number in range(6)]
        refused = place.writer().apply(documents, {})
        assert [one.id for one in refused] == ["0", "2", "4"]
        assert all("cannot take this document" in one.reason and "sector" in one.reason for one in refused)
        assert set(place.reader().versions()) == {"1", "3", "5"}

    def test_a_field_that_the_mapping_does_not_know_is_refused(self, place: Place) -> None:
        made = body(place.names.mark)
        del made["mappings"]["properties"]["source"]
        made["aliases"] = {place.names.read: {}, place.names.write: {}}
        place.server.ask("PUT", f"/{place.names.read}-20260101000000000000", made)
        (refused,) = place.writer().apply([document("1", "T", source="s1")], {})
        assert "source" in refused.reason

    def test_a_refused_document_reaches_the_one_who_is_told(self, place: Place, hub: World) -> None:
        self.narrow(place)
        shelf, told = Shelf(), []
        shelf.put(hub.database, "a", "b")
        for _ in range(ATTEMPTS):
            deliver(hub.database, place.writer(), {NOTE: shelf}, refused=lambda *said: told.append(said))
        assert sorted((type, id) for type, id, _ in told) == [(NOTE, "a"), (NOTE, "b")]
        assert all("sector" in reason for _, _, reason in told)

    def test_an_alias_that_is_gone_is_no_new_index(self, place: Place) -> None:
        writer = place.writer()
        writer.ensure()
        (name,) = place.indexes()
        actions = [{"remove": {"index": name, "alias": place.names.write}}]
        place.server.ask("POST", "/_aliases", {"actions": actions})
        with pytest.raises(IndexUnavailable, match="moothall index rebuild"):
            writer.apply([document("1", "T")], {"2": 1})
        assert place.indexes() == {name}
        assert writer.ensure()
        assert writer.apply([document("1", "T")], {}) == []


@pytest.mark.server
class TestRebuilding:
    def test_both_aliases_move_at_one_stroke_and_the_index_before_is_kept_once(self, place: Place) -> None:
        writer = place.writer()
        writer.ensure()
        (first,) = place.indexes()
        place.server.ask("PUT", f"/{place.names.read}-20260101000000000000", body())
        writer.rebuild([document("1", "T")])
        second = place.reader().stats().name
        assert place.indexes() == {first, second}, "what an interrupted rebuild left is gone"
        writer.rebuild([document("1", "T")])
        third = place.reader().stats().name
        assert place.indexes() == {second, third}
        aliases = place.server.ask("GET", f"/{place.names.prefix}-*/_alias")
        assert {name for name, one in aliases.items() if one["aliases"]} == {third}
        assert set(aliases[third]["aliases"]) == {place.names.read, place.names.write}

    def test_the_indexes_of_another_hub_are_left_alone(self, place: Place) -> None:
        other = Place(place.server, Names(f"{place.names.prefix}-b", place.names.fingerprint))
        other.writer().ensure()
        writer = place.writer()
        for _ in range(3):
            writer.rebuild([])
        assert other.reader().versions() == {}

    def test_programs_of_another_shape_go_on_until_the_second_rebuild(self, place: Place) -> None:
        old, new = place, Place(place.server, Names(place.names.prefix, "0000000f"))
        writer = old.writer()
        writer.ensure()
        writer.apply([document("1", "T")], {})
        with pytest.raises(IndexUnavailable, match="older shape"):
            new.reader().versions()
        newer = new.writer()
        assert newer.ensure()
        assert newer.rebuild([document("1", "T"), document("2", "T")]).written == 2
        assert old.reader().versions() == {"1": 1}
        assert set(new.reader().versions()) == {"1", "2"}
        newer.rebuild([])
        with pytest.raises(IndexUnavailable):
            old.reader().versions()

    def test_all_others_are_busy_while_one_rebuilds(self, place: Place) -> None:
        writer, other = place.writer(), place.writer()
        writer.ensure()
        writer.apply([document("1", "T")], {})

        def documents() -> Iterator[Document]:
            for attempt in (
                lambda: other.apply([document("2", "T")], {"1": 1}),
                lambda: other.rebuild([]),
                other.ensure,
            ):
                with pytest.raises(Busy):
                    attempt()
            assert place.reader().versions() == {"1": 1}
            yield document("3", "T")

        assert writer.rebuild(documents()).written == 1
        assert writer.apply([document("4", "T")], {}) == [], "the one who rebuilt catches up"
        with pytest.raises(Busy):
            other.apply([], {})
        writer.release()
        writer.release()
        assert other.apply([document("5", "T")], {}) == []
        assert set(place.reader().versions()) == {"3", "4", "5"}

    def test_the_place_of_a_killed_rebuild_becomes_free_and_its_ghost_switches_nothing(self, place: Place) -> None:
        assert "a killed rebuild" in DIFFERENCES["opensearch"]
        ghost, other = place.writer(lasts=0.2), place.writer()

        def documents() -> Iterator[Document]:
            yield document("old", "T")
            time.sleep(0.3)
            assert other.rebuild([document("new", "T")]).written == 1
            other.release()

        with pytest.raises(Busy):
            ghost.rebuild(documents())
        assert set(place.reader().versions()) == {"new"}
        assert len(place.indexes()) == 1, "the index of the ghost is gone"
        ghost.release()
        assert ghost.rebuild([document("again", "T")]).written == 1
        ghost.release()

    def test_large_batches_go_in_parts_and_beyond_the_window_the_total_is_exact(self, place: Place) -> None:
        assert "far pages" in DIFFERENCES["opensearch"]
        writer, reader = place.writer(), place.reader()
        large = "damp " * (BATCH_BYTES // 25)
        documents = [document(f"{number:05d}", "Damp", large if number < 12 else "") for number in range(10_020)]
        assert len(documents) > 20 * BATCH
        assert writer.rebuild(documents).written == 10_020
        assert len(reader.versions()) == 10_020
        page = reader.search(query("damp", page=1001))
        assert (page.total, page.hits) == (10_020, ())
        assert len(reader.search(query("damp", page=1000)).hits) == 10
        assert page.facets["sector"] == (("council", 10_020),)
        asked = query("damp", size=WINDOW, shown=False)
        page = reader.search(replace(asked, after=START))
        rest = reader.search(replace(asked, after=page.after))
        assert (len(page.hits), len(rest.hits), rest.after) == (WINDOW, 20, "")
        assert len({hit.id for hit in (*page.hits, *rest.hits)}) == 10_020

    def test_database_and_index_become_the_same(self, place: Place, hub: World) -> None:
        own, shelf = Names(f"{place.names.prefix}-own", fingerprint(restricted=True)), Shelf()
        writer = SidedWriter(place.writer(), OpenSearchWriter(place.server, own, restricted=True))
        reader = SidedReader(place.reader(), OpenSearchReader(place.server, own, restricted=True))
        shelf.put(hub.database, *(f"{number:03d}" for number in range(700)))

        def told(count: int) -> None:
            if count == 500:
                shelf.put(hub.database, "000", version=2)
                shelf.drop(hub.database, "001")

        assert rebuild(hub.database, writer, {NOTE: shelf}, told) == 700
        assert compare(hub.database, reader, {NOTE: shelf}) == Differences()
        writer.apply([document("left over", "T")], {"002": 0})
        found = compare(hub.database, reader, {NOTE: shelf})
        assert found == Differences(missing=("002",), extra=("left over",))
        repair(hub.database, writer, {NOTE: shelf}, found)
        assert compare(hub.database, reader, {NOTE: shelf}) == Differences()


@pytest.mark.server
def test_a_value_too_long_to_be_filtered_by_is_kept_and_not_counted(place: Place) -> None:
    assert "long values" in DIFFERENCES["opensearch"]
    writer, reader = place.writer(), place.reader()
    writer.ensure()
    assert writer.apply([document("1", "Damp", topics=("x" * 9000,), topics_tree=("x" * 9000, "HOU"))], {}) == []
    page = reader.search(query("damp", filters={"topic": ("HOU",)}))
    assert ids(page) == ["1"]
    assert page.facets["topic"] == (("HOU", 1),)


@pytest.mark.server
def test_an_id_too_long_is_refused_alone(place: Place) -> None:
    assert "long ids" in DIFFERENCES["opensearch"]
    writer = place.writer()
    writer.ensure()
    refused = writer.apply([document("1", "T"), document("x" * 513, "T")], {"y" * 600: 1, "z" * 600: 0, "": 1})
    assert [one.id for one in refused] == ["x" * 513]
    assert place.reader().versions() == {"1": 1}


class TestFailing:
    """A server that fails is a real one on loopback, and fails for real."""

    def unavailable(self, server: Server) -> str:
        with pytest.raises(IndexUnavailable) as caught:
            OpenSearchReader(server, Names("hub", "0000000f")).search(query("damp"))
        assert "hunter2" not in str(caught.value)
        assert "127.0.0.1" not in str(caught.value)
        return str(caught.value)

    def server(self, port: int, timeout: float = READING) -> Server:
        return Server(Address("127.0.0.1", port, False, "moothall", "hunter2"), timeout)

    def test_nobody_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        assert "cannot be reached" in self.unavailable(self.server(port))

    def test_no_answer_is_given_up_after_two_seconds_and_three_times_is_enough(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            server = self.server(silent.getsockname()[1])
            began = time.monotonic()
            assert "within 2 seconds" in self.unavailable(server)
            assert 1.9 < time.monotonic() - began < 3
            quick = self.server(silent.getsockname()[1], 0.1)
            for _ in range(LIMIT):
                self.unavailable(quick)
            began = time.monotonic()
            assert "asked again in" in self.unavailable(quick)
            assert time.monotonic() - began < 0.05

    @pytest.mark.parametrize(("status", "asked"), [(503, LIMIT), (429, LIMIT), (400, 10), (404, 10)])
    def test_a_fault_of_the_server_counts_and_an_error_of_ours_does_not(self, status: int, asked: int) -> None:
        said = b'{"error": {"type": "x", "reason": "no shard"}, "status": 503}'
        with serve(lambda _: (status, {"Content-Type": "application/json"}, said)) as site:
            server = self.server(int(site.base_url.rpartition(":")[2]))
            for _ in range(10):
                self.unavailable(server)
            assert len(site.seen) == asked

    @pytest.mark.parametrize("answer", [("application/json", b"<html>"), ("text/html", b"{}"), ("text/plain", b"Hi")])
    def test_an_answer_that_is_none_is_said(self, answer: tuple[str, bytes]) -> None:
        with serve(lambda _: (200, {"Content-Type": answer[0]}, answer[1])) as site:
            said = self.unavailable(self.server(int(site.base_url.rpartition(":")[2])))
            assert "cannot be read" in said


@pytest.mark.server
def test_a_server_that_comes_back_is_asked_again_after_the_pause(place: Place, opensearch_node: str) -> None:
    """The node behind a relay that is not there at first."""
    writer = place.writer()
    writer.ensure()
    writer.apply([document("1", "Damp")], {})
    node = read_address(opensearch_node)
    headers = {"Content-Type": "application/json"}

    def relay(request: Request) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(node.host, node.port, timeout=5)
        connection.request(request.method, request.path, request.body, headers)
        answer = connection.getresponse()
        try:
            return answer.status, headers, answer.read()
        finally:
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    moment = [0.0]
    server = Server(Address("127.0.0.1", port), READING, Breaker(lambda: moment[0]))
    reader = OpenSearchReader(server, place.names)
    for _ in range(LIMIT):
        with pytest.raises(IndexUnavailable, match="cannot be reached"):
            reader.search(query("damp"))
    with serve(relay, port=port) as site:
        with pytest.raises(IndexUnavailable, match="asked again in"):
            reader.search(query("damp"))
        assert site.seen == []
        moment[0] += PAUSE
        assert reader.search(query("damp")).total == 1
        assert reader.search(query("damp")).total == 1
        assert len(site.seen) == 2, "a search is one request"


@pytest.mark.server
class TestBothEngines:
    """The judged set of documents and searches, in both engines."""

    @pytest.fixture
    def readers(self, place: Place, tmp_path: Path) -> tuple[IndexReader, IndexReader]:
        made = [document(id, title, body, id[-2:], organisation=id) for id, title, body in DOCUMENTS]
        writer = EmbeddedWriter(tmp_path)
        writer.ensure()
        for one in (writer, place.writer()):
            one.rebuild(made)
            one.release()
        return EmbeddedReader(tmp_path), place.reader()

    def test_they_find_the_same_documents_in_nearly_the_same_order(
        self, readers: tuple[IndexReader, IndexReader]
    ) -> None:
        same = []
        for words in dict(OWN):
            for any_word in (False, True):
                asked = Query(rights=PUBLIC, clauses=parse(words), any_word=any_word, size=1000)
                one, other = (reader.search(asked) for reader in readers)
                assert set(ids(one)) == set(ids(other)), words
                assert one.facets == other.facets, words
                assert {hit.id: (hit.title, hit.extract) for hit in one.hits} == {
                    hit.id: (hit.title, hit.extract) for hit in other.hits
                }, words
                same.append(ids(one)[:3] == ids(other)[:3])
        assert sum(same) / len(same) >= 0.9

    def test_they_know_the_same_slips_and_likenesses(self, readers: tuple[IndexReader, IndexReader]) -> None:
        for word in ("recylcing", "libary", "homlessness", "hosuing", "hemtjänzt", "gwastraf", "damp", "zzzzzz"):
            assert len({reader.spell(word) for reader in readers}) == 1, word
        shared = []
        for id, _, _ in DOCUMENTS:
            one, other = (set(reader.similar(id, 5)) for reader in readers)
            shared.append(len(one & other) / max(1, len(one | other)))
        assert mean(shared) >= 0.8
