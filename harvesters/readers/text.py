"""Plain text and Markdown: the text as it is, a front heading as title, front matter as what it says of itself."""

import re
from typing import Any, Final

from federation.record import clean, clean_line, type_of
from harvesters.readers import Refusal
from harvesters.readers.dates import iso
from harvesters.readers.encoding import decode
from harvesters.readers.links import language_code

MOST_BYTES: Final = 10 << 20
LONGEST_TEXT: Final = 1_000_000
_HEADING = re.compile(r"\A\s{0,3}#{1,6}[ \t]+(.{1,1000}?)[ \t#]*(?:\n|\Z)")
_UNDERLINED = re.compile(r"\A[ \t]*(\S.{0,999})\n[ \t]*(?:={3,}|-{3,})[ \t]*(?:\n|\Z)")
_FRONT = re.compile(r"\A---[ \t]*\n(.{0,5000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)


def read(data: bytes, *, charset: str = "", **_: Any) -> dict[str, Any]:
    """The answer harvesters.base.Document as JSON. Refusal: `unreadable` for what is no text, `too-large`."""
    if len(data) > MOST_BYTES:
        raise Refusal("too-large", limit=f"{MOST_BYTES >> 20} MB")
    source = decode(data, charset)[0]
    if source[:4000].count("\x00") > 0:
        raise Refusal("unreadable", "it is not text")
    text = clean(source.replace("\r\n", "\n").replace("\r", "\n")).strip("\n ")
    said, text = _front_matter(text)
    title, text, notes = _title(said.get("title", ""), text)
    dates, broken = _dates(said)
    notes += [*(["broken-date"] if broken else []), *(["cut-text"] if len(text) > LONGEST_TEXT else [])]
    listed = (said.get("tags") or said.get("keywords", "")).strip("[]")
    words = [clean_line(one).strip("\"'") for one in re.split(r"[,;]", listed)]
    return {
        "title": title,
        "text": text[:LONGEST_TEXT],
        "summary": said.get("description") or said.get("summary", ""),
        "language": language_code(said.get("language") or said.get("lang", "")),
        **dates,
        "type": type_of(said.get("type", ""), said.get("category", "")),
        "subjects": [word for word in dict.fromkeys(words) if word],
        "notes": [*notes, *([] if text or title else ["empty-document"])],
    }


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    found = _FRONT.match(text)
    if not found:
        return {}, text
    pairs = (line.partition(":") for line in found[1].splitlines() if re.match(r"[A-Za-z][\w-]*:", line))
    said = {name.strip().lower(): clean_line(value).strip("\"'") for name, _, value in pairs}
    return said, text[found.end() :].lstrip("\n")


def _title(said: str, text: str) -> tuple[str, str, list[str]]:
    heading = _HEADING.match(text) or _UNDERLINED.match(text)
    if heading and (not said or clean_line(heading[1]) == said):
        return clean_line(heading[1]), text[heading.end() :].lstrip("\n"), []
    if said:
        return said, text, []
    first = next((clean_line(line) for line in text.splitlines() if line.strip()), "")
    return first[:150], text, ["no-title"]


def _dates(said: dict[str, str]) -> tuple[dict[str, str], bool]:
    written = {
        "issued": said.get("date") or said.get("published", ""),
        "modified": said.get("modified") or said.get("updated", ""),
        "review_by": said.get("review-by") or said.get("review_by", ""),
    }
    dates = {name: iso(value) for name, value in written.items()}
    return dates, any(value and not dates[name] for name, value in written.items())
