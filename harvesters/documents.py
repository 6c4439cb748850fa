"""One document: fetched only if it changed, read by the reader that its bytes ask for, made a Record."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal
from urllib.parse import unquote, urlsplit

from federation.record import File, Licence, Record, as_moment, cleaned, meta_hash, parse_date, text_hash
from harvesters.answers import GONE
from harvesters.base import Change, Document, Page, Problem, Response, Tools, Validators, deleted, upsert
from harvesters.errors import FetchError, ReadError
from harvesters.identity import same_origin
from harvesters.lists import notes_of
from harvesters.problems import PROBLEMS, problem
from harvesters.readers import answers
from harvesters.readers.sniff import reader_for

A_PAGE: Final = 50
"""Documents in one page of a harvest."""
FIRST_PAGE: Final = 10
"""Documents in the very first page of a source, so that a preview need not wait for fifty."""
_DOCUMENTS: Final = frozenset({"html", "pdf", "office", "sheet", "text"})
_SITE_FAULTS: Final = frozenset(
    {"no-connection", "tls", "unknown-host", "no-name-lookup", "too-slow", "status-5xx", "status-429", "bad-answer"}
)
_IN_A_ROW: Final = 5
_MOST_UNREAD: Final = 200

Held = tuple[str, str, Validators]
"""What we hold of a document: (meta_hash, text_hash, validators), as harvesters.base.Known gives it."""
Outcome = Literal["same", "changed", "gone", "failed"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document of a list. `told` is what the list says of its state (`lastmod`, `size`), `attach` keeps the
    document itself among the record's files even where it is a web page."""

    address: str
    native_id: str
    told: Validators = field(default_factory=dict)
    attach: bool = False


@dataclass(slots=True)
class Haul:
    """What one page of a harvest brings, gathered document by document."""

    changes: list[Change] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refreshed: list[tuple[str, Validators]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    extracted: int = 0

    def page(self, cursor: Mapping[str, Any], **more: Any) -> Page:
        """All of it as a Page."""
        return Page(
            changes=tuple(self.changes),
            cursor=cursor,
            unchanged=tuple(self.unchanged),
            refreshed=tuple(self.refreshed),
            problems=tuple(self.problems),
            extracted=self.extracted,
            **more,
        )

    def same(self, native_id: str, held: Held, validators: Validators) -> None:
        """The document is as we know it, with these validators."""
        self.unchanged.append(native_id)
        if validators != held[2]:
            self.refreshed.append((native_id, validators))


class Patience:
    """When a run must stop fetching documents: the site asks for a pause, or fails time after time."""

    def __init__(self) -> None:
        self._failures = 0
        self._refusals = 0
        self._arrived = False

    def arrived(self) -> None:
        """A document came."""
        self._failures, self._arrived = 0, True

    def is_over(self, error: FetchError) -> bool:
        """Whether this failure is one too many. A single page that fails is that page's problem alone."""
        code = error.problem.code
        self._failures += code in _SITE_FAULTS
        # Refused pages may be a members' area; refused from the first one on, it is the site that refuses us.
        self._refusals += code == "blocked-by-firewall" and not self._arrived
        asked = error.retry_after is not None or code in ("robots-unreachable", "status-429")
        return asked or self._failures >= _IN_A_ROW or self._refusals >= _IN_A_ROW


class Visitor:
    """Visits documents one by one and puts what came of it into a Haul.

    `unread` ({native_id: validators with `code` and `detail`}) remembers documents that could not be read, so that the
    same bytes are not tried again at every check; keep it in the cursor.
    """

    def __init__(self, tools: Tools, unread: Mapping[str, Any]) -> None:
        self._tools = tools
        self._patience = Patience()
        self.unread: dict[str, Any] = dict(unread)

    def visit(self, wanted: Wanted, held: Held | None, haul: Haul) -> Outcome:
        """Fetch and read one document. FetchError when the site as a whole does not answer any more."""
        earlier = self._earlier_failure(wanted.native_id)
        before = earlier or (held[2] if held else {})
        try:
            response = self._tools.http.get(wanted.address, purpose="document", validators=before, crawl=True)
        except FetchError as error:
            if self._patience.is_over(error):
                raise
            haul.problems.append(error.problem)
            # It is still in the list, so it is not gone.
            haul.unchanged += [wanted.native_id] if held else []
            return "failed"
        self._patience.arrived()
        if response.status in GONE:
            return self._gone(wanted, held, response.status, haul)
        digest = before.get("sha256", "") if response.status == 304 else hashlib.sha256(response.body).hexdigest()
        validators = {**response.validators, **wanted.told, "sha256": digest}
        if response.status == 304 or before.get("sha256") == digest:
            if not earlier and held:
                haul.same(wanted.native_id, held, validators)
                return "same"
            return self._unread_still(wanted, held, earlier, haul)
        return self._read(wanted, held, response, validators, haul)

    def _earlier_failure(self, native_id: str) -> Validators:
        found = self.unread.get(native_id)
        return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}

    def _gone(self, wanted: Wanted, held: Held | None, status: int, haul: Haul) -> Outcome:
        self.unread.pop(wanted.native_id, None)
        if held:
            haul.changes.append(deleted(wanted.native_id, f"The site says that it is gone (status {status})."))
        else:
            gone = problem("gone", where=wanted.address, stage="fetch", severity="warning", status=status)
            haul.problems.append(gone)
        return "gone"

    def _unread_still(self, wanted: Wanted, held: Held | None, earlier: Validators, haul: Haul) -> Outcome:
        code = earlier.get("code", "") if earlier.get("code") in PROBLEMS else "unreadable"
        told = {"detail": earlier.get("detail", ""), "limit": "we take"}
        haul.problems.append(problem(code, where=wanted.address, stage="read", severity="warning", **told))
        haul.unchanged += [wanted.native_id] if held else []
        return "failed"

    def _read(
        self, wanted: Wanted, held: Held | None, response: Response, validators: Validators, haul: Haul
    ) -> Outcome:
        try:
            haul.extracted += 1
            reader, document = read_document(response, self._tools)
        except ReadError as error:
            # A format that nobody reads was only looked at.
            haul.extracted -= error.problem.code == "unknown-format"
            haul.problems.append(replace(error.problem, where=wanted.address))
            self._remember(wanted.native_id, error.problem, validators)
            haul.unchanged += [wanted.native_id] if held else []
            return "failed"
        self.unread.pop(wanted.native_id, None)
        record = cleaned(record_of(document, wanted, response, reader, validators["sha256"]))
        haul.problems += notes_of(document.notes, wanted.address)
        if held and (meta_hash(record), text_hash(record)) == held[:2]:
            haul.same(wanted.native_id, held, validators)
            return "same"
        haul.changes.append(upsert(record, validators, response.body if reader == "html" else b""))
        return "changed"

    def _remember(self, native_id: str, told: Problem, validators: Validators) -> None:
        if len(self.unread) < _MOST_UNREAD:
            detail = "it could not be read before, and has not changed"
            self.unread[native_id] = {**validators, "code": told.code, "detail": detail}


def read_document(response: Response, tools: Tools) -> tuple[str, Document]:
    """(reader, Document) of a fetched document; ReadError (`unknown-format` among them) where none can be made."""
    reader = reader_for(response.media_type, response.url, response.body[:4096])
    if reader not in _DOCUMENTS:
        detail = response.media_type or "no type is given"
        said = problem("unknown-format", where=response.url, stage="read", severity="notice", detail=detail)
        raise ReadError(said)
    found = tools.sandbox.read(
        reader, response.body, url=response.url, media_type=response.media_type, charset=response.charset
    )
    return reader, answers.document(found)


def record_of(document: Document, wanted: Wanted, response: Response, reader: str, digest: str) -> Record:
    """The Record of one document. Its address is the canonical one, if that lies on the same site."""
    canonical = document.canonical if same_origin(document.canonical, response.url) else ""
    file = File(response.url, response.media_type, len(response.body), digest)
    title = document.title or name_of(response.url)
    return Record(
        native_id=wanted.native_id,
        url=canonical or response.url,
        datestamp=_datestamp(wanted, response),
        title=title,
        summary=document.summary,
        text=_behind(title, document.text),
        language=document.language,
        type=document.type,
        creators=(document.publisher,) if document.publisher else (),
        contact=document.contact,
        issued=day(document.issued),
        modified=day(document.modified),
        review_by=day(document.review_by),
        licence=licence(document.licence),
        subjects=document.subjects,
        files=(file,) if wanted.attach or reader != "html" else (),
    )


def licence(address: str) -> Licence:
    """What a document or an entry itself says of its licence."""
    return Licence(address, "", "record") if address else Licence()


def day(written: str) -> date | None:
    """The date of a reader's ISO text; None for what is none."""
    try:
        return parse_date(written) if written else None
    except ValueError:
        return None


def name_of(address: str) -> str:
    """`annual report 2026` of `https://example.org/a/annual-report_2026.pdf`: a title for want of a better one."""
    try:
        name = unquote(urlsplit(address).path.rstrip("/").rpartition("/")[2])
    except ValueError:
        return address
    stem = name.rpartition(".")[0] or name
    return stem.replace("-", " ").replace("_", " ").strip() or address


def _behind(title: str, text: str) -> str:
    """The text without the title as its first line, where files and pages often repeat it."""
    first, _, rest = text.lstrip().partition("\n")
    return rest.lstrip() if rest and " ".join(first.split()).casefold() == title.casefold() else text


def _datestamp(wanted: Wanted, response: Response) -> datetime | None:
    if found := day(wanted.told.get("lastmod", "")):
        return as_moment(found)
    try:
        found = parsedate_to_datetime(response.headers.get("last-modified", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return as_moment(parse_date(found.isoformat()))
