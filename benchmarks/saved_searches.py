"""Saved searches against new documents: seconds for 10,000 searches and 2,000 documents, on both engines in one run.

    python -m benchmarks.saved_searches [--searches 10000] [--docs 2000] [--rounds 3]

Half the searches are two words; the others are one of two words, a word and a filter, a phrase, a word without another,
and two words that name a topic with six labels in other languages. The first time the server is given all of them;
after that one in a hundred is another one each round. Where OpenSearch cannot be had, only the embedded engine is
measured.
"""

import argparse
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Final

from benchmarks.corpus import SEED, TYPES, Corpus
from hub.config import read_settings
from hub.index.base import PUBLIC, Clause, Document, Expansion, Matches, Query, SavedMatcher
from hub.index.engines import open_matcher
from tests.servers.opensearch import NotHad, node

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


def measure(
    name: str, matcher: SavedMatcher, documents: Sequence[Document], saved: Mapping[str, Query], rounds: int
) -> Matches:
    """Print the first time and the median of the rounds; what the first time found is given back."""
    began, busy = time.perf_counter(), time.process_time()
    found = matcher.match(documents, saved)
    first = time.perf_counter() - began
    print(f"{name:10} first time {first:6.2f} s, of it {time.process_time() - busy:5.2f} s in our process")
    chance = random.Random(SEED)
    taken, ours = [], []
    for round in range(rounds):
        changed = {
            one: Query(rights=PUBLIC, clauses=(Clause(f"{round}x{one}"),))
            for one in chance.sample(sorted(saved), len(saved) // CHANGED)
        }
        began, busy = time.perf_counter(), time.process_time()
        matcher.match(documents, {**saved, **changed})
        taken.append(time.perf_counter() - began)
        ours.append(time.process_time() - busy)
    print(
        f"{name:10} afterwards {statistics.median(taken):6.2f} s ({min(taken):.2f} to {max(taken):.2f}), "
        f"of it {statistics.median(ours):5.2f} s in our process"
    )
    return found


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
        same = measure("opensearch", matcher, documents, saved, given.rounds)
        print("both find the same" if same == found else "they DIFFER")


if __name__ == "__main__":
    main()
