"""`moothall check` finds what differs between database and index, and `--repair` mends it."""

import shutil
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from hub.audit.models import Audit
from hub.index.engines import open_reader, open_writer
from hub.indexed import documents_of
from hub.records.models import RecordRow
from hub.records.service import DOCUMENT
from hub.topics.service import Vocabulary
from tests.databases import on_both
from tests.hub.audit.tampering import unguard
from tests.hub.cli.typed import Terminal

pytestmark = on_both("terminal")

Planted = Callable[[Terminal], str]


def missing(terminal: Terminal) -> str:
    """A document falls out of the index."""
    id = next(iter(open_reader(terminal.settings).versions()))
    writer = open_writer(terminal.settings)
    writer.apply([], {id: 0})
    writer.release()
    return id


def extra(terminal: Terminal) -> str:
    """The database forgets a record, and nobody tells the index."""
    database = terminal.database()
    with database.writing() as session:
        row = session.scalars(select(RecordRow)).first()
        assert row is not None
        session.delete(row)
    database.close()
    return row.id


def stale(terminal: Terminal) -> str:
    """A record changes, and nobody tells the index."""
    database = terminal.database()
    with database.writing() as session:
        row = session.scalars(select(RecordRow)).first()
        assert row is not None
        row.title, row.touched = "Food waste, round the last", row.touched + 1
    database.close()
    return row.id


@pytest.mark.parametrize("planted", [missing, extra, stale])
def test_a_planted_difference_is_found_and_mended(terminal: Terminal, planted: Planted) -> None:
    calm = terminal.type("check", "--json").value()
    assert (calm["missing"], calm["extra"], calm["stale"]) == ([], [], [])
    id = planted(terminal)
    found = terminal.type("check", "--json")
    assert "`moothall check --repair` mends it." in found.reason()
    assert f'"{planted.__name__}": ["{id}"]' in found.out
    assert terminal.type("check").status == 1, "looking mends nothing"
    mended = terminal.type("check", "--repair", "--json").value()
    assert (mended["missing"], mended["extra"], mended["stale"]) == ([], [], [])
    assert terminal.type("check").out.startswith("The index is what the database says.\nDigest ")


def test_a_mended_index_holds_the_present_state(terminal: Terminal) -> None:
    id = stale(terminal)
    terminal.type("check", "--repair")
    results = terminal.type("search", "the last", "--json").value()["results"]
    assert [one["id"] for one in results] == [id]
    database = terminal.database()
    documents = documents_of(Vocabulary(database))[DOCUMENT]
    with database.reading() as session:
        ids = documents.ids_after(session, "", 10)
        wanted = {id: one.version for id, one in documents.load(session, ids).items() if one}
    database.close()
    assert open_reader(terminal.settings).versions() == wanted


def test_an_index_that_is_gone_is_made_anew(terminal: Terminal) -> None:
    shutil.rmtree(terminal.settings.index_folder)
    assert "`moothall index rebuild` makes it" in terminal.type("check").complaint()
    mended = terminal.type("check", "--repair", "--json").value()
    assert (mended["missing"], mended["extra"], mended["stale"]) == ([], [], [])
    assert terminal.type("check").status == 0


def test_the_digest_says_what_the_hub_knows_and_not_what_the_index_holds(terminal: Terminal) -> None:
    before = terminal.type("check", "--json").value()["digest"]
    terminal.type("index", "rebuild")
    assert terminal.type("check", "--json").value()["digest"] == before
    extra(terminal)
    assert terminal.type("check", "--repair", "--json").value()["digest"] != before


def test_an_audit_log_that_was_changed_is_told(terminal: Terminal) -> None:
    database = terminal.database()
    with database.writing() as session:
        first = session.scalars(select(Audit).order_by(Audit.id)).first()
        assert first is not None
        unguard(session)
        session.execute(update(Audit).where(Audit.id == first.id).values(actor="Nobody"))
    database.close()
    assert terminal.type("check").reason() == f"The audit log was changed at row {first.id}."
