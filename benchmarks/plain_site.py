"""The engine alone under load: OpenSearch as it is, tantivy behind a small web server; documents are added meanwhile.

python -m benchmarks.plain_site FOLDER PORT DOCS      (tantivy, as `background` starts it)
"""

import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from opensearchpy import helpers
from waitress import serve

from benchmarks.corpus import Corpus
from benchmarks.raw import Raw, RawOpenSearch, RawTantivy
from benchmarks.served import wait_for

A_SECOND: Final = 75
"""Documents added each second, about what the harvest on our side brings."""

COMMIT: Final = 0.1
THREADS: Final = 8


@contextmanager
def background(folder: Path, raw: Raw, corpus: Corpus) -> Iterator[str]:
    """The address of the engine, with documents being added."""
    if isinstance(raw, RawOpenSearch):
        with _repeated(1.0, lambda: _bulk(raw, corpus)):
            yield raw.url
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "benchmarks.plain_site", str(folder), str(port), str(corpus.size)]
    process = subprocess.Popen(words)
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _bulk(raw: RawOpenSearch, corpus: Corpus) -> None:
    helpers.bulk(raw.client, raw.actions(corpus.document(corpus.size + number) for number in range(A_SECOND)))


@contextmanager
def _repeated(pause: float, call: Callable[[], object]) -> Iterator[None]:
    stop = threading.Event()

    def go_on() -> None:
        while not stop.wait(pause):
            call()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def main() -> None:
    """Serve plain searches, records and writes, and add documents."""
    folder, port, size = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    raw, corpus = RawTantivy(folder), Corpus(size)
    writer = raw.index.writer(32_000_000, 1)
    guard = threading.Lock()
    added = [corpus.document(size + number) for number in range(A_SECOND)]

    def commit() -> None:
        with guard:
            for one in added[: int(A_SECOND * COMMIT)]:
                raw.put(writer, one)
            writer.commit()
        raw.index.reload()

    def site(environ: dict[str, Any], answer: Callable[..., object]) -> list[bytes]:
        path, query = environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"])
        if path == "/search":
            body = str(raw.search(query["q"][0].split())).encode()
        elif environ["REQUEST_METHOD"] == "POST":
            with guard:
                raw.put(writer, added[-1])
            body = b"written"
        else:
            body = raw.read(path.rpartition("/")[2])
        answer("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    logging.getLogger("waitress").setLevel(logging.ERROR)
    with _repeated(COMMIT, commit):
        serve(site, host="127.0.0.1", port=port, threads=THREADS)


if __name__ == "__main__":
    main()
