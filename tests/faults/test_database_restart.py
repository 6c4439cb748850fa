"""PostgreSQL goes away and comes back: one request at most sees it, as a page that says so; the rest goes on."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import func, select

from hub.config import SHORT
from hub.db import locking, now
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.records.models import RecordRow
from hub.sources.leases import claim, heartbeat, queue_run
from hub.sources.models import Run, Source
from hub.sources.service import add_source
from tests.faults.publishers import ATOM, ONE
from tests.hub.running import answers, hub_in, running, working
from tests.hub.site import BASE, Site, empty_site
from tests.hub.tasks.waiting import until
from tests.people import source_of, world
from tests.servers.loopback import serve
from tests.servers.postgres import Postgres


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> Iterator[str]:
    with postgres.ready() as made:
        yield made


@pytest.fixture(scope="module")
def site(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with empty_site(tmp_path_factory.mktemp("restart") / "hub", database_url=url) as made:
        made.app.config["WTF_CSRF_ENABLED"] = False
        yield made


def test_connections_that_were_cut_off_between_requests_cost_no_request(
    site: Site, url: str, postgres: Postgres
) -> None:
    assert site.get("/organisations").status_code == 200
    assert postgres.cut_off(url) >= 1
    assert site.get("/organisations").status_code == 200
    assert postgres.cut_off(url) >= 1
    operator = site.operator()
    assert operator.post("/sign-out", base_url=BASE).status_code == 302, "nor one that writes"


def test_a_request_that_is_cut_off_half_way_says_so_and_the_next_one_works(
    site: Site, url: str, postgres: Postgres
) -> None:
    with site.database.writing() as session:
        organisation = Organisation(slug="northford", name="Northford", sector="council")
        session.add(organisation)
        session.flush()
        source = source_of(session, organisation.id).id
    operator = site.operator()
    answers = []
    with site.database.writing() as session:
        session.scalar(locking(select(Source).where(Source.id == source)))
        request = Thread(target=lambda: answers.append(operator.post(f"/sources/{source}/check", base_url=BASE)))
        request.start()
        assert until(lambda: postgres.waiting(url))
        postgres.say("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        request.join()
    (answer,) = answers
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "The database does not answer at the moment." in answer.text
    assert operator.post(f"/sources/{source}/check", base_url=BASE).status_code == 303


def test_while_the_server_is_away_pages_say_so_and_afterwards_the_first_one_is_there(
    site: Site, postgres: Postgres
) -> None:
    assert site.get("/organisations").status_code == 200
    postgres.stop()
    try:
        answer = site.get("/organisations")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    finally:
        postgres.start()
    assert site.get("/organisations").status_code == 200
    assert site.operator().post("/sign-out", base_url=BASE).status_code == 302


def test_a_heartbeat_that_finds_no_database_beats_again(
    postgres: Postgres, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with postgres.ready() as url, world(tmp_path / "hub", database_url=url) as hub:
        with hub.database.writing() as session:
            id = queue_run(session, source_of(session, hub.northford)).id
            fence = claim(session, id, SHORT)
            assert fence

        def lease() -> datetime:
            with hub.database.reading() as session:
                found = session.get_one(Run, id).lease_until
                assert found
                return found

        with heartbeat(hub.database, id, fence, SHORT):
            postgres.stop()
            try:
                assert until(lambda: "A heartbeat did not reach the database" in caplog.text)
            finally:
                postgres.start()
            before = lease()
            assert until(lambda: lease() > before)


@pytest.mark.server
def test_the_work_goes_on_after_a_restart_of_the_server(postgres: Postgres, tmp_path: Path) -> None:
    answer = 200, ATOM, ONE
    with (
        serve({"/feed": answer}) as feed,
        postgres.empty() as url,
        hub_in(tmp_path / "hub", database_url=url) as parts,
        working(parts.settings) as process,
    ):

        def collect(path: str, expected: int) -> bool:
            with parts.database.writing() as session:
                organisation = find_organisation(session, "northford-city")
                add_source(
                    session, actor=COMMAND_LINE, organisation=organisation, kind="feed", address=feed.url(path)
                ).next_due = now()
            return until(lambda: records() == expected)

        def records() -> int:
            with parts.database.reading() as session:
                return session.scalar(select(func.count()).select_from(RecordRow)) or 0

        assert collect("/feed", 1)
        postgres.stop()
        postgres.start()
        assert collect("/feed?again", 2)
        assert process.poll() is None


@pytest.mark.server
def test_a_process_that_starts_before_its_database_waits_for_it(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.empty() as url, hub_in(tmp_path / "hub", database_url=url) as parts:
        postgres.stop()
        try:
            with running(parts.settings, "-m", "hub.cli", "serve") as process:
                assert not until(lambda: process.poll() is not None, 4, 0.5)
                postgres.start()
                assert until(lambda: answers(parts.settings), 20, 0.2)
        finally:
            postgres.start()
