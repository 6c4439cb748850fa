"""Web pages: what they say of themselves in head, schema.org and meta tags, and their main text without the frame."""

import logging
import re
from typing import Any, Final

import trafilatura
from lxml.html import HtmlElement

from federation.record import clean, clean_line, type_of
from harvesters.readers import Refusal, pagetext
from harvesters.readers.dates import iso
from harvesters.readers.encoding import decode
from harvesters.readers.jsonld import Data
from harvesters.readers.links import language_code, web_address
from harvesters.readers.markup import feeds_of, html_root, text_of

MOST_BYTES: Final = 10 << 20
THOROUGH_BYTES: Final = 1 << 20
"""trafilatura's time grows with the square of a page's size; above this the plain way of pagetext.py is taken."""
LONGEST_TEXT: Final = 1_000_000
_SHORT: Final = 80
_ITEM: Final = ("- ", "|")
_LINE: Final = "\n"
_EMPTY_LINE: Final = "\n\n"
_ISSUED: Final = [
    "article:published_time",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "govuk:first-published-at",
    "citation_publication_date",
    "publication_date",
    "pubdate",
    "date",
]
_MODIFIED: Final = [
    "article:modified_time",
    "og:updated_time",
    "dcterms.modified",
    "dc.date.modified",
    "govuk:public-updated-at",
    "govuk:updated-at",
    "last-modified",
    "last_modified",
    "revised",
]
_REVIEW: Final = ["review-by", "review-date", "review_date", "dcterms.valid", "dc.date.valid"]
_LICENCE: Final = ["dcterms.license", "dcterms.rights", "dc.rights", "dc.rights.license", "copyright"]

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def read(data: bytes, *, url: str = "", base_url: str = "", charset: str = "", **_: Any) -> dict[str, Any]:
    """The answer harvesters.base.Document as JSON. `url` is where the page was found; links are made absolute by it.

    Refusal: `too-large` above 10 MB, `empty-document` when there is no page at all.
    """
    if len(data) > MOST_BYTES:
        raise Refusal("too-large", limit=f"{MOST_BYTES >> 20} MB")
    source, _mended = decode(data, charset)
    root = html_root(clean(source))
    facts = Facts(root, url or base_url)
    answer = facts.answer()
    text = _without_title(_main_text(root, clean(source), len(data)), answer["title"])
    notes = [*facts.notes, *(["cut-text"] if len(text) > LONGEST_TEXT else []), *([] if text else ["empty-document"])]
    if not answer["title"]:
        answer["title"] = clean_line(text[:200])[:100]
        notes.append("no-title")
    return {**answer, "text": text[:LONGEST_TEXT], "notes": list(dict.fromkeys(notes))}


class Facts:
    """Everything a page states about itself outside its text. schema.org first, then meta tags, then what is shown."""

    def __init__(self, root: HtmlElement, url: str) -> None:
        self.root = root
        self.notes: list[str] = []
        based = next((link.get("href") or "" for link in root.iter("base")), "")
        self.base = web_address(based, url) or web_address(url)
        self.meta: dict[str, list[str]] = {}
        for tag in root.iter("meta"):
            name = (
                tag.get("name") or tag.get("property") or tag.get("itemprop") or tag.get("http-equiv") or ""
            ).lower()
            if name and (content := clean_line(tag.get("content") or "")):
                self.meta.setdefault(name, []).append(content)
        scripts = (one for one in root.iter("script") if "ld+json" in (one.get("type") or "").lower())
        self.data = Data(one.text or "" for one in scripts)
        if self.data.broken:
            self.notes.append("bad-json-ld")

    def answer(self) -> dict[str, Any]:
        """All fields of a Document but the text."""
        data = self.data
        return {
            "title": self._title(),
            "summary": clean_line(data.first("abstract", "description") or self._said("description", "og:description"))[
                :2000
            ],
            "language": self._language(),
            "issued": self._date([*data.words("datePublished", "dateCreated")], _ISSUED, "datepublished"),
            "modified": self._date(data.words("dateModified"), _MODIFIED, "datemodified"),
            "review_by": self._date(data.words("reviewBy", "nextReviewDate", "reviewDate", "expires"), _REVIEW, ""),
            "type": type_of(*data.types(), *self._all("dcterms.type", "dc.type", "genre")),
            "publisher": self._first(
                data.first("publisher", "sourceOrganization"), "dcterms.publisher", "dc.publisher", "og:site_name"
            ),
            "contact": clean_line(data.contact())[:500],
            "licence": self._licence(),
            "subjects": self._subjects(),
            "canonical": self._link("canonical"),
            "feeds": feeds_of(self.root, self.base),
        }

    def _title(self) -> str:
        shown = next((text for tag in self.root.iter("h1") if (text := clean_line(text_of(tag)))), "")
        head = next((clean_line(tag.text or "") for tag in self.root.iterfind("head/title")), "")
        if named := self.data.first("headline"):
            return clean_line(named)[:1000]
        # "Damp homes | Calder Council" repeats the heading and adds the site.
        if shown and shown.casefold() in head.casefold():
            return shown[:1000]
        return (self._said("og:title", "dcterms.title", "dc.title") or head or shown)[:1000]

    def _language(self) -> str:
        said = [self.root.get("lang") or self.root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""]
        said += [
            *self.data.words("inLanguage"),
            self._said("dcterms.language", "dc.language", "content-language", "og:locale"),
        ]
        return next((code for one in said if (code := language_code(one))), "")

    def _date(self, found: list[str], names: list[str], itemprop: str) -> str:
        written = [*found, *self._all(*names)]
        if itemprop:
            written += self._all(itemprop) + self._times(itemprop)
        for one in written:
            # An interval ("start=2026-01-01; end=2027-01-01", "2026-01-01/2027-01-01") counts by its end.
            last = re.split(r"end\s*=|/(?=\d{4}-)", one)[-1]
            if made := iso(last):
                return made
        if written:
            self.notes.append("broken-date")
        return ""

    def _times(self, itemprop: str) -> list[str]:
        times = [one for one in self.root.iter("time") if one.get("datetime")]
        exact = [one for one in times if (one.get("itemprop") or "").lower() == itemprop]
        # A single unnamed time in a page's article is its date; of several nobody can tell.
        alone = [
            one
            for one in times
            if not one.get("itemprop") and next(one.iterancestors("article", "main"), None) is not None
        ]
        chosen = exact or (alone if len(alone) == 1 and itemprop == "datepublished" else [])
        return [clean_line(one.get("datetime") or "") for one in chosen]

    def _licence(self) -> str:
        named = [*self.data.words("license"), self._link("license"), self._link("licence"), *self._all(*_LICENCE)]
        return next((made for one in named if (made := web_address(one))), "")

    def _subjects(self) -> list[str]:
        listed = [
            *self.data.words("keywords"),
            *self._all("keywords", "news_keywords", "article:tag", "dcterms.subject", "dc.subject"),
        ]
        words = [clean_line(word)[:200] for one in listed for word in re.split(r"[,;]", one)]
        return list(dict.fromkeys(word for word in words if word))[:200]

    def _link(self, relation: str) -> str:
        for tag in self.root.iter("link", "a"):
            if relation in (tag.get("rel") or "").lower().split() and (
                made := web_address(tag.get("href") or "", self.base)
            ):
                return made
        return ""

    def _first(self, found: str, *names: str) -> str:
        return clean_line(found or self._said(*names))[:500]

    def _said(self, *names: str) -> str:
        return next(iter(self._all(*names)), "")

    def _all(self, *names: str) -> list[str]:
        return [value for name in names for value in self.meta.get(name, ())]


def _main_text(root: HtmlElement, source: str, size: int) -> str:
    if size > THOROUGH_BYTES:
        return pagetext.main_text(root)
    # Metadata is ours: trafilatura's guessing of dates costs more than its text. It changes the tree that it is given.
    found = trafilatura.bare_extraction(source, fast=True, include_comments=False, with_metadata=False)
    text = _paragraphs(clean(getattr(found, "text", None) or ""))
    if len(text) >= _SHORT:
        return text
    return max(text, pagetext.main_text(root), key=len)


def _paragraphs(text: str) -> str:
    # trafilatura gives a line a block; items of a list and rows of a table stay together, all else is a paragraph.
    parts: list[str] = []
    last = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        together = line.startswith(_ITEM) and last.startswith(_ITEM)
        parts.append(f"{'' if not last else _LINE if together else _EMPTY_LINE}{line}")
        last = line
    return "".join(parts)


def _without_title(text: str, title: str) -> str:
    first, _, rest = text.partition("\n")
    return rest.strip() if title and clean_line(first).casefold() == title.casefold() else text
