"""Ids, transactions, column types and migrations, on SQLite and PostgreSQL alike."""

import hashlib
import random
import sys
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Index, MetaData, Table, func, inspect, select, text, update

from federation.record import Licence, Record
from harvesters.base import upsert
from harvesters.problems import PROBLEMS, problem
from harvesters.run import LONGEST_ID
from hub.accounts.service import actor_of
from hub.db import Base, Database, Day, Moment, new_id, now
from hub.errors import BadInput, NotFound, Unavailable
from hub.organisations.models import Organisation
from hub.organisations.service import add_organisation
from hub.readiness import migrations, pending, require_ready, upgrade
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.models import RecordRow
from hub.records.service import withdraw
from hub.sources.leases import queue_run
from hub.sources.models import ProblemRow, Run
from hub.sources.problems import note_problems
from hub.sources.service import add_source, find_source
from tests.people import DEV, World, source_of
from tests.servers.postgres import Postgres


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


def test_a_reader_sees_one_state_while_others_write(hub: World) -> None:
    with hub.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Organisation))
        with hub.database.writing() as other:
            other.add(Organisation(slug="westmarch", name="Westmarch", sector="council"))
        assert session.scalar(select(func.count()).select_from(Organisation)) == before


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind, without tables."""
    made = Database(database_url or f"sqlite:///{tmp_path / 'hub.sqlite'}")
    yield made
    made.close()


def down(database: Database, revision: str) -> None:
    with database.engine.execution_options(writing=True).begin() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def counts(database: Database) -> dict[str, int]:
    """{table: its rows}, of every table that is there."""
    names = inspect(database.engine).get_table_names()
    with database.engine.connect() as connection:
        return {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in names}


def fill(database: Database) -> None:
    """One row in every table, with something in every column."""
    keys: dict[str, object] = {}
    with database.writing() as session:
        for table in Base.metadata.sorted_tables:
            row = {column.name: some(column) for column in table.columns}
            row |= {key.parent.name: keys[key.column.table.name] for key in table.foreign_keys}
            session.execute(table.insert().values(row))
            keys[table.name] = row[next(iter(table.primary_key.columns)).name]
        session.execute(update(Run).values(bytes=3_000_000_000))


def some(column: Column[Any]) -> object:
    """A value that the column takes."""
    if isinstance(column.type, Moment):
        return now()
    if isinstance(column.type, Day):
        return date(2026, 11, 1)
    values = {"VARCHAR": "x", "TEXT": "Tëxt", "BOOLEAN": True, "JSON": {"a": [1]}, "BLOB": b"\0", "FLOAT": 0.5}
    kind = column.type.__visit_name__.upper().replace("STRING", "VARCHAR").replace("LARGE_BINARY", "BLOB")
    return values.get(kind, 1)


def test_migrations_make_the_tables_that_the_models_say(database: Database) -> None:
    with pytest.raises(Unavailable, match="moothall init"):
        require_ready(database)
    upgrade(database)
    assert not pending(database)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    with database.engine.connect() as connection:
        conditions = {
            (table.name, index.name)
            for table in Base.metadata.sorted_tables
            for index in table.indexes
            if partial(index)
        }
        found = inspect(connection)
        there = {
            (table, index["name"])
            for table in found.get_table_names()
            for index in found.get_indexes(table)
            if any(name.endswith("_where") for name in index.get("dialect_options", {}))
        }
        assert there == conditions


def partial(index: Index) -> bool:
    return any(options.get("where") is not None for options in index.dialect_options.values())


def test_migrations_go_down_and_up_again_over_rows_in_every_table(database: Database) -> None:
    upgrade(database)
    fill(database)
    full = counts(database)
    assert set(full.values()) == {1}
    down(database, "-1")
    assert pending(database)
    left = counts(database)
    assert all(count == 1 for count in left.values())
    upgrade(database)
    # What the newest migration took away is there again, empty; everything else was never touched.
    assert counts(database) == {name: left.get(name, 0) for name in full}
    down(database, "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    upgrade(database)
    assert not pending(database)
    fill(database)
    assert counts(database) == full


def test_two_upgrades_at_once_are_one_after_the_other(database: Database) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, [database, database]))
    assert not pending(database)


def test_an_address_of_postgresql_needs_no_driver_in_it(postgres: Postgres) -> None:
    with postgres.ready() as url:
        assert url.startswith("postgresql://")
        for address in (url, url.replace("postgresql://", "postgresql+psycopg://")):
            database = Database(address)
            require_ready(database)
            database.close()


def test_a_missing_driver_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(BadInput, match=r"pip install 'moothall\[postgres\]'"):
        Database("postgresql://u:p@127.0.0.1/x")


def test_a_password_is_never_shown() -> None:
    database = Database("postgresql://u:hidden@127.0.0.1:1/x")
    assert database.place == "postgresql+psycopg://u:***@127.0.0.1:1/x"
    with pytest.raises(Unavailable) as caught:
        require_ready(database)
    assert "hidden" not in str(caught.value)
    with pytest.raises(BadInput) as refused:
        Database("u:hidden@127.0.0.1")
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d"], ids=["NUL", "half a character"])
def test_what_is_no_text_is_refused_before_a_database_sees_it(hub: World, text: str) -> None:
    with hub.database.writing() as session:
        with pytest.raises(BadInput, match="no text"):
            add_organisation(session, actor=DEV, name=text, sector="council")
        organisation = session.get_one(Organisation, hub.northford)
        with pytest.raises(BadInput, match="no text"):
            add_source(session, actor=DEV, organisation=organisation, kind="feed", address=f"https://x.example/{text}")


@pytest.mark.parametrize("field", ["name", "website", "contact_email", "licence_uri"])
def test_what_is_too_long_is_refused_beside_its_field(hub: World, field: str) -> None:
    given = {"name": "Westmarch", field: "https://" + "x" * 600}
    with hub.database.writing() as session, pytest.raises(BadInput, match="too long: at most") as caught:
        add_organisation(session, actor=DEV, sector="council", **given)
    assert caught.value.field == field


@pytest.mark.parametrize("path", ["a" * 1970, "ö" * 980], ids=["ASCII", "umlauts"])
def test_the_longest_address_and_identifier_can_be_kept_and_one_more_byte_is_refused(hub: World, path: str) -> None:
    """By chance, so that nothing can be packed: an index of PostgreSQL packs what it can."""
    noise = "".join(chr(ord(one) + number % 23) for number, one in zip(random_numbers(), path, strict=False))
    address = f"https://x.example/{noise}"
    with hub.database.writing() as session:
        organisation = session.get_one(Organisation, hub.northford)
        source = add_source(session, actor=DEV, organisation=organisation, kind="feed", address=address)
        record = Record(native_id=noise.encode()[:LONGEST_ID].decode(errors="ignore"), url=address, title="T")
        kept = keep(
            session,
            source_id=source.id,
            run_id="r",
            found=[(upsert(record), Enriched())],
            defaults=Defaults(organisation.id),
        )
        assert kept == ["new"]
        with pytest.raises(BadInput, match="too long"):
            add_source(session, actor=DEV, organisation=organisation, kind="feed", address=address + "x" * 40)


def random_numbers() -> Iterator[int]:
    chance = random.Random(7)
    while True:
        yield chance.randrange(10**6)


def test_a_record_with_strange_values_is_kept_with_what_fits(hub: World) -> None:
    record = Record(
        native_id="1",
        url="https://x.example/1",
        title="T" * 5000,
        language="x-" + "no-language-of-ours-" * 3,
        type="a type that no contract knows, and a long one",
        licence=Licence("https://x.example/" + "licence" * 60, "Ours", "somebody's own basis"),  # type: ignore[arg-type]
    )
    with hub.database.writing() as session:
        source = source_of(session, hub.northford)
        found = [(upsert(record, {"etag": "\0"}, b"\0raw"), Enriched(fingerprint=(2**64 - 1, 0)))]
        keep(session, source_id=source.id, run_id="r", found=found, defaults=Defaults(hub.northford))
    with hub.database.reading() as session:
        row = session.scalars(select(RecordRow)).one()
        assert (row.language, row.type, row.licence_uri, row.licence_basis) == ("", "other", "", "record")
        assert row.licence_text.startswith("Ours https://x.example/licence")
        assert (row.fingerprint, row.validators) == ([2**64 - 1, 0], {"etag": "\0"})
        assert row.raw
        assert zlib.decompress(row.raw) == b"\0raw"


def test_a_problem_quotes_foreign_bytes_as_text(hub: World) -> None:
    found = problem("unknown-format", where="https://x.example/\0\ud800", detail="\0", sample="\0\x01 bytes")
    with hub.database.writing() as session:
        note_problems(session, queue_run(session, source_of(session, hub.northford)), [found])
    with hub.database.reading() as session:
        row = session.scalars(select(ProblemRow)).one()
        assert (row.where, row.sample) == ("https://x.example/", " bytes")


def test_every_code_of_a_problem_fits_its_column() -> None:
    longest = ProblemRow.__table__.columns["code"].type.length  # type: ignore[attr-defined]
    assert max(len(code) for code in PROBLEMS) <= longest


def test_a_source_is_found_by_the_beginning_of_its_id_and_by_nothing_that_only_looks_like_it(hub: World) -> None:
    with hub.database.writing() as session:
        source = source_of(session, hub.northford)
        assert find_source(session, source.id[:13].upper()).id == source.id
        for pattern in ("%", "_", source.id[:8] + "_"):
            with pytest.raises(NotFound):
                find_source(session, pattern)


def test_a_whole_list_of_records_can_be_withdrawn_at_once(hub: World) -> None:
    """More than a statement may be given: 65,535 values on PostgreSQL, 32,766 on SQLite."""
    with hub.database.writing() as session:
        source = source_of(session, hub.northford)
        keep(
            session,
            source_id=source.id,
            run_id="r",
            found=[(upsert(Record(native_id="5", url="https://x.example/5", title="T")), Enriched())],
            defaults=Defaults(hub.northford),
        )
        ids = [str(number) for number in range(70_000)]
        assert withdraw(session, source_id=source.id, native_ids=ids, run_id="r2", reason="Gone\0.") == 1


def test_who_was_signed_in_before_there_were_accounts_stays_so(database: Database) -> None:
    upgrade(database)
    down(database, "0003")
    secret = "s" * 43
    person = {"id": new_id(), "name": "Operator", "role": "operator", "created": now()}
    opened = {
        "hashed": hashlib.sha256(secret.encode()).hexdigest(),
        "person_id": person["id"],
        "kind": "session",
        "created": now(),
        "expires": now() + timedelta(hours=1),
    }
    with database.writing() as session:
        for table, row in (("person", person), ("web_session", opened)):
            columns = [Base.metadata.tables[table].columns[name] for name in row]
            session.execute(Table(table, MetaData(), *(Column(one.name, one.type) for one in columns)).insert(), row)
    upgrade(database)
    with database.reading() as session:
        assert actor_of(session, secret).roles == {"operator"}
