"""A backup: a folder with the database, the secret key and a manifest; never the index, which can be made again."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from alembic.script import ScriptDirectory
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from hub import tables
from hub.config import SECRET_FILE, Settings
from hub.db import Database, now
from hub.dumps import dumped, is_empty, keep_on_disk, kind_of, load, rows_of
from hub.errors import BadInput, HubError, Unavailable
from hub.governance.erasures import FILE as LIST
from hub.governance.erasures import erase_again
from hub.policy import COMMAND_LINE
from hub.readiness import migrations, upgrade
from hub.sources.digest import digest_of

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a backup: its size in bytes and its SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup, so that a restored hub can be proved to be the one that was backed up."""

    format: int
    moothall: str
    made: datetime
    database: str
    revision: str
    digest: str
    rows: Mapping[str, int]
    files: Mapping[str, Kept]


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that is back; how many erasures were done again, and whether there was a list of them."""

    manifest: Manifest
    erased: int
    listed: bool


assert tables.TABLES, "every table is known before its rows are counted"

_MANIFESTS: Final = TypeAdapter(Manifest)


def back_up(settings: Settings, database: Database, into: Path, tell: Tell = lambda _: None) -> Path:
    """Write a backup below the folder `into` while the hub works on; the new folder, whole or not there at all."""
    made = now()
    name = f"moothall-{made:%Y-%m-%dT%H-%M-%S}Z"
    begun = into / f".{name}.part"
    try:
        begun.mkdir(parents=True, mode=0o700)
        try:
            _write(begun, made, settings, database, tell)
            begun.rename(into / name)
        except BaseException:
            shutil.rmtree(begun, ignore_errors=True)
            raise
        keep_on_disk(into)
    except OSError as error:
        raise Unavailable(f"The backup cannot be written to {into}: {error.strerror}.") from error
    except DBAPIError as error:
        raise Unavailable(f"The backup cannot be written to {into}: {error.orig}.") from error
    return into / name


def _write(folder: Path, made: datetime, settings: Settings, database: Database, tell: Tell) -> None:
    tell("Copying the database …")
    with dumped(database, folder) as (file, session):
        tell("Counting what is in the copy …")
        revision = session.scalar(sql("SELECT version_num FROM alembic_version"))
        rows, digest = rows_of(session), digest_of(session)
    names = [file.name]
    if (settings.data / SECRET_FILE).exists():
        shutil.copy(settings.data / SECRET_FILE, folder / SECRET_FILE)
        names.append(SECRET_FILE)
    for one in names:
        (folder / one).chmod(0o600)
        keep_on_disk(folder / one)
    manifest = Manifest(
        format=FORMAT,
        moothall=version("moothall"),
        made=made,
        database=kind_of(database),
        revision=str(revision),
        digest=digest,
        rows=rows,
        files={one: _kept(folder / one) for one in names},
    )
    (folder / MANIFEST).write_bytes(_MANIFESTS.dump_json(manifest, indent=2))
    keep_on_disk(folder / MANIFEST)
    keep_on_disk(folder)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the backup in `folder`, once every file is as it says; BadInput names what is not."""
    try:
        manifest = _MANIFESTS.validate_json((folder / MANIFEST).read_bytes())
        if manifest.format != FORMAT:
            raise BadInput(f"The backup {folder} was made by a newer Moothall ({manifest.moothall}). Install that one.")
        for name, kept in manifest.files.items():
            if Path(name).name != name or _kept(folder / name) != kept:
                raise BadInput(f"{folder / name} is not what was backed up: its bytes have changed. Take another copy.")
    except ValidationError as error:
        raise BadInput(f"{folder / MANIFEST} is not the manifest of a backup.") from error
    except OSError as error:
        raise BadInput(f"The backup {folder} cannot be read: {error.filename}: {error.strerror}.") from error
    return manifest


def restore(settings: Settings, database: Database, folder: Path, tell: Tell = lambda _: None) -> Restored:
    """Put a backup where no hub is yet, prove that it is whole, and bring it to the newest shape.

    What was erased after it was made, as the list of erasures in the data folder says, is erased again.
    """
    tell("Reading the backup …")
    manifest = read_manifest(folder)
    _require_fitting(manifest, database, folder)
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        _put_secret(settings, folder, manifest)
        tell("Loading the database …")
        load(database, folder / next(name for name in manifest.files if name != SECRET_FILE))
    except OSError as error:
        raise Unavailable(f"The backup cannot be restored to {settings.data}: {error.strerror}.") from error
    tell("Comparing it with the backup …")
    with database.reading() as session:
        if (rows_of(session), digest_of(session)) != (manifest.rows, manifest.digest):
            raise HubError(f"What was restored to {database.place} is not what {folder} says. Do not use it.")
    upgrade(database)
    tell("Erasing again what was erased since …")
    listed = (settings.data / LIST).exists()
    return Restored(manifest, erase_again(database, settings.data, actor=COMMAND_LINE), listed)


def _require_fitting(manifest: Manifest, database: Database, folder: Path) -> None:
    if kind_of(database) != manifest.database:
        raise BadInput(
            f"The backup {folder} is of {manifest.database}, MOOTHALL_DATABASE_URL is of {kind_of(database)}. "
            "Restore it to a database of its own kind.",
            "database_url",
        )
    known = {one.revision for one in ScriptDirectory.from_config(migrations()).walk_revisions()}
    if manifest.revision not in known:
        raise BadInput(f"The backup {folder} was made by a newer Moothall ({manifest.moothall}). Install that one.")
    if not is_empty(database):
        raise BadInput(
            f"There is a hub in {database.place} already; nothing was changed. Restore to an empty place, or, if that "
            "hub was being restored when it was broken off, run `moothall upgrade` and `moothall index rebuild`."
        )


def _put_secret(settings: Settings, folder: Path, manifest: Manifest) -> None:
    place = settings.data / SECRET_FILE
    if SECRET_FILE in manifest.files and not place.exists():
        shutil.copy(folder / SECRET_FILE, place)


def _kept(file: Path) -> Kept:
    with file.open("rb") as opened:
        return Kept(file.stat().st_size, hashlib.file_digest(opened, "sha256").hexdigest())
