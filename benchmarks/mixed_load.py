"""Seven searches in ten, a quarter reads, one write in twenty, by wrk and during a harvest; the engine alone in turn.

    python -m benchmarks.mixed_load [--engine embedded|opensearch] [--docs 100000] [--seconds 20] [--folder FOLDER]

The site: `/search`, pages of records, and a source paused by a signed-in operator, while the work process collects five
feeds that bring 30 new editions each, over and over. The engine: the same searches, the same records by id, one
document written for each write, and as many documents added in the background. tantivy has no server, so its plain
search is put behind one of the same kind as ours. wrk waits for each answer before it asks again (a closed loop, so
that pauses are counted too mildly), and shares the processors with all that it measures.
"""

import argparse
import json
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.corpus import SEED, Corpus
from benchmarks.harvest import entry
from benchmarks.plain_site import background
from benchmarks.raw import RawOpenSearch
from benchmarks.search_page import QUERIES, engine, prepared
from benchmarks.served import serving
from hub.config import Settings
from hub.db import Database
from hub.organisations.models import Organisation
from hub.policy import COMMAND_LINE
from hub.processes import end, start
from hub.sources.models import Source
from hub.sources.service import add_source
from tests.faults.visitors import Visitor
from tests.servers.loopback import Request, serve

REQUESTS: Final = 4_000
FEEDS: Final = 5
ENTRIES: Final = 100
CHANGED: Final = 30
ROUNDS: Final = 3
CONNECTIONS: Final = 8

LUA: Final = """
local requests, at = {}, 0
function init(args)
  for line in io.lines("requests") do
    local method, path, headers, body = line:match("^(%S+)\t(%S+)\t([^\t]*)\t(.*)$")
    local given = {}
    for name, value in headers:gmatch("([^:|]+): ([^|]+)") do given[name] = value end
    requests[#requests + 1] = wrk.format(method, path, given, body ~= "" and body or nil)
  end
  math.randomseed(tonumber(tostring({}):match("0x(%x+)"), 16) % 1000000)
  at = math.random(#requests)
end
function request() at = at % #requests + 1; return requests[at] end
"""


@dataclass(frozen=True)
class Rate:
    """What wrk saw: requests a second, milliseconds, and answers that were none."""

    rate: float
    p50: float
    p99: float
    errors: int


def wrk(base: str, requests: list[str], seconds: int, folder: Path) -> Rate:
    """Send them in a circle, each connection from another place of it."""
    if not shutil.which("wrk"):
        raise SystemExit("This needs the program wrk: `apt-get install wrk`.")
    (folder / "requests").write_text("\n".join(requests) + "\n")
    (folder / "mix.lua").write_text(LUA)
    command = [
        "wrk",
        "-t2",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--latency",
        "--timeout",
        "10s",
        "-s",
        "mix.lua",
        base,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    said = done.stdout
    errors = sum(
        int(number)
        for line in re.findall(r"(?:Socket errors|Non-2xx).*", said)
        for number in re.findall(r"\d+", line.partition(":")[2])
    )
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said + done.stderr
    return Rate(float(found[1]), _percentile(said, "50%"), _percentile(said, "99%"), errors)


def _percentile(said: str, which: str) -> float:
    found = re.search(rf"{which}\s+([\d.]+)(us|ms|s)", said)
    assert found, said
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def mix(corpus: Corpus, search: Callable[..., str], read: Callable[[str], str], write: Callable[[], str]) -> list[str]:
    """The requests, each as `method, path, headers, body`, by tabs; the same for both sides."""
    chance = random.Random(SEED)
    pairs = corpus.pairs(QUERIES)
    made = []
    for _ in range(REQUESTS):
        dice = chance.random()
        if dice < 0.70:
            made.append(search(*chance.choice(pairs)))
        elif dice < 0.95:
            made.append(read(corpus.document(chance.randrange(corpus.size)).id))
        else:
            made.append(write())
    return made


@contextmanager
def harvested(settings: Settings) -> Iterator[None]:
    """Five sites that have something new each time, and the work process that collects them."""
    chance = random.Random(SEED)
    editions = [[1] * ENTRIES for _ in range(FEEDS)]

    def answer(request: Request) -> tuple[int, dict[str, str], str]:
        feed = int(request.path[1:])
        for number in chance.sample(range(ENTRIES), CHANGED):
            editions[feed][number] += 1
        entries = "".join(
            entry(feed * ENTRIES + number, random.Random(f"{feed} {number} {edition}"))
            for number, edition in enumerate(editions[feed])
        )
        body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>B</title><id>b</id>{entries}</feed>'
        return 200, {"Content-Type": "application/atom+xml"}, body

    with serve({"*": answer}) as site:
        database = Database(settings.database)
        with database.writing() as session:
            organisation = session.get_one(Organisation, "organisation-000")
            for feed in range(FEEDS):
                address = site.url(f"/{feed}")
                source = add_source(
                    session, actor=COMMAND_LINE, organisation=organisation, kind="feed", address=address
                )
                source.interval = 1
        database.close()
        work = start("work", settings)
        try:
            time.sleep(5)
            yield
        finally:
            end([work])


def of_site(settings: Settings, corpus: Corpus) -> list[str]:
    """The mix on our site, as a stranger and, for the writes, as the operator."""
    database = Database(settings.database)
    operator = Visitor(settings)
    operator.sign_in(database)
    with database.reading() as session:
        source = session.get_one(Source, "source-000").id
    database.close()
    cookie, form = operator.credentials()
    headers = f"Cookie: {cookie}|Content-Type: application/x-www-form-urlencoded|Referer: {settings.base_url}/"
    return mix(
        corpus,
        lambda *words: f"GET\t/search?q={'+'.join(words)}\t\t",
        lambda id: f"GET\t/records/{id}\t\t",
        lambda: f"POST\t/sources/{source}/pause\t{headers}\t{form}&paused=yes",
    )


def of_server(raw: RawOpenSearch, corpus: Corpus) -> list[str]:
    """The mix on OpenSearch itself."""
    plain = "Content-Type: application/json"
    return mix(
        corpus,
        lambda *words: f"POST\t/raw/_search\t{plain}\t{json.dumps(raw.body(words))}",
        lambda id: f"GET\t/raw/_doc/{id}\t\t",
        lambda: f'PUT\t/raw/_doc/written\t{plain}\t{{"title": "Written", "sector": "council"}}',
    )


def of_plain_site(corpus: Corpus) -> list[str]:
    """The mix on tantivy behind a server."""
    return mix(
        corpus,
        lambda *words: f"GET\t/search?q={'+'.join(words)}\t\t",
        lambda id: f"GET\t/records/{id}\t\t",
        lambda: "POST\t/written\t\t",
    )


def main() -> None:
    """The engine and the site in turn; medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("embedded", "opensearch"), default="embedded")
    parser.add_argument("--docs", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="keep the indexes here for the next time")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="moothall-bench-"))
    corpus = Corpus(given.docs)
    place = folder / str(given.docs)
    with ExitStack() as stack:
        server = stack.enter_context(engine(given.engine))
        bench = prepared(place, corpus, server.address if server else "")
        settings = stack.enter_context(serving(bench.settings))
        site = of_site(settings, corpus)
        engines: list[Rate] = []
        sites: list[Rate] = []
        for _ in range(ROUNDS):
            with background(place / "raw", bench.raw, corpus) as base:
                requests = (
                    of_server(bench.raw, corpus) if isinstance(bench.raw, RawOpenSearch) else of_plain_site(corpus)
                )
                engines.append(wrk(base, requests, given.seconds, folder))
            with harvested(settings):
                sites.append(wrk(settings.base_url, site, given.seconds, folder))
    _say(engines, sites)
    if given.folder is None:
        shutil.rmtree(folder)


def _say(engines: list[Rate], sites: list[Rate]) -> None:
    for name, rounds in (("engine", engines), ("site", sites)):
        rate, p50, p99 = (statistics.median(getattr(one, what) for one in rounds) for what in ("rate", "p50", "p99"))
        errors = sum(one.errors for one in rounds)
        print(f"{name:7} {rate:7.1f} requests/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   {errors} errors")
    pairs = list(zip(engines, sites, strict=True))
    print(
        f"ratio of the rates {statistics.median(site.rate / raw.rate for raw, site in pairs):.2f}, "
        f"of the p99 {statistics.median(site.p99 / raw.p99 for raw, site in pairs):.2f}"
    )


if __name__ == "__main__":
    main()
