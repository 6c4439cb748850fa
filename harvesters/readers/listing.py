"""Directory pages as Apache, nginx, IIS, lighttpd and Python's http.server write them."""

import re
from typing import Any, Final
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml.html import HtmlElement

from federation.record import clean_line
from harvesters.readers import Refusal
from harvesters.readers.encoding import decode
from harvesters.readers.links import web_address
from harvesters.readers.markup import html_root, text_of

MOST_BYTES: Final = 10 << 20
MOST_ENTRIES: Final = 20_000
_TITLE = re.compile(r"\bindex of\b|\bdirectory listing\b|^\S+ - /", re.I)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?|\d{1,2}-[A-Za-z]{3}-\d{4}\s+\d\d:\d\d(?::\d\d)?|"
    r"\d{4}-[A-Za-z]{3}-\d\d\s+\d\d:\d\d(?::\d\d)?|\d{1,2}[/.]\d{1,2}[/.]\d{4}\s+\d{1,2}:\d\d(?:\s?[AP]M)?"
)
_SIZE = re.compile(r"(?<![\w.,:/-])\d[\d.,]*\s?(?:[KMGT]i?B?|bytes|B)?(?![\w:/])", re.I)


def read(data: bytes, *, url: str = "", base_url: str = "", charset: str = "", **_: Any) -> dict[str, Any]:
    """The answer harvesters.base.Listing as JSON: what lies directly below `url`, sizes and dates as they are written.

    Refusal: `not-a-list` for a page that is no listing, `too-large` above 10 MB.
    """
    if len(data) > MOST_BYTES:
        raise Refusal("too-large", limit=f"{MOST_BYTES >> 20} MB")
    root = html_root(decode(data, charset)[0])
    folder = urljoin(web_address(url or base_url), ".")
    links = [link for link in root.iter("a") if link.get("href")]
    files: dict[str, tuple[str, str]] = {}
    folders: dict[str, None] = {}
    for link in links:
        address = _below(link.get("href") or "", folder)
        if address.endswith("/"):
            folders[address] = None
        elif address:
            files.setdefault(address, _details(link))
    if not _is_listing(root, links, len(files) + len(folders)):
        raise Refusal("not-a-list", "it is an ordinary web page", expected="a folder listing")
    kept = list(files.items())[:MOST_ENTRIES]
    return {
        "files": [[address, size, modified] for address, (size, modified) in kept],
        "folders": list(folders)[:MOST_ENTRIES],
        "notes": ["cut-list"] if max(len(files), len(folders)) > MOST_ENTRIES else [],
    }


def _below(href: str, folder: str) -> str:
    # The columns' heads link to the same folder with a query; a parent or another site is not ours to walk.
    if href.startswith(("?", "#")):
        return ""
    address = urldefrag(web_address(href, folder))[0]
    if urlsplit(address).query or not address.startswith(folder) or address == folder:
        return ""
    name = address[len(folder) :].removesuffix("/")
    return "" if "/" in name or name in (".", "..") else address


def _details(link: HtmlElement) -> tuple[str, str]:
    row = next(link.iterancestors("tr"), None)
    if row is not None:
        own = next(link.iterancestors("td", "th"), None)
        told = " \t ".join(text_of(cell) for cell in row.iterchildren("td", "th") if cell is not own)
    else:
        told = _beside(link)
    date = _DATE.search(told)
    rest = _DATE.sub(" ", told)
    size = _SIZE.search(rest)
    return clean_line(size[0]) if size else "", clean_line(date[0]) if date else ""


def _beside(link: HtmlElement) -> str:
    # Apache and nginx write date and size behind the name, IIS in front of it.
    behind = link.tail or ""
    if _DATE.search(behind):
        return behind
    before = link.getprevious()
    parent = link.getparent()
    if before is not None and before.tag == "br":
        return before.tail or ""
    return (parent.text or "") if before is None and parent is not None and parent.tag == "pre" else behind


def _is_listing(root: HtmlElement, links: list[HtmlElement], entries: int) -> bool:
    named = [clean_line(text_of(tag)) for tag in (*root.iter("h1", "h2"), *root.iterfind("head/title")) if tag.text]
    heads = [clean_line(tag.text or "") for tag in root.iter("title")]
    if any(_TITLE.search(one) for one in (*named, *heads)):
        return True
    # A bare page of links in the style of the others, without the usual words (a translated server, say).
    others = [link for link in links if not (link.get("href") or "").startswith(("?", ".", "/"))]
    return entries > 0 and len(others) <= entries and not list(root.iter("p", "article", "main", "nav"))
