"""Feeds: RSS, Atom, RDF and JSON Feed. A feed is a window on what is newest; absence from it means nothing."""

import hashlib
import json
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from federation.record import File, Record, as_moment, cleaned
from harvesters.answers import GONE
from harvesters.base import Document, Entry, Feed, Known, Page, Proposal, Response, Semantics, Tools, upsert
from harvesters.documents import A_PAGE, FIRST_PAGE, Haul, Held, Patience, day, licence, read_document
from harvesters.errors import FetchError, ListError, ReadError
from harvesters.identity import host_of, native_id
from harvesters.lists import fetch_list, is_cut, list_notes, notes_of, read_list
from harvesters.problems import problem
from harvesters.readers import answers
from harvesters.readers.sniff import reader_for
from harvesters.sentences import Counted, Day, Sentence

MOST_PAGES: Final = 1_000
"""Documents of an archive (RFC 5005) that are walked in one run."""
RUNS: Final = 10
AGE: Final = timedelta(days=7)
"""Every tenth run, and after a week, the feed is asked for without conditions: some sites answer 304 for ever."""


@dataclass(slots=True)
class _State:
    """What the cursor says: of the feed's first document, and within a run of the walk through its archive."""

    validators: dict[str, str] = field(default_factory=dict)
    sha256: str = ""
    runs: int = 0
    whole: str = ""
    walked: bool = False
    at: dict[str, Any] = field(default_factory=dict)

    def conditions(self) -> dict[str, str] | None:
        """The validators for this run, None where the whole feed is due."""
        since = day(self.whole)
        old = not isinstance(since, datetime) or datetime.now(UTC) - since > AGE
        return None if old or self.runs + 1 >= RUNS or not self.walked else self.validators or None


class FeedKind:
    """Implements harvesters.base.Kind.

    The cursor: {"validators", "sha256" (of the feed's bytes), "runs" (since the last unconditional GET), "whole" (its
    time), "walked" (the archive was read once)}; within a run also "at": {"url" (the next document of the archive),
    "pages", "clean", "cut"}. The archive of RFC 5005 is walked on the first run, later as far as all entries are new.
    """

    name = "feed"
    words = "Atom or RSS feed"
    semantics: Semantics = "window"

    def pages(self, address: str, cursor: Mapping[str, Any], known: Known, tools: Tools) -> Iterator[Page]:
        state = _state(cursor)
        if state.at:
            yield from _Walk(state, known, tools).pages(_older(state.at["url"], tools), "")
            return
        response = fetch_list(address, tools, state.conditions())
        digest = hashlib.sha256(response.body).hexdigest()
        if response.status == 304:
            state.runs += 1
            yield Page((), asdict(state), complete=True, moved=response.moved)
            return
        state.runs, state.whole = 0, datetime.now(UTC).isoformat(timespec="seconds")
        unchanged = state.walked and state.sha256 == digest
        state.validators, state.sha256 = response.validators, digest
        if unchanged:
            yield Page((), asdict(state), complete=True, moved=response.moved)
            return
        yield from _Walk(state, known, tools).pages(response, response.moved)

    def recognise(self, response: Response, tools: Tools) -> Proposal | None:
        if reader_for(response.media_type, response.url, response.body[:4096]) != "feed":
            return None
        found = answers.feed(read_list("feed", response, tools))
        words: dict[str, Any] = {"form": _form(response.body[:4096]), "name": found.title or host_of(response.url)}
        if not found.entries:
            empty = Sentence("{form}, “{name}”, without a document at the moment.", **words)
            return Proposal("feed", response.url, empty, found.title)
        words["documents"] = Counted(len(found.entries), "document")
        dates = [as_moment(one) for entry in found.entries if (one := day(entry.modified or entry.issued))]
        if dates:
            words["day"] = Day(max(dates))
            said = Sentence("{form}, “{name}”, with {documents}; the newest is of {day}.", **words)
        else:
            said = Sentence("{form}, “{name}”, with {documents}; none of them states a date.", **words)
        return Proposal("feed", response.url, said, found.title)


class _Walk:
    """From one document of the feed to the next older one."""

    def __init__(self, state: _State, known: Known, tools: Tools) -> None:
        self._state, self._known, self._tools = state, known, tools
        self._count = int(state.at.get("pages", 0))
        self._clean = bool(state.at.get("clean", True))
        self._cut = bool(state.at.get("cut", False))
        self._patience: Patience | None = Patience()
        self._seen: set[str] = set()

    def pages(self, response: Response | None, moved: str) -> Iterator[Page]:
        while response is not None:
            self._count += 1
            self._seen.add(response.url)
            feed = answers.feed(read_list("feed", response, self._tools))
            if "broken-list" in feed.notes and is_cut(response.body, "rss", "feed", "rdf"):
                self._clean, self._cut = False, True
            older = yield from self._document(response, feed, moved)
            if not older:
                return
            response = _older(older, self._tools)
        # The last document named an older one that is not there.
        yield Page((), self._cursor(""), complete=True, moved=moved)

    def _document(self, response: Response, feed: Feed, moved: str) -> Generator[Page, None, str]:
        """The pages of one document; the address of the next one that is wanted, empty behind the last."""
        haul = Haul(problems=list_notes(feed.notes, response.url, "feed"))
        here = asdict(self._state) | {"at": self._at(response.url, self._count - 1)}
        fresh = True
        first = A_PAGE if self._state.walked or self._count > 1 else FIRST_PAGE
        for at in (0, *range(first, len(feed.entries), A_PAGE)):
            if at:
                yield haul.page(here, moved=moved)
                haul = Haul()
            part = feed.entries[at : at + A_PAGE] if at else feed.entries[:first]
            held = self._known([native_id(one.id or one.url) for one in part])
            fresh = fresh and not held
            for entry in part:
                self._take(entry, feed, held, haul)
        older = self._wanted(feed, fresh)
        listed = 0 if self._count == 1 and not feed.entries else None
        yield haul.page(self._cursor(older), complete=not older, listed=listed, moved=moved)
        return older

    def _wanted(self, feed: Feed, fresh: bool) -> str:
        unwanted = self._state.walked and not fresh
        return "" if unwanted or feed.next in self._seen or self._count >= MOST_PAGES else feed.next

    def _cursor(self, older: str) -> dict[str, Any]:
        cursor = asdict(self._state) | {"at": {}}
        if older:
            return cursor | {"at": self._at(older, self._count)}
        # Where a page could not be had just now, the same feed is looked at again next time; where a document of it
        # broke off, its archive, too.
        cursor["walked"] = self._state.walked or not self._cut
        return cursor if self._clean else cursor | {"validators": {}, "sha256": ""}

    def _at(self, url: str, pages: int) -> dict[str, Any]:
        return {"url": url, "pages": pages, "clean": self._clean, "cut": self._cut}

    def _take(self, entry: Entry, feed: Feed, held: Mapping[str, Held], haul: Haul) -> None:
        name = native_id(entry.id or entry.url)
        where = entry.url or entry.id
        if not name:
            haul.problems.append(problem("no-id", stage="record", sample=entry.raw))
            return
        haul.problems += notes_of(entry.notes, where)
        if entry.text or not entry.url:
            haul.changes.append(upsert(_record(entry, feed, Document(), name), raw=entry.raw.encode()))
            return
        told = {"entry": hashlib.sha256(json.dumps(asdict(entry), sort_keys=True).encode()).hexdigest()}
        before = held.get(name)
        if before and before[2] == told:
            haul.unchanged.append(name)
            return
        document = self._page_of(entry, haul)
        if document is None and before:
            haul.unchanged.append(name)
            return
        record = _record(entry, feed, document or Document(), name)
        haul.changes.append(upsert(record, told if document else {}, entry.raw.encode()))

    def _page_of(self, entry: Entry, haul: Haul) -> Document | None:
        """What stands on the page that an entry without a text leads to; None where it cannot be had just now."""
        if self._patience is None:
            self._clean = False
            return None
        try:
            response = self._tools.http.get(entry.url, purpose="document", crawl=True)
        except FetchError as error:
            haul.problems.append(error.problem)
            self._clean = self._clean and error.permanent
            self._patience = None if self._patience.is_over(error) else self._patience
            return None
        self._patience.arrived()
        if response.status in GONE:
            said = problem("gone", where=entry.url, stage="fetch", severity="warning", status=response.status)
            haul.problems.append(said)
            return None
        try:
            haul.extracted += 1
            document = read_document(response, self._tools)[1]
        except ReadError as error:
            haul.problems.append(error.problem)
            return Document()
        haul.problems += notes_of(document.notes, entry.url)
        return document


def _record(entry: Entry, feed: Feed, page: Document, name: str) -> Record:
    """The entry's own words first, then those of its page, then the feed's."""
    files = tuple(_file(one) for one in entry.files)
    return cleaned(
        Record(
            native_id=name,
            url=entry.url or next((one.url for one in files), ""),
            datestamp=None,
            title=entry.title or page.title,
            summary=entry.summary or page.summary,
            text=entry.text or page.text,
            language=entry.language or page.language or feed.language,
            type=entry.type or page.type,
            creators=entry.creators or ((page.publisher,) if page.publisher else ()),
            contact=entry.contact or page.contact,
            issued=day(entry.issued or page.issued),
            modified=day(entry.modified or page.modified),
            review_by=day(page.review_by),
            licence=licence(entry.licence or page.licence or feed.licence),
            rights=entry.rights or feed.rights,
            subjects=tuple(dict.fromkeys((*entry.subjects, *page.subjects))),
            files=files,
        )
    )


def _form(head: bytes) -> str:
    """Which of the forms of a feed it is, for people."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return Sentence("A JSON feed")
    if re.search(rb"<(?:\w+:)?feed[\s>]", head, re.I):
        return Sentence("An Atom feed")
    return Sentence("An RSS feed")


def _file(one: Mapping[str, Any]) -> File:
    size = one.get("size")
    return File(str(one.get("url", "")), str(one.get("type", "")), size if isinstance(size, int) else None)


def _older(url: str, tools: Tools) -> Response | None:
    """An older document of the feed; None behind the last one, which some sites announce although it is not there."""
    try:
        return fetch_list(url, tools)
    except ListError:
        return None


def _state(cursor: Mapping[str, Any]) -> _State:
    known = {name: cursor[name] for name in _State.__dataclass_fields__ if name in cursor}
    return _State(**known)
