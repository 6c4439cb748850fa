"""What harvesters speak in: Kind, Page, Change, Problem, Tools, and the values that readers answer with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from federation.record import Record

Semantics = Literal["changes", "full", "window"]
"""What absence from a list means. `changes`: never a deletion, the list tells deletions itself (OAI-PMH). `full`: a
deletion after a complete run, through the guard (sitemap, folder). `window`: nothing at all (the newest entries)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong, for the person who can mend it.

    `code` is one of harvesters.problems.PROBLEMS; `what` and `fix` are whole sentences; `where` is the address or
    identifier of the one thing concerned; `sample` at most 300 characters of the offending input. `stage` is where on
    the way it happened. An `error` cost a record or the run, a `warning` cost part of a record, a `notice` nothing.
    """

    code: str
    what: str
    fix: str
    where: str = ""
    stage: Literal["list", "fetch", "read", "record"] = "record"
    severity: Literal["error", "warning", "notice"] = "error"
    sample: str = ""


Validators = dict[str, str]
"""What makes the next fetch conditional, kept with a record, all of them text: any of `etag`, `last_modified` (of the
document's answer), `lastmod`, `size` (as the list writes them), `sha256` (of the bytes, hex), `entry` (SHA-256 of what
a feed says of the document)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One record made, changed or gone. Build it with `upsert` or `deleted`."""

    native_id: str
    record: Record | None = None
    reason: str = ""
    validators: Validators = field(default_factory=dict)
    raw: bytes = b""
    """The original item (feed entry, OAI record, head of the page) as it came, at most 64 KiB, to show beside ours."""


def upsert(record: Record, validators: Validators | None = None, raw: bytes = b"") -> Change:
    """The record is there, in this state."""
    return Change(record.native_id, record, "", validators or {}, raw[:65536])


def deleted(native_id: str, reason: str) -> Change:
    """The source says that the record is gone; `reason` is a short sentence for people."""
    return Change(native_id, None, reason)


@dataclass(frozen=True, slots=True)
class Page:
    """One step of a harvest: what one transaction writes.

    `changes` are in list order. `unchanged` are identifiers that were seen and are as we know them. `cursor` is JSON
    to start the *next* page from (or the next run when `complete`). `complete` is true on the last page of a list
    that was walked to its end. `listed` is how many records the list says that it holds, where it says so.
    """

    changes: tuple[Change, ...]
    cursor: Mapping[str, Any]
    unchanged: tuple[str, ...] = ()
    refreshed: tuple[tuple[str, Validators], ...] = ()
    """Those of `unchanged` whose validators are new, with them (all of them, to be put in place of the old ones): the
    next fetch would otherwise ask with stale ones and read the document again."""
    problems: tuple[Problem, ...] = ()
    complete: bool = False
    listed: int | None = None
    moved: str = ""
    """The new address of the list where every hop of the redirect was permanent (301, 308); else empty."""
    extracted: int = 0
    """How many documents were read by a reader (a re-harvest of an unchanged source has 0)."""
    requests: int = 0
    bytes: int = 0


Known = Callable[[Sequence[str]], Mapping[str, tuple[str, str, Validators]]]
"""What we hold of these identifiers: {native_id: (meta_hash, text_hash, validators)}; unknown ones are left out."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that arrived whole: final address, lower-case header names, body (decompressed, within its cap)."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved: str = ""
    """The final address where every hop was permanent (301, 308); else empty."""

    @property
    def media_type(self) -> str:
        """`text/html` of `Content-Type: text/html; charset=utf-8`, lower case, empty where not said."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset that the header declares, lower case, empty where not said."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.strip().partition("=")
            if name.lower() == "charset":
                return value.strip("\"' ").lower()
        return ""

    @property
    def validators(self) -> Validators:
        """What a conditional GET needs next time: `etag`, `last_modified` (fetch drops dates in the future)."""
        found = {"etag": self.headers.get("etag", ""), "last_modified": self.headers.get("last-modified", "")}
        return {name: value for name, value in found.items() if value}


class Http(Protocol):
    """One polite, guarded session. Made by harvesters.fetch; kinds never see a socket."""

    requests: int
    bytes: int

    def get(
        self,
        url: str,
        *,
        purpose: Literal["list", "document"] = "list",
        validators: Validators | None = None,
        crawl: bool = False,
    ) -> Response:
        """GET within all limits, redirects followed by hand, 429 and 5xx tried three times in all.

        `purpose` chooses the caps (a list: 30 s, 20 MB; a document: 120 s, 50 MB). With `validators` the answer may
        have status 304 and an empty body. `crawl` asks robots.txt first (pages that we found, not addresses that a
        member gave us). Statuses below 400, and 404 and 410, come back as a Response; everything else raises
        FetchError or BlockedError with a Problem.
        """
        ...


class Sandbox(Protocol):
    """Where foreign bytes are read: a child with limits. Made by harvesters.sandbox."""

    def read(self, reader: str, data: bytes, **options: Any) -> Any:
        """The JSON answer of READERS[reader](data, **options); ReadError on a crash, bomb, refusal or time-out."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a harvest works with; built once a process from the settings."""

    http: Http
    sandbox: Sandbox


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing found at an address that could be registered as a source, said in a sentence."""

    kind: str
    address: str
    sentence: str
    title: str = ""
    """What the thing calls itself."""


class Kind(Protocol):
    """A kind of source. No database, no index, no sleeping, no retry: `tools.http` owns those.

    `pages` yields at least one page, in list order; a page's `cursor` must let a fresh call go on after that page
    (same records, none lost; some may come twice). The last page of a completed walk has `complete=True` and a cursor
    for the next run. Raises HarvestError when the list cannot be read; records that cannot be read are Problems.
    """

    name: str
    words: str
    """What people read: "Atom or RSS feed"."""
    semantics: Semantics

    def pages(self, address: str, cursor: Mapping[str, Any], known: Known, tools: Tools) -> Iterator[Page]: ...

    def recognise(self, response: Response, tools: Tools) -> Proposal | None:
        """What may be registered where this answer is a list of this kind itself; None where it is none.

        harvesters.discovery asks: it knows where to look, and visits. Raises HarvestError where the list is broken.
        """
        ...


# --- answers of readers: what comes out of the sandbox as JSON, by name of reader -------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """Answer of the readers html, pdf, office, sheet and text: what one document says of itself.

    Dates are ISO text as far as they could be read, else empty with a line in `notes`. `language` is what the
    document declares (`en`, lower case, two letters where possible). `links` are absolute.
    """

    title: str = ""
    text: str = ""
    summary: str = ""
    language: str = ""
    issued: str = ""
    modified: str = ""
    review_by: str = ""
    type: str = ""
    publisher: str = ""
    contact: str = ""
    licence: str = ""
    subjects: tuple[str, ...] = ()
    canonical: str = ""
    feeds: tuple[str, ...] = ()
    """Addresses of feeds that an HTML page announces."""
    notes: tuple[str, ...] = ()
    """Codes of problems that cost part of the document: `scanned-pdf`, `broken-date`, `cut-text`, `bad-json-ld` …"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, after clean-up of links and dates; `text` is plain text of the full content, if any."""

    id: str
    url: str
    title: str = ""
    summary: str = ""
    text: str = ""
    language: str = ""
    issued: str = ""
    modified: str = ""
    type: str = ""
    creators: tuple[str, ...] = ()
    contact: str = ""
    licence: str = ""
    rights: str = ""
    subjects: tuple[str, ...] = ()
    files: tuple[dict[str, Any], ...] = ()
    raw: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """Answer of the reader feed. `next` is the older page of an archived or paged feed (RFC 5005), if announced."""

    title: str = ""
    language: str = ""
    licence: str = ""
    rights: str = ""
    next: str = ""
    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    """Codes: `broken-feed` (mended as far as possible), `cut-feed` (more than 2,000 entries) …"""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Answer of the reader sitemap: (address, lastmod or "") of pages, and addresses of nested sitemaps."""

    pages: tuple[tuple[str, str], ...] = ()
    sitemaps: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Answer of the reader listing (an Apache, nginx or IIS directory page): files and folders below the address.

    Each file is (address, size text or "", modified text or "").
    """

    files: tuple[tuple[str, str, str], ...] = ()
    folders: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signs:
    """Answer of the reader signs: what a web page tells of lists. All addresses are absolute.

    `system` is what made the page, as `wordpress` or `ckan`. `feeds` are announced in its head, `linked_feeds` look
    like feeds among its links, as do `sitemaps` and `repositories` (OAI-PMH).
    """

    title: str = ""
    system: str = ""
    feeds: tuple[str, ...] = ()
    linked_feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
