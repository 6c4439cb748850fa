"""`moothall run`, the whole hub on one machine; `serve`, `worker` and `tick`, its parts on several."""

import signal
import threading

import click

from hub.config import Settings, read_settings
from hub.db import Database
from hub.errors import Unavailable
from hub.importing import load
from hub.logs import start_logging
from hub.processes import supervise
from hub.readiness import await_ready


@click.command()
def run() -> None:
    """Serve the site and do the work until stopped with Ctrl-C."""
    settings = read_settings()
    database = Database(settings.database)
    await_ready(database, settings.pace.start)
    database.close()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo(f"{settings.name} is at {settings.base_url}. Stop it with Ctrl-C.")
    if supervise(settings, stop):
        raise Unavailable("A process of the hub ends again and again. `moothall doctor` looks for the reason.")


@click.command()
@click.option("--host", default="", help="Address to listen at; that of the base URL when left out.")
@click.option("--port", default=0, help="Port to listen at; that of the base URL when left out.")
def serve(host: str, port: int) -> None:
    """Serve the site only. The work needs `moothall worker` and `moothall tick` somewhere."""
    load("hub.wsgi:serve")(_settings(), host, port)


@click.command()
def worker() -> None:
    """Do the jobs that wait: start as many of these as you like, on any machine with the same settings."""
    load("hub.jobs:worker")(_settings())


@click.command()
def tick() -> None:
    """Start what is due, take up what was left lying, keep the index up to date and send mails: one of these."""
    load("hub.jobs:tick")(_settings())


def _settings() -> Settings:
    settings = read_settings()
    start_logging(settings)
    return settings
