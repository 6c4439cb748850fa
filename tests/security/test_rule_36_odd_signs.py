"""Rule 36: NUL, halves of characters and signs that turn the line round are taken out at the edge."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from federation.record import clean, clean_line
from harvesters.run import harvest
from harvesters.sandbox import Sandbox
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.models import RecordRow
from hub.topics.service import Vocabulary
from tests.databases import DATABASES, address_of
from tests.harvesters.workshop import tools_with
from tests.hub.site import Site, empty_site
from tests.people import source_of
from tests.servers.loopback import serve

ODD = (
    "a\x00b",
    "a\ud800b",
    "a\udfffb",
    "a\u202eb",
    "a\u2066b",
    "a\x1bb",
    "a\x7fb",
    "a\ufeffb",
    "a\u200fb",
    "a\x0bb",
    "a\x85b",
)
FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "News",
        "items": [
            {
                "id": f"n{number}{odd}",
                "url": f"https://n.example/{number}",
                "title": f"Weighty {odd}",
                "content_text": odd * 200,
            }
            for number, odd in enumerate(ODD)
        ],
    }
)
"""JSON can say all of them, as an escape."""
NEVER = ("\x00", "\ud800", "\udfff", "\u202e", "\u2066", "\x1b", "\x7f", "\u200f")


@pytest.fixture(scope="module", params=DATABASES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("signs") / "hub"
    with address_of(request, request.param, tables=True) as url, empty_site(folder, database_url=url) as made:
        yield made


@pytest.mark.parametrize("odd", ODD)
def test_they_are_taken_out_of_lines_and_texts(odd: str) -> None:
    for made in (clean(odd), clean_line(odd)):
        assert not set(NEVER) & set(made)
        made.encode()


def test_records_of_a_feed_are_stored_and_found_without_them(site: Site, sandbox: Sandbox) -> None:
    with serve({"/feed": FEED}) as server, tools_with(sandbox) as used:
        pages = list(harvest("feed", server.url("/feed"), {}, lambda ids: {}, used))
    found = [(change, Enriched("en")) for page in pages for change in page.changes]
    assert len(found) == len(ODD)
    with site.database.writing() as session:
        there = add_organisation(session, actor=COMMAND_LINE, name="Northford", sector="council")
        source = source_of(session, there.id).id
        keep(session, source_id=source, run_id="r", found=found, defaults=Defaults(there.id))
    deliver_all(site.database, open_writer(site.settings), documents_of(Vocabulary(site.database)))
    with site.database.reading() as session:
        rows = session.execute(select(RecordRow.id, RecordRow.title, RecordRow.summary, RecordRow.native_id)).all()
    assert len(rows) == len(ODD)
    for id, *texts in rows:
        assert not set(NEVER) & set("".join(texts)), texts
        assert site.get(f"/records/{id}").status_code == 200
    assert site.get("/search.json?q=weighty").get_json()["total"] == len(ODD)
