"""A lock that is not given back: who needs it is told to come again after some seconds, everybody else goes on."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from sqlalchemy import select

from hub.db import WAIT, Database, alone, locking, now
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.readiness import upgrade
from hub.sources.models import Run, Source
from hub.sources.service import add_source
from tests.faults.publishers import ATOM, ONE
from tests.hub.running import hub_in, working
from tests.hub.site import BASE, Site, empty_site
from tests.hub.tasks.waiting import until
from tests.people import source_of
from tests.servers.loopback import Request, serve
from tests.servers.postgres import Postgres


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    with empty_site(tmp_path / "hub", database_url=database_url) as made:
        made.app.config["WTF_CSRF_ENABLED"] = False
        yield made


def test_a_request_behind_a_lock_is_answered_after_some_seconds(site: Site) -> None:
    with site.database.writing() as session:
        organisation = Organisation(slug="northford", name="Northford", sector="council")
        session.add(organisation)
        session.flush()
        source = source_of(session, organisation.id).id
    operator = site.operator()
    with site.database.writing() as session:
        session.scalar(locking(select(Source).where(Source.id == source)))
        began = time.monotonic()
        answer = operator.post(f"/sources/{source}/check", base_url=BASE)
        took = time.monotonic() - began
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert "The database does not answer at the moment." in answer.text
        assert WAIT - 1 < took < WAIT + 3
        began = time.monotonic()
        assert site.get(f"/sources/{source}", operator).status_code == 200
        assert time.monotonic() - began < 2, "reading waits for nobody"
    assert operator.post(f"/sources/{source}/check", base_url=BASE).status_code == 303


@pytest.mark.server
def test_a_check_that_is_cut_off_from_the_database_has_not_failed_but_goes_on(
    postgres: Postgres, tmp_path: Path
) -> None:
    """While it waits to hear what the hub knows of a list, its connection is ended: that is no fault of the site."""
    with postgres.empty() as url, hub_in(tmp_path / "hub", database_url=url) as hub, psycopg.connect(url) as holder:
        asked = Event()

        def answer(_: Request) -> tuple[int, dict[str, str], str]:
            if not asked.is_set():
                holder.execute("LOCK TABLE record")
                asked.set()
            return 200, ATOM, ONE

        def runs() -> list[tuple[str, int, int]]:
            with hub.database.reading() as session:
                return [(run.state, run.new, run.attempts) for run in session.scalars(select(Run))]

        with serve({"/feed": answer}) as site, working(hub.settings, heard=False):
            with hub.database.writing() as session:
                northford = find_organisation(session, "northford-city")
                source = add_source(
                    session, actor=COMMAND_LINE, organisation=northford, kind="feed", address=site.url("/feed")
                )
                source.next_due = now()
            assert asked.wait(15)
            # The clock looks into the same table: it is the check that is to be cut off.
            waiting = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%native_id IN%'"
            assert until(lambda: postgres.say(f"SELECT pid {waiting}"), 4)
            postgres.say(f"SELECT pg_terminate_backend(pid) {waiting}")
            holder.rollback()
            assert until(lambda: runs() == [("complete", 1, 2)]), runs()
        with hub.database.reading() as session:
            assert session.scalars(select(Source.failures)).one() == 0


def test_migrations_wait_for_those_of_another_machine_as_long_as_they_take(postgres: Postgres) -> None:
    with postgres.ready() as url:
        first, second = Database(url), Database(f"{url}&options=-c%20lock_timeout%3D200ms")
        done = Event()

        def bring_up_to_date() -> None:
            upgrade(second)
            done.set()

        thread = Thread(target=bring_up_to_date)
        with first.writing() as session:
            alone(session, "migrations")
            thread.start()
            assert not done.wait(1)
        thread.join(20)
        assert done.is_set()
        first.close()
        second.close()
