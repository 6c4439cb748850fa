"""How good search is on our own judged set. The floors are numbers that only go up."""

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import mean

import pytest

from hub.index.base import PUBLIC, Document, Expansion, Query, SearchPage
from hub.index.embedded import EmbeddedReader, EmbeddedWriter
from hub.search.parse import parse
from tests.quality.judged import ACROSS, DOCUMENTS, OWN

OWN_FLOOR = 0.95
ACROSS_FLOOR = 0.96
"""nDCG@10."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedReader:
    folder: Path = tmp_path_factory.mktemp("index")
    writer = EmbeddedWriter(folder)
    made = [
        Document(
            id=id, version=1, title=title, body=body, language=id[-2:],
            organisation="northford", sector="council", type="case-study",
        )
        for id, title, body in DOCUMENTS
    ]  # fmt: skip
    writer.ensure()
    writer.rebuild(made)
    writer.release()
    return EmbeddedReader(folder)


def ndcg(found: Iterable[str], grades: Mapping[str, int]) -> float:
    """nDCG@10 with gains 2^grade - 1 (Järvelin and Kekäläinen 2002, as Burges 2005 writes it)."""
    ideal = sorted(grades.values(), reverse=True)[:10]
    best = sum((2**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(ideal))
    got = sum((2 ** grades.get(id, 0) - 1) / math.log2(rank + 2) for rank, id in enumerate(list(found)[:10]))
    return got / best


def search(reader: EmbeddedReader, words: str, *expansions: Expansion) -> SearchPage:
    """As the search page does: all words, and one of them when that finds nothing."""
    asked = Query(rights=PUBLIC, clauses=parse(words), expansions=expansions)
    page = reader.search(asked)
    return page if page.total else reader.search(Query(rights=PUBLIC, clauses=parse(words), any_word=True))


def score(judged: Mapping[str, Mapping[str, int]], answer: Callable[[str], SearchPage]) -> dict[str, float]:
    """nDCG of each query."""
    return {words: ndcg((hit.id for hit in answer(words).hits), grades) for words, grades in judged.items()}


def test_searches_in_the_own_language(reader: EmbeddedReader) -> None:
    scores = score(dict(OWN), lambda words: search(reader, words))
    weak = {words: round(value, 2) for words, value in scores.items() if value < 0.9}
    assert mean(scores.values()) >= OWN_FLOOR, weak


def test_searches_across_languages(reader: EmbeddedReader) -> None:
    topics = {words: Expansion("T", labels, tuple(words.split())) for words, labels, _ in ACROSS}
    judged = {words: grades for words, _, grades in ACROSS}
    expanded = score(judged, lambda words: search(reader, words, topics[words]))
    alone = score(judged, lambda words: search(reader, words))
    weak = {words: round(value, 2) for words, value in expanded.items() if value < 0.9}
    assert mean(expanded.values()) >= ACROSS_FLOOR, weak
    assert mean(expanded.values()) >= 2.5 * mean(alone.values())


def test_labels_do_not_push_the_own_language_down(reader: EmbeddedReader) -> None:
    """Drift: what the words find in their own language stays on top of its language (vocabulary.md §4)."""
    for words, labels, grades in ACROSS:
        topic = Expansion("T", labels, tuple(words.split()))
        own = [hit.id for hit in search(reader, words).hits if hit.id in grades]
        expanded = [hit.id for hit in search(reader, words, topic).hits if hit.id in grades]
        assert [id for id in expanded if id in own] == own


def test_the_set_is_sound() -> None:
    ids = [id for id, _, _ in DOCUMENTS]
    assert len(ids) == len(set(ids)) == 60
    assert len(OWN) + len(ACROSS) == 41
    assert {id for _, grades in OWN for id in grades} | {id for *_, grades in ACROSS for id in grades} <= set(ids)
