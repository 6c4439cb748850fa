"""Answers of readers, JSON back to the values of harvesters.base. Imports no parser; the hub's own processes use it.

A child that was taken over could answer anything, so a field of the wrong type is left empty.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from harvesters.base import Document, Entry, Feed, Listing, Signs, Sitemap

_LISTS: Final = ("subjects", "creators", "feeds", "notes", "linked_feeds", "sitemaps", "repositories")


def document(value: Any) -> Document:
    """The answer of html, pdf, office, sheet and text."""
    return Document(**_plain(Document, value))


def feed(value: Any) -> Feed:
    """The answer of feed."""
    entries = tuple(_entry(one) for one in _sequence(value, "entries"))
    return Feed(**{**_plain(Feed, value), "entries": entries})


def sitemap(value: Any) -> Sitemap:
    """The answer of sitemap."""
    return Sitemap(_pairs(value, "pages"), _pairs(value, "sitemaps"), _texts(_sequence(value, "notes")))


def signs(value: Any) -> Signs:
    """The answer of signs."""
    return Signs(**_plain(Signs, value))


def listing(value: Any) -> Listing:
    """The answer of listing."""
    files = tuple(
        (one[0], one[1], one[2]) for one in _sequence(value, "files") if len(_strings(one)) == 3 and len(one) == 3
    )
    return Listing(files, _texts(_sequence(value, "folders")), _texts(_sequence(value, "notes")))


def _entry(value: Any) -> Entry:
    files = tuple({str(key): one for key, one in file.items()} for file in _sequence(value, "files") if _is_file(file))
    return Entry(**{"id": "", "url": "", **_plain(Entry, value), "files": files})


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("url"), str)


def _plain(kind: type[Any], value: Any) -> dict[str, Any]:
    known = {one.name for one in fields(kind)}
    found: dict[str, Any] = {}
    for name, one in value.items() if isinstance(value, Mapping) else ():
        if name in _LISTS and name in known:
            found[name] = _texts(_sequence(value, name))
        elif name in known and isinstance(one, str):
            found[name] = one
    return found


def _sequence(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, list) else []


def _texts(values: list[Any]) -> tuple[str, ...]:
    return tuple(one for one in values if isinstance(one, str))


def _strings(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _pairs(value: Any, name: str) -> tuple[tuple[str, str], ...]:
    rows = (_strings(one) for one in _sequence(value, name))
    return tuple((row[0], row[1]) for row in rows if len(row) == 2)
