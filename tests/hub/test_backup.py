"""The drill: back up a hub that others are writing to, restore it elsewhere, and find the same hub there."""

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select

from hub.audit.service import first_break
from hub.backup import MANIFEST, back_up, read_manifest, restore
from hub.cli.init import make_hub
from hub.config import SECRET_FILE, Settings, make_secret
from hub.db import Database
from hub.dumps import rows_of
from hub.errors import BadInput, HubError, Unavailable
from hub.index.engines import open_reader, open_writer
from hub.index.worker import Differences, compare, rebuild
from hub.indexed import documents_of
from hub.organisations.models import Organisation
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.readiness import migrations, pending, upgrade
from hub.sources.digest import digest_of
from hub.workshop import Workshop
from tests.databases import DATABASES, address_of
from tests.people import World, settings_in, source_of
from tests.servers.postgres import programs


@pytest.fixture(autouse=True)
def own_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump refuses a server that is newer than itself: the tests' server brings its own."""
    monkeypatch.setenv("PATH", str(programs()), prepend=":")


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database of the hub and of the place it is restored to."""
    return str(request.param)


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Settings]:
    """An empty place for a hub, with a database of the kind that `hub` has."""
    with address_of(request, kind) as url:
        yield settings_in(tmp_path / "elsewhere", database_url=url)


@pytest.fixture
def hub(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[World]:
    """A hub whose tables were made by migrations, as those of every hub that is backed up."""
    with address_of(request, kind) as url, small_hub(tmp_path / "hub", database_url=url) as made:
        yield made


@contextmanager
def small_hub(folder: Path, **given: object) -> Iterator[World]:
    """Northford with one source, in tables made by migrations."""
    folder.mkdir()
    make_secret(folder)
    settings = settings_in(folder, **given)
    database = Database(settings.database)
    upgrade(database)
    with database.writing() as session:
        northford = add_organisation(session, actor=COMMAND_LINE, name="Northford City", sector="council")
        source_of(session, northford.id)
        id = northford.id
    yield World(settings, database, id, id)
    database.close()


class Writer(threading.Thread):
    """Somebody who adds organisations all the while; `added` are those whose writing was acknowledged."""

    def __init__(self, database: Database) -> None:
        super().__init__(daemon=True)
        self.database, self.added, self.stop = database, [], threading.Event()
        self.some = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            with self.database.writing() as session:
                name = f"Busy Town {len(self.added)}"
                add_organisation(session, actor=COMMAND_LINE, name=name, sector="council")
            self.added.append(name)
            if len(self.added) == 5:
                self.some.set()


@pytest.mark.server
def test_what_was_acknowledged_before_the_backup_is_there_after_the_restore(
    request: pytest.FixtureRequest, kind: str, elsewhere: Settings, tmp_path: Path
) -> None:
    """Under load: the copy is one state, whole, with every count and hash, and the index is made again from it."""
    with address_of(request, kind) as url:
        settings = settings_in(tmp_path / "here", database_url=url)
        parts = make_hub(settings)
        writer = Writer(parts.database)
        writer.start()
        assert writer.some.wait(30)
        before = list(writer.added)
        folder = back_up(settings, parts.database, tmp_path / "backups")
        writer.stop.set()
        writer.join(30)
        parts.close()
    manifest = read_manifest(folder)
    database = Database(elsewhere.database)
    restore(elsewhere, database, folder)
    assert not pending(database)
    with database.reading() as session:
        names = set(session.scalars(select(Organisation.name)))
        assert set(before) <= names
        assert rows_of(session) == manifest.rows
        assert digest_of(session) == manifest.digest
        assert first_break(session) is None
    assert elsewhere.secret() == settings.secret()
    again = Workshop(elsewhere, database)
    documents = documents_of(again.vocabulary)
    rebuild(database, open_writer(elsewhere), documents)
    found = compare(database, open_reader(elsewhere), documents)
    assert found == Differences()
    again.close()


def made(hub: World, tmp_path: Path) -> Path:
    return back_up(hub.settings, hub.database, tmp_path / "backups")


def test_only_its_owner_can_read_a_backup(hub: World, tmp_path: Path) -> None:
    folder = made(hub, tmp_path)
    assert folder.stat().st_mode & 0o077 == 0
    assert {one.stat().st_mode & 0o077 for one in folder.iterdir() if one.name != MANIFEST} == {0}
    assert [one.name for one in folder.parent.iterdir()] == [folder.name], "nothing half made is left"


def test_a_hub_is_not_written_over(hub: World, tmp_path: Path) -> None:
    folder = made(hub, tmp_path)
    with hub.database.reading() as session:
        before = rows_of(session)
    with pytest.raises(BadInput, match="There is a hub in .* already; nothing was changed"):
        restore(hub.settings, hub.database, folder)
    with hub.database.reading() as session:
        assert rows_of(session) == before


class TestOfAFile:
    """What can be wrong with a backup is the same for every kind of database."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        with small_hub(tmp_path / "hub") as hub:
            return made(hub, tmp_path)

    @pytest.fixture
    def place(self, tmp_path: Path) -> Settings:
        return settings_in(tmp_path / "place")

    def refused(self, place: Settings, folder: Path, error: type[HubError] = BadInput) -> str:
        with pytest.raises(error) as raised:
            restore(place, Database(place.database), folder)
        return str(raised.value)

    def change(self, folder: Path, **values: Any) -> None:
        manifest = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).write_text(json.dumps({**manifest, **values}))

    def test_a_changed_byte_is_found_and_nothing_made(self, folder: Path, place: Settings) -> None:
        file = folder / "database.sqlite"
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
        assert "its bytes have changed" in self.refused(place, folder)
        assert not place.data.exists()

    def test_a_missing_file_is_named(self, folder: Path, place: Settings) -> None:
        (folder / "database.sqlite").unlink()
        assert "database.sqlite: No such file" in self.refused(place, folder)

    def test_a_folder_that_is_no_backup_is_told_so(self, tmp_path: Path, folder: Path, place: Settings) -> None:
        assert f"{MANIFEST}: No such file" in self.refused(place, tmp_path)
        (folder / MANIFEST).write_text("[]")
        assert "is not the manifest of a backup" in self.refused(place, folder)

    def test_one_of_a_newer_moothall_asks_for_it(self, folder: Path, place: Settings) -> None:
        self.change(folder, revision="9999", moothall="9.0")
        assert "made by a newer Moothall (9.0)" in self.refused(place, folder)
        self.change(folder, format=2)
        assert "made by a newer Moothall (9.0)" in self.refused(place, folder)

    def test_one_of_another_kind_of_database_says_which(self, folder: Path, place: Settings) -> None:
        self.change(folder, database="postgresql")
        assert "is of postgresql, MOOTHALL_DATABASE_URL is of sqlite" in self.refused(place, folder)

    def test_rows_that_are_not_those_of_the_manifest_are_not_called_restored(
        self, folder: Path, place: Settings
    ) -> None:
        rows = json.loads((folder / MANIFEST).read_text())["rows"]
        self.change(folder, rows={**rows, "record": rows["record"] + 1})
        assert "Do not use it" in self.refused(place, folder, HubError)

    def test_a_file_name_cannot_lead_out_of_the_folder(self, folder: Path, place: Settings) -> None:
        shutil.copy(folder / "database.sqlite", folder.parent / "database.sqlite")
        kept = json.loads((folder / MANIFEST).read_text())["files"]["database.sqlite"]
        self.change(folder, files={"../database.sqlite": kept})
        assert "is not what was backed up" in self.refused(place, folder)

    def test_the_secret_key_that_is_there_stays(self, folder: Path, place: Settings) -> None:
        place.data.mkdir()
        (place.data / SECRET_FILE).write_text("mine")
        restore(place, Database(place.database), folder)
        assert place.secret() == "mine"

    def test_an_older_backup_gets_the_newest_shape(self, folder: Path, place: Settings) -> None:
        old = Database(f"sqlite:///{folder / 'database.sqlite'}")
        with old.engine.execution_options(writing=True).begin() as connection:
            config = migrations()
            config.attributes["connection"] = connection
            command.downgrade(config, "0001")
        with old.reading() as session:
            rows = rows_of(session)
        old.close()
        content = (folder / "database.sqlite").read_bytes()
        files = json.loads((folder / MANIFEST).read_text())["files"]
        files["database.sqlite"] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        self.change(folder, files=files, rows=rows, revision="0001")
        database = Database(place.database)
        restore(place, database, folder)
        assert not pending(database)
        with database.reading() as session:
            now = rows_of(session)
            assert now == {name: rows.get(name, 0) for name in now}, "what came since is empty"
        database.close()


def test_where_nothing_can_be_written_the_place_is_named(hub: World, tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file")
    with pytest.raises(Unavailable, match=r"The backup cannot be written to .*/backups: Not a directory\."):
        made(hub, tmp_path)


def test_without_the_programs_of_postgresql_their_name_is_told(
    hub: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if hub.settings.database.startswith("sqlite"):
        made(hub, tmp_path)
        return
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput, match="The program pg_dump is not there"):
        made(hub, tmp_path)
    assert list((tmp_path / "backups").iterdir()) == []
