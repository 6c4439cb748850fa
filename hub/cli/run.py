"""`moothall run`: the site and the work, two processes under one parent."""

import signal
import threading

import click

from hub.config import read_settings
from hub.db import Database, require_ready
from hub.errors import Unavailable
from hub.processes import supervise


@click.command()
def run() -> None:
    """Serve the site and do the work until stopped with Ctrl-C."""
    settings = read_settings()
    database = Database(settings.database)
    require_ready(database)
    database.close()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo(f"{settings.name} is at {settings.base_url}. Stop it with Ctrl-C.")
    if supervise(settings, stop):
        raise Unavailable("A process of the hub ends again and again. `moothall doctor` looks for the reason.")
