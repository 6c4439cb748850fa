"""Rule 35: an act and its row in the log are there together, or neither is."""

import subprocess
import sys
import time

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hub.audit.models import Audit
from hub.audit.service import first_break, note_act
from hub.config import environment
from tests.people import DEV, World

pytestmark = pytest.mark.alone


def test_an_act_that_fails_leaves_no_row(hub: World) -> None:
    def act() -> None:
        with hub.database.writing() as session:
            note_act(session, actor=DEV, action="pause source", thing="source x")
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        act()
    with hub.database.reading() as session:
        assert session.query(Audit).filter(Audit.thing == "source x").count() == 0


KILLED = """
import sys, time
from hub import tables
from hub.config import read_settings
from hub.db import Database
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
assert tables.TABLES
database = Database(read_settings().database)
session = database.open_writing()
print("ready", flush=True)
number = 0
while True:
    number += 1
    add_organisation(session, actor=COMMAND_LINE, name=f"Killed {number}", sector="council")
    if number % 2:
        print("between", flush=True)
        time.sleep(float(sys.argv[1]))
    session.commit()
"""


@pytest.mark.parametrize("wait", [0, 60], ids=["at any moment", "between act and commit"])
def test_a_kill_leaves_act_and_row_or_neither(hub: World, wait: int) -> None:
    """A process adds organisations and is killed: each organisation that is there has its row, each row its act."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(wait)],
        env=environment(hub.settings),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert process.stdout.readline() == "between\n"
        time.sleep(0.02 if wait else 0.3)
    finally:
        process.kill()
        process.communicate()
    deadline = time.monotonic() + 10
    while True:
        try:
            with hub.database.writing() as session:
                note_act(session, actor=DEV, action="go on", thing="log")
            break
        except DBAPIError:
            # The server has still to see that the other end is gone.
            assert time.monotonic() < deadline
    with hub.database.reading() as session:
        there = set(session.scalars(text("SELECT slug FROM organisation WHERE slug LIKE 'killed-%'")))
        told = set(session.scalars(select(Audit.thing).where(Audit.thing.like("organisation killed-%"))))
        assert {f"organisation {slug}" for slug in there} == told
        assert bool(told) is not bool(wait)
        assert first_break(session) is None
