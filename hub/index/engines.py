"""Which engine: chosen by the scheme of the search address, imported only when it is the chosen one."""

from importlib import import_module
from typing import Final, cast
from urllib.parse import urlsplit

from hub.config import Settings
from hub.errors import BadInput
from hub.index.base import SavedMatcher
from hub.index.sides import SidedReader, SidedWriter

_OPENSEARCH: Final = "hub.index.opensearch.opening:open_opensearch"

ENGINES: Final = {
    "embedded": "hub.index.embedded:open_embedded",
    "opensearch": _OPENSEARCH,
    "opensearchs": _OPENSEARCH,
}
"""Scheme of MOOTHALL_SEARCH_URL to `module:function`: it takes the settings and gives a reader, a writer, a matcher."""


def open_reader(settings: Settings) -> SidedReader:
    """The reader of the index. Nothing is opened before its first call, so this works before a fork."""
    return _opened(settings)[0]


def open_writer(settings: Settings) -> SidedWriter:
    """The writer of the index. It takes its place at its first call."""
    return _opened(settings)[1]


def open_matcher(settings: Settings) -> SavedMatcher:
    """What finds the saved searches that new documents are for."""
    return _opened(settings)[2]


def _opened(settings: Settings) -> tuple[SidedReader, SidedWriter, SavedMatcher]:
    scheme = urlsplit(settings.search_url).scheme
    if scheme not in ENGINES:
        known = ", ".join(f"`{name}:`" for name in ENGINES)
        raise BadInput(f"MOOTHALL_SEARCH_URL begins with “{scheme}”, but only {known} can be used.", "search_url")
    module, _, function = ENGINES[scheme].partition(":")
    try:
        engine = import_module(module)
    except ModuleNotFoundError as error:
        if error.name != "opensearchpy":
            raise
        fix = "`pip install 'moothall[opensearch]'` adds it."
        raise BadInput(f"A search address with “{scheme}:” needs a part that is not installed. {fix}") from error
    return cast(tuple[SidedReader, SidedWriter, SavedMatcher], getattr(engine, function)(settings))
