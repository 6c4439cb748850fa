"""`moothall doctor` names what is wrong, and the fix."""

import json
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from hub.accounts.models import Duty
from hub.db import now
from hub.index.models import IndexOutbox
from hub.index.opensearch.address import read_address
from hub.index.opensearch.server import WRITING, Server
from hub.records.service import DOCUMENT
from hub.sources.models import Run, Source
from tests.contract.engines import forget_prefix
from tests.hub.cli.typed import Terminal
from tests.hub.mail.made import queue
from tests.servers.redis import needs_redis, redis_in

WELL = [
    "data folder",
    "secret key",
    "network",
    "disk",
    "jobs",
    "database",
    "vocabulary",
    "index queue",
    "checks",
    "sources",
    "silent sources",
    "approvals",
    "owners",
    "alerts",
    "log",
    "retention",
    "backup",
    "mail",
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
    terminal.monkeypatch.setattr("hub.findings.machine.LEAST_FREE", 10**18)


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


def left_source(terminal: Terminal) -> None:
    database = terminal.database()
    with database.writing() as session:
        source = session.scalars(select(Source)).one()
        session.add(Duty(kind="source", thing_id=source.id, organisation_id=source.organisation_id))
    database.close()


def no_queue(terminal: Terminal) -> None:
    terminal.set(courier_url=f"redis://:hunter2@127.0.0.1:{closed_port()}/0")


def no_queue_on_postgresql(terminal: Terminal) -> None:
    terminal.set(courier_url=f"postgresql://u:hunter2@127.0.0.1:{closed_port()}/x")


def wrong_queue(terminal: Terminal) -> None:
    terminal.set(courier_url="pigeon:")


def no_search_server(terminal: Terminal) -> None:
    terminal.set(search_url=f"opensearch://u:hunter2@127.0.0.1:{closed_port()}")


def wrong_search(terminal: Terminal) -> None:
    terminal.set(search_url="solr://x")


def no_database_server(terminal: Terminal) -> None:
    terminal.set(database_url=f"postgresql://u:hunter2@127.0.0.1:{closed_port()}/x")


def wrong_database(terminal: Terminal) -> None:
    terminal.set(database_url="foxpro://x")


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def no_index(terminal: Terminal) -> None:
    shutil.rmtree(terminal.settings.index_folder)


def mails_without_relay(terminal: Terminal) -> None:
    database = terminal.database()
    queue(database)
    database.close()


def no_relay(terminal: Terminal) -> None:
    terminal.set(mail_url=f"smtp://u:hunter2@127.0.0.1:{closed_port()}", mail_from="hub@hub.example")


def wrong_relay(terminal: Terminal) -> None:
    terminal.set(mail_url="pop://u:hunter2@x")


def no_sender(terminal: Terminal) -> None:
    terminal.set(mail_url="smtp://u:hunter2@127.0.0.1")


def late_mail(terminal: Terminal) -> None:
    mails_without_relay(terminal)
    in_database(terminal, "UPDATE mail_outbox SET created = '2026-01-01 00:00:00.000000'")
    terminal.set(mail_url="smtp://127.0.0.1", mail_from="hub@hub.example")
    terminal.monkeypatch.setattr("hub.findings.machine.look", lambda *_: None)


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
    "nobody answers for a source any more": (left_source, "owners", "Northford news"),
    "there is no index": (no_index, "index", "`moothall index rebuild`"),
    "nobody answers for the queue of jobs": (no_queue, "jobs", "Is MOOTHALL_COURIER_URL right?"),
    "nor on PostgreSQL": (no_queue_on_postgresql, "jobs", "Is MOOTHALL_COURIER_URL right?"),
    "there is no such queue": (wrong_queue, "jobs", "begins with “pigeon”"),
    "nobody answers for the search server": (no_search_server, "index", "Does it run, and is MOOTHALL_SEARCH_URL"),
    "there is no such search engine": (wrong_search, "index", "begins with “solr”"),
    "nobody answers for the database": (no_database_server, "database", "Does its server run?"),
    "mails wait and there is no relay": (mails_without_relay, "mail", "Set MOOTHALL_MAIL_URL"),
    "nobody answers for the relay": (no_relay, "mail", "nobody listens there. Does it run?"),
    "there is no such relay": (wrong_relay, "mail", "neither smtp:// nor smtps://"),
    "mails have no sender": (no_sender, "mail", "MOOTHALL_MAIL_FROM is not set"),
    "mails wait for long": (late_mail, "mail", "Is `moothall run` running?"),
    "there is no such database": (wrong_database, "database", "use postgresql:// or sqlite:///"),
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
    assert "hunter2" not in said.out + said.err
    assert "things need you, first: " in said.reason()
    assert f"NOT  {name}: " in terminal.type("doctor").out


def test_everything_that_is_wrong_is_listed(terminal: Terminal) -> None:
    open_secret(terminal)
    failing_source(terminal)
    no_index(terminal)
    said = terminal.type("doctor")
    assert said.reason().startswith(f"3 of {len(WELL)} things need you, first: Other users can read ")
    assert said.out.count("NOT  ") == 3


def findings(terminal: Terminal) -> dict[str, dict[str, str]]:
    return {one["name"]: one for one in json.loads(terminal.type("doctor", "--json").out)}


@needs_redis
@pytest.mark.server
def test_a_queue_on_redis_is_looked_at(terminal: Terminal, tmp_path: Path) -> None:
    with redis_in(tmp_path) as address:
        terminal.set(courier_url=address)
        assert findings(terminal)["jobs"]["what"] == "0 wait in their queue."
    assert not findings(terminal)["jobs"]["well"]


@pytest.mark.parametrize("terminal", ["postgresql"], indirect=True)
class TestDatabaseServer:
    def test_version_and_transactions_are_looked_at(self, terminal: Terminal) -> None:
        terminal.set(courier_url=terminal.settings.database_url)
        found = findings(terminal)
        assert list(found) == [*WELL[:6], "database server", "transactions", *WELL[6:]]
        assert all(one["well"] for one in found.values())
        assert found["database server"]["what"].startswith("Its version is ")

    def test_a_version_that_is_too_old_is_named(self, terminal: Terminal) -> None:
        terminal.monkeypatch.setattr("hub.findings.machine.OLDEST_SERVER", 99)
        assert findings(terminal)["database server"]["fix"] == "Move to version 99 or newer."

    def test_a_transaction_that_somebody_forgot_is_named(self, terminal: Terminal) -> None:
        terminal.monkeypatch.setattr("hub.findings.machine.LONG", timedelta(seconds=0.2))
        with psycopg.connect(terminal.settings.database_url, application_name="forgotten") as connection:
            connection.execute("LOCK TABLE source")
            time.sleep(0.3)
            terminal.set(database_url=f"{terminal.settings.database_url}&options=-c%20lock_timeout%3D200ms")
            found = findings(terminal)
            assert "(forgotten)" in found["transactions"]["what"]
            assert f"pg_terminate_backend({connection.info.backend_pid})" in found["transactions"]["fix"]
            assert "Does somebody hold a lock" in found["tables"]["fix"]
        assert findings(terminal)["transactions"]["well"]


@pytest.fixture
def searching(terminal: Terminal, opensearch_node: str) -> Iterator[Server]:
    """The hub's index is on a search server, to be asked directly."""
    prefix = f"doctor-{time.time_ns()}"
    terminal.set(search_url=f"{opensearch_node}?prefix={prefix}")
    assert terminal.type("index", "rebuild").status == 0
    yield Server(read_address(opensearch_node), WRITING)
    forget_prefix(prefix)


@pytest.mark.server
class TestSearchServer:
    def test_one_that_is_well_has_nothing_to_say(self, terminal: Terminal, searching: Server) -> None:
        found = findings(terminal)
        assert list(found) == [*WELL, "search server"]
        assert all(one["well"] for one in found.values())

    def test_a_missing_copy_is_named(self, terminal: Terminal, searching: Server) -> None:
        name = terminal.type("index", "status", "--json").value()["name"]
        copies = {"index": {"auto_expand_replicas": False, "number_of_replicas": 1}}
        searching.ask("PUT", f"/{name}/_settings", copies)
        found = findings(terminal)
        assert (found["index"]["well"], found["search server"]["well"]) == (True, False)
        assert "no second copy" in found["search server"]["what"]
        assert found["search server"]["fix"] == "Is one of the search server's machines down?"

    def test_a_disk_that_is_nearly_full_is_named(self, terminal: Terminal, searching: Server) -> None:
        terminal.monkeypatch.setattr("hub.index.opensearch.reader.LEAST_FREE", 1.1)
        assert "Make room" in findings(terminal)["search server"]["fix"]
