"""`moothall backup` and `moothall restore`."""

import sys
from pathlib import Path

import click

from hub.audit.service import note_act
from hub.backup import Restored, back_up, read_manifest
from hub.backup import restore as restore_database
from hub.cli.shown import as_json, progress, show, workshop
from hub.config import read_settings
from hub.db import Database
from hub.findings.work import BACKUP
from hub.governance.erasures import FILE as LIST
from hub.index.engines import open_writer
from hub.index.worker import rebuild
from hub.indexed import documents_of
from hub.policy import COMMAND_LINE
from hub.words import many


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@as_json
def backup(folder: Path, json_: bool) -> None:
    """Write a backup of the hub into a new folder below FOLDER, while the hub works on."""
    with workshop() as parts:
        made = back_up(parts.settings, parts.database, folder, _tell)
        with parts.database.writing() as session:
            note_act(session, actor=COMMAND_LINE, action=BACKUP, thing="hub")
    manifest = read_manifest(made)
    megabytes = sum(one.bytes for one in manifest.files.values()) / 1e6
    words = f"{made} holds the hub: {manifest.rows['record']} records, {megabytes:.1f} MB. Keep it on another machine."
    value = {"folder": str(made), "records": manifest.rows["record"], "digest": manifest.digest}
    show(value, json_=json_, words=lambda: words)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@as_json
def restore(folder: Path, json_: bool) -> None:
    """Restore the backup in FOLDER to where MOOTHALL_DATA and MOOTHALL_DATABASE_URL say; no hub may be there yet."""
    settings = read_settings()
    database = Database(settings.database)
    try:
        restored = restore_database(settings, database, folder, _tell)
    finally:
        database.close()
    with workshop(settings) as parts, progress("Indexing") as tell:
        written = rebuild(parts.database, open_writer(settings), documents_of(parts.vocabulary), tell)
    manifest, words = restored.manifest, _erased(restored)
    words = (
        f"The hub of {manifest.made:%-d %B %Y, %H:%M} UTC is back: {manifest.rows['record']} records, "
        f"{written} of them in the index. Every count and hash is as it was. {words}"
    )
    value = {
        "records": manifest.rows["record"],
        "documents": written,
        "digest": manifest.digest,
        "erased_again": restored.erased,
        "list_of_erasures": restored.listed,
    }
    show(value, json_=json_, words=lambda: words)


def _erased(restored: Restored) -> str:
    """What was done with erasures, and what to do where their list is somewhere else."""
    if restored.erased:
        return f"Of what was erased since then, {many(restored.erased, 'thing')} had come back and is gone again."
    if restored.listed:
        return "Nothing that was erased since then has come back."
    return (
        f"No list of erasures was found: if the lost data folder had a file {LIST}, put it into the new one and run "
        "`moothall retention again`, before anybody uses the hub."
    )


def _tell(step: str) -> None:
    """Say to a person which step has begun; scripts hear errors alone."""
    if sys.stderr.isatty():
        click.echo(step, err=True)
