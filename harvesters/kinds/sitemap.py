"""Websites with a sitemap: every page of it, fetched when it changed (sitemaps.org; full semantics)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from federation.record import as_moment
from harvesters.announced import sitemaps_named
from harvesters.base import Known, Page, Proposal, Response, Semantics, Sitemap, Tools
from harvesters.documents import Haul, Held, Visitor, Wanted, day
from harvesters.errors import ListError
from harvesters.identity import host_of, native_id, same_site
from harvesters.inventories import Inventory, unread_of, walk
from harvesters.lists import fetch_list, is_cut, list_notes, read_list
from harvesters.problems import problem
from harvesters.readers import answers
from harvesters.readers.sniff import reader_for
from harvesters.sentences import Counted, Day, Sentence, unstopped

MOST_PAGES: Final = 200_000
MOST_PARTS: Final = 2_000
_DEEPEST: Final = 3
SAMPLE: Final = 20
"""Pages a run whose lastmod is checked against what they really are."""
FORGIVEN: Final = 200
"""Truthful answers after which a site that lied once is believed again."""


@dataclass(slots=True)
class _Listed(Inventory):
    """All pages of a sitemap and of the sitemaps in it: native id -> (address, lastmod)."""

    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    elsewhere: int = 0


class SitemapKind:
    """Implements harvesters.base.Kind.

    The cursor: {"runs", "kept", "lied", "unread"} and, within a run, "after" (the last native id that was done; they
    are walked in their own order, so that a list which changes meanwhile loses none). `kept` and `lied` count pages
    whose lastmod stayed as it was and whose content did (kept) or did not (lied). A site is believed after 20 truths;
    until then, and for 20 pages of every run, each page is asked for by conditional GET.
    """

    name = "sitemap"
    words = "Website with a sitemap"
    semantics: Semantics = "full"

    def pages(self, address: str, cursor: Mapping[str, Any], known: Known, tools: Tools) -> Iterator[Page]:
        listed = _list(address, tools)
        run = _Run(cursor, listed, known, tools)
        yield from walk(listed.pages, listed, cursor, run.visit, run.cursor)

    def recognise(self, response: Response, tools: Tools) -> Proposal | None:
        if reader_for(response.media_type, response.url, response.body[:4096]) != "sitemap":
            return None
        found = answers.sitemap(read_list("sitemap", response, tools))
        host = host_of(response.url)
        if found.pages:
            pages = Counted(len(found.pages), "page")
            dates = [as_moment(one) for _, lastmod in found.pages if (one := day(lastmod))]
            said = Sentence("The sitemap of {host}, with {pages}.", host=host, pages=pages)
            if dates:
                changed = "The sitemap of {host}, with {pages}; the last change is of {day}."
                said = Sentence(changed, host=host, pages=pages, day=Day(max(dates)))
        elif found.sitemaps:
            said = Sentence("The sitemap of {host}, in {parts}.", host=host, parts=Counted(len(found.sitemaps), "part"))
        else:
            said = Sentence("The sitemap of {host}, without a page at the moment.", host=host)
        return Proposal("sitemap", response.url, said, f"Pages of {host}")


class _Run:
    """The visits of one run, and what they teach about the site's lastmod."""

    def __init__(self, cursor: Mapping[str, Any], listed: _Listed, known: Known, tools: Tools) -> None:
        self._kept, self._lied, self._runs = (_count(cursor, name) for name in ("kept", "lied", "runs"))
        self._believed = self._lied == 0 and self._kept >= SAMPLE
        self._listed, self._known = listed, known
        self._visitor = Visitor(tools, unread_of(cursor))
        self._sample = _sample(sorted(listed.pages), self._runs)

    def cursor(self, after: str) -> dict[str, Any]:
        """The cursor behind the page that ended with `after`; behind the whole list where that is empty."""
        made: dict[str, Any] = {"kept": self._kept, "lied": self._lied, "runs": self._runs + (not after)}
        made["unread"] = {key: value for key, value in self._visitor.unread.items() if key in self._listed.pages}
        return {**made, "after": after} if after else made

    def visit(self, batch: list[str], haul: Haul) -> None:
        """Visit these pages, or take the site's word for it that they are as before."""
        held = self._known(batch) if batch else {}
        for one in batch:
            self._visit_one(one, held.get(one), haul)

    def _visit_one(self, name: str, held: Held | None, haul: Haul) -> None:
        address, lastmod = self._listed.pages[name]
        stayed = held is not None and bool(lastmod) and held[2].get("lastmod") == lastmod
        if held and stayed and self._believed and name not in self._sample and _is_old(lastmod):
            haul.same(name, held, held[2])
            return
        outcome = self._visitor.visit(Wanted(address, name, {"lastmod": lastmod} if lastmod else {}), held, haul)
        if stayed and outcome == "same":
            self._kept += 1
            if self._kept >= FORGIVEN:
                self._lied = 0
        elif stayed and outcome == "changed":
            self._kept, self._lied = 0, self._lied + 1
            self._believed = False


def _sample(names: list[str], runs: int) -> frozenset[str]:
    """The pages that this run does not take on trust: the next twenty, run after run, round and round."""
    start = runs * SAMPLE % max(len(names), 1)
    return frozenset((names[start:] + names)[:SAMPLE])


def _is_old(lastmod: str) -> bool:
    # Of a page that changed today a lastmod in days cannot tell a second change.
    moment = day(lastmod)
    return moment is not None and as_moment(moment) < datetime.now(UTC) - timedelta(days=2)


def _list(address: str, tools: Tools) -> _Listed:
    """Every page of every sitemap at `address`; at the root of a site those that robots.txt names, or /sitemap.xml."""
    listed = _Listed()
    starts = [address]
    if urlsplit(address).path in ("", "/") and not urlsplit(address).query:
        starts = sitemaps_named(address, tools) or [urljoin(address, "/sitemap.xml")]
    seen: set[str] = set()
    waiting = [(one, 0) for one in starts]
    while waiting and len(seen) < MOST_PARTS and len(listed.pages) < MOST_PAGES:
        part, depth = waiting.pop(0)
        if part in seen:
            continue
        seen.add(part)
        found = _part(part, depth, address, tools, listed)
        if depth < _DEEPEST:
            waiting += [(nested, depth + 1) for nested, _ in found.sitemaps]
    if waiting:
        listed.missing = problem("cut-list", where=address, stage="list", limit=f"{MOST_PAGES:,}")
    if listed.elsewhere:
        detail = Counted(listed.elsewhere, "page")
        listed.problems.append(problem("other-site", where=address, stage="list", severity="warning", detail=detail))
    return listed


def _part(part: str, depth: int, address: str, tools: Tools, listed: _Listed) -> Sitemap:
    try:
        response = fetch_list(part, tools)
        found = answers.sitemap(read_list("sitemap", response, tools))
    except ListError as error:
        # A fault of the site (FetchError) ends the run; a part that is not there any more only keeps us from deleting.
        if depth == 0:
            raise
        said = problem("part-missing", where=part, stage="list", detail=unstopped(error.problem.what))
        listed.missing = said
        return Sitemap()
    if part == address:
        listed.moved = response.moved
    listed.problems += list_notes(found.notes, part, "sitemap")
    if "cut-list" in found.notes:
        listed.missing = problem("cut-list", where=part, stage="list", limit="50,000")
    if "broken-list" in found.notes and is_cut(response.body, "urlset", "sitemapindex"):
        listed.missing = problem("broken-list", where=part, stage="list")
    for page, lastmod in found.pages:
        if not same_site(page, response.url) and not same_site(page, address):
            listed.elsewhere += 1
        else:
            listed.pages.setdefault(native_id(page), (page, lastmod))
    return found


def _count(cursor: Mapping[str, Any], name: str) -> int:
    value = cursor.get(name)
    return value if isinstance(value, int) else 0
