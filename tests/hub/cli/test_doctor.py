"""`moothall doctor` names what is wrong, and the fix."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.db import now
from hub.index.models import IndexOutbox
from hub.records.service import DOCUMENT
from hub.sources.models import Run, Source
from tests.hub.cli.typed import Terminal

WELL = [
    "data folder",
    "secret key",
    "network",
    "disk",
    "database",
    "vocabulary",
    "index queue",
    "checks",
    "sources",
    "index",
]


def in_database(terminal: Terminal, *statements: str) -> None:
    with closing(sqlite3.connect(terminal.settings.data / "moothall.sqlite")) as connection:
        for one in statements:
            connection.execute(one)
        connection.commit()


def no_folder(terminal: Terminal) -> None:
    shutil.rmtree(terminal.settings.data)


def no_secret(terminal: Terminal) -> None:
    (terminal.settings.data / "secret-key").unlink()


def open_secret(terminal: Terminal) -> None:
    (terminal.settings.data / "secret-key").chmod(0o644)


def wrong_network(terminal: Terminal) -> None:
    terminal.set(fetch_allow="everywhere")


def full_disk(terminal: Terminal) -> None:
    terminal.monkeypatch.setattr("hub.cli.doctor.LEAST_FREE", 10**18)


def no_database(terminal: Terminal) -> None:
    (terminal.settings.data / "moothall.sqlite").write_text("It was a database once. " * 99)


def old_tables(terminal: Terminal) -> None:
    in_database(terminal, "UPDATE alembic_version SET version_num = '0000'")


def no_topics(terminal: Terminal) -> None:
    in_database(terminal, "DELETE FROM concept")


def late_index(terminal: Terminal) -> None:
    database = terminal.database()
    with database.writing() as session:
        past = now() - timedelta(minutes=6)
        session.add(IndexOutbox(document_type=DOCUMENT, document_id="x", version=1, created=past))
    database.close()


def lost_worker(terminal: Terminal) -> None:
    database = terminal.database()
    with database.writing() as session:
        source = session.scalars(select(Source)).one()
        past = now() - timedelta(minutes=3)
        session.add(Run(source_id=source.id, slot="now", state="running", lease_owner="gone:1", lease_until=past))
    database.close()


def failing_source(terminal: Terminal) -> None:
    database = terminal.database()
    with database.writing() as session:
        session.scalars(select(Source)).one().failures = 3
    database.close()


def no_index(terminal: Terminal) -> None:
    shutil.rmtree(terminal.settings.index_folder)


WRONG: dict[str, tuple[Callable[[Terminal], None], str, str]] = {
    "the folder is not there": (no_folder, "data folder", "Run `moothall init`"),
    "the secret key is gone": (no_secret, "secret key", "Run `moothall init`"),
    "others can read the secret key": (open_secret, "secret key", "Run `chmod 600 "),
    "private networks are written wrongly": (wrong_network, "network", "MOOTHALL_FETCH_ALLOW"),
    "the disk is nearly full": (full_disk, "disk", "Make room"),
    "the database is broken": (no_database, "database", "file is not a database"),
    "a migration waits": (old_tables, "database", "Run `moothall upgrade`"),
    "there is no vocabulary": (no_topics, "vocabulary", "Run `moothall init`"),
    "nobody brings the index up to date": (late_index, "index queue", "Is `moothall run` running?"),
    "a check has lost its worker": (lost_worker, "checks", "Start `moothall run`"),
    "a source fails again and again": (failing_source, "sources", "Northford news"),
    "there is no index": (no_index, "index", "`moothall index rebuild`"),
}


def test_a_hub_that_is_well_has_nothing_to_say_on_the_error_stream(terminal: Terminal) -> None:
    findings = terminal.type("doctor", "--json").value()
    assert [one["name"] for one in findings] == WELL
    assert all(one["well"] and not one["fix"] for one in findings)
    assert all(line.startswith("ok ") for line in terminal.type("doctor").out.splitlines())


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_its_fix(terminal: Terminal, case: str) -> None:
    spoil, name, fix = WRONG[case]
    spoil(terminal)
    said = terminal.type("doctor", "--json")
    wrong = [one for one in json.loads(said.out) if not one["well"]]
    assert [one["name"] for one in wrong] == [name]
    assert fix in f"{wrong[0]['what']} {wrong[0]['fix']}"
    assert "things need you, first: " in said.reason()
    assert f"NOT  {name}: " in terminal.type("doctor").out


def test_everything_that_is_wrong_is_listed(terminal: Terminal) -> None:
    open_secret(terminal)
    failing_source(terminal)
    no_index(terminal)
    said = terminal.type("doctor")
    assert said.reason().startswith(f"3 of {len(WELL)} things need you, first: Other users can read ")
    assert said.out.count("NOT  ") == 3
