"""The contract of lists: all results of a search, page by page, as they were at the first page."""

import base64
import multiprocessing
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hub.errors import BadInput, Gone
from hub.index.base import FACETS, START, Clause, Document, Expansion, Hit, IndexReader, IndexWriter, Query, Rights
from tests.contract.engines import DIFFERENCES, Engine, document, ids, query


def made(number: int) -> Document:
    """A document of a seeded collection; some without a date, some alike."""
    chance = random.Random(number)
    return document(
        f"{number:04d}",
        chance.choice(("Damp homes", "Damp", "Waste and damp homes")),
        "damp " * chance.randint(1, 3),
        type=chance.choice(("report", "news")),
        published=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number % 40) if number % 7 else None,
    )


def walk(reader: IndexReader, asked: Query, size: int = 7) -> Iterator[Hit]:
    """Every hit of a list."""
    page = reader.search(replace(asked, after=START, size=size))
    yield from page.hits
    total = page.total
    while page.after:
        page = reader.search(replace(asked, after=page.after, size=size))
        assert page.hits
        assert page.total == total
        assert page.facets == {}
        yield from page.hits


@pytest.fixture
def many(writer: IndexWriter) -> list[Document]:
    documents = [made(number) for number in range(150)]
    writer.apply(documents, {})
    return documents


@pytest.mark.usefixtures("many")
class TestWalking:
    @pytest.mark.parametrize(
        "asked",
        [
            query(),
            query("damp"),
            query("damp", sort="newest"),
            query("waste", "zebra", any_word=True, filters={"type": ("news",)}),
            query("damp", since=date(2026, 1, 5), until=date(2026, 2, 1)),
            query("zebra"),
        ],
        ids=str,
    )
    def test_a_list_is_all_that_pages_show_in_their_order(self, reader: IndexReader, asked: Query) -> None:
        whole = reader.search(replace(asked, size=1000))
        assert whole.after == "", "nobody asked for a list"
        for size in (7, 50, 150, 1000):
            assert list(walk(reader, asked, size)) == list(whole.hits)

    def test_the_first_page_counts_facets_and_a_whole_list_needs_no_cursor(self, reader: IndexReader) -> None:
        first = reader.search(query("damp", after=START, size=10))
        assert first.facets == reader.search(query("damp")).facets
        assert first.facets.keys() == set(FACETS)
        assert first.after
        assert reader.search(query("damp", after=START, size=150)).after == ""

    def test_hits_may_be_ids_alone(self, reader: IndexReader) -> None:
        shown = list(walk(reader, query("damp")))
        bare = list(walk(reader, query("damp", shown=False)))
        assert bare == [replace(hit, title=(), extract=()) for hit in shown]

    def test_what_changes_meanwhile_is_neither_missed_nor_repeated(
        self, writer: IndexWriter, reader: IndexReader, many: list[Document]
    ) -> None:
        found: list[str] = []
        asked = query("damp", size=20)
        before = ids(reader.search(replace(asked, size=1000)))
        page = reader.search(replace(asked, after=START))
        chance = random.Random(1)
        while True:
            found += ids(page)
            if not page.after:
                break
            gone = [one.id for one in chance.sample(many, 20)]
            changed = [replace(one, version=2, title="Other", body="") for one in chance.sample(many, 20)]
            new = document(f"new {len(found)}", "Damp damp damp", published=datetime(2030, 1, 1, tzinfo=UTC))
            writer.apply([*changed, new], dict.fromkeys(gone, 0))
            page = reader.search(replace(asked, after=page.after))
        assert found == before
        assert len(set(found)) == 150
        assert ids(reader.search(replace(asked, size=1000))) != before

    def test_a_rebuild_does_not_end_a_list(
        self, writer: IndexWriter, reader: IndexReader, many: list[Document]
    ) -> None:
        before = ids(reader.search(query("damp", size=1000)))
        page = reader.search(query("damp", after=START, size=50))
        found = ids(page)
        writer.rebuild([document("other", "Damp")])
        page = reader.search(query("damp", after=page.after, size=1000))
        assert found + ids(page) == before

    def test_a_page_may_be_asked_for_again(self, reader: IndexReader) -> None:
        first = reader.search(query("damp", after=START, size=10))
        second, again = (reader.search(query("damp", after=first.after, size=10)) for _ in range(2))
        assert second.hits == again.hits
        assert set(ids(first)).isdisjoint(ids(second))

    def test_many_lists_may_be_read_at_once(self, reader: IndexReader) -> None:
        expected = ids(reader.search(query("damp", size=1000)))
        found: list[list[str]] = []

        def read() -> None:
            found.append([hit.id for hit in walk(reader, query("damp"), 10)])

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [expected] * 8


@pytest.mark.usefixtures("many")
class TestEnding:
    GONE = "This list is no longer kept; begin again from its first page."

    @pytest.mark.parametrize("size", [0, 1000])
    def test_a_list_is_let_go_at_its_end_or_when_nothing_more_is_wanted(self, reader: IndexReader, size: int) -> None:
        cursor = reader.search(query("damp", after=START)).after
        assert reader.search(query("damp", after=cursor, size=size)).after == ""
        with pytest.raises(Gone, match=self.GONE) as caught:
            reader.search(query("damp", after=cursor))
        assert caught.value.permanent
        assert caught.value.status == 410

    def test_nothing_is_kept_for_a_page_of_no_hits(self, reader: IndexReader) -> None:
        page = reader.search(query("damp", after=START, size=0))
        assert (page.total, page.hits, page.after) == (150, (), "")

    def test_another_process_goes_on_or_says_that_the_list_is_gone(self, engine: Engine, reader: IndexReader) -> None:
        cursor = reader.search(query("damp", after=START)).after
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()

        def child() -> None:
            said = []
            for one in (reader, engine.reader()):
                try:
                    said.append(ids(one.search(query("damp", after=cursor))))
                except Gone as error:
                    said.append(str(error))
            theirs.send(said)

        process = context.Process(target=child)
        process.start()
        assert ours.poll(20)
        said = ours.recv()
        process.join()
        expected = ids(reader.search(query("damp", after=cursor)))
        assert said == ([self.GONE] * 2 if engine.name == "embedded" else [expected] * 2)
        assert "lists" in DIFFERENCES["opensearch"]


class TestCursors:
    OTHERS = (
        query("homes"),
        query("damp", Clause("x", excluded=True)),
        query("damp", filters={"type": ("news",)}),
        query("damp", sort="newest"),
        query("damp", since=date(2026, 1, 1)),
        query("damp", until=date(2027, 1, 1)),
        query("damp", any_word=True),
        query("damp", labels=False),
        query("damp", expansions=(Expansion("T", (("en", "wet", 1.0),), ("damp",)),)),
        replace(query("damp"), rights=Rights(("members",))),
    )

    @pytest.mark.usefixtures("many")
    def test_a_cursor_is_of_no_other_search(self, reader: IndexReader) -> None:
        cursor = reader.search(query("damp", after=START)).after
        for other in self.OTHERS:
            with pytest.raises(BadInput, match="belongs to another search"):
                reader.search(replace(other, after=cursor))
        assert reader.search(query("damp", after=cursor, size=3, page=5, facets=())).hits

    @pytest.mark.usefixtures("many")
    def test_no_changed_cursor_is_taken(self, reader: IndexReader) -> None:
        cursor = reader.search(query("damp", after=START)).after
        assert cursor.replace("-", "").replace("_", "").isalnum()
        chance = random.Random(3)
        letters = "ABCabc012-_"
        tried = 0
        for _ in range(200):
            at = chance.randrange(len(cursor))
            changed = cursor[:at] + chance.choice(letters) + cursor[at + 1 :]
            if decoded(changed) != decoded(cursor):
                tried += 1
                with pytest.raises(BadInput, match="no cursor of this hub"):
                    reader.search(query("damp", after=changed))
        assert tried > 100
        for changed in (cursor[:-4], cursor[4:], cursor + cursor, cursor + "AAAA", f"~{cursor}"):
            with pytest.raises(BadInput, match="no cursor of this hub"):
                reader.search(query("damp", after=changed))

    @pytest.mark.parametrize(
        "nonsense",
        ["x", "**", "* ", "A" * 5, "é", "\ud800", "\0", "../..", "AAAA" * 5000, "=", "{}", "a b", "_all",
         base64.urlsafe_b64encode(b'{"point":"x","last":[],"at":0}').decode(),
         base64.urlsafe_b64encode(bytes(16) + b'12345678{"list":"x","at":0}').decode()],
    )  # fmt: skip
    def test_nonsense_is_refused(self, reader: IndexReader, nonsense: str) -> None:
        with pytest.raises(BadInput, match="no cursor of this hub") as caught:
            reader.search(query("damp", after=nonsense))
        assert caught.value.field == "cursor"


def decoded(cursor: str) -> bytes:
    """The bytes of a cursor: its last letter may be another one and say the same."""
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
