"""Lists of everything that a site has (sitemaps, folders), walked document by document in pages (full semantics)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harvesters.base import Page, Problem
from harvesters.documents import A_PAGE, FIRST_PAGE, Haul
from harvesters.errors import ListError


@dataclass(slots=True)
class Inventory:
    """What reading the whole list told. `missing` names the first part of it that could not be had."""

    problems: list[Problem] = field(default_factory=list)
    missing: Problem | None = None
    moved: str = ""


def walk(
    names: Collection[str],
    inventory: Inventory,
    cursor: Mapping[str, Any],
    visit: Callable[[list[str], Haul], None],
    place: Callable[[str], dict[str, Any]],
) -> Iterator[Page]:
    """The pages of one run. `visit` fills a haul with the documents of one batch; `place` makes the cursor behind the
    document that it is given, or behind the whole list where that is empty.

    ListError at the end when a part is missing: what could be read is kept, and nothing may be called gone.
    """
    if not names and not inventory.missing:
        problems = tuple(inventory.problems)
        yield Page((), {**cursor}, problems=problems, complete=True, listed=0, moved=inventory.moved)
        return
    haul = Haul(problems=inventory.problems)
    after = str(cursor.get("after", ""))
    for batch, last in _batches(names, cursor):
        visit(batch, haul)
        after = batch[-1] if batch else after
        complete = last and inventory.missing is None
        yield haul.page(place("" if complete else after), complete=complete, listed=len(names), moved=inventory.moved)
        haul = Haul()
    if inventory.missing is not None:
        raise ListError(inventory.missing)


def unread_of(cursor: Mapping[str, Any]) -> Mapping[str, Any]:
    """The documents that could not be read before, as a Visitor remembers them."""
    unread = cursor.get("unread")
    return unread if isinstance(unread, dict) else {}


def _batches(names: Iterable[str], cursor: Mapping[str, Any]) -> Iterator[tuple[list[str], bool]]:
    """(identifiers of one page, whether it is the last) in their own order, behind the cursor's "after".

    In their own order, because a list may change its order between a kill and the going on, and none must be lost.
    """
    after = str(cursor.get("after", ""))
    waiting = sorted(one for one in names if one > after)
    at, size = 0, A_PAGE if cursor else FIRST_PAGE
    while True:
        batch = waiting[at : at + size]
        at, size = at + size, A_PAGE
        yield batch, at >= len(waiting)
        if at >= len(waiting):
            return
