"""Folders of files on a web server: the directory listing and those below it (full semantics)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from harvesters.base import Known, Page, Proposal, Response, Semantics, Tools
from harvesters.documents import Haul, Held, Visitor, Wanted
from harvesters.errors import BlockedError, HarvestError, ListError
from harvesters.identity import native_id
from harvesters.inventories import Inventory, unread_of, walk
from harvesters.lists import fetch_list, is_cut, list_notes, read_list
from harvesters.problems import problem
from harvesters.readers import answers
from harvesters.readers.sniff import ending, reader_for
from harvesters.sentences import Counted, Sentence, unstopped

MOST_FOLDERS: Final = 1_000
MOST_FILES: Final = 200_000
_DEEPEST: Final = 8
_NOT_DOCUMENTS: Final = frozenset(
    {
        *("png", "jpg", "jpeg", "gif", "svg", "webp", "bmp", "ico", "tif", "tiff"),
        *("mp3", "mp4", "m4a", "mov", "avi", "wav", "ogg"),
        *("zip", "gz", "tgz", "tar", "7z", "rar", "exe", "msi", "iso", "dmg"),
        *("css", "js", "json", "xml", "rss", "atom", "map", "woff", "woff2", "ttf", "eot"),
        *("db", "sqlite", "bak", "tmp", "log", "ini", "conf", "lock", "md5", "sha1", "sha256", "asc", "sig"),
    }
)
"""Endings of files that hold no text for people: fetching them would cost much and bring nothing."""
_FORMATS: Final = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d-%b-%Y %H:%M",
    "%d-%b-%Y %H:%M:%S",
    "%Y-%b-%d %H:%M",
    "%Y-%b-%d %H:%M:%S",
)
"""How Apache, nginx and lighttpd write times. IIS writes 11/12/2026, which says no more than that something changed."""


@dataclass(slots=True)
class _Listed(Inventory):
    """All files of a folder and of those below it: native id -> (address, size, time as written)."""

    files: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)


class FolderKind:
    """Implements harvesters.base.Kind.

    The cursor: {"unread"} and, within a run, "after" (the last native id that was done, in their own order). A file
    whose size and time in the listing are as before, and older than two days, is not asked for at all.
    """

    name = "folder"
    words = "Folder of files"
    semantics: Semantics = "full"

    def pages(self, address: str, cursor: Mapping[str, Any], known: Known, tools: Tools) -> Iterator[Page]:
        listed = _list(address, tools)
        visitor = Visitor(tools, unread_of(cursor))

        def place(after: str) -> dict[str, Any]:
            unread = {key: value for key, value in visitor.unread.items() if key in listed.files}
            return {"after": after, "unread": unread} if after else {"unread": unread}

        yield from walk(
            listed.files, listed, cursor, lambda batch, haul: _visit(batch, listed, known, visitor, haul), place
        )

    def recognise(self, response: Response, tools: Tools) -> Proposal | None:
        if reader_for(response.media_type, response.url, response.body[:4096]) != "html":
            return None
        try:
            found = answers.listing(read_list("listing", response, tools))
        except ListError:
            return None
        name = urlsplit(response.url).path
        said = Sentence(
            "A folder of files, {name}, with {files} and {folders} in it.",
            name=name,
            files=Counted(len(found.files), "file"),
            folders=Counted(len(found.folders), "folder"),
        )
        return Proposal("folder", response.url, said, name)


def _visit(batch: list[str], listed: _Listed, known: Known, visitor: Visitor, haul: Haul) -> None:
    held = known(batch) if batch else {}
    for name in batch:
        address, size, time = listed.files[name]
        told = {key: value for key, value in (("size", size), ("lastmod", time)) if value}
        before = held.get(name)
        if before and _is_as_before(told, before):
            haul.same(name, before, before[2])
        else:
            visitor.visit(Wanted(address, name, told, attach=True), before, haul)


def _is_as_before(told: Mapping[str, str], held: Held) -> bool:
    """Whether the listing alone says so. A listing counts in minutes, so that the newest files are asked for."""
    if len(told) < 2 or any(held[2].get(key) != value for key, value in told.items()):
        return False
    moment = _moment(told["lastmod"])
    return moment is not None and moment < datetime.now(UTC) - timedelta(days=2)


def _moment(written: str) -> datetime | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(written, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _list(address: str, tools: Tools) -> _Listed:
    """Every file below `address`, folder by folder."""
    listed = _Listed()
    seen: set[str] = set()
    waiting = [(address, 0)]
    while waiting and len(seen) < MOST_FOLDERS and len(listed.files) < MOST_FILES:
        folder, depth = waiting.pop(0)
        if folder not in seen:
            seen.add(folder)
            folders = _folder(folder, depth, tools, listed)
            waiting += [(one, depth + 1) for one in folders if depth < _DEEPEST]
    if waiting:
        listed.missing = problem("cut-list", where=address, stage="list", limit=f"{MOST_FILES:,}")
    if listed.left_out:
        detail = ", ".join(f"{count} × .{name}" for name, count in sorted(listed.left_out.items()))
        listed.problems.append(
            problem("unknown-format", where=address, stage="list", severity="notice", detail=detail[:200])
        )
    return listed


def _folder(folder: str, depth: int, tools: Tools, listed: _Listed) -> tuple[str, ...]:
    """Take the files of one folder; the folders in it."""
    try:
        response = fetch_list(folder, tools, crawl=depth > 0)
        found = answers.listing(read_list("listing", response, tools))
    except (ListError, BlockedError) as error:
        if depth == 0:
            raise
        _explain(folder, error, listed)
        return ()
    if depth == 0:
        listed.moved = response.moved
    listed.problems += list_notes(found.notes, folder, "listing")
    if "cut-list" in found.notes:
        listed.missing = problem("cut-list", where=folder, stage="list", limit="20,000")
    if is_cut(response.body, "html", "body"):
        listed.missing = problem("broken-list", where=folder, stage="list")
    for address, size, time in found.files:
        hidden = address.rpartition("/")[2].startswith(".")
        if hidden or ending(address) in _NOT_DOCUMENTS:
            listed.left_out[ending(address)] = listed.left_out.get(ending(address), 0) + 1
        else:
            listed.files.setdefault(native_id(address), (address, size, time))
    return found.folders


def _explain(folder: str, error: HarvestError, listed: _Listed) -> None:
    """A folder with a page of its own, or that robots.txt keeps us out of, is meant so; any other one is missing."""
    detail = unstopped(error.problem.what)
    said = problem("part-missing", where=folder, stage="list", severity="warning", detail=detail)
    if error.problem.code in ("not-a-list", "robots-refused"):
        listed.problems.append(said)
    else:
        listed.missing = said
