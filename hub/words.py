"""How values read on a page: dates, ages, numbers and marked text, as filters for templates."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup, escape

from hub.db import now
from hub.index.base import Span
from hub.languages import N_, language, ngettext
from hub.languages import gettext as _

MONTHS: Final = (
    *(N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June")),
    *(N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December")),
)


def on(value: date | None) -> str:
    """`19 November 2026`; `not stated` for none."""
    if value is None:
        return _("not stated")
    return f"{value.day} {month(value.year, value.month)}"


def month(year: int, number: int) -> str:
    """`November 2026`."""
    return f"{_(MONTHS[number - 1])} {year}"


def at(value: datetime | None) -> str:
    """`today, 09:12 UTC` or `19 November 2026, 09:12 UTC`."""
    if value is None:
        return _("never")
    day = _("today") if value.date() == now().date() else on(value.date())
    return f"{day}, {value.astimezone(UTC):%H:%M} UTC"


def ago(value: date | None) -> str:
    """`today`, `yesterday`, `3 days ago`, `2 months ago`, `1 year ago`; `in 5 days` for what is to come."""
    if value is None:
        return ""
    day = value.date() if isinstance(value, datetime) else value
    days = (now().date() - day).days
    return _ago(language(), days)


@lru_cache(maxsize=4096)
def _ago(_language: str, days: int) -> str:
    if days < 0:
        return _("tomorrow") if days == -1 else ngettext("in %(num)s day", "in %(num)s days", -days)
    if days < 2:
        return (_("today"), _("yesterday"))[days]
    if days >= 365:
        return ngettext("%(num)s year ago", "%(num)s years ago", days // 365)
    if days >= 30:
        return ngettext("%(num)s month ago", "%(num)s months ago", days // 30)
    if days >= 14:
        return ngettext("%(num)s week ago", "%(num)s weeks ago", days // 7)
    return ngettext("%(num)s day ago", "%(num)s days ago", days)


def number(value: int) -> str:
    """`86,412`."""
    return f"{value:,}"


def many(value: int, one: str, more: str = "") -> str:
    """`1 result`, `3 results`: for commands, which speak English; pages count by `ngettext`."""
    return f"{value:,} {one if value == 1 else more or one + 's'}"


def marked(spans: Sequence[Span]) -> Markup:
    """Text with its matches in <mark>; everything is escaped."""
    parts = (f"<mark>{escape(one.text)}</mark>" if one.marked else escape(one.text) for one in spans)
    return Markup("".join(parts))


FILES: Final = {
    "application/pdf": "PDF",
    "application/msword": N_("Word document"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": N_("Word document"),
    "application/vnd.oasis.opendocument.text": N_("OpenDocument text"),
    "application/vnd.ms-excel": N_("Excel spreadsheet"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": N_("Excel spreadsheet"),
    "application/vnd.oasis.opendocument.spreadsheet": N_("OpenDocument spreadsheet"),
    "application/vnd.ms-powerpoint": N_("PowerPoint presentation"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": N_("PowerPoint presentation"),
    "application/vnd.oasis.opendocument.presentation": N_("OpenDocument presentation"),
    "text/csv": N_("CSV table"),
    "text/html": N_("web page"),
    "text/markdown": N_("text"),
    "text/plain": N_("text"),
}


def file_size(value: int) -> str:
    """`12.3 kB`; the letters are the same in every language."""
    for step, unit in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if value >= step:
            return f"{value / step:.1f} {unit}"
    return ngettext("%(num)s byte", "%(num)s bytes", value)


def file_kind(type: str) -> str:
    """What people call a file of this media type; the type itself where we have no word for it."""
    known = FILES.get(type.partition(";")[0].strip().lower())
    return _(known) if known else type


def names_of(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """(value, what it is called), for choices that were marked by N_."""
    return [(value, _(name)) for value, name in words.items()]


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
    "of_documents": lambda number: ngettext("document", "documents", number),
    "file_kind": file_kind,
    "file_size": file_size,
    "marked": marked,
    "paragraphs": paragraphs,
    "iso": iso,
    "monogram": monogram,
    "part": part,
    "month": lambda text: month(int(text[:4]), int(text[5:])),
    "names_of": names_of,
}
