"""The audit log: a chain that shows when somebody changed it, and a database that lets nobody."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from hub.audit.erasing import erase_acts, export_person, forget_person
from hub.audit.models import Audit, AuditErasure, AuditPerson
from hub.audit.service import come_from, first_break, holds, note_act, verify
from hub.policy import ANONYMOUS, WORK
from tests.hub.audit.tampering import unguard
from tests.people import AISHA, DEV, World

pytestmark = pytest.mark.alone


@pytest.fixture
def acts(hub: World) -> World:
    """A hub in which Dev did three things, and Aisha one."""
    with hub.database.writing() as session:
        for number in range(3):
            note_act(session, actor=DEV, action="pause source", thing=f"source {number}", reason="test")
        note_act(session, actor=AISHA, action="change password", thing=f"person {AISHA.person_id}")
    with hub.database.reading() as session:
        assert first_break(session) is None
    return hub


TAMPERING: dict[str, tuple[Callable[[], object], str]] = {
    "another thing": (
        lambda: update(Audit).where(Audit.thing == "source 1").values(thing="source 7"),
        "it is not what was written",
    ),
    "another person": (
        lambda: update(AuditPerson).where(AuditPerson.person_id == DEV.person_id).values(name="Somebody else"),
        "who did it is not what was written",
    ),
    "a person taken away": (
        lambda: delete(AuditPerson).where(AuditPerson.person_id == AISHA.person_id),
        "who did it is gone, and no act tells of it",
    ),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_what_was_changed_behind_the_hub_is_found(acts: World, how: str) -> None:
    statement, why = TAMPERING[how]
    with acts.database.writing() as session:
        unguard(session)
        session.execute(statement())  # type: ignore[call-overload]
    with acts.database.reading() as session:
        found = verify(session)
        assert found.broken is not None
        assert found.why == why


def test_an_act_that_was_taken_out_is_missed(acts: World) -> None:
    with acts.database.writing() as session:
        gone, after = session.scalars(select(Audit.id).where(Audit.thing.in_(("source 1", "source 2")))).all()
        unguard(session)
        session.execute(delete(AuditPerson).where(AuditPerson.id == gone))
        session.execute(delete(Audit).where(Audit.id == gone))
    with acts.database.reading() as session:
        found = verify(session)
        assert (found.broken, found.why) == (after, "it does not follow from the act before it")


def test_an_end_that_was_cut_off_is_known_by_a_hash_that_somebody_noted(acts: World) -> None:
    with acts.database.writing() as session:
        noted = verify(session).last
        assert holds(session, noted)
        last = session.scalar(select(func.max(Audit.id)))
        unguard(session)
        session.execute(delete(AuditPerson).where(AuditPerson.id == last))
        session.execute(delete(Audit).where(Audit.id == last))
    with acts.database.reading() as session:
        assert first_break(session) is None, "the chain alone cannot know"
        assert not holds(session, noted)


REFUSED: dict[str, Callable[[], object]] = {
    "change an act": lambda: update(Audit).values(action="nothing"),
    "delete an act": lambda: delete(Audit),
    "change who did it": lambda: update(AuditPerson).values(name="Nobody"),
    "delete who did it": lambda: delete(AuditPerson),
    "insert or replace": lambda: text(
        "INSERT OR REPLACE INTO audit_person SELECT id, salt, person_id, 'Nobody', network FROM audit_person"
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_database_refuses_to(acts: World, what: str) -> None:
    if what == "insert or replace" and acts.database.server:
        return  # PostgreSQL has no such statement
    with pytest.raises(DBAPIError, match="append only"), acts.database.writing() as session:
        session.execute(REFUSED[what]())  # type: ignore[call-overload]
    with acts.database.reading() as session:
        assert first_break(session) is None


def test_who_did_it_goes_through_the_door_and_the_chain_stays_whole(acts: World) -> None:
    with acts.database.writing() as session:
        assert forget_person(session, actor=WORK, person_id=DEV.person_id, why="account closed") == 3
        assert forget_person(session, actor=WORK, person_id=DEV.person_id, why="account closed") == 0
    with acts.database.reading() as session:
        assert first_break(session) is None
        assert export_person(session, DEV.person_id) == []
        assert [one["action"] for one in export_person(session, AISHA.person_id)] == ["change password"]
        told = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
        assert told is not None
        assert (told.action, told.detail) == ("erase from the log", {"rows": 3, "why": "account closed"})
        rows = session.scalars(select(Audit).where(Audit.action == "pause source")).all()
        assert {(row.actor, row.detail["reason"]) for row in rows} == {("person", "test")}, "the acts stay"
    with pytest.raises(DBAPIError, match="append only"), acts.database.writing() as session:
        session.execute(delete(AuditErasure))


def test_an_erasure_that_no_act_tells_of_is_found(acts: World) -> None:
    """Somebody with the rights of the hub itself uses the door without saying so."""
    with acts.database.writing() as session:
        forget_person(session, actor=WORK, person_id=AISHA.person_id, why="account closed")
        act = session.scalar(select(func.max(Audit.id)))
        id = session.scalar(select(func.min(AuditPerson.id)))
        session.execute(insert(AuditErasure), [{"id": id, "act": act}])
        session.execute(delete(AuditPerson).where(AuditPerson.id == id))
    with acts.database.reading() as session:
        assert "does not tell of everything" in verify(session).why


def test_after_long_enough_names_go_and_acts_stay(acts: World) -> None:
    with acts.database.writing() as session:
        ids = session.scalars(select(AuditPerson.id).order_by(AuditPerson.id)).all()
        assert erase_acts(session, actor=WORK, ids=ids[:3], why="kept long enough") == 3
        assert session.scalars(select(AuditPerson.person_id)).all() == [AISHA.person_id]
        assert erase_acts(session, actor=WORK, ids=[], why="kept long enough") == 0
        assert first_break(session) is None


def test_a_stranger_is_the_network_they_came_from(acts: World) -> None:
    for address in ("203.0.113.77", "2001:db8:1:2::3", "::ffff:203.0.113.77", "no address"):
        come_from(address)
        with acts.database.writing() as session:
            note_act(session, actor=ANONYMOUS, action="wrong password", thing="person unknown")
    with acts.database.reading() as session:
        networks = session.scalars(select(AuditPerson.network).where(AuditPerson.person_id == "")).all()
        assert networks == ["203.0.113.0/24", "2001:db8:1::/48", "203.0.113.0/24"]
        assert first_break(session) is None
