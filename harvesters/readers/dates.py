"""Dates as publishers write them, to ISO text. Numeric dates are day first, as in every country that we serve."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_MONTH_NAMES: Final = (
    "jan january januari januar ionawr",
    "feb february februari februar chwefror",
    "mar march maart mars märz maerz mawrth mrt mär",
    "apr april ebrill",
    "may mei maj mai",
    "jun june juni mehefin",
    "jul july juli gorffennaf",
    "aug august augustus augusti awst",
    "sep sept september medi",
    "oct october oktober okt hydref",
    "nov november tachwedd",
    "dec december dezember dez rhagfyr",
)
"""English, Dutch, Swedish, German and Welsh."""
MONTHS: Final = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ]\s*(\d\d):?(\d\d)(?::?(\d\d))?(?:[.,]\d+)?\s*(Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?)?",
    re.I,
)
_NUMERIC = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")
_NAMED = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.|ain|fed|af|eg|ydd)?\s+(?:of\s+|de\s+)?([^\W\d]{3,12})\.?,?\s+(\d{4})\b"
)
_NAMED_FIRST = re.compile(r"([^\W\d]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_PDF = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(Z|[+-]\d\d'?\d\d)?")


def iso(text: str) -> str:
    """`2026-11-24` for a day, `2026-11-24T09:00:00+00:00` (UTC) for a moment, empty for what cannot be read.

    A moment without a zone is taken as UTC, as federation.record.parse_date does.
    """
    text = " ".join(text.split())[:100]
    if not text:
        return ""
    for reading in (_iso, _rfc_822, _words):
        try:
            found = reading(text)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
        if found is not None and 1000 <= found.year <= 9998:
            return found.isoformat()
    return ""


def pdf_date(text: str) -> str:
    """ISO text of a PDF date string (`D:20261124090000+01'00'`, ISO 32000-1 §7.9.4), or of any that `iso` reads."""
    found = _PDF.match(text.strip())
    if not found:
        return iso(text)
    year, month, day, hour, minute, second, zone = found.groups()
    moment = f"{year}-{month or '01'}-{day or '01'}"
    if hour:
        moment += f"T{hour}:{minute or '00'}:{second or '00'}{(zone or '').replace(chr(39), '')}"
    return iso(moment)


def _iso(text: str) -> date | None:
    found = _ISO.match(text)
    if not found:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    if hour is None:
        # Something like "2026-11-24 at noon" still names the day.
        return date(int(year), int(month), int(day))
    zone = "+00:00" if not zone or zone.upper() in ("Z", "UTC", "GMT") else zone
    written = f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{zone}"
    return datetime.fromisoformat(written).astimezone(UTC)


def _rfc_822(text: str) -> date | None:
    if not re.search(r"\d:\d\d", text):
        return None
    moment = parsedate_to_datetime(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _words(text: str) -> date | None:
    if found := _NUMERIC.search(text):
        return date(int(found[3]), int(found[2]), int(found[1]))
    if (found := _NAMED.search(text)) and found[2].lower() in MONTHS:
        return date(int(found[3]), MONTHS[found[2].lower()], int(found[1]))
    if (found := _NAMED_FIRST.search(text)) and found[1].lower() in MONTHS:
        return date(int(found[3]), MONTHS[found[1].lower()], int(found[2]))
    return None
