"""Numbers about all living records, and that an index alone gives them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from federation.record import Record
from harvesters.base import upsert
from hub.records.figures import holdings, languages, newest_of, tag_counts
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.service import withdraw
from tests.people import World, source_of

TOPIC = "https://w3id.org/moothall/topics/c0001"


def fill(hub: World) -> None:
    """Four records of Northford, one of them withdrawn and one without a date; one of Eastmere."""
    with hub.database.writing() as session:
        for organisation, days in ((hub.northford, (1, 2, 3, None)), (hub.eastmere, (4,))):
            source = source_of(session, organisation, f"https://{organisation}.example/feed").id
            found = [
                (
                    upsert(Record(native_id=str(at), url="https://n.example/", title="T", issued=day and date(day))),
                    Enriched("cy" if day == 4 else "en", ({"concept": TOPIC, "score": 1.0, "reasons": []},)),
                )
                for at, day in enumerate(days)
            ]
            keep(session, source_id=source, run_id="r", found=found, defaults=Defaults(organisation))
            if organisation == hub.northford:
                withdraw(session, source_id=source, native_ids=["2"], run_id="r", reason="Gone.")


def date(day: int) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC)


def test_figures_count_living_records_only(hub: World) -> None:
    fill(hub)
    with hub.database.reading() as session:
        held = holdings(session)
        assert {id: (one.documents, one.newest) for id, one in held.items()} == {
            hub.northford: (3, date(2)),
            hub.eastmere: (1, date(4)),
        }
        assert languages(session) == 2
        assert tag_counts(session) == {TOPIC: 4}
        newest = newest_of(session, [hub.northford, hub.eastmere], 1)
        assert [(owner, when) for _, owner, when in newest] == [(hub.eastmere, date(4)), (hub.northford, date(2))]
        assert newest_of(session, [], 3) == []


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
def test_no_figure_reads_the_rows_of_records(hub: World) -> None:
    """A record's row holds its text: walking all of them would take a second for a hundred thousand."""
    fill(hub)
    said: list[tuple[str, object]] = []
    event.listen(hub.database.engine, "before_cursor_execute", lambda *given: said.append((given[2], given[3])))
    with hub.database.reading() as session:
        holdings(session)
        languages(session)
        tag_counts(session)
        asked = [one for one in said if one[0].startswith("SELECT")]
        connection = session.connection().connection.driver_connection
        assert connection is not None
        for statement, parameters in asked:
            plan = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert not [step for step in plan if step in ("SCAN record", "SCAN tag")], (statement, plan)
    assert len(asked) == 5
