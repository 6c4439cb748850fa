"""Several at once: what SQLite's one writer gives for nothing, and PostgreSQL by locks. Each effect exactly once."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

from sqlalchemy import func, select

from federation.record import Record
from harvesters.base import upsert
from hub import tables
from hub.accounts.models import Person, WebSession
from hub.accounts.service import make_link, use_link
from hub.audit.models import Audit
from hub.audit.service import first_break, note_act
from hub.config import SHORT
from hub.db import Base, Database, now
from hub.errors import Conflict, NotAllowed
from hub.index.delivery import _forget, _Row
from hub.index.models import IndexOutbox
from hub.index.outbox import announce
from hub.organisations.models import Organisation
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.models import RecordRow
from hub.records.service import forget_texts, withdraw
from hub.sources.held import accept_held
from hub.sources.leases import claim, holds, queue_due, queue_run, sweep
from hub.sources.models import Run, Source
from hub.sources.service import add_source
from tests.hub.tasks.waiting import until
from tests.people import DEV, NAMED, World, source_of, world
from tests.servers.postgres import Postgres

FOUR = 4
LONG = "Sending two people to each damp home cut repeat visits by a third, and nobody had to open the door twice. " * 3


def together(act: Callable[[int], Any]) -> list[Any]:
    """What four threads get that begin `act` at the same moment: a value, or the error that was raised."""
    line = Barrier(FOUR)

    def one(number: int) -> Any:
        line.wait(30)
        try:
            return act(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(FOUR) as pool:
        return list(pool.map(one, range(FOUR)))


def kinds(results: list[Any]) -> list[str]:
    """How each ended, sorted: the name of its error, or `done`."""
    return sorted(type(one).__name__ if isinstance(one, Exception) else "done" for one in results)


def count(hub: World, table: type[Base]) -> int:
    with hub.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_link_that_four_use_opens_one_session(hub: World) -> None:
    with hub.database.writing() as session:
        secret = make_link(session, seconds=60)
        for _ in range(5):
            make_link(session, seconds=-1)

    def use(_: int) -> None:
        with hub.database.writing() as session:
            use_link(session, secret=secret, seconds=60)

    assert kinds(together(use)) == ["NotAllowed"] * 3 + ["done"]
    with hub.database.reading() as session:
        assert list(session.scalars(select(WebSession.kind))) == ["session"], "old links are swept away"


def test_four_first_links_make_one_operator(hub: World) -> None:
    def make(_: int) -> None:
        with hub.database.writing() as session:
            make_link(session, seconds=60)

    assert kinds(together(make)) == ["done"] * 4
    assert count(hub, Person) == 1


def test_the_audit_log_of_four_is_one_chain(hub: World) -> None:
    before = count(hub, Audit)

    def act(number: int) -> None:
        for step in range(5):
            with hub.database.writing() as session:
                note_act(session, actor=DEV, action="pause source", thing=f"source {number}-{step}")

    assert kinds(together(act)) == ["done"] * 4
    assert count(hub, Audit) == before + 20
    with hub.database.reading() as session:
        assert first_break(session) is None


def test_a_check_that_four_ask_for_is_queued_once_and_the_others_are_told(hub: World) -> None:
    with hub.database.writing() as session:
        source = source_of(session, hub.northford).id

    def ask(_: int) -> None:
        with hub.database.writing() as session:
            queue_run(session, session.get_one(Source, source))

    results = together(ask)
    assert kinds(results) == ["Conflict"] * 3 + ["done"]
    assert count(hub, Run) == 1


def test_a_run_without_a_worker_is_taken_up_by_one_of_four_sweepers(hub: World) -> None:
    with hub.database.writing() as session:
        run = queue_run(session, source_of(session, hub.northford))
        claim(session, run.id, SHORT)
        run.lease_until = now() - timedelta(seconds=1)
        id = run.id
    results = together(lambda _: sweep(hub.database, SHORT, NAMED))
    assert sorted(results, key=len) == [[], [], [], [id]]


def test_what_waits_for_a_person_is_decided_once(hub: World) -> None:
    with hub.database.writing() as session:
        run = queue_run(session, source_of(session, hub.northford))
        run.state = "held"
        id = run.id

    def accept(_: int) -> None:
        with hub.database.writing() as session:
            accept_held(session, session.get_one(Run, id), actor=DEV)

    assert kinds(together(accept)) == ["Conflict"] * 3 + ["done"]


def test_organisations_and_sources_that_four_add_are_there_once(hub: World) -> None:
    def add(_: int) -> None:
        with hub.database.writing() as session:
            add_organisation(session, actor=DEV, name="Westmarch", sector="council")

    def register(_: int) -> None:
        with hub.database.writing() as session:
            organisation = session.get_one(Organisation, hub.northford)
            add_source(session, actor=DEV, organisation=organisation, kind="feed", address="https://n.example/feed")

    assert kinds(together(add)) == ["Conflict"] * 3 + ["done"]
    assert kinds(together(register)) == ["Conflict"] * 3 + ["done"]


def test_one_text_from_four_sources_at_once_is_one_work(hub: World) -> None:
    with hub.database.writing() as session:
        sources = [source_of(session, hub.northford, f"https://n.example/{number}").id for number in range(FOUR)]

    def bring(number: int) -> None:
        with hub.database.writing() as session:
            keep_one(session, sources[number], hub.northford)

    assert kinds(together(bring)) == ["done"] * 4
    with hub.database.reading() as session:
        assert len(set(session.scalars(select(RecordRow.work_id)))) == 1


def keep_one(session: Any, source: str, organisation: str, run: str = "run1") -> None:
    record = Record(native_id="1", url="https://n.example/1", title="Damp homes", text=LONG)
    keep(
        session,
        source_id=source,
        run_id=run,
        found=[(upsert(record), Enriched("en"))],
        defaults=Defaults(organisation),
    )


def test_four_deliverers_of_the_same_announcements_count_every_refusal_and_hinder_nobody(hub: World) -> None:
    with hub.database.writing() as session:
        announce(session, "record", [(f"d{number}", 1) for number in range(40)])
    with hub.database.reading() as session:
        ids = list(session.execute(select(IndexOutbox.id, IndexOutbox.document_id).order_by(IndexOutbox.id)))
    rows = [_Row(id, "record", document, 1) for id, document in ids]
    reasons = {"d0": "too odd", "d1": "too odd"}

    def forget(number: int) -> list[_Row]:
        return _forget(hub.database, rows if number % 2 else rows[::-1], reasons)

    assert together(forget) == [[]] * 4
    with hub.database.reading() as session:
        left = session.scalars(select(IndexOutbox).order_by(IndexOutbox.id))
        assert [(row.document_id, row.attempts) for row in left] == [("d0", 4), ("d1", 4)]


def test_a_page_that_is_being_written_keeps_the_next_worker_out_until_it_stands(
    postgres: Postgres, tmp_path: Path
) -> None:
    with postgres.ready() as url, world(tmp_path / "hub", database_url=url) as hub:
        with hub.database.writing() as session:
            id = queue_run(session, source_of(session, hub.northford)).id
            fence = claim(session, id, SHORT)
            assert fence
            session.get_one(Run, id).lease_until = now() - timedelta(seconds=1)
        seen: list[tuple[int | None, int]] = []

        def take_over() -> None:
            with hub.database.writing() as session:
                seen.append((claim(session, id, SHORT), session.get_one(Run, id).pages))

        with hub.database.writing() as session:
            run = holds(session, id, fence)
            assert run is not None
            thread = Thread(target=take_over)
            thread.start()
            assert until(lambda: postgres.waiting(url))
            assert sweep(hub.database, SHORT, NAMED) == [], "nor does a sweeper wait for it"
            run.pages = 7
        thread.join()
        assert seen == [(fence + 1, 7)]
        with hub.database.reading() as session:
            assert holds(session, id, fence) is None


def test_a_text_that_is_emptied_while_its_record_comes_back_is_written_again(
    postgres: Postgres, tmp_path: Path
) -> None:
    with postgres.ready() as url, world(tmp_path / "hub", database_url=url) as hub:
        with hub.database.writing() as session:
            source = source_of(session, hub.northford).id
            keep_one(session, source, hub.northford)
            withdraw(session, source_id=source, native_ids=["1"], run_id="run2", reason="Gone.")

        def come_back() -> None:
            with hub.database.writing() as session:
                keep_one(session, source, hub.northford, "run3")

        with hub.database.writing() as session:
            forget_texts(session, session.scalars(select(RecordRow.id)).all())
            thread = Thread(target=come_back)
            thread.start()
            assert until(lambda: postgres.waiting(url))
        thread.join()
        with hub.database.reading() as session:
            row = session.scalars(select(RecordRow)).one()
            assert (row.withdrawn_at, row.text) == (None, LONG)


LINE: Any = None
"""What the processes below wait at, so that they begin together."""


def stand_in_line(line: Any) -> None:
    global LINE
    LINE = line


def work_at_once(url: str, secret: str, run_id: str) -> dict[str, Any]:
    """What one of four processes gets: due sources, a claim, a session, a check that it asked for; and it tells."""
    assert tables.TABLES
    database = Database(url)
    done: dict[str, Any] = {}
    try:
        LINE.wait(60)
        done["due"] = len(queue_due(database))
        with database.writing() as session:
            done["claimed"] = claim(session, run_id, SHORT) or 0
        try:
            with database.writing() as session:
                use_link(session, secret=secret, seconds=60)
            done["signed in"] = 1
        except NotAllowed:
            done["signed in"] = 0
        try:
            with database.writing() as session:
                asked = session.scalars(select(Source).where(Source.name == "Asked")).one()
                queue_run(session, asked)
            done["queued"] = 1
        except Conflict:
            done["queued"] = 0
        for step in range(5):
            with database.writing() as session:
                note_act(session, actor=COMMAND_LINE, action="test", thing=f"step {step}")
    finally:
        database.close()
    return done


def test_four_processes_on_postgresql_do_everything_exactly_once(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.ready() as url, world(tmp_path / "hub", database_url=url) as hub:
        with hub.database.writing() as session:
            for number in range(6):
                source_of(session, hub.eastmere, f"https://due.example/{number}").next_due = now()
            source_of(session, hub.northford, "https://asked.example/").name = "Asked"
            run_id = queue_run(session, source_of(session, hub.northford, "https://run.example/")).id
            secret = make_link(session, seconds=60)
        before = count(hub, Audit)
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            FOUR, mp_context=spawn, initializer=stand_in_line, initargs=(spawn.Barrier(FOUR),)
        ) as pool:
            done = list(pool.map(work_at_once, [url] * FOUR, [secret] * FOUR, [run_id] * FOUR))
        assert {name: sum(one[name] for one in done) for name in done[0]} == {
            "due": 6,
            "claimed": 1,
            "signed in": 1,
            "queued": 1,
        }
        assert count(hub, Run) == 8
        assert count(hub, Audit) == before + 1 + FOUR * 5
        with hub.database.reading() as session:
            assert first_break(session) is None
