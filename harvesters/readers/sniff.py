"""Which reader a document needs: by its first bytes, then by what the server says, then by its name. No parser."""

import re
from typing import Final
from urllib.parse import urlsplit

HEAD: Final = 4096
"""How many of the first bytes are looked at."""
_OPEN_DOCUMENT: Final = {b"spreadsheet": "sheet", b"text": "office", b"presentation": "office", b"graphics": "office"}
_OOXML: Final = ((b"word/", "office"), (b"ppt/", "office"), (b"xl/", "sheet"))
_TYPES: Final = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "office",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "office",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "sheet",
    "application/vnd.oasis.opendocument.text": "office",
    "application/vnd.oasis.opendocument.presentation": "office",
    "application/vnd.oasis.opendocument.spreadsheet": "sheet",
    "application/vnd.ms-excel": "sheet",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/rdf+xml": "feed",
    "application/feed+json": "feed",
    "text/plain": "text",
    "text/markdown": "text",
    "text/x-markdown": "text",
    "text/csv": "text",
    "text/tab-separated-values": "text",
}
_ENDINGS: Final = {
    **dict.fromkeys(("html", "htm", "xhtml", "shtml"), "html"),
    **dict.fromkeys(("docx", "docm", "dotx", "pptx", "pptm", "ppsx", "odt", "ott", "odp", "fodt"), "office"),
    **dict.fromkeys(("xlsx", "xlsm", "xlsb", "xls", "ods"), "sheet"),
    **dict.fromkeys(("txt", "text", "md", "markdown", "csv", "tsv"), "text"),
    "pdf": "pdf",
}
_ROOTS: Final = (
    (re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf:rdf|rdf)[\s>]", re.I), "feed"),
    (re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.I), "sitemap"),
    (re.compile(rb"<(?:\w+:)?oai-pmh[\s>]", re.I), "oai"),
    (re.compile(rb"<!doctype\s+html|<(?:html|head|body)[\s>]", re.I), "html"),
)
_BINARY: Final = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"\x1f\x8b",
    b"BM",
    b"Rar!",
    b"7z\xbc\xaf",
    b"OggS",
    b"ID3",
)
_OLE: Final = b"\xd0\xcf\x11\xe0"


def reader_for(media_type: str, url: str, head: bytes) -> str | None:
    """The name of the reader (of harvesters.sandbox.READERS), or None for a format that none reads.

    `media_type` is lower case without parameters, `head` the first 4 KiB or more. An office package whose first bytes
    do not tell its kind goes by type and name.
    """
    head = head[:HEAD]
    named = _TYPES.get(media_type) or _ENDINGS.get(ending(url))
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _package(head, named)
    if head.startswith(_OLE):
        # Excel's old format, or a modern package behind a password, which its reader can tell.
        return named if named in ("sheet", "office") else None
    if head.startswith(_BINARY):
        return None
    return _text(media_type, head, named)


def ending(url: str) -> str:
    """`docx` of `https://example.org/a/b.docx?x=1`, lower case; empty where there is none."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def _package(head: bytes, named: str | None) -> str | None:
    if found := re.search(rb"application/vnd\.oasis\.opendocument\.(\w+)", head):
        return _OPEN_DOCUMENT.get(found[1], named)
    for folder, reader in _OOXML:
        if folder in head:
            return reader
    return named if named in ("office", "sheet") else None


def _text(media_type: str, head: bytes, named: str | None) -> str | None:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    start = (head.replace(b"\x00", b"") if wide else head).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"<"):
        found = [(match.start(), reader) for root, reader in _ROOTS if (match := root.search(start))]
        if found:
            return min(found)[1]
        return "html" if named == "html" else None if start.startswith(b"<?xml") else named
    if start.startswith(b"{") and b"jsonfeed.org/version" in start:
        return "feed"
    if b"\x00" in head and not wide:
        return None
    if named in ("html", "text"):
        return named
    # Whoever says "PDF" or "Word" and sends neither has sent something else: plain text at the most.
    return "text" if media_type.startswith("text/") and named is None else None
