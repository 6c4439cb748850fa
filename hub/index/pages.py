"""One page of the embedded index: hits, exact total, facets; and the query for similar documents."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

import tantivy
from tantivy import Occur

from hub.errors import IndexUnavailable
from hub.index.analysis import Analysis, field_of
from hub.index.base import Hit, Query, SearchPage
from hub.index.marking import Marker
from hub.index.ranking import Ranking
from hub.index.schema import FILTERS

MOST_VALUES: Final = 200
"""Values that a facet lists; a chosen one is listed always."""

SIMILAR_TEXT: Final = 20_000
"""Characters of a document from which similar ones are looked for."""

SIMILAR_WORDS: Final = 25
"""Words of it that are looked for (vocabulary.md §6.2)."""

TOPIC_LIKENESS: Final = 0.5

Counts = tuple[tuple[str, int], ...]
NONE: Final[Counts] = ()

T = TypeVar("T")

Found = tuple[float, tantivy.DocAddress]
"""Score and address of a document in one snapshot."""


def holder(searcher: tantivy.Searcher) -> Callable[[str, str], bool]:
    """Whether this snapshot has a word in a field."""
    return lambda field, word: bool(searcher.doc_freq(field, word))


def page_of(searcher: tantivy.Searcher, ranking: Ranking, query: Query, analysis: Analysis) -> SearchPage:
    """The answer to a query on this snapshot."""
    matching = ranking.matching(query)
    narrowed = ranking.narrowed(query, matching)
    total, found = found_in(searcher, narrowed, query, max(0, query.page - 1) * query.size, query.size)
    hits = hits_of(searcher, found, query, analysis)
    return SearchPage(hits, total, facets_of(searcher, ranking, query, matching, narrowed, total))


def found_in(
    searcher: tantivy.Searcher, narrowed: tantivy.Query, query: Query, offset: int, size: int
) -> tuple[int, list[Found]]:
    """The exact total, and score and address of so many documents. The engine cannot be asked for none."""
    if size < 1 or offset >= searcher.num_docs:
        return _total(searcher.search(narrowed, 1)), []
    words = any(not clause.excluded for clause in query.clauses)
    order = "published" if query.sort == "newest" or not words else None
    if query.rights.audiences and not order:
        every = _equals_newest_first(searcher, narrowed)
        return len(every), every[offset : offset + size]
    answer = searcher.search(narrowed, size, offset=offset, order_by_field=order)
    return _total(answer), [(0.0 if order else float(score), address) for score, address in answer.hits]


def _equals_newest_first(searcher: tantivy.Searcher, narrowed: tantivy.Query) -> list[Found]:
    """All that match, the best first. In the restricted index many are worth the same: those come newest first."""
    found = searcher.search(narrowed, searcher.num_docs).hits
    dates = searcher.fast_field_values("published", [address for _, address in found])
    ranked = sorted(zip(found, dates, strict=True), key=lambda one: (-round(float(one[0][0]), 4), -int(one[1] or 0)))
    return [(float(score), address) for (score, address), _ in ranked]


def hits_of(searcher: tantivy.Searcher, found: Iterable[Found], query: Query, analysis: Analysis) -> tuple[Hit, ...]:
    """What a page says of these documents."""
    marker = Marker(query, analysis)
    return tuple(_hit(searcher, address, score, marker, query.shown) for score, address in found)


def _total(answer: Any) -> int:
    """All that match, exactly; the engine's type stubs do not know of it."""
    return int(answer.count)


def _hit(searcher: tantivy.Searcher, address: tantivy.DocAddress, score: float, marker: Marker, shown: bool) -> Hit:
    stored = searcher.doc(address)
    id, document_type = stored["id"][0], stored["document_type"][0]
    if not shown:
        return Hit(id, score, (), (), document_type)
    language = stored.get_first("language") or ""
    title, text = (bytes(stored.get_first(name) or b"").decode() for name in ("title", "text"))
    return Hit(id, score, marker.line(title, language), marker.extract(text, language), document_type)


def facets_of(
    searcher: tantivy.Searcher,
    ranking: Ranking,
    query: Query,
    matching: tantivy.Query,
    narrowed: tantivy.Query,
    total: int,
) -> Mapping[str, Counts]:
    """All facets without a choice in one go; for each with one, another go without its own filter."""
    free = [name for name in query.facets if not query.filters.get(name)]
    counted = _counts(searcher, narrowed, free) if total else dict.fromkeys(free, NONE)
    for name in query.facets:
        chosen = query.filters.get(name, ())
        if chosen:
            others = ranking.narrowed(query, matching, without=name)
            counts = _counts(searcher, others, [name])[name]
            counted[name] = counts + _left_out(searcher, ranking, query, matching, name, counts)
    return {name: counted[name] for name in query.facets}


def _counts(searcher: tantivy.Searcher, query: tantivy.Query, names: list[str]) -> dict[str, Counts]:
    if not names:
        return {}
    asked = {name: {"terms": {"field": FILTERS[name], "size": MOST_VALUES}} for name in names}
    answer: dict[str, Any] = searcher.aggregate(query, asked)
    return {name: tuple((one["key"], one["doc_count"]) for one in answer[name]["buckets"]) for name in names}


def _left_out(
    searcher: tantivy.Searcher,
    ranking: Ranking,
    query: Query,
    matching: tantivy.Query,
    name: str,
    counts: Counts,
) -> Counts:
    """Chosen values that the list does not show, because too many others are more frequent or it finds nothing."""
    listed = {value for value, _ in counts}
    missing = [value for value in query.filters[name] if value not in listed]
    if len(counts) < MOST_VALUES:
        return tuple((value, 0) for value in missing)
    alone = [replace(query, filters={**query.filters, name: (value,)}) for value in missing]
    return tuple(
        (value, _total(searcher.search(ranking.narrowed(one, matching), 1)))
        for value, one in zip(missing, alone, strict=True)
    )


def like(
    searcher: tantivy.Searcher, schema: tantivy.Schema, analysis: Analysis, id: str, address: tantivy.DocAddress
) -> tantivy.Query:
    """What finds others' documents like this one: its most telling words in its own language, its topics in any.

    Of its own type: what somebody asks is not like what an organisation publishes.
    """
    stored = searcher.doc(address)
    language = field_of(stored.get_first("language") or "")
    text = "\n".join(bytes(stored.get_first(name) or b"").decode() for name in ("title", "text"))[:SIMILAR_TEXT]
    itself = tantivy.Query.term_query(schema, "id", id)
    parts: list[tuple[Occur, tantivy.Query]] = []
    field = f"all_{language}"
    for word, weight in _telling(searcher, field, analysis.words(text, language)):
        parts.append((Occur.Should, tantivy.Query.boost_query(tantivy.Query.term_query(schema, field, word), weight)))
    asked = {name: {"terms": {"field": name, "size": 20}} for name in ("topics", "organisation")}
    held = searcher.aggregate(itself, asked)
    for topic in held["topics"]["buckets"]:
        tagged = tantivy.Query.term_query(schema, "topics", topic["key"])
        parts.append((Occur.Should, tantivy.Query.boost_query(tagged, TOPIC_LIKENESS)))
    of_its_type = tantivy.Query.term_query(schema, "document_type", stored["document_type"][0])
    among = [(Occur.Must, tantivy.Query.const_score_query(of_its_type, 0)), (Occur.MustNot, itself)]
    for own in held["organisation"]["buckets"]:
        among.append((Occur.MustNot, tantivy.Query.term_query(schema, "organisation", own["key"])))
    return tantivy.Query.boolean_query([(Occur.Must, tantivy.Query.boolean_query(parts)), *among])


def _telling(searcher: tantivy.Searcher, field: str, words: Sequence[str]) -> list[tuple[str, float]]:
    """The words of a document that others have too, by tf · idf, with their weights: 1 for the best of them.

    The engine's own more-like-this does the same, but counts deleted documents in one place and not in another, and
    stops the whole process (tantivy 0.27, bm25.rs) where a word stands in nearly every document.
    """
    weighed: dict[str, float] = {}
    for word, times in Counter(words).items():
        others = searcher.doc_freq(field, word)
        if others > 1:
            total = max(searcher.num_docs, others)
            weighed[word] = times * math.log(1 + (total - others + 0.5) / (others + 0.5))
    best = sorted(weighed.items(), key=lambda one: (-one[1], one[0]))[:SIMILAR_WORDS]
    return [(word, weight / best[0][1]) for word, weight in best]


def answer(call: Callable[[], T]) -> T:
    """What the engine answers; its errors are ours, and so are its panics, which Python takes for no Exception."""
    try:
        return call()
    except ValueError as error:
        raise IndexUnavailable(f"The search index does not answer: {error}.") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexUnavailable(f"The search engine stumbled over this search: {error}.") from error
