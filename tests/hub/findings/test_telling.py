"""Findings about alerts: what waits for longer than it should."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.accounts.models import Person
from hub.alerts.models import URGENT, WAITING, AlertRun, Delivery
from hub.db import now
from hub.findings.telling import alerts
from hub.notices.models import Happening
from tests.people import World, world


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "hub") as made:
        yield made


def test_what_is_late_is_said_and_what_waits_as_it_should_is_not(hub: World) -> None:
    with hub.database.writing() as session:
        assert alerts(session).well
        person = Person(name="Ann")
        session.add_all((person, AlertRun(slot="daily 1", started=now(), ended=now() - timedelta(hours=20))))
        session.flush()
        given = {"person_id": person.id, "thing": "record"}
        session.add(Delivery(**given, thing_id="1", state=WAITING, at=now() - timedelta(days=3)))
        session.flush()
        assert alerts(session).well, "the week is not over"
        session.add(Happening(what="event", thing="event", thing_id="1", path="/", at=now() - timedelta(hours=2)))
        session.add(Delivery(**given, thing_id="2", state=URGENT, at=now() - timedelta(hours=2)))
        session.get_one(AlertRun, "daily 1").ended = now() - timedelta(days=2)
        session.flush()
        found = alerts(session)
    assert not found.well
    assert "are late" in found.what
    assert "go at once" in found.what
    assert "to be told" in found.what
