"""A hub that moves: every row arrives, whichever kind of database it comes from and goes to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hub import moving
from hub.audit.models import Audit
from hub.audit.service import first_break
from hub.db import Database, new_id
from hub.errors import BadInput, Conflict, HubError, Unavailable
from hub.moving import contents, move, size_of
from hub.organisations.models import Organisation
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.records.models import RecordRow
from hub.sources.models import Run
from tests.databases import DATABASES, address_of
from tests.people import World, settings_in, source_of


@pytest.fixture(params=DATABASES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of one kind after the other."""
    (tmp_path / "target").mkdir()
    with address_of(request, request.param) as url:
        database = Database(settings_in(tmp_path / "target", database_url=url).database)
        yield database
        database.close()


@pytest.fixture
def full(hub: World) -> World:
    """A hub with records whose texts are in several scripts, with bytes, days and moments."""
    with hub.database.writing() as session:
        source = source_of(session, hub.northford)
        for number in range(1200):
            session.add(
                RecordRow(
                    id=new_id(),
                    source_id=source.id,
                    organisation_id=hub.northford,
                    native_id=f"n-{number}",
                    url=f"https://northford.example/{number}",
                    title=f"Ärende {number} · Gwastraff bwyd · 食物 🥕",
                    meta_hash=f"{number:064x}",
                    text_hash=f"{number:064x}",
                    work_id=f"w{number}",
                )
            )
    return hub


def held(database: Database) -> object:
    with database.reading() as session:
        return contents(session)


def test_every_row_arrives_and_the_audit_log_is_whole(full: World, target: Database) -> None:
    seen: list[int] = []
    moved = move(full.database, target, seen.append)
    assert moved["record"].rows == 1200
    assert moved == held(full.database) == held(target)
    with target.reading() as session:
        assert seen[-1] == size_of(session)
        assert first_break(session) is None
        assert session.scalar(select(RecordRow.title).where(RecordRow.native_id == "n-7")) == (
            "Ärende 7 · Gwastraff bwyd · 食物 🥕"
        )


def test_new_rows_get_numbers_after_those_that_came(full: World, target: Database) -> None:
    move(full.database, target)
    with target.writing() as session:
        last = session.scalar(select(func.max(Audit.id))) or 0
        add_organisation(session, actor=COMMAND_LINE, name="Westhaven", sector="council")
        session.flush()
        assert session.scalar(select(func.max(Audit.id))) == last + 1


def test_the_same_move_again_changes_nothing(full: World, target: Database) -> None:
    first = move(full.database, target)
    assert move(full.database, target) == first


def test_a_move_that_was_broken_off_leaves_nothing_and_can_be_given_again(full: World, target: Database) -> None:
    def pull_the_plug(done: int) -> None:
        if done > 700:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(full.database, target, pull_the_plug)
    with target.reading() as session:
        assert size_of(session) == 0
    assert move(full.database, target)["record"].rows == 1200


def test_what_is_in_another_hub_is_not_touched(full: World, target: Database) -> None:
    move(full.database, target)
    with target.writing() as session:
        session.scalars(select(Organisation)).first().name = "Somebody else"  # type: ignore[union-attr]
    before = held(target)
    with pytest.raises(BadInput, match="There is something else in .* already; nothing was changed"):
        move(full.database, target)
    assert held(target) == before


def test_a_hub_at_work_is_not_moved(full: World, target: Database) -> None:
    with full.database.writing() as session:
        source = source_of(session, full.eastmere, "https://eastmere.example/feed")
        session.add(Run(id=new_id(), source_id=source.id, slot="s", state="running"))
    with pytest.raises(Conflict, match="Sources are being checked"):
        move(full.database, target)


def test_a_row_that_arrives_changed_is_found(full: World, target: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison is of what the target says when it is asked again, not of what was sent."""

    def tamper(session: object, tables: object) -> None:
        session.scalars(select(RecordRow).limit(1)).one().title = "Changed on the way"  # type: ignore[attr-defined]

    monkeypatch.setattr(moving, "continue_numbers", tamper)
    with pytest.raises(HubError, match="It differs in: record"):
        move(full.database, target)


def test_where_no_database_answers_the_address_is_named_without_its_password(full: World) -> None:
    away = Database("postgresql://moothall:hush@127.0.0.1:1/hub")
    with pytest.raises(Unavailable, match=r"cannot be copied to .*127\.0\.0\.1:1/hub") as raised:
        move(full.database, away)
    assert "hush" not in str(raised.value)
