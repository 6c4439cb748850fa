"""What a web page tells of lists to collect: feeds that it announces or links, sitemaps, repositories, its system."""

import re
from typing import Any, Final

from lxml.html import HtmlElement

from federation.record import clean, clean_line
from harvesters.readers import Refusal
from harvesters.readers.encoding import decode
from harvesters.readers.links import web_address
from harvesters.readers.markup import feeds_of, html_root, text_of

MOST_BYTES: Final = 10 << 20
MOST_LINKS: Final = 10
_FEED: Final = re.compile(
    r"\.(?:rss|atom)(?:[?#]|$)|/(?:feed|rss|atom)(?:\.(?:xml|json|php|aspx?))?/?(?:[?#]|$)|"
    r"/(?:newsfeed|rssfeed|feeds?/[\w.-]+)\.xml(?:[?#]|$)|[?&](?:feed|format|type)=(?:rss2?|atom)\b",
    re.I,
)
_FEED_WORDS: Final = re.compile(r"^\W*(?:rss|atom|(?:rss|atom|news) feeds?|web ?feed|json feed)\W*$", re.I)
_SITEMAP: Final = re.compile(r"sitemap[\w.-]*\.xml(?:\.gz)?(?:[?#]|$)", re.I)
_REPOSITORY: Final = re.compile(r"(?:/|[?&._-])oai(?:2|-pmh|_pmh|pmh|hub|/|\?|\.|$)|[?&]verb=(?:Identify|List)", re.I)


def read(data: bytes, *, url: str = "", base_url: str = "", charset: str = "", **_: Any) -> dict[str, Any]:
    """The answer harvesters.base.Signs as JSON; addresses are absolute. Much cheaper than reading the page's text.

    Refusal: `too-large` above 10 MB, `empty-document` when there is no page at all.
    """
    if len(data) > MOST_BYTES:
        raise Refusal("too-large", limit=f"{MOST_BYTES >> 20} MB")
    root = html_root(clean(decode(data, charset)[0]))
    based = next((one.get("href") or "" for one in root.iter("base")), "")
    base = web_address(based, url or base_url) or url or base_url
    links = [(web_address(one.get("href") or "", base), clean_line(text_of(one))) for one in root.iter("a")]
    links = [(address, words) for address, words in links if address]
    linked = [address for address, words in links if _FEED.search(address) or _FEED_WORDS.match(words)]
    heads = [(one.get("rel") or "").lower() for one in root.iter("link")]
    return {
        "title": clean_line(root.findtext(".//title") or "")[:200],
        "system": _system(root, heads),
        "feeds": feeds_of(root, base),
        "linked_feeds": _unique(linked),
        "sitemaps": _unique(address for address, _ in links if _SITEMAP.search(address)),
        "repositories": _unique(address for address, _ in links if _REPOSITORY.search(address)),
    }


def _system(root: HtmlElement, heads: list[str]) -> str:
    """`wordpress`, `ckan`, or what the page's generator is called; empty where it does not say."""
    if any("https://api.w.org/" in rel for rel in heads):
        return "wordpress"
    for tag in root.iter("meta"):
        if (tag.get("name") or "").lower() == "generator":
            return clean_line(tag.get("content") or "").partition(" ")[0].lower()[:40]
    return ""


def _unique(addresses: Any) -> list[str]:
    return list(dict.fromkeys(addresses))[:MOST_LINKS]
