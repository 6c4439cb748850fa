"""PDF by pypdfium2: text page by page, title, dates and keywords from its information."""

import re
from typing import Any, Final

import pypdfium2
from pypdfium2 import raw

from federation.record import clean, clean_line
from harvesters.readers import Refusal
from harvesters.readers.dates import pdf_date
from harvesters.readers.links import language_code
from harvesters.readers.packages import fields_of

MOST_PAGES: Final = 1000
LONGEST_TEXT: Final = 1_000_000
_SCANNED: Final = 20
"""Fewer characters than this in a whole document are a stamp or a page number, not its text."""
_HYPHEN = re.compile("[\x02\ufffe\u00ad]\\s*")
"""PDFium writes one of these where a word was divided at the end of a line."""
_ENDS: Final = (".", ":", ";", "!", "?", "…", ".”", ".)")


def read(data: bytes, **_: Any) -> dict[str, Any]:
    """The answer harvesters.base.Document as JSON. Refusal: `encrypted`, `unreadable`."""
    start = data.find(b"%PDF-", 0, 1024)
    document = _open(data[max(start, 0) :])
    try:
        said = _information(document)
        text, cut = _text(document)
        pages = len(document)
    finally:
        document.close()
    notes = [*said["notes"], *(["cut-text"] if cut else [])]
    if len(text) < _SCANNED and pages:
        notes.append("scanned-pdf")
    if not said["title"]:
        said["title"] = _first_line(text)
        notes.append("no-title")
    return {**said, "text": text, "notes": notes}


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Refusal("encrypted") from None
        raise Refusal("unreadable", clean_line(str(error))[:200]) from None


def _information(document: pypdfium2.PdfDocument) -> dict[str, Any]:
    found = document.get_metadata_dict()
    said = {
        "title": [found.get("Title", "")],
        "subject": [clean_line(found.get("Subject", ""))],
        "keywords": [found.get("Keywords", "")],
        "language": [_language(document)],
    }
    made = fields_of(said)
    written = {"issued": found.get("CreationDate", ""), "modified": found.get("ModDate", "")}
    dates = {name: pdf_date(value) for name, value in written.items()}
    broken = any(value.strip() and not dates[name] for name, value in written.items())
    return {**made, **dates, "notes": ["broken-date"] if broken else []}


def _language(document: pypdfium2.PdfDocument) -> str:
    # Of the catalogue's /Lang entry; PDFium answers the length in bytes of UTF-16 with its closing zero.
    ask = getattr(raw, "FPDFCatalog_GetLanguage", None)
    if ask is None or not (length := ask(document.raw, None, 0)) or length > 100:
        return ""
    buffer = (raw.FPDF_WCHAR * (length // 2))()
    ask(document.raw, buffer, length)
    return language_code(bytes(buffer).decode("utf-16-le", "ignore").rstrip("\x00"))


def _text(document: pypdfium2.PdfDocument) -> tuple[str, bool]:
    parts: list[str] = []
    length = 0
    for number in range(min(len(document), MOST_PAGES)):
        part = _page(document, number)
        parts.append(part)
        length += len(part) + 2
        if length > LONGEST_TEXT:
            return "\n\n".join(filter(None, parts))[:LONGEST_TEXT], True
    return "\n\n".join(filter(None, parts)), len(document) > MOST_PAGES


def _page(document: pypdfium2.PdfDocument, number: int) -> str:
    try:
        page = document[number]
        words = page.get_textpage()
        try:
            found = words.get_text_range()
        finally:
            words.close()
            page.close()
    except pypdfium2.PdfiumError:
        # One damaged page does not cost the others.
        return ""
    return _reflowed(clean(_HYPHEN.sub("", found)))


def _reflowed(text: str) -> str:
    # A PDF knows lines, not paragraphs: a line that is nearly full and ends in mid-sentence goes on in the next one.
    lines = [line for line in (clean_line(one) for one in text.splitlines()) if line]
    full = max((len(line) for line in lines), default=0) * 0.7
    parts: list[str] = []
    for before, line in zip(["", *lines], lines, strict=False):
        goes_on = len(before) >= full and not before.endswith(_ENDS) and not line.startswith(("•", "-", "–"))
        parts.append(f"{' ' if goes_on else _separator(before, full)}{line}" if before else line)
    return "".join(parts)


def _separator(before: str, full: float) -> str:
    # A full line that ends a sentence may be within a paragraph; a short one surely ends it.
    return "\n" if len(before) >= full else "\n\n"


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if len(line.strip()) > 3), "")[:150]
