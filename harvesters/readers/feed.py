"""Feeds: RSS 2.0, Atom and RDF by feedparser on text that was mended before, JSON Feed by jsonfeed.py."""

import re
import sys
from io import BytesIO
from typing import Any, Final

import feedparser

from federation.names import leave_out, organisations_of, parts_of
from federation.record import clean, clean_line, type_of
from harvesters.readers import Refusal, jsonfeed
from harvesters.readers.dates import iso
from harvesters.readers.encoding import xml_text
from harvesters.readers.links import language_code, web_address
from harvesters.readers.markup import announced_feeds, plain

MOST_BYTES: Final = 5 << 20
MOST_ENTRIES: Final = 2000
LONGEST_TEXT: Final = 1_000_000
_RAW: Final = 65536
_OLDER: Final = ("prev-archive", "previous-archive", "next-archive", "next")
"""RFC 5005: an archived feed links to what is older with prev-archive, a paged one with next. The first that is there
and is another page wins."""
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.I)
_FEED = re.compile(r"<(?:\w+:)?(rss|feed|rdf|channel)[\s>]", re.I)
_OPENING = re.compile(r"<((?:\w+:)?(?:item|entry))(?=[\s>])", re.I)
_REFERENCE = re.compile(r"&#([0-9]{7,}|[xX][0-9a-fA-F]{6,});")
_GUID = re.compile(r"<guid[^>]*>\s*(?:<!\[CDATA\[)?([^<\]]*)", re.I)


def read(data: bytes, *, base_url: str = "", url: str = "", charset: str = "", **_: Any) -> dict[str, Any]:
    """The answer harvesters.base.Feed as JSON. `base_url` (or `url`) is where the feed was fetched from.

    Refusal: `wrong-content-html` for a web page, `not-a-list` for anything else that is no feed, `too-large`.
    """
    if len(data) > MOST_BYTES:
        raise Refusal("too-large", limit=f"{MOST_BYTES >> 20} MB")
    base = web_address(base_url or url)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return jsonfeed.read(data, base)
    text, mended = xml_text(data, charset)
    _require_feed(text, base)
    raws = raw_items(text)
    parsed = _parse(text, base)
    entries = [
        _entry(one, base, raws[at] if len(raws) == len(parsed.entries) else "")
        for at, one in enumerate(parsed.entries[:MOST_ENTRIES])
    ]
    head = parsed.feed
    return {
        "title": _line(head.get("title", "")),
        "language": language_code(str(head.get("language") or "")),
        "licence": _licence(head),
        "rights": _line(head.get("rights", "")),
        "next": _next(head, base),
        "entries": entries,
        "notes": _notes(mended or bool(parsed.bozo), len(parsed.entries) > MOST_ENTRIES),
    }


def raw_items(text: str) -> list[str]:
    """Each entry as it stands in the feed, in order, at most 64 KiB of each. One pass, whatever the feed looks like."""
    found: list[str] = []
    position = 0
    folded = text.lower()
    while opening := _OPENING.search(text, position):
        closing = f"</{opening[1].lower()}>"
        end = folded.find(closing, opening.end())
        if end < 0:
            break
        position = end + len(closing)
        found.append(text[opening.start() : position][:_RAW])
    return found


def _require_feed(text: str, base: str) -> None:
    head = text[:20_000]
    page, feed = _HTML.search(head), _FEED.search(head)
    if page and (not feed or page.start() < feed.start()):
        announced = announced_feeds(text[:200_000], base)
        more = f" The page announces this one: {announced[0]}" if announced else ""
        raise Refusal("wrong-content-html", more, expected="a feed")
    if not feed:
        start = clean_line(text[:60])
        reason = f"it begins with “{start}”" if start else "it is empty"
        raise Refusal("not-a-list", reason, expected="a feed")


def _parse(text: str, base: str) -> Any:
    # Bytes only: feedparser opens a string as a path or an address. The header keeps it from guessing the encoding
    # again. What it would sanitise becomes plain text here, so it need not spend its time on it.
    headers = {"content-type": "application/xml; charset=utf-8", **({"content-location": base} if base else {})}
    named = _REFERENCE.sub(_in_range, text)
    document = BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + named.encode())
    return feedparser.parse(document, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


def _in_range(reference: re.Match[str]) -> str:
    # feedparser stops at a number that no character has.
    written, base = (reference[1][1:], 16) if reference[1][0] in "xX" else (reference[1], 10)
    digits = written.lstrip("0")[:9]
    return reference[0] if int(digits or "0", base) <= sys.maxunicode else ""


def _entry(entry: Any, base: str, raw: str) -> dict[str, Any]:
    notes: list[str] = []
    address = _address(entry, base, notes)
    title, body, summary = _line(entry.get("title", "")), _body(entry), plain(str(dict.get(entry, "summary") or ""))
    # Many feeds send the whole text as the description, and feedparser calls the first content a summary.
    text = body or (summary if len(summary) > 500 else "")
    if not title:
        title = clean_line(summary or text)[:100]
        notes.append("no-title")
    categories = [_line(tag.get("label") or tag.get("term") or "") for tag in entry.get("tags", ())]
    authors = [author for author in entry.get("authors", ()) if author.get("name") or author.get("email")]
    names = [_line(author.get("name") or author.get("email")) for author in authors]
    organisations = organisations_of(names)
    people = [one for author in authors for one in (author.get("name"), author.get("email")) if one]
    raw = leave_out(raw, [one for name in (*names, *people) if name not in organisations for one in parts_of(name)])
    publisher = _line(entry.get("publisher", ""))
    return {
        "id": _identifier(entry, raw) or address,
        "url": address,
        "title": title,
        "summary": clean_line(summary)[:2000],
        "text": clean(text)[:LONGEST_TEXT],
        "language": _language(entry),
        "issued": _date(entry, ("published", "created"), notes),
        "modified": _date(entry, ("updated",), notes),
        "type": type_of(_line(entry.get("dc_type", "")), *categories),
        "creators": [publisher] if publisher else organisations,
        "contact": organisations[0] if organisations else "",
        "licence": _licence(entry),
        "rights": _line(entry.get("rights", "")),
        "subjects": list(dict.fromkeys(word for word in categories if word)),
        "files": _files(entry, base),
        "raw": raw,
        "notes": list(dict.fromkeys([*notes, *(["cut-text"] if len(text) > LONGEST_TEXT else [])])),
    }


def _identifier(entry: Any, raw: str) -> str:
    # A guid that is no address is kept as written: made absolute, it would change whenever the feed moves.
    written = _GUID.search(raw)
    if written and written[1].strip() and not web_address(written[1]):
        return clean_line(plain(written[1]))
    return clean_line(str(dict.get(entry, "id") or ""))


def _address(entry: Any, base: str, notes: list[str]) -> str:
    candidates = [str(dict.get(entry, "link") or "")]
    candidates += [str(link.get("href", "")) for link in entry.get("links", ()) if link.get("rel") == "alternate"]
    # A guid is an address by default in RSS, and an Atom id often is one.
    if entry.get("guidislink") or not candidates[0]:
        candidates.append(str(dict.get(entry, "id") or ""))
    found = next((made for one in candidates if (made := web_address(one, base))), "")
    if candidates[0] and not web_address(candidates[0], base):
        notes.append("bad-link")
    return found


def _body(entry: Any) -> str:
    contents = [plain(str(one.get("value", ""))) for one in entry.get("content", ())]
    return max(contents, key=len, default="")


def _language(entry: Any) -> str:
    said = [entry.get("language")]
    said += [one.get("language") for one in entry.get("content", ())]
    said += [entry.get(name, {}).get("language") for name in ("summary_detail", "title_detail")]
    return next((code for one in said if one and (code := language_code(str(one)))), "")


def _date(entry: Any, names: tuple[str, ...], notes: list[str]) -> str:
    for name in names:
        # Asked through `get`, feedparser answers one date for another; what the entry itself says is in the dict.
        written = str(dict.get(entry, name) or "")
        if not written.strip():
            continue
        if made := iso(written):
            return made
        parsed = dict.get(entry, f"{name}_parsed")
        if parsed and (made := iso("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*parsed[:6]))):
            return made
        notes.append("broken-date")
    return ""


def _licence(item: Any) -> str:
    links = [link.get("href", "") for link in item.get("links", ()) if link.get("rel") in ("license", "licence")]
    links += [item.get(name, "") for name in ("dcterms_license", "license", "dc_license", "cc_license")]
    return next((made for one in links if (made := web_address(str(one)))), "")


def _files(entry: Any, base: str) -> list[dict[str, Any]]:
    files: dict[str, dict[str, Any]] = {}
    for enclosure in entry.get("enclosures", ()):
        address = web_address(str(enclosure.get("href") or enclosure.get("url") or ""), base)
        if address:
            length = str(enclosure.get("length", "")).strip()
            size = int(length) if length.isascii() and length.isdigit() and 0 < int(length) < 1 << 53 else None
            files.setdefault(address, {"url": address, "type": _line(enclosure.get("type", "")), "size": size})
    return list(files.values())[:100]


def _next(head: Any, base: str) -> str:
    links = {link.get("rel"): str(link.get("href", "")) for link in reversed(head.get("links", ()))}
    made = [web_address(links[rel], base) for rel in _OLDER if rel in links]
    return next((one for one in made if one and one != base), "")


def _notes(broken: bool, cut: bool) -> list[str]:
    return [code for code, true in (("broken-list", broken), ("cut-list", cut)) if true]


def _line(text: Any) -> str:
    return clean_line(plain(str(text or "")))[:1000]
