"""Four sites with the same documents, one for each kind of source, and a store that takes what a harvest yields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape
from itertools import islice

from federation.record import Record, meta_hash, text_hash
from harvesters.base import Page, Problem, Tools, Validators
from harvesters.errors import HarvestError
from harvesters.run import harvest
from tests.servers.loopback import Answer, Request
from tests.servers.repository import Repository

TEXT = "We sent two people to each damp home, and repeat visits fell by a third within one winter. "


@dataclass
class Site:
    """`documents` are names and texts. `broken` has answers instead of the normal ones, by path or by path and query.

    `withdrawn` documents are listed still (or as tombstones) and gone; `first` are listed once more, before all.
    """

    documents: dict[str, str]
    broken: dict[str, Answer] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    first: tuple[str, ...] = ()
    kind = ""
    path = ""
    middle = ""
    """A later document of the list."""
    semantics = ""

    def answer(self, request: Request) -> Answer:
        query = "&".join(f"{name}={value}" for name, value in request.query.items())
        for path in (f"{request.path}?{query}", request.path):
            if path in self.broken:
                return self.broken[path]
        return self.normal(request)

    def normal(self, request: Request) -> tuple[int, Mapping[str, str], bytes | str]:
        raise NotImplementedError


def page_of(name: str, text: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><title>Damp homes {name}</title></head><body><main>'
        f"<h1>Damp homes {name}</h1><p>{escape(text)}</p></main></body></html>"
    )


@dataclass
class FeedSite(Site):
    """RSS in documents of five entries, each linked to the next older one."""

    kind = "feed"
    path = "/feed.xml"
    middle = "/feed.xml?at=5"
    semantics = "window"

    def normal(self, request: Request) -> tuple[int, Mapping[str, str], bytes | str]:
        names = [*self.first, *self.documents]
        at = int(request.query.get("at", "0"))
        items = "".join(self._item(name) for name in names[at : at + 5])
        older = f'<atom:link rel="next" href="/feed.xml?at={at + 5}"/>' if at + 5 < len(names) else ""
        body = (
            '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Damp</title>'
            f"<link>/</link><description>D</description>{older}{items}</channel></rss>"
        )
        return 200, {"Content-Type": "application/rss+xml"}, body

    def _item(self, name: str) -> str:
        text = escape(f"<p>{escape(self.documents[name])}</p>")
        return (
            f"<item><title>Damp homes {name}</title><link>/{name}</link><guid isPermaLink='false'>{name}</guid>"
            f"<content:encoded>{text}</content:encoded></item>"
        )


@dataclass
class SitemapSite(Site):
    """A sitemap and its pages, without a single validator."""

    kind = "sitemap"
    path = "/sitemap.xml"
    middle = "/part-1.xml"
    NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    semantics = "full"

    def normal(self, request: Request) -> tuple[int, Mapping[str, str], bytes | str]:
        host = f"http://{request.headers['host']}"
        if request.path == self.path:
            parts = "".join(f"<sitemap><loc>{host}/part-{number}.xml</loc></sitemap>" for number in (0, 1))
            return 200, {"Content-Type": "application/xml"}, f"<sitemapindex {self.NS}>{parts}</sitemapindex>"
        if request.path.startswith("/part-"):
            names = [*self.first, *self.documents][int(request.path[6]) :: 2]
            urls = "".join(f"<url><loc>{host}/{name}</loc></url>" for name in names)
            return 200, {"Content-Type": "application/xml"}, f"<urlset {self.NS}>{urls}</urlset>"
        name = request.path.removeprefix("/")
        if name not in self.documents or name in self.withdrawn:
            return 404, {}, b""
        return 200, {"Content-Type": "text/html; charset=utf-8"}, page_of(name, self.documents[name])


@dataclass
class OaiSite(Site):
    """A repository of five records a page, with tombstones."""

    kind = "oaipmh"
    path = "/oai"
    middle = "/oai?verb=ListRecords&resumptionToken=5!"
    semantics = "changes"

    def normal(self, request: Request) -> tuple[int, Mapping[str, str], bytes | str]:
        records = [self._record(name) for name in [*self.first, *self.documents]]
        return Repository(records, page=5).answer(request)

    def __post_init__(self) -> None:
        self._before = dict(self.documents)

    def _record(self, name: str) -> Record:
        touched = self.documents[name] != self._before.get(name) or name in self.withdrawn
        return Record(
            native_id=f"oai:trentside.example:{name}",
            url=f"https://trentside.example/{name}",
            datestamp=datetime(2026, 11, 24, 13 if touched else 11, tzinfo=UTC),
            title=f"Damp homes {name}",
            summary=self.documents[name],
            deleted="withdrawn" if name in self.withdrawn else None,
        )


@dataclass
class FolderSite(Site):
    """A listing as Apache writes it, and one folder below it."""

    kind = "folder"
    path = "/files/"
    middle = "/files/deep/"
    semantics = "full"

    def normal(self, request: Request) -> tuple[int, Mapping[str, str], bytes | str]:
        if request.path in (self.path, f"{self.path}deep/"):
            deep = request.path != self.path
            names = [one for one in [*self.first, *self.documents] if one.endswith("3") == deep]
            rows = "".join(
                f'<a href="{one}.txt">{one}.txt</a>      2026-10-01 10:00  {len(self.documents[one])}\n'
                for one in names
            )
            below = "" if deep else '<a href="deep/">deep/</a>   2026-10-01 10:00  -\n'
            body = f"<html><head><title>Index of {request.path}</title></head><body><h1>Index of {request.path}</h1>"
            return 200, {"Content-Type": "text/html"}, f"{body}<pre><a href='../'>../</a>\n{below}{rows}</pre></body>"
        name = request.path.rpartition("/")[2].removesuffix(".txt")
        if name not in self.documents or name in self.withdrawn:
            return 404, {}, b""
        return 200, {"Content-Type": "text/plain"}, f"# Damp homes {name}\n\n{self.documents[name]}"


SITES: Sequence[type[Site]] = (FeedSite, SitemapSite, OaiSite, FolderSite)


def texts(count: int) -> dict[str, str]:
    """Names `d00` … and texts of their own."""
    return {f"d{number:02d}": f"{TEXT}It was home number {number}." for number in range(count)}


@dataclass
class Store:
    """What a hub would keep of a source: records, validators, cursor, and what the last run told."""

    records: dict[str, tuple[Record, Validators]] = field(default_factory=dict)
    cursor: dict[str, object] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def known(self, names: Sequence[str]) -> dict[str, tuple[str, str, Validators]]:
        held = {name: self.records[name] for name in names if name in self.records}
        return {name: (meta_hash(record), text_hash(record), given) for name, (record, given) in held.items()}

    def take(self, page: Page) -> None:
        """One page, as one transaction."""
        for change in page.changes:
            self.seen.add(change.native_id)
            if change.record is None:
                self.records.pop(change.native_id, None)
            else:
                self.records[change.native_id] = (change.record, change.validators)
        self.seen.update(page.unchanged)
        for name, given in page.refreshed:
            self.records[name] = (self.records[name][0], given)
        self.cursor = dict(page.cursor)
        self.pages.append(page)

    def run(self, kind: str, address: str, tools: Tools, most: int | None = None) -> None:
        """One check, from the cursor; after `most` pages it is killed. A failed one leaves the cursor as it was."""
        if most is None or not self.pages:
            self.pages, self.seen = [], set()
        before = self.cursor
        try:
            for page in islice(harvest(kind, address, self.cursor, self.known, tools), most):
                self.take(page)
        except HarvestError:
            self.cursor = before
            raise

    @property
    def complete(self) -> bool:
        return bool(self.pages) and self.pages[-1].complete

    @property
    def changes(self) -> list[str]:
        return [change.native_id for page in self.pages for change in page.changes]

    @property
    def extracted(self) -> int:
        return sum(page.extracted for page in self.pages)

    @property
    def problems(self) -> list[Problem]:
        return [one for page in self.pages for one in page.problems]

    @property
    def codes(self) -> list[str]:
        return [one.code for one in self.problems]

    def digest(self) -> dict[str, Record]:
        """What is stored, without what may differ between two ways to the same end."""
        return {name: replace(record, datestamp=None) for name, (record, _) in sorted(self.records.items())}
