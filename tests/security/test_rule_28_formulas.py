"""Rule 28: no cell of a table that we hand out is run by a spreadsheet."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import Record
from harvesters.base import upsert
from hub.db import now
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.library.service import pin, put_collection
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.models import RecordRow
from hub.sources.models import ProblemRow, Run, Source
from hub.talk.access import Place
from hub.talk.kinds import POLL
from hub.talk.service import Draft, open_thread
from hub.topics.service import Vocabulary
from tests.hub.communities.made import acting, somebody
from tests.hub.communities.made import made as community
from tests.hub.site import Site, empty_site
from tests.security.crawl import addresses

STARTS = ("=", "+", "-", "@", "\t=", "\r=", "|", "%")
RUN = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose every text begins as a formula does."""
    folder: Path = tmp_path_factory.mktemp("formulas") / "hub"
    with empty_site(folder) as made:
        with made.database.writing() as session:
            there = add_organisation(session, actor=COMMAND_LINE, name="=HYPERLINK(1) Northford City", sector="council")
            there.slug = "northford-city"
            source = Source(organisation_id=there.id, name="@SUM(1)", kind="feed", address="https://n.example/f")
            session.add(source)
            session.flush()
            run = Run(source_id=source.id, slot="1", state="failed", message="=1+1")
            session.add(run)
            session.flush()
            for number, start in enumerate(STARTS):
                title = f"{start}cmd|' /C calc'!A{number}"
                record = Record(native_id=f"n{number}", url=f"https://n.example/{number}", title=title, summary=title)
                keep(
                    session,
                    source_id=source.id,
                    run_id=run.id,
                    found=[(upsert(record), Enriched("en"))],
                    defaults=Defaults(there.id, contact="=1+1"),
                )
                problem = {"code": "no-url", "what": f"{start}1", "fix": f"{start}1", "where": f"{start}1"}
                row = ProblemRow(
                    run_id=run.id, source_id=source.id, stage="list", severity="error", sample=title, **problem
                )
                session.add(row)
            made.ids["poll"] = _circle(session)
        deliver_all(made.database, open_writer(made.settings), documents_of(Vocabulary(made.database)))
        yield made


def _circle(session: Session) -> str:
    """A community whose every text begins so, with all documents in its library; the id of a poll in it."""
    facilitator = somebody(session, "=Fran")
    row = community(session, "=Circle", facilitators=[facilitator])
    row.slug = "northford-city"
    by = acting(session, facilitator)
    collection = put_collection(session, row, actor=by, name="+Best", about="-On lamps")
    for one in session.scalars(select(RecordRow.id)).all():
        pin(session, row, one, actor=by, note="=cmd|' /C calc'!A0", collection_id=collection.id)
    options = tuple(f"{start}cmd|' /C calc'!A{number}" for number, start in enumerate(STARTS))
    ends = now() + timedelta(days=9)
    return open_thread(session, Place(row, by), Draft(POLL, "=Which?", "@Choose.", options=options, ends=ends)).id


def test_every_table_holds_text(site: Site) -> None:
    operator, tables = site.operator(), Counter[str]()
    for rule, address in addresses(site).items():
        if not rule.endswith(".csv"):
            continue
        answer = site.get(address, operator)
        assert answer.status_code == 200, rule
        assert answer.mimetype == "text/csv"
        assert "attachment" in answer.headers["Content-Disposition"]
        rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))
        assert rows
        for cell in (cell for row in rows for cell in row):
            assert not cell.startswith(RUN), (rule, cell)
            tables[rule] += "cmd|" in cell
    for rule in ("/search.csv", "/communities/<slug>/library.csv", "/discussions/<id>/poll.csv"):
        assert tables[rule] >= len(STARTS), (rule, "the formulas were there")
