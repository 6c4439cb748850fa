"""What is not a record beside records: its type comes with each hit, nobody publishes it, and it may stand in a
community.
"""

from typing import Any

import pytest

from hub.index.base import RECORD, START, Clause, Document, IndexReader, IndexWriter, Query, Rights, Title
from tests.contract.engines import Engine, document, ids, query

WHERE = {"organisation": "", "sector": "", "community": "damp-homes"}


def thread(id: str, title: str, body: str = "", **given: Any) -> Document:
    """A question that somebody asks in a community."""
    return document(id, title, body, **{"document_type": "thread", "type": "question", **WHERE, **given})


@pytest.fixture
def filled(reader: IndexReader, writer: IndexWriter) -> IndexReader:
    """Two reports and two questions about damp."""
    text = "Mould grows on cold walls where the air is damp and still"
    writer.apply(
        [
            document("1", "Damp homes", text, topics=("HOU.1",)),
            document("2", "Damp walls", text, organisation="eastmere", topics=("HOU.1",)),
            thread("3", "Damp in bathrooms", text, topics=("HOU.1",)),
            thread("4", "Damp in cellars", text, topics=("HOU.1",), community="old-houses"),
        ],
        {},
    )
    return reader


def test_each_hit_says_its_type(filled: IndexReader) -> None:
    types = {"1": RECORD, "2": RECORD, "3": "thread", "4": "thread"}
    for given in ({}, {"sort": "newest"}, {"after": START}, {"after": START, "shown": False}):
        assert {hit.id: hit.document_type for hit in filled.search(query("damp", **given)).hits} == types


def test_what_nobody_publishes_counts_for_no_organisation(filled: IndexReader) -> None:
    facets = filled.search(query("damp")).facets
    assert dict(facets["organisation"]) == {"northford": 1, "eastmere": 1}
    assert dict(facets["sector"]) == {"council": 2}
    assert dict(facets["type"]) == {"report": 2, "question": 2}
    assert ids(filled.search(query("damp", filters={"organisation": ("northford",)}))) == ["1"]


def test_a_community_is_a_filter(filled: IndexReader) -> None:
    assert ids(filled.search(query("damp", filters={"community": ("damp-homes",)}))) == ["3"]
    assert filled.search(query(filters={"community": ("damp-homes", "old-houses")})).total == 2
    unknown, none = (filled.search(query("damp", filters={"community": (one,)})) for one in ("nobodys", "none"))
    assert unknown == none
    assert filled.search(query("damp", filters={"document_type": (RECORD,)})).total == 2
    assert dict(filled.search(query("damp", facets=("document_type",))).facets["document_type"]) == {
        RECORD: 2,
        "thread": 2,
    }


def test_alike_is_what_is_of_its_type(filled: IndexReader) -> None:
    assert filled.similar("1", 5) == ["2"]
    assert filled.similar("3", 5) == ["4"], "where nobody publishes it, nobody's are left out"


def test_what_is_suggested_says_its_type(filled: IndexReader) -> None:
    assert Title("3", "Damp in bathrooms", "thread") in filled.suggest("damp bath", 5)
    assert Title("1", "Damp homes") in filled.suggest("damp hom", 5)


def test_a_saved_search_may_filter_by_community(engine: Engine) -> None:
    saved = {"here": query("damp", filters={"community": ("damp-homes",)}), "all": query("damp")}
    new = [thread("3", "Damp"), thread("4", "Damp", community="old-houses"), document("1", "Damp")]
    assert engine.matcher().match(new, saved).found == {"here": ("3",), "all": ("3", "4", "1")}


def test_types_come_through_a_rebuild_on_both_sides(engine: Engine) -> None:
    reader, writer = engine.sided()
    own = thread("5", "Damp among ourselves", audience=("c1",))
    writer.rebuild([document("1", "Damp"), thread("3", "Damp"), own])
    writer.release()
    assert reader.placed() == {("1", False): 1, ("3", False): 1, ("5", True): 1}
    asked = Query(rights=Rights(("c1",)), clauses=(Clause("damp"),), facets=("document_type", "community"))
    found = reader.search(asked)
    assert [(hit.id, hit.document_type) for hit in found.hits] == [("5", "thread")]
    assert found.facets == {"document_type": (("thread", 1),), "community": (("damp-homes", 1),)}
