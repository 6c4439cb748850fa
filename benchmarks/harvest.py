"""Harvest to searchable, in records a second, against raw fetch and parse of the same bytes; both in one run.

python -m benchmarks.harvest [--records 2000] [--rounds 3]
"""

import argparse
import io
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

import feedparser

from hub.cli.harvest import harvest_now
from hub.cli.init import make_hub
from hub.config import read_settings
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.sources.service import add_source
from tests.servers.loopback import Request, serve

A_PAGE = 100
WORDS = (
    *("council", "housing", "repairs", "damp", "mould", "recycling", "waste", "food", "collection", "homecare"),
    *("hospital", "discharge", "police", "patrol", "knife", "crime", "school", "library", "volunteer", "flood"),
    *("warden", "fire", "safety", "visit", "battery", "charging", "parking", "street", "digital", "inclusion"),
    *("tablet", "procurement", "legal", "shared", "service", "intranet", "search", "staff", "training", "budget"),
    *("report", "evaluation", "result", "cost", "saved", "month", "year", "team", "manager", "resident", "tenant"),
    *("patient", "officer", "community", "project", "trial", "apprentice"),
)


def feeds(records: int, seed: int = 7) -> list[str]:
    """The pages of one archived Atom feed; 300 words an entry."""
    chance = random.Random(seed)
    pages = []
    for start in range(0, records, A_PAGE):
        entries = "".join(entry(number, chance) for number in range(start, min(start + A_PAGE, records)))
        older = f'<link rel="next" href="/feed/{start // A_PAGE + 1}"/>' if start + A_PAGE < records else ""
        pages.append(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>B</title><id>b</id>{older}{entries}</feed>')
    return pages


def entry(number: int, chance: random.Random) -> str:
    """One entry; title and text are what chance makes of them."""
    text = " ".join(chance.choices(WORDS, k=300))
    return (
        f"<entry><id>urn:b:{number}</id><title>{' '.join(chance.choices(WORDS, k=6))} {number}</title>"
        f'<link href="/e/{number}"/><updated>2026-10-{number % 28 + 1:02d}T09:00:00Z</updated>'
        f'<content type="html">&lt;p&gt;{text}&lt;/p&gt;</content></entry>'
    )


def raw(base: str, pages: int) -> float:
    """Seconds to fetch and parse every page, and nothing else."""
    began = time.perf_counter()
    for number in range(pages):
        with urlopen(f"{base}/feed/{number}") as answer:
            feedparser.parse(io.BytesIO(answer.read()))
    return time.perf_counter() - began


def ours(base: str, folder: Path) -> float:
    """Seconds from the start of the check to everything being found."""
    settings = read_settings(data=folder, fetch_allow="127.0.0.0/8:*", database_url="", search_url="embedded:")
    parts = make_hub(settings)
    with parts.database.writing() as session:
        organisation = add_organisation(session, actor=COMMAND_LINE, name="Bench", sector="council")
        source = add_source(
            session, actor=COMMAND_LINE, organisation=organisation, kind="feed", address=f"{base}/feed/0"
        ).id
    parts.sandbox().read("enrich", b'{"items": [], "limit": 1}')
    began = time.perf_counter()
    harvest_now(parts, [source], "  harvest")
    seconds = time.perf_counter() - began
    parts.close()
    return seconds


def main() -> None:
    """Measure in turn, and print the median of each and of the ratios."""
    options = argparse.ArgumentParser()
    options.add_argument("--records", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    asked = options.parse_args()
    pages = feeds(asked.records)

    def answer(request: Request) -> tuple[int, dict[str, str], str]:
        return 200, {"Content-Type": "application/atom+xml"}, pages[int(request.path.rpartition("/")[2])]

    pairs = []
    with serve(answer) as site:
        for _ in range(asked.rounds):
            folder = Path(tempfile.mkdtemp())
            pairs.append((raw(site.base_url, len(pages)), ours(site.base_url, folder / "hub")))
            shutil.rmtree(folder)
    base, full = statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(raw_seconds / seconds for raw_seconds, seconds in pairs)
    print(f"{asked.records} records of 300 words, {asked.rounds} rounds, medians")
    print(f"raw fetch + parse:      {asked.records / base:8.0f} records/s")
    print(f"harvest to searchable:  {asked.records / full:8.0f} records/s   ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
