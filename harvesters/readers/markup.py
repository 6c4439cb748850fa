"""XML and HTML trees by parsers that resolve no entity, use no network and keep libxml2's own limits."""

import re
from collections.abc import Iterable
from typing import Any, Final

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from harvesters.readers import Refusal
from harvesters.readers.links import web_address

Element = etree._Element

_LINE, _PARAGRAPH = "\x01", "\x02"
_EDGES: Final = {
    **dict.fromkeys(
        [
            "address",
            "aside",
            "body",
            "br",
            "caption",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "header",
            "hr",
            "html",
            "legend",
            "li",
            "main",
            "nav",
            "option",
            "summary",
            "tbody",
            "tfoot",
            "thead",
            "tr",
        ],
        _LINE,
    ),
    **dict.fromkeys(
        ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "section", "article"],
        _PARAGRAPH,
    ),
    "td": "\t",
    "th": "\t",
}
"""What stands at both edges of a tag's text: a new line, or an empty one."""
_BREAKS = re.compile("[ \t\n]*[\x01\x02][\x01\x02 \t\n]*")
_WHITE = re.compile(r"[ \t\r\n\f\v\xa0]+")
SILENT: Final = frozenset(
    ["script", "style", "template", "noscript", "head", "iframe", "object", "embed", "svg", "math", "select", "button"]
)
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")
_FEED_TYPES: Final = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_FRAGMENT_LIMIT: Final = 2_000_000


SAFE_XML: Final[dict[str, Any]] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
"""What every parser of XML here is told: nothing is fetched, nothing grows."""


def xml_root(data: bytes | str, recover: bool = False) -> Element:
    """The root of an XML document; Refusal `unreadable` when it is none, or hides a bomb."""
    parser = etree.XMLParser(**SAFE_XML, recover=recover, remove_comments=True)
    try:
        root = etree.fromstring(data.encode() if isinstance(data, str) else data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refusal("unreadable", _sentence(error)) from None
    if root is None:
        raise Refusal("unreadable", "there is no XML in it")
    return root


def html_root(text: str) -> HtmlElement:
    """The root of an HTML document, mended as browsers do; Refusal `empty-document` when there is nothing."""
    parser = HTMLParser(no_network=True, huge_tree=False, remove_pis=True, remove_comments=True, encoding="utf-8")
    try:
        return document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        raise Refusal("empty-document") from None


def local(element: Element) -> str:
    """The local name of a tag, lower case; empty for comments and entities."""
    tag: Any = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def plain(fragment: str) -> str:
    """A piece of HTML (or plain text) as text: an empty line between paragraphs, list items and rows on their own."""
    fragment = fragment[:_FRAGMENT_LIMIT]
    if "<" not in fragment and "&" not in fragment:
        return tidy(fragment)
    try:
        root = html_root(f"<div>{fragment}</div>")
    except Refusal:
        return ""
    return text_of(root)


def text_of(root: Element, silent: Iterable[Element] = ()) -> str:
    """What a person reads of a tree, block by block; elements of `silent` are left out with all that is in them."""
    parts: list[str] = []
    left_out = set(silent)
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = local(element)
        hidden = name in SILENT or element in left_out
        if event == "start":
            depth += hidden
            written = f"{_EDGES.get(name, '')}{_words(element.text, name)}"
        else:
            depth -= hidden
            # Words after a tag belong to what is around it; after the root there is nothing of ours.
            written = f"{_EDGES.get(name, '')}{'' if element is root else _words(element.tail, '')}"
        if not depth:
            parts.append(written)
    return tidy(_BREAKS.sub(_break, "".join(parts)))


def tidy(text: str) -> str:
    """Single spaces, no blank at the ends of lines, at most one empty line in a row."""
    lines = (_SPACES.sub(" ", line).strip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _words(text: str | None, name: str) -> str:
    text = text or ""
    return text if name == "pre" else _WHITE.sub(" ", text)


def _break(found: re.Match[str]) -> str:
    return "\n\n" if _PARAGRAPH in found[0] else "\n"


def _sentence(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def announced_feeds(page: str, base: str) -> list[str]:
    """Addresses of the feeds that an HTML page announces with rel=alternate, at most ten."""
    try:
        root = html_root(page)
    except Refusal:
        return []
    return feeds_of(root, base)


def feeds_of(root: Element, base: str) -> list[str]:
    """The same of a page that was parsed already."""
    found = []
    for link in root.iter("link"):
        kind = (link.get("type") or "").lower()
        if "alternate" in (link.get("rel") or "").lower().split() and kind.partition(";")[0].strip() in _FEED_TYPES:
            found.append(web_address(link.get("href") or "", base))
    return list(dict.fromkeys(one for one in found if one))[:10]
