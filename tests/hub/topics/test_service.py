"""The vocabulary between its tables and the value that everything reads, and the copy that a process keeps of it."""

from dataclasses import replace

import pytest
from sqlalchemy import event, func, select

from federation.record import Record
from harvesters.base import upsert
from hub.db import Base
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.models import Tag
from hub.topics.models import Concept, ConceptScheme, Label, Mapping, Note, Relation
from hub.topics.service import Vocabulary, read_scheme, store_scheme
from tests.people import World, source_of
from tests.vocab.loaded import BASE, common, concept, scheme
from vocab.scheme import Match, Scheme
from vocab.scheme import Note as SchemeNote

SMALL = scheme(
    concept("waste", "Waste@en", "Gwastraff@cy", notation="WAS"),
    concept(
        "food",
        "Food waste@en",
        "alt:leftovers@en",
        "hidden:FW@en",
        top=False,
        notation="WAS.1",
        broader=(BASE + "waste",),
        related=(BASE + "gone",),
        notes=(SchemeNote("scope", "en", "What kitchens throw away."), SchemeNote("definition", "cy", "Bwyd.")),
        mappings=(Match("exact", "https://other.example/food"), Match("close", "https://other.example/scraps")),
    ),
    concept("gone", "Slops@en", notation="WAS.9", deprecated=True, replaced_by=(BASE + "food",)),
)
PARTS = (Label, Note, Relation, Mapping)


def store(hub: World, value: Scheme) -> None:
    with hub.database.writing() as session:
        store_scheme(session, value)


def stored(hub: World) -> Scheme:
    with hub.database.reading() as session:
        return read_scheme(session)


def count(hub: World, table: type[Base]) -> int:
    with hub.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("value", [SMALL, common()], ids=["small", "common"])
def test_what_is_stored_is_what_is_read(hub: World, value: Scheme) -> None:
    store(hub, value)
    assert stored(hub) == value
    assert list(stored(hub)) == list(value), "in the same order"


def test_titles_version_and_licence_are_kept(hub: World) -> None:
    named = replace(SMALL, titles={"en": "A", "cy": "B"}, version="7", licence="CC0", descriptions={"en": "Words"})
    store(hub, named)
    assert stored(hub) == named


def test_a_hub_without_vocabulary_has_an_empty_one(hub: World) -> None:
    assert len(stored(hub)) == 0
    vocabulary = Vocabulary(hub.database)
    assert vocabulary.revision == -1
    assert (len(vocabulary.scheme), vocabulary.names(), vocabulary.by_notation("WAS")) == (0, {}, None)


def test_storing_again_replaces_and_leaves_nothing_behind(hub: World) -> None:
    store(hub, SMALL)
    smaller = replace(SMALL, concepts={BASE + "waste": SMALL.concepts[BASE + "waste"]})
    store(hub, smaller)
    assert stored(hub) == smaller
    assert [count(hub, table) for table in (Concept, *PARTS)] == [1, 2, 0, 0, 0]


def test_storing_one_scheme_leaves_another_alone(hub: World) -> None:
    store(hub, SMALL)
    store(hub, common())
    assert stored(hub) == SMALL, "the hub's is the first by address"
    assert count(hub, Concept) == len(SMALL) + len(common())


def test_storing_the_same_twice_doubles_nothing(hub: World) -> None:
    store(hub, SMALL)
    before = [count(hub, table) for table in PARTS]
    store(hub, SMALL)
    assert [count(hub, table) for table in PARTS] == before
    assert stored(hub) == SMALL


def test_every_change_counts_the_revision_up(hub: World) -> None:
    for revision in (1, 2, 3):
        store(hub, SMALL)
        with hub.database.reading() as session:
            assert session.scalar(select(ConceptScheme.revision)) == revision


def test_a_change_of_the_vocabulary_leaves_tags_alone(hub: World) -> None:
    store(hub, SMALL)
    with hub.database.writing() as session:
        keep(
            session,
            source_id=source_of(session, hub.northford).id,
            run_id="run1",
            found=[
                (
                    upsert(Record(native_id="1", url="https://northford.example/1", title="Leftovers")),
                    Enriched("en", ({"concept": BASE + "food", "score": 1.0, "reasons": []},)),
                )
            ],
            defaults=Defaults(hub.northford),
        )
    store(hub, replace(SMALL, concepts={}))
    store(hub, SMALL)
    with hub.database.reading() as session:
        assert list(session.scalars(select(Tag.concept_uri))) == [BASE + "food"]


def test_a_process_sees_a_change_when_it_looks_again(hub: World) -> None:
    store(hub, SMALL)
    slow = Vocabulary(hub.database, look_every=3600)
    quick = Vocabulary(hub.database, look_every=0)
    assert (slow.revision, quick.revision) == (1, 1)
    assert len(slow.scheme) == 3
    store(hub, replace(SMALL, concepts={BASE + "waste": SMALL.concepts[BASE + "waste"]}))
    assert (slow.revision, len(slow.scheme)) == (1, 3)
    assert (quick.revision, len(quick.scheme)) == (2, 1)
    assert quick.by_notation("WAS.1") is None
    slow.look_again()
    assert (slow.revision, len(slow.scheme)) == (2, 1)


def test_the_scheme_is_read_once_a_revision(hub: World) -> None:
    store(hub, SMALL)
    vocabulary = Vocabulary(hub.database, look_every=0)
    first = vocabulary.scheme
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(hub.database.engine, "before_cursor_execute", note)
    try:
        assert vocabulary.scheme is first
    finally:
        event.remove(hub.database.engine, "before_cursor_execute", note)
    assert len([one for one in seen if one.startswith("SELECT")]) == 1, "only whether the revision has grown"


def test_concepts_are_found_by_notation_and_named_in_a_language(hub: World) -> None:
    store(hub, SMALL)
    vocabulary = Vocabulary(hub.database)
    found = vocabulary.by_notation("WAS.1")
    assert found is not None
    assert found.uri == BASE + "food"
    assert vocabulary.names("cy") == {BASE + "food": "Food waste", BASE + "gone": "Slops", BASE + "waste": "Gwastraff"}
