"""Lists (feeds, sitemaps, listings, OAI-PMH answers): fetched and read, or a ListError that says what is there."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final, Literal

from harvesters.answers import GONE
from harvesters.base import Problem, Response, Tools, Validators
from harvesters.errors import ListError, ReadError
from harvesters.problems import PROBLEMS, problem

_SEVERITY: Final[dict[str, Literal["error", "warning", "notice"]]] = {
    "empty-document": "warning",
    "scanned-pdf": "warning",
    "broken-date": "warning",
    "broken-list": "warning",
    "cut-list": "warning",
    "bad-link": "warning",
}
"""How bad a reader's note is; notes that are not here cost nothing."""
_CUT: Final = {"feed": "2,000", "sitemap": "50,000", "listing": "20,000"}


def fetch_list(address: str, tools: Tools, validators: Validators | None = None, crawl: bool = False) -> Response:
    """The list at `address`, with status 304 where `validators` still hold; ListError where there is nothing."""
    response = tools.http.get(address, purpose="list", validators=validators, crawl=crawl)
    if response.status in GONE:
        raise ListError(problem("status-404", where=address, stage="list", status=response.status))
    return response


def read_list(reader: str, response: Response, tools: Tools) -> Any:
    """The JSON answer of a reader of lists; ListError where the bytes are no such list."""
    options = {"base_url": response.url, "url": response.url, "charset": response.charset}
    try:
        return tools.sandbox.read(reader, response.body, **options)
    except ReadError as error:
        raise ListError(replace(error.problem, stage="list")) from error


def is_cut(body: bytes, *roots: str) -> bool:
    """Whether a list that was broken broke off: none of its roots ends in it. What is packed counts as cut."""
    narrow = body.replace(b"\x00", b"") if b"\x00" in body[:100] else body
    names = "|".join(roots).encode()
    return not re.search(rb"</(?:[\w.-]{1,30}:)?(?:" + names + rb")\s*>", narrow, re.I)


def list_notes(notes: Iterable[str], where: str, reader: str) -> list[Problem]:
    """The problems that a reader of lists noted."""
    return [
        problem(code, where=where, stage="list", severity=_SEVERITY.get(code, "notice"), limit=_CUT.get(reader, ""))
        for code in notes
        if code in PROBLEMS
    ]


def notes_of(notes: Iterable[str], where: str) -> list[Problem]:
    """The problems that a reader noted of one document or entry."""
    return [
        problem(code, where=where, stage="read", severity=_SEVERITY.get(code, "notice"))
        for code in notes
        if code in PROBLEMS
    ]
