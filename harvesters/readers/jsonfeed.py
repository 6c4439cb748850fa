"""JSON Feed 1.1 (jsonfeed.org/version/1.1), which feedparser does not read."""

import json
from typing import Any, Final

from federation.names import leave_out, organisations_of, parts_of
from federation.record import clean, clean_line, type_of
from harvesters.readers import Refusal
from harvesters.readers.dates import iso
from harvesters.readers.links import language_code, web_address
from harvesters.readers.markup import plain

MOST_ENTRIES: Final = 2000
LONGEST_TEXT: Final = 1_000_000


def read(data: bytes, base: str = "") -> dict[str, Any]:
    """The answer harvesters.base.Feed as JSON; Refusal `not-a-list` for JSON that is no feed."""
    try:
        feed = json.loads(data)
    except ValueError as error:
        raise Refusal("not-a-list", f"its JSON is broken: {error}", expected="a feed") from None
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(feed.get("version", "")):
        raise Refusal("not-a-list", "it is JSON, but not a JSON Feed", expected="a feed")
    kept = [one for one in items if isinstance(one, dict)]
    older = web_address(_text(feed, "next_url"), base)
    return {
        "title": clean_line(_text(feed, "title")),
        "language": language_code(_text(feed, "language")),
        "licence": "",
        "rights": "",
        "next": older if older != base else "",
        "entries": [_entry(one, feed, base) for one in kept[:MOST_ENTRIES]],
        "notes": [
            *(["broken-list"] if len(kept) < len(items) else []),
            *(["cut-list"] if len(kept) > MOST_ENTRIES else []),
        ],
    }


def _entry(item: dict[str, Any], feed: dict[str, Any], base: str) -> dict[str, Any]:
    notes: list[str] = []
    address = web_address(_text(item, "url"), base) or web_address(_text(item, "external_url"), base)
    if _text(item, "url") and not web_address(_text(item, "url"), base):
        notes.append("bad-link")
    text = plain(_text(item, "content_html")) or _text(item, "content_text")
    title = clean_line(_text(item, "title"))
    if not title:
        title = clean_line(_text(item, "summary") or text)[:100]
        notes.append("no-title")
    tags = [clean_line(one) for one in item.get("tags") or () if isinstance(one, str)]
    names = [clean_line(_text(one, "name")) for one in _authors(item) or _authors(feed)]
    organisations = organisations_of(names)
    people = [part for name in names if name not in organisations for part in parts_of(name)]
    return {
        "id": clean_line(_text(item, "id")) or address,
        "url": address or web_address(_text(item, "id")),
        "title": title,
        "summary": clean_line(_text(item, "summary"))[:2000],
        "text": clean(text)[:LONGEST_TEXT],
        "language": language_code(_text(item, "language")),
        "issued": _date(item, "date_published", notes),
        "modified": _date(item, "date_modified", notes),
        "type": type_of(*tags),
        "creators": organisations,
        "contact": organisations[0] if organisations else "",
        "licence": "",
        "rights": "",
        "subjects": list(dict.fromkeys(tag for tag in tags if tag)),
        "files": _files(item, base),
        "raw": leave_out(json.dumps(item, ensure_ascii=False), people)[:65536],
        "notes": list(dict.fromkeys(notes)),
    }


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    # Version 1 of the format allowed numbers as identifiers.
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _authors(values: dict[str, Any]) -> list[dict[str, Any]]:
    # `author` is version 1.0's single one.
    found = values.get("authors") or [values.get("author")]
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _date(item: dict[str, Any], name: str, notes: list[str]) -> str:
    written = _text(item, name)
    made = iso(written)
    if written and not made:
        notes.append("broken-date")
    return made


def _files(item: dict[str, Any], base: str) -> list[dict[str, Any]]:
    files = []
    for one in item.get("attachments") or ():
        address = web_address(_text(one, "url"), base) if isinstance(one, dict) else ""
        if address:
            size = one.get("size_in_bytes")
            files.append(
                {"url": address, "type": _text(one, "mime_type"), "size": size if isinstance(size, int) else None}
            )
    return files[:100]
