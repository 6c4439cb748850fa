"""The audit log: a chain that shows when somebody changed it."""

import pytest
from sqlalchemy import update

from hub.audit.models import Audit
from hub.audit.service import first_break, note_act
from tests.people import DEV, World


def test_the_chain_is_whole_until_a_row_is_changed(hub: World) -> None:
    with hub.database.writing() as session:
        for number in range(3):
            note_act(session, actor=DEV, action="pause source", thing=f"source {number}", reason="test")
    with hub.database.writing() as session:
        assert first_break(session) is None
        session.execute(update(Audit).where(Audit.thing == "source 1").values(actor="somebody else"))
        session.expire_all()
        assert first_break(session) is not None


def test_an_act_that_fails_leaves_no_row(hub: World) -> None:
    def act() -> None:
        with hub.database.writing() as session:
            note_act(session, actor=DEV, action="pause source", thing="source x")
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        act()
    with hub.database.reading() as session:
        assert session.query(Audit).filter(Audit.thing == "source x").count() == 0
