"""Findings about the work: what is silent, waits, was taken over or was never backed up."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy.orm import Session

from hub.accounts.models import Joining, Person
from hub.audit.service import note_act
from hub.db import now
from hub.findings import machine, work
from hub.index.engines import open_writer
from hub.index.models import IndexOutbox
from hub.policy import COMMAND_LINE
from hub.sources.models import WAITING, Run, Source
from tests.people import World, source_of, world


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "hub") as made:
        yield made


def ran(session: Session, source: Source, *days_ago: float) -> None:
    """Checks that brought something, so many days ago."""
    for number, days in enumerate(days_ago):
        when = now() - timedelta(days=days)
        session.add(Run(source_id=source.id, slot=f"{number}", state="complete", new=1, created=when, ended=when))
    session.flush()


@pytest.mark.parametrize(
    ("days", "silent"),
    [
        ((50, 40, 30, 20, 10), False),
        ((90, 80, 70, 60, 50), True),
        ((50, 49, 48, 47), False),
        ((5, 4.9, 4.8, 4.7, 4.6), True),
        ((0.5, 0.49, 0.48, 0.47, 0.46), False),
    ],
    ids=["as usual", "for five times as long", "too few to tell", "days instead of hours", "less than a day"],
)
def test_a_source_is_silent_by_its_own_rhythm(hub: World, days: tuple[float, ...], silent: bool) -> None:
    with hub.database.writing() as session:
        source = source_of(session, hub.northford)
        ran(session, source, *days)
        found = work.silent(session)
        assert found.well is not silent
        assert (source.name in found.what) is silent
        source.paused = True
        session.flush()
        assert work.silent(session).well


def test_what_waits_for_the_operator_is_worth_a_look(hub: World) -> None:
    with hub.database.writing() as session:
        assert work.approvals(session).what == "0 people wait, 0 sources wait."
        source_of(session, hub.northford).approval = WAITING
        person = Person(name="Ann")
        session.add(person)
        session.flush()
        session.add(Joining(person_id=person.id, organisation_id=hub.northford))
        session.flush()
        found = work.approvals(session)
    assert (found.state, found.what) == ("warn", "1 person waits, 1 source waits.")


def test_checks_that_wait_or_were_taken_over_are_told(hub: World) -> None:
    with hub.database.writing() as session:
        source = source_of(session, hub.northford)
        session.add(Run(source_id=source.id, slot="a", state="complete", attempts=2))
        session.flush()
        assert work.checks(session).well
        assert "1 was taken over by another worker" in work.checks(session).what
        past = now() - timedelta(minutes=11)
        session.add(Run(source_id=source.id, slot="b", state="queued", created=past))
        session.flush()
        found = work.checks(session)
    assert found.state == "bad"
    assert "One waits for a worker for 11 minutes." in found.what


def test_a_backup_is_missed_after_a_week(hub: World) -> None:
    with hub.database.writing() as session:
        assert work.backup(session).well
        later = now() + timedelta(days=8)
        with patch("hub.findings.work.now", lambda: later):
            found = work.backup(session)
            assert (found.state, found.what) == ("warn", "None was made yet.")
        note_act(session, actor=COMMAND_LINE, action=work.BACKUP, thing="hub")
        assert "The last was made on" in work.backup(session).what
        assert work.backup(session).well


def test_an_index_that_holds_another_number_is_told(hub: World) -> None:
    open_writer(hub.settings).ensure()
    assert [one.name for one in machine.index(hub.settings, 0)] == ["index"]
    documents = machine.index(hub.settings, 3)[1]
    assert (documents.state, documents.fix) == ("warn", "Run `moothall check --repair`.")


def test_nobody_compares_while_changes_are_on_their_way(hub: World) -> None:
    with hub.database.writing() as session:
        assert work.living(session) == 0
        session.add(IndexOutbox(document_type="record", document_id="x", version=1))
        session.flush()
        assert work.living(session) is None
