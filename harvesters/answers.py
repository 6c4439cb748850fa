"""What status and headers of an answer mean: try again, come back later, blocked, or read it. Pure functions."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from harvesters.base import Validators
from harvesters.errors import BlockedError, FetchError
from harvesters.problems import problem

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PERMANENT: Final = frozenset({301, 308})
GONE: Final = frozenset({404, 410})
"""Statuses that are an answer to be judged by the kind, not an error of the fetch."""

_SKEW: Final = timedelta(minutes=1)
"""How far a site's clock may be ahead of ours before its dates count as lies."""


def is_firewall(status: int, headers: Mapping[str, str]) -> bool:
    """Whether something in front of the site refused us: status 403, or Cloudflare's word for a challenge."""
    return status == 403 or (status != 200 and "cf-mitigated" in headers)


def error_of(
    status: int, headers: Mapping[str, str], *, where: str, host: str, agent: str, stage: Literal["list", "fetch"]
) -> FetchError | None:
    """The error that this status is, or None when it is an answer to read (below 400, 404, 410).

    A refusal (401, 403, a challenge of Cloudflare) is a BlockedError: only a person can mend it. 429 and 5xx carry
    `retry_after` where the site says when to come back.
    """
    code = _code(status, headers)
    if not code:
        return None
    said = problem(code, where=where, stage=stage, host=host, status=status, agent=agent)
    if code in ("blocked-by-firewall", "status-401"):
        return BlockedError(said)
    return FetchError(said, retry_after(headers))


def _code(status: int, headers: Mapping[str, str]) -> str:
    if is_firewall(status, headers):
        return "blocked-by-firewall"
    if status < 400 or status in GONE:
        return ""
    named = {401: "status-401", 407: "status-401", 429: "status-429"}
    return named.get(status, "status-5xx" if status >= 500 else "bad-status")


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds until the site wants to see us again, from Retry-After (RFC 9110 §10.2.3); None where it says nothing."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    when = _date(said)
    return None if when is None else max((when - (now or datetime.now(UTC))).total_seconds(), 0.0)


def conditional(validators: Validators | None) -> dict[str, str]:
    """The headers that make a GET conditional (RFC 9110 §13.1); a validator that cannot be a header is left out."""
    names = {"etag": "If-None-Match", "last_modified": "If-Modified-Since"}
    held = {header: (validators or {}).get(name, "") for name, header in names.items()}
    return {header: value for header, value in held.items() if value and value.isascii() and value.isprintable()}


def honest_headers(status: int, headers: Mapping[str, str], validators: Validators | None) -> dict[str, str]:
    """The headers of an answer with validators that can be kept: those of the last 200, whatever a 304 says.

    FreshRSS #1020: a feed with a Last-Modified in the year 2041 answered 304 for ever. So a date in the future, or one
    that is no date, is dropped; the ETag alone does the work then.
    """
    kept = {name: value for name, value in headers.items() if name not in ("etag", "last-modified")}
    if status == 304:
        held = validators or {}
        return kept | {
            header: held[name]
            for name, header in (("etag", "etag"), ("last_modified", "last-modified"))
            if held.get(name)
        }
    if status == 200:
        if headers.get("etag"):
            kept["etag"] = headers["etag"]
        modified = _date(headers.get("last-modified", ""))
        if modified is not None and modified <= datetime.now(UTC) + _SKEW:
            kept["last-modified"] = headers["last-modified"]
    return kept


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
