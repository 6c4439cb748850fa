"""The web process: the app over parts opened from the settings, served by waitress."""

import gc
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask
from waitress import create_server

from hub.app import create_app
from hub.config import Settings
from hub.errors import Unavailable
from hub.index.dictionary import Dictionary
from hub.index.engines import open_reader
from hub.index.matching import EmbeddedMatcher
from hub.readiness import await_ready
from hub.search.expand import Expander
from hub.tasks.courier import Courier
from hub.workshop import Workshop

THREADS: Final = 4
"""More of them wait for each other in the interpreter, which makes no more pages, and the slowest take longer."""


def build(settings: Settings) -> Flask:
    """The app of this hub. Unavailable, with what to do, when its database is not ready."""
    workshop = Workshop(settings)
    await_ready(workshop.database, settings.pace.start)
    return create_app(
        settings,
        workshop.database,
        workshop.vocabulary,
        open_reader(settings),
        Courier(settings.courier_url, settings.data, patience=settings.pace.start),
        tools=workshop.tools,
        house=workshop.house,
        providers=workshop.providers(),
        matcher=EmbeddedMatcher(Dictionary(settings.cache)),
        expander=Expander(workshop.vocabulary, settings.cache),
    )


def open_server(app: Any, settings: Settings, host: str, port: int) -> Any:
    """What listens there. Of what a proxy says the reader's address counts alone, and only if it is the one we know."""
    trusted: dict[str, Any] = {}
    if settings.trusted_proxy:
        trusted = {"trusted_proxy": settings.trusted_proxy, "trusted_proxy_headers": {"x-forwarded-for"}}
    return create_server(
        app, host=host, port=port, threads=THREADS, ident=None, clear_untrusted_proxy_headers=True, **trusted
    )


def serve(settings: Settings, host: str = "", port: int = 0) -> None:
    """Serve until the process is told to stop. Where nothing is said, the host and port are those of the base URL."""
    address = urlsplit(settings.base_url)
    host, port = host or address.hostname or "127.0.0.1", port or address.port or 8000
    app = build(settings)
    try:
        server = open_server(app, settings, host, port)
    except OSError as error:
        raise Unavailable(
            f"The site cannot be served at {host}, port {port}: {error.strerror}. Set another MOOTHALL_BASE_URL."
        ) from error
    gc.freeze()  # what stays is not walked over again while somebody waits for a page
    server.run()
