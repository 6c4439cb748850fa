"""What ten times as many records cost: processor time to index one, and a page of search; both sizes in one run.

    python -m benchmarks.growth [--engine embedded|opensearch] [--small 100000] [--large 1000000] [--folder FOLDER]

With a folder, databases that are there already are used again; the indexes are made anew. Processor time is that of
this process and of the server, as other programs of the machine do not lengthen it. A page answers the same 400 queries
at both sizes, with the same words: with ten times the hits.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.corpus import Corpus
from benchmarks.search_page import QUERIES, engine, ours, spread, timed
from benchmarks.served import fill, served, settings_of
from hub.index.engines import open_reader, open_writer

ROUNDS: Final = 3
SAMPLE: Final = 2_000
"""Records from which is taken what it costs to make them up."""

TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """Of one size: index in CPU milliseconds a record and records a second, reader and page in ms (p50, p95)."""

    cpu: float
    rate: float
    hits: float
    reader: tuple[float, float]
    page: tuple[float, float]


def of_size(folder: Path, docs: int, pairs: Sequence[tuple[str, str]], address: str, server: int) -> Figures:
    """Fill, index and search."""
    corpus = Corpus(docs)
    if not (folder / "hub" / "moothall.sqlite").exists():
        fill(folder / "hub", corpus)
    search = f"{address}?prefix=grown-{docs}" if address else "embedded:"
    settings = settings_of(folder / "hub", search_url=search)
    made = time.process_time()
    for _ in islice(corpus.documents(), SAMPLE):
        pass
    made = (time.process_time() - made) / SAMPLE * docs
    writer, reader = open_writer(settings), open_reader(settings)
    began, cpu = time.perf_counter(), time.process_time() + _cpu_of(server)
    writer.rebuild(corpus.documents())
    writer.release()
    cpu = time.process_time() + _cpu_of(server) - cpu - made
    rate = docs / (time.perf_counter() - began)
    with served(settings) as page:
        hits = [reader.search(ours(pair)).total for pair in pairs]
        readers, pages = [], []
        for _ in range(ROUNDS):
            readers.append([timed(lambda p=pair: reader.search(ours(p))) for pair in pairs])
            pages.append([timed(lambda p=pair: page.get(*p)) for pair in pairs])
    best = [spread([min(each) for each in zip(*rounds, strict=True)]) for rounds in (readers, pages)]
    figures = Figures(cpu / docs * 1000, rate, sum(hits) / len(hits), best[0], best[1])
    print(
        f"{docs:9,} records: index {figures.cpu:.2f} ms CPU a record, {rate:,.0f} records/s; "
        f"{figures.hits:,.0f} hits a query; "
        f"reader p50 {best[0][0]:.1f} p95 {best[0][1]:.1f} ms; page p50 {best[1][0]:.1f} p95 {best[1][1]:.1f} ms",
        flush=True,
    )
    return figures


def _cpu_of(process: int) -> float:
    """Seconds of processor time that a process of this machine has had; 0 for none."""
    if not process:
        return 0.0
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main() -> None:
    """Print the figures of both sizes and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("embedded", "opensearch"), default="embedded")
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="keep the databases here for the next time")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="moothall-bench-"))
    pairs = Corpus(given.small).pairs(QUERIES)
    try:
        with engine(given.engine) as server:
            small, large = (
                of_size(
                    folder / str(docs), docs, pairs, server.address if server else "", server.process if server else 0
                )
                for docs in (given.small, given.large)
            )
    finally:
        if given.folder is None:
            shutil.rmtree(folder)
    print(
        f"{given.large / given.small:.0f} times the records: CPU a record × {large.cpu / small.cpu:.2f}, "
        f"hits × {large.hits / small.hits:.1f}, reader p95 × {large.reader[1] / small.reader[1]:.1f}, "
        f"page p50 × {large.page[0] / small.page[0]:.1f}, p95 × {large.page[1] / small.page[1]:.1f}"
    )


if __name__ == "__main__":
    main()
