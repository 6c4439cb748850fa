"""Reading the log: the operator's page, the table; and what an older log becomes."""

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from hub.audit.erasing import forget_person
from hub.audit.log import COLUMNS, ERASED, newest
from hub.audit.service import come_from, note_act, verify
from hub.db import Database, now
from hub.policy import COMMAND_LINE, WORK
from hub.readiness import migrations, upgrade
from tests.hub.accounts.people import errors
from tests.hub.site import empty_site
from tests.people import AISHA, DEV


def test_an_operator_reads_it_and_takes_it_away(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as site:
        come_from("203.0.113.9")
        with site.database.writing() as session:
            note_act(session, actor=DEV, action="pause source", thing="source 1", why="=1+1", places=["a", "b"])
            note_act(session, actor=AISHA, action="pause source", thing="source 2")
            forget_person(session, actor=WORK, person_id=AISHA.person_id, why="account closed")
        client = site.operator()
        page = site.page("/manage/log", client)
        assert page.heading == "Log"
        for words in ("Dev Rao", "203.0.113.0/24", "why: =1+1, places: a b", ERASED, "rows: 1"):
            assert words in page.words
        assert "Aisha" not in page.words
        rows = list(csv.reader(io.StringIO(site.get("/manage/log.csv", client).data.decode("utf-8-sig"))))
        assert tuple(rows[0]) == COLUMNS
        assert [row[2] for row in rows[1:4]] == ["Dev Rao", ERASED, "moothall"]
        assert site.page("/manage/log?page=9", client).status == 302


def test_it_is_narrowed_by_who_what_and_when(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as site:
        with site.database.writing() as session:
            for number in range(101):
                note_act(session, actor=DEV, action="pause source", thing=f"source {number}")
            note_act(session, actor=AISHA, action="add source", thing="source 7")
            note_act(session, actor=COMMAND_LINE, action="add source", thing="source 8")
        client, today = site.operator(), f"{now():%Y-%m-%d}"
        assert "1 act" in site.page("/manage/log?who=COMMAND&what=add+source", client).words
        page = site.page(f"/manage/log?who=dev&what=pause+source&from={today}&to={today}", client)
        assert "101 acts" in page.words
        assert page.all("//input[@name='who' or @name='from' or @name='to']/@value") == ["dev", today, today]
        assert page.all("//select[@id='what']/option[@selected]") == ["pause source"]
        addresses = list(page.links().values())
        assert f"/manage/log?from={today}&page=2&to={today}&what=pause+source&who=dev" in addresses
        (table,) = (one for one in addresses if one.startswith("/manage/log.csv"))
        assert len(site.get(table, client).text.splitlines()) == 102
        for asked, said in (
            ("who=nobody%25", "Nobody whose name has “nobody%” in it has done anything."),
            ("what=fly", "“fly” has never been done."),
            ("from=9999-12-31", "Nothing has been done since 31 December 9999."),
            ("to=2020-02-29", "Nothing had been done until 29 February 2020."),
            ("who=aisha&what=pause+source", "No act is all of that at once; each of it alone leaves some."),
        ):
            assert said in site.page(f"/manage/log?{asked}", client).words
        page = site.page("/manage/log?who=dev&from=2026-02-30&to=soon", client)
        assert (page.status, page.title.startswith("Error: "), len(errors(page))) == (400, True, 2)
        assert errors(page)[0] == "“2026-02-30” is not a date. Write it as 2026-11-24."
        assert page.all("//input[@name='from' or @name='to']/@value") == ["2026-02-30", "soon"]
        assert page.all("//td") == []
        assert site.get("/manage/log.csv?from=soon", client).status_code == 400


def down(database: Database, revision: str) -> None:
    with database.engine.execution_options(writing=True).begin() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


@pytest.mark.parametrize("changed", [False, True], ids=["whole", "changed"])
def test_an_older_log_is_taken_over_as_it_was(database_url: str, tmp_path: Path, changed: bool) -> None:
    """Names leave the rows; a chain that was whole is whole, and one that was broken stays broken there."""
    database = Database(database_url or f"sqlite:///{tmp_path / 'hub.sqlite'}")
    upgrade(database)
    down(database, "0010")
    previous = ""
    with database.writing() as session:
        for number, actor in enumerate(("command line", "Ann", "Ann")):
            at, action, thing = now(), ("add", "sign in", "pause")[number], f"person {number}"
            content = json.dumps([at.isoformat(), actor, action, thing, {}, previous], sort_keys=True)
            hashed = hashlib.sha256(content.encode()).hexdigest()
            session.execute(
                text("INSERT INTO audit (at, actor, action, thing, detail, previous, hashed) VALUES "
                     "(:at, :actor, :action, :thing, '{}', :previous, :hashed)"),
                {"at": at.replace(tzinfo=None), "actor": actor, "action": action, "thing": thing,
                 "previous": previous, "hashed": hashed},
            )  # fmt: skip
            previous = hashed
        if changed:
            session.execute(text("UPDATE audit SET thing = 'source' WHERE action = 'pause'"))
    for _ in range(2):
        upgrade(database)
        with database.reading() as session:
            assert (verify(session).broken is not None) is changed
            acts = [(act.who, act.person_id) for act in newest(session, offset=0, limit=9)]
        assert acts[1:] == [("Ann", "1"), ("command line", "")]
        down(database, "0010")
    database.close()
