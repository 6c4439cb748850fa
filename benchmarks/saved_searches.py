"""Saved searches against new documents: seconds for 10,000 searches and 2,000 documents, on both engines in one run.

    python -m benchmarks.saved_searches [--searches 10000] [--docs 2000] [--rounds 3]

Half the searches are two words; the others are one of two words, a word and a filter, a phrase, a word without another,
and two words that name a topic with six labels in other languages. The first time the server is given all of them;
after that one in a hundred is another one each round. On a machine that does other work as well, the seconds of the
processor say more than the clock. Where OpenSearch cannot be had, only the embedded engine is measured.
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from benchmarks.corpus import SEED, TYPES, Corpus
from hub.config import read_settings
from hub.index.base import PUBLIC, Clause, Document, Expansion, Matches, Query, SavedMatcher
from hub.index.engines import open_matcher
from tests.servers.opensearch import NotHad, node, process_at

CHANGED: Final = 100
"""One search of so many is another one in each round."""

PREFIX: Final = "bench-saved"


def searches(corpus: Corpus, count: int) -> dict[str, Query]:
    """So many saved searches, of six kinds; the same every time."""
    chance = random.Random(SEED)
    return {str(number): _search(chance, pair) for number, pair in enumerate(corpus.pairs(count))}


def _search(chance: random.Random, pair: tuple[str, str]) -> Query:
    first, second = pair
    kind = chance.choice(("words",) * 5 + ("either", "filter", "phrase", "without", "topic"))
    both = (Clause(first), Clause(second))
    if kind == "either":
        return Query(rights=PUBLIC, clauses=(Clause(first, alternatives=(Clause(second),)),))
    if kind == "filter":
        return Query(rights=PUBLIC, clauses=both[:1], filters={"type": (chance.choice(TYPES),)})
    if kind == "phrase":
        return Query(rights=PUBLIC, clauses=(Clause(f"{first} {second}", phrase=True),))
    if kind == "without":
        return Query(rights=PUBLIC, clauses=(both[0], Clause(second, excluded=True)))
    if kind == "topic":
        labels = tuple((language, f"{first} {second}", 1.0) for language in ("cy", "nl", "sv", "de", "cy", "nl"))
        return Query(rights=PUBLIC, clauses=both, expansions=(Expansion("T001", labels, pair),))
    return Query(rights=PUBLIC, clauses=both)


class Timed:
    """Seconds of a block: on the clock, and of the processor in our process and in the server's."""

    def __init__(self, server: int | None) -> None:
        self._server = server

    def __enter__(self) -> Self:
        self._began = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = [end - start for start, end in zip(self._began, self._now(), strict=True)]

    def _now(self) -> tuple[float, float, float]:
        return time.perf_counter(), time.process_time(), _processor(self._server)


def _processor(process: int | None) -> float:
    if process is None:
        return 0.0
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(
    name: str,
    matcher: SavedMatcher,
    documents: Sequence[Document],
    saved: Mapping[str, Query],
    rounds: int,
    server: int | None = None,
) -> Matches:
    """Print the first time and the medians of the rounds; what the first time found is given back."""
    with Timed(server) as first:
        found = matcher.match(documents, saved)
    _say(name, "first time", first.seconds)
    chance = random.Random(SEED)
    taken = []
    for round in range(rounds):
        changed = {
            one: Query(rights=PUBLIC, clauses=(Clause(f"{round}x{one}"),))
            for one in chance.sample(sorted(saved), len(saved) // CHANGED)
        }
        with Timed(server) as again:
            matcher.match(documents, {**saved, **changed})
        taken.append(again.seconds)
    _say(name, "afterwards", [statistics.median(each) for each in zip(*taken, strict=True)])
    return found


def _say(name: str, when: str, seconds: Sequence[float]) -> None:
    clock, ours, server = seconds
    print(
        f"{name:10} {when} {clock:6.2f} s; of the processor {ours:.2f} s in our process, {server:.2f} s in the server"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=int, default=10_000)
    parser.add_argument("--docs", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    corpus = Corpus(given.docs)
    documents, saved = list(corpus.documents()), searches(corpus, given.searches)
    found = measure("embedded", open_matcher(read_settings(search_url="embedded:")), documents, saved, given.rounds)
    pairs = sum(map(len, found.found.values()))
    print(f"{len(found.found):,} of {len(saved):,} searches find {pairs:,} times one of {len(documents):,} documents")
    with ExitStack() as stack:
        try:
            address = stack.enter_context(node())
        except NotHad as why:
            print(f"OpenSearch was not measured: {why}.")
            return
        matcher = open_matcher(read_settings(search_url=f"{address}?prefix={PREFIX}"))
        same = measure("opensearch", matcher, documents, saved, given.rounds, process_at(address))
        print("both find the same" if same == found else "they DIFFER")


if __name__ == "__main__":
    main()
