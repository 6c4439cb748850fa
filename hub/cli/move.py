"""`moothall move`: from the files of one machine to servers, and back."""

import click

from hub.cli.shown import as_json, progress, show, workshop
from hub.config import read_settings
from hub.db import Database
from hub.errors import BadInput
from hub.index.engines import open_reader, open_writer
from hub.index.worker import compare, rebuild
from hub.indexed import documents_of
from hub.moving import move as move_rows
from hub.moving import size_of
from hub.workshop import Workshop


@click.command()
@click.option("--to", required=True, help="Address of the empty database, as for MOOTHALL_DATABASE_URL.")
@click.option("--search", required=True, help="Address of the search engine there, as for MOOTHALL_SEARCH_URL.")
@as_json
def move(to: str, search: str, json_: bool) -> None:
    """Copy the hub that the settings name to another database, and build its index on another search engine.

    Stop the hub first. What is there now stays as it is; after a move that was broken off, give the same command again.
    """
    with workshop() as parts:
        settings = read_settings(database_url=to, search_url=search)
        target = Database(settings.database)
        try:
            if (target.place, search) == (parts.database.place, parts.settings.search_url):
                raise BadInput("The hub is there already: --to and --search name where it is now.", "to")
            with parts.database.reading() as session:
                rows = size_of(session)
            with progress("Copying", rows) as tell:
                moved = move_rows(parts.database, target, tell)
            there = Workshop(settings, target)
            documents = documents_of(there.vocabulary)
            with progress("Indexing", moved["record"].rows) as tell:
                written = rebuild(target, open_writer(settings), documents, tell)
            found = compare(target, open_reader(settings), documents)
        finally:
            target.close()
    value = {
        "rows": {name: content.rows for name, content in moved.items()},
        "documents": written,
        "differences": len(found.ids),
    }
    words = (
        f"{rows} rows were copied and compared, {written} documents indexed, {len(found.ids)} of them differ.\n"
        "Now set MOOTHALL_DATABASE_URL and MOOTHALL_SEARCH_URL to what you gave here, and start the hub. The data "
        "folder, with the secret key, stays in use; what the hub had there before is not needed any more."
    )
    show(value, json_=json_, words=lambda: words)
