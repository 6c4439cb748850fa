"""A page of search against the raw engine: the same 400 queries, 5 facets and 10 marked extracts, interleaved.

    python -m benchmarks.search_page [--engine embedded|opensearch] [--docs 100000] [--communities 0]
        [--folder FOLDER]

With a folder, what is there already is used again. Raw is what the engine's own client needs (benchmarks/raw.py). Our
reader is hub/index alone; the page is the whole HTML of /search over loopback, from a web process as `moothall run`
starts it. With communities, so many of the documents are such: pages that hold some take one more statement.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.corpus import Corpus
from benchmarks.raw import Raw, RawOpenSearch, RawTantivy
from benchmarks.served import Page, fill, served, settings_of
from hub.config import Settings
from hub.index.base import PUBLIC, Clause, IndexReader, Query
from hub.index.engines import open_reader, open_writer
from tests.servers.opensearch import Node, node

QUERIES: Final = 400
ROUNDS: Final = 5


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


def measure(raw: Raw, reader: IndexReader, page: Page, pairs: Sequence[tuple[str, str]]) -> None:
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


@dataclass(frozen=True)
class Bench:
    """Both sides, filled with the same records."""

    raw: Raw
    reader: IndexReader
    settings: Settings


def prepared(folder: Path, corpus: Corpus, address: str = "") -> Bench:
    """Both indexes and the hub's database, made where they are missing; `address` is that of an OpenSearch."""
    settings = settings_of(folder / "hub", search_url=f"{address}?prefix=bench" if address else "embedded:")
    fresh = bool(address) or not (folder / "raw").is_dir()
    raw: Raw = RawOpenSearch(address) if address else RawTantivy(folder / "raw")
    reader, writer = open_reader(settings), open_writer(settings)
    if not (folder / "hub" / "moothall.sqlite").exists():
        _say_time("our database", lambda: fill(folder / "hub", corpus))
    if fresh:
        _say_time("generating alone", lambda: [None for _ in corpus.documents()])
        _say_time("raw index", lambda: raw.write(corpus))
        _say_time("our index", lambda: writer.rebuild(corpus.documents()))
        writer.release()
    print(f"{reader.stats().documents} records, our index {reader.stats().bytes / 1e6:.0f} MB")
    return Bench(raw, reader, settings)


def _say_time(what: str, call: Callable[[], object]) -> None:
    print(f"{what + ':':18} {timed(call) / 1000:6.1f} s, generating included")


@contextmanager
def engine(name: str) -> Iterator[Node | None]:
    """An OpenSearch for the block; None for the embedded engine."""
    if name == "embedded":
        yield None
        return
    with node(heap="1g") as made:
        yield made


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("embedded", "opensearch"), default="embedded")
    parser.add_argument("--docs", type=int, default=100_000)
    parser.add_argument("--communities", type=int, default=0, help="how many of the documents are communities")
    parser.add_argument("--folder", type=Path, help="keep the indexes here for the next time")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="moothall-bench-"))
    corpus = Corpus(given.docs, given.communities)
    try:
        with engine(given.engine) as server:
            bench = prepared(folder / f"{given.docs}-{given.communities}", corpus, server.address if server else "")
            with served(bench.settings) as page:
                measure(bench.raw, bench.reader, page, corpus.pairs(QUERIES))
    finally:
        if given.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
