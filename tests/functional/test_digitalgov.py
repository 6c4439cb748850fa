"""Real input: 1,161 posts harvested whole through the ordinary command line, tagged and found."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from hub.config import environment
from hub.db import Database
from hub.records.models import RecordRow, Tag
from hub.topics.service import read_scheme
from tests.people import settings_in
from tests.servers.digitalgov import POSTS, posts, site
from tests.servers.loopback import serve

WHOLE = 1161
SEARCHES = (
    "open data",
    "social media policy",
    "mobile apps",
    "plain language",
    "usability testing",
    "customer service",
    "accessibility",
    "crowdsourcing challenge",
    "text message emergency",
    "search analytics",
)

needs_posts = pytest.mark.skipif(
    not POSTS.is_file(), reason="../shared/data/digitalgov is absent: no real posts harvested"
)


def moothall(env: dict[str, str], *words: str) -> Any:
    """The JSON that a command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli", *words, "--json"], env=env, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_posts
@pytest.mark.parametrize(("kind", "path"), [("feed", "/feed.atom"), ("sitemap", "/sitemap.xml")])
def test_real_posts_are_harvested_whole_tagged_and_found(tmp_path: Path, kind: str, path: str) -> None:
    assert len(posts()) == WHOLE
    settings = settings_in(tmp_path / "hub", times="")
    env = environment(settings)
    with serve(site) as server:
        moothall(env, "init")
        moothall(env, "organisation", "add", "Digital office", "--sector", "central")
        moothall(env, "source", "add", "digital-office", server.url(path), "--kind", kind)
        began = time.monotonic()
        result = moothall(env, "harvest", "--all")
        seconds = time.monotonic() - began
        again = moothall(env, "harvest", "--all")
    assert (result["new"], result["failed"]) == (WHOLE, [])
    assert (again["extracted"], again["index_writes"]) == (0, 0)
    report(settings.database, kind, result, seconds)
    for words in SEARCHES:
        found = moothall(env, "search", words)
        assert found["results"], words
        print(f"  {words}: {found['total']} · {found['results'][0]['title']}")


def report(url: str, kind: str, result: dict[str, Any], seconds: float) -> None:
    """Print the figures of one harvest; few records may be without a topic of their own."""
    database = Database(url)
    with database.reading() as session:
        records = session.scalar(select(func.count()).select_from(RecordRow)) or 0
        tags = session.scalar(select(func.count()).select_from(Tag)) or 0
        tagged = session.scalar(select(func.count(Tag.record_id.distinct()))) or 0
        top = session.execute(
            select(Tag.concept_uri, func.count()).group_by(Tag.concept_uri).order_by(func.count().desc()).limit(10)
        ).all()
        names = read_scheme(session).concepts
    database.close()
    print(
        f"\n{kind}: {records} records, {result['problems']} problems, {tags / records:.2f} tags each, {seconds:.1f} s"
    )
    print("  " + ", ".join(f"{names[uri].pref('en')} {count}" for uri, count in top))
    assert tagged > 0.85 * records
