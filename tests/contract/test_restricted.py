"""Both indexes together: what is restricted is found by those whom it is for, and felt by nobody else."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.index.base import PUBLIC, START, Clause, Document, Query, Rights
from hub.index.sides import SidedReader, SidedWriter
from hub.policy import EVERY
from tests.contract.engines import Engine, document, ids, query

NORTH = Rights(("northford",))
EAST = Rights(("eastmere",))


@pytest.fixture
def both(engine: Engine) -> Iterator[tuple[SidedReader, SidedWriter]]:
    reader, writer = engine.sided()
    assert writer.missing()
    assert writer.ensure()
    yield reader, writer
    writer.release()


def own(id: str, title: str, body: str = "", whose: str = "northford", **given: Any) -> Document:
    """A document that is restricted to an organisation."""
    return document(id, title, body, audience=(whose,), **given)


def asked(rights: Rights, *words: str, **given: Any) -> Query:
    return Query(rights=rights, clauses=tuple(map(Clause, words)), **given)


def everything_public(reader: SidedReader, words: Sequence[str]) -> list[object]:
    """All that a stranger can make the index say about these words."""
    return [
        *(reader.search(asked(PUBLIC, *some)) for some in ([], *([word] for word in words), words)),
        *(reader.search(asked(PUBLIC, word, any_word=True, sort="newest")) for word in words),
        *(reader.search(asked(PUBLIC, filters={"source": ("s-own",)})) for _ in (1,)),
        *(reader.spell(word) for word in words),
        *(reader.suggest(word[:4], 8) for word in words),
        *(reader.similar(id, 5) for id in ("1", "2")),
    ]


def test_each_is_found_by_those_whom_it_is_for(both: tuple[SidedReader, SidedWriter]) -> None:
    reader, writer = both
    writer.apply([document("1", "Damp"), own("2", "Damp"), own("3", "Damp", whose="eastmere")], {})
    assert ids(reader.search(query("damp"))) == ["1"]
    assert ids(reader.search(asked(NORTH, "damp"))) == ["2"]
    assert ids(reader.search(asked(EAST, "damp"))) == ["3"]
    assert ids(reader.search(asked(Rights(("nobody",)), "damp"))) == []
    assert sorted(ids(reader.search(asked(Rights(("northford", "eastmere")), "damp")))) == ["2", "3"]
    assert sorted(ids(reader.search(asked(Rights((EVERY,)), "damp")))) == ["2", "3"]
    listed = reader.search(asked(NORTH, after=START, shown=False))
    assert (ids(listed), listed.total) == (["2"], 1)
    assert ids(reader.restricted.search(query("damp"))) == [], "without audiences the restricted index says nothing"


def test_a_stranger_is_told_the_same_with_and_without_restricted_documents(
    both: tuple[SidedReader, SidedWriter],
) -> None:
    reader, writer = both
    words = ("homelessness", "damp", "dampp", "canary")
    writer.apply([document("1", "Homelessness", "Damp rooms"), document("2", "Damp", "Homelessness damp")], {})
    before = everything_public(reader, words)
    hidden = [
        own(f"o{n}", "Canary homelessness damp", "Canary dampp", source="s-own", topics=("HOU.2",)) for n in range(9)
    ]
    writer.apply(hidden, {})
    assert everything_public(reader, words) == before
    assert reader.search(asked(NORTH, "canary")).total == 9


def test_one_organisations_documents_change_no_others_results(both: tuple[SidedReader, SidedWriter]) -> None:
    reader, writer = both
    writer.apply([own("1", "Rare words", "Common and common"), own("2", "Common words", "Rare")], {})
    searches = [asked(NORTH, "rare", "common"), asked(NORTH, "common"), asked(NORTH, "words")]
    before = [reader.search(one) for one in searches]
    writer.apply([own(f"e{n}", "Common", "Common rare " * 20, whose="eastmere") for n in range(40)], {})
    assert [reader.search(one) for one in searches] == before


def test_titles_come_first_and_of_equals_the_newest(both: tuple[SidedReader, SidedWriter]) -> None:
    reader, writer = both
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
    writer.apply(
        [
            own("old body", "Notes", "Mould " * 50, published=days[0]),
            own("new body", "Notes", "One word about mould among many others, and no more", published=days[2]),
            own("title", "Mould", "Notes", published=days[1]),
            own("undated", "Notes", "Mould"),
        ],
        {},
    )
    found = reader.search(asked(NORTH, "mould"))
    assert ids(found) == ["title", "new body", "old body", "undated"]
    assert ids(reader.search(asked(NORTH, "mould", size=2, page=2))) == ["old body", "undated"]
    assert ids(reader.search(asked(NORTH, "mould", sort="newest"))) == ["new body", "title", "old body", "undated"]


def test_a_document_stands_on_one_side_only(both: tuple[SidedReader, SidedWriter]) -> None:
    reader, writer = both
    writer.apply([document("1", "Damp"), document("2", "Damp")], {})
    writer.apply([own("1", "Damp", version=2)], {})
    assert reader.placed() == {("1", True): 2, ("2", False): 1}
    assert ids(reader.search(query("damp"))) == ["2"]
    writer.apply([document("1", "Damp", version=3)], {})
    assert reader.placed() == {("1", False): 3, ("2", False): 1}
    writer.apply([own("2", "Damp", version=4)], {})
    writer.apply([], {"1": 4, "2": 5})
    assert reader.placed() == {}


class Stopped(Exception):
    """In the middle."""


def test_what_is_restricted_leaves_the_public_index_first(
    both: tuple[SidedReader, SidedWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = both
    writer.apply([document("1", "Damp")], {})

    def stop(*_: Any) -> Any:
        raise Stopped

    monkeypatch.setattr(writer.restricted, "apply", stop)
    with pytest.raises(Stopped):
        writer.apply([own("1", "Damp", version=2)], {})
    assert reader.placed() == {}, "killed in between, it is nowhere"


def test_a_rebuild_makes_both_anew(both: tuple[SidedReader, SidedWriter]) -> None:
    reader, writer = both
    writer.apply([document("gone", "T"), own("gone too", "T")], {})
    moment = datetime(2026, 5, 1, 12, tzinfo=UTC)
    made = [document("1", "Damp"), own("2", "Lleithder tai", "é\ud800 ‘x’", topics=("HOU.2",), published=moment)]
    assert writer.rebuild(made).written == 2
    writer.release()
    assert reader.placed() == {("1", False): 1, ("2", True): 1}
    assert ids(reader.search(asked(NORTH, "lleithder", since=moment.date(), until=moment.date()))) == ["2"]
    stats = reader.stats()
    assert (stats.documents, stats.restricted) == (2, 1)
