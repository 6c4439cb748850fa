"""How values read on a page: dates, ages, numbers and marked text, as filters for templates."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup, escape

from hub.db import now
from hub.index.base import Span


def on(value: date | None) -> str:
    """`19 November 2026`; `not stated` for none."""
    if value is None:
        return "not stated"
    return f"{value.day} {value:%B %Y}"


def at(value: datetime | None) -> str:
    """`today, 09:12 UTC` or `19 November 2026, 09:12 UTC`."""
    if value is None:
        return "never"
    day = "today" if value.date() == now().date() else on(value.date())
    return f"{day}, {value.astimezone(UTC):%H:%M} UTC"


def ago(value: date | None) -> str:
    """`today`, `yesterday`, `3 days ago`, `2 months ago`, `1 year ago`; `in 5 days` for what is to come."""
    if value is None:
        return ""
    day = value.date() if isinstance(value, datetime) else value
    days = (now().date() - day).days
    if days < 0:
        return "tomorrow" if days == -1 else f"in {-days} days"
    if days < 2:
        return ("today", "yesterday")[days]
    for length, word in ((365, "year"), (30, "month"), (7, "week")):
        if days >= length * (2 if word == "week" else 1):
            return f"{days // length} {word}{'s' if days // length > 1 else ''} ago"
    return f"{days} days ago"


def number(value: int) -> str:
    """`86,412`."""
    return f"{value:,}"


def many(value: int, one: str, more: str = "") -> str:
    """`1 result`, `3 results`."""
    return f"{value:,} {one if value == 1 else more or one + 's'}"


def marked(spans: Sequence[Span]) -> Markup:
    """Text with its matches in <mark>; everything is escaped."""
    parts = (f"<mark>{escape(one.text)}</mark>" if one.marked else escape(one.text) for one in spans)
    return Markup("".join(parts))


FILES: Final = {
    "application/pdf": "PDF",
    "application/msword": "Word document",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
    "application/vnd.oasis.opendocument.text": "OpenDocument text",
    "application/vnd.ms-excel": "Excel spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel spreadsheet",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument spreadsheet",
    "application/vnd.ms-powerpoint": "PowerPoint presentation",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint presentation",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument presentation",
    "text/csv": "CSV table",
    "text/html": "web page",
    "text/markdown": "text",
    "text/plain": "text",
}


def file_kind(type: str) -> str:
    """What people call a file of this media type; the type itself where we have no word for it."""
    return FILES.get(type.partition(";")[0].strip().lower(), type)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text."""
    return [part.strip() for part in text.split("\n") if part.strip()]


@lru_cache(maxsize=4096)
def monogram(name: str) -> str:
    """Two letters of an organisation: `BC` for Brackendale Council."""
    words = [word for word in name.split() if word[0].isalpha() and word.lower() not in ("and", "of", "the")]
    return ("".join(word[0] for word in words[:2]) if len(words) > 1 else name[:2]).upper()


@lru_cache(maxsize=4096)
def part(value: str) -> Markup:
    """Text as one part of an address: `A%2FB` for `A/B`."""
    return Markup(quote(value, safe=""))


def iso(value: date | None) -> str:
    """For `<time datetime>` and feeds: a moment ends in Z."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "on": on,
    "at": at,
    "ago": ago,
    "number": number,
    "many": many,
    "file_kind": file_kind,
    "marked": marked,
    "paragraphs": paragraphs,
    "iso": iso,
    "monogram": monogram,
    "part": part,
}
