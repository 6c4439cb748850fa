"""One harvest from an address to pages of changes: preview, test and real check are this one call."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from federation.record import Record, clean_line, cleaned, meta_hash, text_hash
from harvesters.base import Change, Kind, Known, Page, Problem, Tools, Validators, upsert
from harvesters.errors import HarvestError
from harvesters.identity import is_web_address
from harvesters.kinds import KINDS
from harvesters.minimise import minimised, without
from harvesters.problems import problem
from harvesters.sentences import Counted, Sentence

MOST_SUBJECTS: Final = 500
MOST_FILES: Final = 1_000
LONGEST_ID: Final = 1_000
LONGEST_URL: Final = 2_000
"""In bytes, as is that of an identifier: whoever keeps records looks them up in an index, and its entries are short."""


def harvest(kind: Kind | str, address: str, cursor: Mapping[str, Any], known: Known, tools: Tools) -> Iterator[Page]:
    """Walk the list at `address` from `cursor` ({} for the first time), page by page; nothing is stored.

    Every page holds cleaned records that differ from what `known` says of them; the others are `unchanged`, with
    `refreshed` where only their validators are new. Records without a web address or identifier, or beyond all
    measure, become problems, as does the second entry of one identifier in a list. `requests` and `bytes` are those of
    `tools.http` since the page before. HarvestError when the list cannot be read; an unexpected exception of a kind is
    one too, with the problem `fault`.
    """
    run = _Run(KINDS[kind] if isinstance(kind, str) else kind, address, known, tools)
    pages = run.kind.pages(address, cursor, known, tools)
    while True:
        try:
            page = next(pages, None)
            if page is None:
                return
            sifted = run.sift(page)
        except HarvestError:
            raise
        except Exception as error:
            detail = f"{type(error).__name__}: {error}"[:200]
            raise HarvestError(problem("fault", where=address, stage="list", detail=detail)) from error
        yield sifted


class _Run:
    """What one harvest remembers from page to page."""

    def __init__(self, kind: Kind, address: str, known: Known, tools: Tools) -> None:
        self.kind = kind
        self._address, self._known, self._http = address, known, tools.http
        self._seen: set[str] = set()
        self._requests, self._bytes = tools.http.requests, tools.http.bytes

    def sift(self, page: Page) -> Page:
        """The page with clean records that are new or changed, once each."""
        problems = list(page.problems)
        checked = [one for change in page.changes if (one := _checked(change, problems))]
        kept = self._once(checked, page.unchanged, problems)
        held = self._known([one.native_id for one in kept if one.record]) if kept else {}
        changes: list[Change] = []
        unchanged = list(page.unchanged)
        refreshed = list(page.refreshed)
        for one in kept:
            before = held.get(one.native_id)
            if one.record is None or before is None or (meta_hash(one.record), text_hash(one.record)) != before[:2]:
                changes.append(one)
                continue
            unchanged.append(one.native_id)
            if one.validators != before[2]:
                refreshed.append((one.native_id, one.validators))
        if page.listed == 0:
            problems.append(problem("empty-list", where=self._address, stage="list", severity="warning"))
        return self._counted(page, changes, unchanged, refreshed, problems)

    def _once(self, changes: list[Change], unchanged: tuple[str, ...], problems: list[Problem]) -> list[Change]:
        """Of equal identifiers the first. Between pages they are no fault: entries move on while a list is read."""
        kept: dict[str, Change] = {}
        for one in changes:
            if one.native_id in kept or one.native_id in unchanged:
                problems.append(problem("duplicate-id", where=one.native_id, severity="warning"))
            elif self.kind.semantics == "changes" or one.native_id not in self._seen:
                kept[one.native_id] = one
        self._seen.update(kept)
        return list(kept.values())

    def _counted(
        self,
        page: Page,
        changes: list[Change],
        unchanged: list[str],
        refreshed: list[tuple[str, Validators]],
        problems: list[Problem],
    ) -> Page:
        requests, received = self._http.requests, self._http.bytes
        made = replace(
            page,
            changes=tuple(changes),
            unchanged=tuple(dict.fromkeys(unchanged)),
            refreshed=tuple(refreshed),
            problems=tuple(problems),
            requests=requests - self._requests,
            bytes=received - self._bytes,
        )
        self._requests, self._bytes = requests, received
        return made


def _checked(change: Change, problems: list[Problem]) -> Change | None:
    """The change with a cleaned record; None, and a problem, where it cannot be taken."""
    if change.record is None:
        return replace(change, native_id=clean_line(change.native_id))
    try:
        record, dropped = minimised(cleaned(change.record))
        # Hashing walks through every value, so that whatever is no record fails here and not in the database.
        meta_hash(record), text_hash(record)
    except (TypeError, ValueError, AttributeError) as error:
        detail = f"{type(error).__name__}: {error}"[:200]
        problems.append(problem("broken-record", where=str(change.native_id), detail=detail))
        return None
    if refusal := _refusal(record):
        problems.append(replace(refusal, sample=change.raw[:300].decode("utf-8", "replace")))
        return None
    return upsert(record, change.validators, without(change.raw, dropped))


def _refusal(record: Record) -> Problem | None:
    if not record.native_id:
        return problem("no-id")
    if (length := len(record.native_id.encode())) > LONGEST_ID:
        return problem(
            "too-much", where=record.native_id[:200], detail=Sentence("an identifier of {length} bytes", length=length)
        )
    if (length := len(record.url.encode())) > LONGEST_URL:
        return problem(
            "too-much", where=record.native_id[:200], detail=Sentence("an address of {length} bytes", length=length)
        )
    if not is_web_address(record.url):
        return problem("no-url", where=record.native_id)
    if len(record.subjects) > MOST_SUBJECTS:
        return problem("too-much", where=record.url, detail=Counted(len(record.subjects), "subject"))
    if len(record.files) > MOST_FILES:
        return problem("too-much", where=record.url, detail=Counted(len(record.files), "file"))
    return None
