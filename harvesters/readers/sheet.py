"""XLSX, ODS and XLS by python-calamine: names of sheets, and rows as lines with tabs between the cells."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from federation.record import clean, clean_line
from harvesters.readers import Refusal
from harvesters.readers.packages import OLE, Package, properties

LONGEST_TEXT: Final = 1_000_000
MOST_ROWS: Final = 20_000
MOST_SHEETS: Final = 100
_LONGEST_CELL: Final = 2_000


def read(data: bytes, **_: Any) -> dict[str, Any]:
    """The answer harvesters.base.Document as JSON. Refusal: `bomb`, `encrypted`, `unreadable`."""
    said = _properties(data)
    text, cut = _text(_workbook(data))
    notes = [*said["notes"], *(["cut-text"] if cut else []), *([] if text else ["empty-document"])]
    if not said["title"]:
        said["title"] = next((clean_line(line) for line in text.splitlines()[1:] if line.strip()), "")[:150]
        notes.append("no-title")
    return {**said, "text": text, "notes": notes}


def _properties(data: bytes) -> dict[str, Any]:
    if data.startswith(OLE):
        return {"title": "", "notes": []}
    return properties(Package(data))


def _workbook(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(BytesIO(data))
    except PasswordError:
        raise Refusal("encrypted") from None
    except (CalamineError, OSError, ValueError) as error:
        if "password" in str(error).lower() or "EncryptedPackage".encode("utf-16-le") in data:
            raise Refusal("encrypted") from None
        raise Refusal("unreadable", clean_line(str(error))[:200]) from None


def _text(book: CalamineWorkbook) -> tuple[str, bool]:
    parts: list[str] = []
    length = 0
    cut = len(book.sheet_names) > MOST_SHEETS
    for name in book.sheet_names[:MOST_SHEETS]:
        lines = list(_lines(book, name))
        cut = cut or len(lines) > MOST_ROWS
        part = "\n".join([clean_line(name), *lines[:MOST_ROWS]]) if lines else ""
        length += len(part)
        parts.append(part)
        if length > LONGEST_TEXT:
            return "\n\n".join(filter(None, parts))[:LONGEST_TEXT], True
    return "\n\n".join(filter(None, parts)), cut


def _lines(book: CalamineWorkbook, name: str) -> Iterator[str]:
    try:
        rows = book.get_sheet_by_name(name).iter_rows()
    except (CalamineError, ValueError):
        # A sheet of a kind without cells (a chart, a macro) costs only itself.
        return
    taken = 0
    for row in rows:
        cells = [_cell(value) for value in row[:1000]]
        if any(cells):
            taken += 1
            yield "\t".join(cells).rstrip("\t")
        if taken > MOST_ROWS:
            return


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return clean_line(clean(str(value)))[:_LONGEST_CELL] if value is not None else ""
