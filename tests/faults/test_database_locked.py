"""A lock that is not given back: who needs it is told to come again after some seconds, everybody else goes on."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import select

from hub.db import WAIT, Database, alone, locking
from hub.organisations.models import Organisation
from hub.readiness import upgrade
from hub.sources.models import Source
from tests.hub.site import BASE, Site, empty_site
from tests.people import source_of
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
