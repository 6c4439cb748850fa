"""What every view uses: declaring a route's policy, the actor and database of a request, pages, and plain answers."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.urls import iri_to_uri

from federation.record import as_moment
from hub import languages
from hub.db import Database, now
from hub.errors import NotAllowed
from hub.languages import gettext as _
from hub.policy import ACTIONS, ANONYMOUS, Actor, Thing, can

View = TypeVar("View", bound=Callable[..., Any])
LARGEST_PAGE: Final = 50


def policy(action: str) -> Callable[[View], View]:
    """Declare what a route does, as an action of hub/policy.py. `app` enforces it, and fails without one."""
    assert action in ACTIONS, f"hub/policy.py has no action {action!r}"

    def declare(view: View) -> View:
        view.moothall_policy = action  # type: ignore[attr-defined]
        return view

    return declare


def declared(view: Callable[..., Any]) -> str | None:
    """The action that a view declares, None when it forgot."""
    return getattr(view, "moothall_policy", None)


def not_allowed(action: str) -> NotAllowed:
    """The refusal of an action, with the way in where there is one."""
    if actor().person_id:
        return NotAllowed(_("Your account may not do that here."))
    return NotAllowed(
        _("That is for those who look after it. Sign in first; an operator can by `moothall operator link`.")
    )


def require(action: str, thing: Thing) -> None:
    """NotAllowed when whoever asks may not do this to this one, though to another."""
    if not can(actor(), action, thing):
        raise not_allowed(action)


def actor() -> Actor:
    """Who makes this request."""
    return getattr(g, "actor", ANONYMOUS)


def database() -> Database:
    """The hub's database."""
    found = part("database")
    assert isinstance(found, Database)
    return found


def part(name: str) -> Any:
    """A part of the hub that `app` was built with: `database`, `settings`, `index`, `courier` …"""
    return current_app.extensions["moothall"][name]


def install(app: Flask, parts: dict[str, Any]) -> None:
    """Give the app its parts; `app.py` calls this once."""
    app.extensions["moothall"] = parts


@dataclass(frozen=True, slots=True)
class Paging:
    """Where a page stands in its list. `pages` is at least 1."""

    page: int
    pages: int
    total: int
    size: int

    @property
    def first(self) -> int:
        """The number of the first item on this page, from 1."""
        return (self.page - 1) * self.size + 1

    @property
    def numbers(self) -> list[int | None]:
        """Page numbers to link, None for a gap: 1 … 4 5 6 … 12."""
        near = {1, self.pages, self.page - 1, self.page, self.page + 1}
        shown = sorted(number for number in near if 1 <= number <= self.pages)
        numbers: list[int | None] = []
        for number in shown:
            if numbers and numbers[-1] is not None and number - numbers[-1] > 1:
                numbers.append(None)
            numbers.append(number)
        return numbers


def page_asked() -> int:
    """The page number of the address, 1 for anything that is none."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def pages_of(total: int, size: int, *, most: int = LARGEST_PAGE) -> int:
    """How many pages a list has: at least one, and never more than anybody would turn."""
    return min(max(1, -(-total // size)), most)


def paging(total: int, size: int, *, most: int = LARGEST_PAGE) -> Paging | None:
    """Where the page asked for stands; None when there is no such page (then the view redirects to page 1)."""
    pages, page = pages_of(total, size, most=most), page_asked()
    return Paging(page, pages, total, size) if page <= pages else None


def address_with(**changed: str | int | list[str] | None) -> str:
    """This page's address with some parameters changed (None takes one away); lists repeat the parameter.

    Its language is left out: the browser keeps that.
    """
    kept: dict[str, Any] = {key: values for key, values in request.args.lists() if any(values) and key != "lang"}
    kept.update(changed)
    pairs = {key: value for key, value in kept.items() if value not in (None, "", [])}
    query = urlencode(sorted(pairs.items()), doseq=True)
    return f"{request.path}?{query}" if query else request.path


def is_ours(address: str) -> bool:
    """Whether it is the path of a page of ours, and nothing that a browser takes for another site."""
    return address.startswith("/") and address.isprintable() and "\\" not in address and not address.startswith("//")


def other_languages() -> list[tuple[str, str, str]]:
    """(code, what it calls itself, this page in it), of those that we do not speak now."""
    rule = request.url_rule
    here = rule is None or rule.methods is None or "GET" in rule.methods
    spoken = languages.language()
    return [
        (code, name, address_with(lang=code) if here else f"/?lang={code}")
        for code, name in languages.LANGUAGES.items()
        if code != spoken
    ]


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of an Atom feed; its address is its id. `topics` are (notation, name)."""

    title: str
    address: str
    updated: date | None
    summary: str = ""
    author: str = ""
    language: str = ""
    rights: str = ""
    topics: tuple[tuple[str, str], ...] = ()


def atom(title: str, entries: Sequence[FeedEntry]) -> Response:
    """An Atom feed (RFC 4287) of this address without `.atom`; its date is that of the newest entry."""
    dates = [as_moment(entry.updated) for entry in entries if entry.updated]
    body = render_template(
        "parts/feed.xml",
        title=title,
        entries=entries,
        updated=max(dates, default=None) or now(),
        here=iri_to_uri(request.url),
    )
    return Response(body, mimetype="application/atom+xml")


def csv_table(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A table to download; cells that a spreadsheet would run as a formula are made text (security.md rule 28).

    It begins with a byte order mark: without one Excel takes UTF-8 for the letters of its own country.
    """
    out = io.StringIO()
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow(headings)
    table.writerows([inert(cell) for cell in row] for row in rows)
    return Response(
        out.getvalue(), mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={name}.csv"}
    )


def inert(cell: object) -> object:
    """The cell of a table as no spreadsheet takes it for a formula (security.md rule 28)."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
