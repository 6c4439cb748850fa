"""Writing to OpenSearch: our rebuild against `helpers.bulk` with the same documents, in turn on one node.

    python -m benchmarks.bulk [--docs 20000] [--rounds 3]

Raw gets the sources ready made, and an index of the same mapping and settings; ours makes them from documents, checks
the answer of each and switches the aliases at the end.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any, Final

from opensearchpy import OpenSearch, helpers

from benchmarks.corpus import Corpus
from hub.index.opensearch.address import read_address
from hub.index.opensearch.bulk import BATCH
from hub.index.opensearch.server import WRITING, Server
from hub.index.opensearch.shape import Names, body, fingerprint, source_of
from hub.index.opensearch.writer import OpenSearchWriter
from tests.servers.opensearch import node

RAW: Final = "raw"


def seconds(call: Callable[[], object]) -> float:
    """Of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def raw(client: OpenSearch, sources: list[dict[str, Any]]) -> None:
    """A new index with all of them, to be searched at the end."""
    client.indices.delete(index=RAW, ignore=404)
    made = body()
    made["settings"]["refresh_interval"] = "-1"
    client.indices.create(index=RAW, body=made)
    actions = ({"_index": RAW, "_id": source["id"], "_source": source} for source in sources)
    helpers.bulk(client, actions, chunk_size=BATCH)
    client.indices.refresh(index=RAW)


def main() -> None:
    """Measure in turn, and print medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    documents = list(Corpus(given.docs).documents())
    sources = [source_of(one) for one in documents]
    with node(heap="1g") as server:
        address = read_address(server.address)
        client = OpenSearch([{"host": address.host, "port": address.port}], timeout=60)
        writer = OpenSearchWriter(Server(address, WRITING), Names("bulk", fingerprint()))
        raw(client, sources[:2000])  # the virtual machine warms up
        pairs = []
        for _ in range(given.rounds):
            pairs.append((seconds(lambda: raw(client, sources)), seconds(lambda: writer.rebuild(documents))))
            writer.release()
    base, full = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(theirs / ours for theirs, ours in pairs)
    print(f"{given.docs} documents, {given.rounds} rounds, medians")
    print(f"helpers.bulk:  {given.docs / base:6.0f} documents/s")
    print(f"our rebuild:   {given.docs / full:6.0f} documents/s   ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
