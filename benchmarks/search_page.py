"""A page of search against the raw engine: the same 400 queries, 5 facets and 10 marked extracts, interleaved.

    python -m benchmarks.search_page [--docs 100000] [--folder FOLDER]

With a folder, what is there already is used again. Raw is what tantivy-py itself needs: the same query objects on a
stored text field, one aggregate call, its own SnippetGenerator for ten hits. Our reader is hub/index alone; the page is
the whole HTML of /search over loopback, from a web process as `moothall run` starts it.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import tantivy
from tantivy import Occur

from benchmarks.corpus import Corpus
from benchmarks.served import Page, fill, served
from hub.index.analysis import analyzer
from hub.index.base import FACETS, PUBLIC, Clause, Document, Query
from hub.index.embedded import EmbeddedReader, EmbeddedWriter
from hub.index.schema import FILTERS

QUERIES: Final = 400
ROUNDS: Final = 5


class Raw:
    """The engine alone: a plain index and a plain search."""

    def __init__(self, folder: Path) -> None:
        self.schema = _raw_schema()
        folder.mkdir(parents=True, exist_ok=True)
        self.index = tantivy.Index(self.schema, str(folder))
        self._analyzer = analyzer("en")
        self.index.register_tokenizer("en", self._analyzer)
        self._facets = {name: {"terms": {"field": FILTERS[name], "size": 200}} for name in FACETS}

    def write(self, corpus: Corpus) -> None:
        """All records, with the same heap and threads as our rebuild."""
        writer = self.index.writer(128_000_000, 2)
        for document in corpus.documents():
            writer.add_document(_raw_document(document))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()

    def search(self, words: Sequence[str]) -> int:
        """A page; the total is given back, so that both sides can be seen to find the same."""
        searcher = self.index.searcher()
        stems = [self._analyzer.analyze(word)[0] for word in words]
        parts = [(Occur.Must, tantivy.Query.term_query(self.schema, "all_en", stem)) for stem in stems]
        for stem in stems:
            title = tantivy.Query.term_query(self.schema, "title_en", stem)
            parts.append((Occur.Should, tantivy.Query.boost_query(title, 0.5)))
        query = tantivy.Query.boolean_query(parts)
        answer: Any = searcher.search(query, 10)
        searcher.aggregate(query, self._facets)
        snippets = tantivy.SnippetGenerator.create(searcher, query, self.schema, "all_en")
        snippets.set_max_num_chars(220)
        for _, address in answer.hits:
            stored = searcher.doc(address)
            assert stored["title"]
            snippets.snippet_from_doc(stored).to_html()
        return int(answer.count)


def _raw_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("all_en", stored=True, tokenizer_name="en")
    builder.add_text_field("title_en", tokenizer_name="en")
    builder.add_text_field("title", stored=True, tokenizer_name="raw")
    for name in FACETS:
        builder.add_text_field(FILTERS[name], fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _raw_document(document: Document) -> tantivy.Document:
    made = tantivy.Document()
    made.add_text("all_en", f"{document.title}\n{document.body}")
    made.add_text("title_en", document.title)
    made.add_text("title", document.title)
    for name in ("sector", "organisation", "type", "language"):
        made.add_text(name, getattr(document, name))
    for topic in document.topics_tree:
        made.add_text("topics_tree", topic)
    return made


def timed(call: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def spread(values: Sequence[float]) -> tuple[float, float]:
    """p50 and p95."""
    cuts = statistics.quantiles(values, n=100)
    return cuts[49], cuts[94]


def ours(words: Sequence[str]) -> Query:
    """The query that the search page would make of these words."""
    return Query(rights=PUBLIC, clauses=tuple(Clause(word) for word in words))


SIDES: Final = ("raw engine", "our reader", "page")


def measure(raw: Raw, reader: EmbeddedReader, page: Page, pairs: Sequence[tuple[str, str]]) -> None:
    """The sides in turn, five rounds; the best of five for each query, and the median of the rounds' ratios."""
    best = [[1e9] * len(SIDES) for _ in pairs]
    ratios: list[list[tuple[float, float]]] = []
    totals = [raw.search(pair) for pair in pairs]
    for pair, total in zip(pairs, totals, strict=True):
        assert total == reader.search(ours(pair)).total, "both sides find the same"
        assert f"<h1>{total:,} result".encode() in page.get(*pair), "the page finds the same"
    for _ in range(ROUNDS):
        sides: list[list[float]] = [[] for _ in SIDES]
        for number, pair in enumerate(pairs):
            query = ours(pair)
            calls = (lambda p=pair: raw.search(p), lambda q=query: reader.search(q), lambda p=pair: page.get(*p))
            for side, call in enumerate(calls):
                sides[side].append(timed(call))
                best[number][side] = min(best[number][side], sides[side][-1])
        spreads = [spread(side) for side in sides]
        ratios.append([(one[0] / spreads[0][0], one[1] / spreads[0][1]) for one in spreads])
    _say(best, ratios, totals)


def _say(
    best: Sequence[Sequence[float]], ratios: Sequence[Sequence[tuple[float, float]]], totals: Sequence[int]
) -> None:
    print(f"hits per query: mean {statistics.mean(totals):.0f}, median {statistics.median(totals):.0f}")
    print(f"ms, best of {ROUNDS} for each of {len(best)} queries; ratios and differences to the raw engine;")
    print("in brackets the median of the rounds, each with its own p50 and p95")
    raw = spread([each[0] for each in best])
    for side, name in enumerate(SIDES):
        p50, p95 = spread([each[side] for each in best])
        rounds = [statistics.median(each[side][at] for each in ratios) for at in (0, 1)]
        print(
            f"{name:11} p50 {p50:6.2f}  p95 {p95:6.2f}   minus raw {p50 - raw[0]:5.2f} {p95 - raw[1]:5.2f}   "
            f"ratio p50 {p50 / raw[0]:.2f} ({rounds[0]:.2f})  p95 {p95 / raw[1]:.2f} ({rounds[1]:.2f})"
        )


def prepared(folder: Path, corpus: Corpus) -> tuple[Raw, EmbeddedReader]:
    """Both indexes and the hub's database, made where they are missing."""
    fresh = not (folder / "raw").is_dir()
    raw, writer = Raw(folder / "raw"), EmbeddedWriter(folder / "hub" / "index")
    if fresh:
        print(f"generating alone: {timed(lambda: [None for _ in corpus.documents()]) / 1000:.1f} s")
        print(f"raw index:        {timed(lambda: raw.write(corpus)) / 1000:.1f} s, generating included")
        print(f"our database:     {timed(lambda: fill(folder / 'hub', corpus)) / 1000:.1f} s, generating included")
        print(
            f"our index:        {timed(lambda: writer.rebuild(corpus.documents())) / 1000:.1f} s, generating included"
        )
        writer.release()
    reader = EmbeddedReader(folder / "hub" / "index")
    size = sum(path.stat().st_size for path in (folder / "raw").iterdir())
    print(f"raw {size / 1e6:.0f} MB, ours {reader.stats().bytes / 1e6:.0f} MB, {reader.stats().documents} records")
    return raw, reader


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="keep the indexes here for the next time")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="moothall-bench-"))
    corpus = Corpus(given.docs)
    try:
        raw, reader = prepared(folder / str(given.docs), corpus)
        with served(folder / str(given.docs) / "hub") as page:
            measure(raw, reader, page, corpus.pairs(QUERIES))
    finally:
        if given.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
