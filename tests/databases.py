"""The two kinds of database that every test of what is stored runs on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

DATABASES = ("sqlite", "postgresql")


@contextmanager
def address_of(request: Any, kind: str, *, tables: bool = False) -> Iterator[str]:
    """A fresh database of this kind: its address for the settings, which is empty for SQLite in the data folder.

    With `tables` one of PostgreSQL has them already, as migrations make them.
    """
    if kind == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres")
    with server.ready() if tables else server.empty() as url:
        yield url


def on_both(fixture: str) -> pytest.MarkDecorator:
    """Runs a test on both kinds, by a fixture that takes the kind as its parameter and is SQLite's without one."""
    return pytest.mark.parametrize(fixture, DATABASES, indirect=True)
