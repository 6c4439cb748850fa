"""Sitemaps (sitemaps.org): XML, gzip or plain text; told apart by what is inside, not by the name of the root."""

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from lxml import etree

from federation.record import clean_line
from harvesters.readers import Refusal
from harvesters.readers.dates import iso
from harvesters.readers.encoding import decode, xml_text
from harvesters.readers.links import web_address
from harvesters.readers.markup import SAFE_XML, local

MOST_BYTES: Final = 50 << 20
"""Unpacked; the protocol's own limit, like the next one."""
MOST_PAGES: Final = 50_000
_HTML: Final = (b"<!doctype html", b"<html", b"<head", b"<body")


def read(data: bytes, *, base_url: str = "", url: str = "", charset: str = "", **_: Any) -> dict[str, Any]:
    """The answer harvesters.base.Sitemap as JSON; `lastmod` is ISO text or empty.

    Refusal: `bomb`, `wrong-content-html` for a web page, `not-a-list` for what is no sitemap.
    """
    data = unpacked(data)
    base = web_address(base_url or url)
    head = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_HTML) or (b"<html" in head and b"<urlset" not in head):
        raise Refusal("wrong-content-html", expected="a sitemap")
    if b"\x00" in head or head.startswith(b"<"):
        return _xml(data, base, charset)
    return _lines(data, base, charset)


def unpacked(data: bytes) -> bytes:
    """`data`, out of its gzip wrapping if it has one; Refusal `bomb` above 50 MB, `unreadable` when it is broken."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacker = zlib.decompressobj(wbits=31)
    try:
        out = unpacker.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise Refusal("unreadable", str(error)) from None
    if unpacker.unconsumed_tail:
        raise Refusal("bomb")
    return out


def _xml(data: bytes, base: str, charset: str) -> dict[str, Any]:
    found = _Found(base)
    try:
        found.take(_elements(data, recover=False))
    except etree.XMLSyntaxError:
        # Strictly first: what is mended may have lost an address, and the owner should hear of that.
        text, _ = xml_text(data, charset)
        found = _Found(base, ["broken-list"])
        try:
            found.take(_elements(text.encode(), recover=True))
        except etree.XMLSyntaxError as error:
            raise Refusal("not-a-list", clean_line(str(error))[:200], expected="a sitemap") from None
    if not found.pages and not found.sitemaps and found.root not in ("urlset", "sitemapindex"):
        raise Refusal("not-a-list", f"its first tag is “{found.root}”", expected="a sitemap")
    return found.answer()


def _elements(data: bytes, recover: bool) -> Iterator[tuple[str, etree._Element]]:
    events = ("start", "end")
    yield from etree.iterparse(
        BytesIO(data), events=events, **SAFE_XML, recover=recover, remove_comments=True, remove_pis=True
    )


class _Found:
    """What a sitemap lists, gathered while it streams by."""

    def __init__(self, base: str, notes: list[str] | None = None) -> None:
        self.base = base
        self.root = ""
        self.pages: dict[str, str] = {}
        self.sitemaps: dict[str, str] = {}
        self.notes = notes or []

    def take(self, elements: Iterator[tuple[str, etree._Element]]) -> None:
        for event, element in elements:
            name = local(element)
            if event == "start":
                self.root = self.root or name
            elif name in ("url", "sitemap"):
                self._add(self.pages if name == "url" else self.sitemaps, element)
                # What was read is let go, or 50,000 elements would stay in memory to the end.
                parent = element.getparent()
                element.clear()
                if parent is not None:
                    parent.remove(element)
                if len(self.pages) + len(self.sitemaps) > MOST_PAGES:
                    self._cut()
                    return

    def _add(self, where: dict[str, str], element: etree._Element) -> None:
        values = {local(child): (child.text or "") for child in reversed(element)}
        address = web_address(values.get("loc", ""), self.base)
        if not address:
            self._note("bad-link")
            return
        written = values.get("lastmod", "").strip()
        made = iso(written)
        if written and not made:
            self._note("broken-date")
        where.setdefault(address, made)

    def _cut(self) -> None:
        for where in (self.pages, self.sitemaps):
            for extra in list(where)[MOST_PAGES:]:
                del where[extra]
        self._note("cut-list")

    def _note(self, code: str) -> None:
        if code not in self.notes:
            self.notes.append(code)

    def answer(self) -> dict[str, Any]:
        return {
            "pages": [list(pair) for pair in self.pages.items()],
            "sitemaps": [list(pair) for pair in self.sitemaps.items()],
            "notes": self.notes,
        }


def _lines(data: bytes, base: str, charset: str) -> dict[str, Any]:
    # The plain kind: one absolute address a line and nothing else.
    text, _ = decode(data, charset)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    addresses = list(dict.fromkeys(made for line in lines if (made := web_address(line))))
    if not addresses or len(addresses) * 2 < len(lines):
        start = clean_line(text[:60])
        reason = f"it begins with “{start}”" if start else "it is empty"
        raise Refusal("not-a-list", reason, expected="a sitemap")
    notes = ["cut-list"] if len(addresses) > MOST_PAGES else []
    return {"pages": [[one, ""] for one in addresses[:MOST_PAGES]], "sitemaps": [], "notes": notes}
