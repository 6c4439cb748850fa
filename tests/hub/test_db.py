"""Ids, transactions and column types."""

import threading
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from hub.db import Base, Database, migrations, new_id, pending, require_ready, upgrade
from hub.errors import Unavailable
from hub.organisations.models import Organisation
from hub.records.models import RecordRow
from tests.people import World, source_of


def test_ids_are_uuid7_and_grow() -> None:
    ids = [new_id() for _ in range(2000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 2000
    assert all(UUID(id).version == 7 and UUID(id).variant == "specified in RFC 4122" for id in ids)


def test_days_stay_days_and_moments_stay_moments(hub: World) -> None:
    moment = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
    with hub.database.writing() as session:
        source = source_of(session, hub.northford)
        row = RecordRow(
            source_id=source.id,
            organisation_id=hub.northford,
            native_id="1",
            url="https://x.example",
            title="T",
            meta_hash="",
            text_hash="",
            work_id="w",
            issued=date(2026, 11, 1),
            modified=moment,
            published=moment,
        )
        session.add(row)
        id = row.id = new_id()
    with hub.database.reading() as session:
        found = session.get_one(RecordRow, id)
        assert (found.issued, found.modified, found.published) == (date(2026, 11, 1), moment, moment)
        assert not isinstance(found.issued, datetime)


def test_two_writers_that_read_first_both_get_through(hub: World) -> None:
    """Without BEGIN IMMEDIATE the second fails at once with "database is locked", whatever the timeout."""
    failures: list[Exception] = []

    def rename(slug: str) -> None:
        try:
            for number in range(20):
                with hub.database.writing() as session:
                    row = session.query(Organisation).filter_by(slug=slug).one()
                    row.about = str(number)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=rename, args=(slug,)) for slug in ("northford-city", "eastmere-fire-and-rescue")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_reading_session_writes_nothing(hub: World) -> None:
    with hub.database.reading() as session:
        session.query(Organisation).update({"about": "changed"})
    with hub.database.reading() as session:
        assert session.query(Organisation).filter_by(about="changed").count() == 0


def test_migrations_make_the_tables_that_the_models_say_and_undo_them(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    with pytest.raises(Unavailable, match="moothall init"):
        require_ready(database)
    upgrade(database)
    assert not pending(database)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    with database.engine.connect() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    upgrade(database)
    assert not pending(database)
    database.close()
