"""`moothall index rebuild` and `status`."""

from dataclasses import asdict

import click

from hub.cli.shown import as_json, progress, show, workshop
from hub.index.engines import open_reader, open_writer
from hub.index.outbox import waiting
from hub.index.worker import rebuild as rebuild_index
from hub.indexed import documents_of


@click.group()
def index() -> None:
    """Rebuild the search index from the database, or see how it is."""


@index.command()
@as_json
def rebuild(json_: bool) -> None:
    """Write the index anew from the database; searches use the old one until the new one is whole."""
    with workshop() as parts, progress("Indexing") as tell:
        written = rebuild_index(parts.database, open_writer(parts.settings), documents_of(parts.vocabulary), tell)
    show({"documents": written}, json_=json_, words=lambda: f"The index is new and holds {written} documents.")


@index.command()
@as_json
def status(json_: bool) -> None:
    """Say what the index holds and what waits for it."""
    with workshop() as parts, parts.database.reading() as session:
        stats = open_reader(parts.settings).stats()
        value = {**asdict(stats), "waiting": waiting(session)}
    held = f"{stats.documents} documents, {stats.restricted} of them restricted, {stats.bytes / 1e6:.1f} MB"
    words = f"{stats.engine}, {held}; {value['waiting']} changes wait."
    show(value, json_=json_, words=lambda: words)
