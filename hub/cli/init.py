"""`moothall init` and `moothall upgrade`."""

import click

from hub.cli.shown import as_json, progress, show
from hub.config import Settings, make_secret, read_settings
from hub.db import Database
from hub.errors import BadInput
from hub.index.engines import open_writer
from hub.readiness import upgrade as upgrade_tables
from hub.topics.starter import load_starter
from hub.workshop import Workshop
from vocab.lemmas import build_tries
from vocab.scheme import LANGUAGES


def make_hub(settings: Settings) -> Workshop:
    """Folder, secret key, tables, starter vocabulary and an empty index; what is there already stays."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"The data folder {settings.data} cannot be made: {error.strerror}.") from error
    make_secret(settings.data)
    workshop = Workshop(settings)
    upgrade_tables(workshop.database)
    load_starter(workshop.database, workshop.sandbox())
    workshop.vocabulary.look_again()
    writer = open_writer(settings)
    writer.ensure()
    writer.release()
    return workshop


@click.command()
@as_json
def init(json_: bool) -> None:
    """Make a new hub in the data folder (MOOTHALL_DATA): database, secret key, vocabulary, index."""
    settings = read_settings()
    made = make_hub(settings)
    made.close()
    with progress("Word forms", len(LANGUAGES)) as tell:
        build_tries(settings.cache, tell)
    show(
        {"data": str(settings.data), "database": made.database.place},
        json_=json_,
        words=lambda: f"The hub is ready in {settings.data}. Next: moothall organisation add, then moothall run.",
    )


@click.command()
@as_json
def upgrade(json_: bool) -> None:
    """Run the migrations that wait."""
    settings = read_settings()
    if not settings.data.is_dir():
        raise BadInput(f"There is no hub in {settings.data}. Run `moothall init` for a new one.")
    database = Database(settings.database)
    upgrade_tables(database)
    database.close()
    show({"database": database.place}, json_=json_, words=lambda: "The database has its newest shape.")
