"""The address of the server: `opensearch://user:password@host:9200?prefix=moothall`, taken apart."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from hub.errors import BadInput

PORT: Final = 9200
PREFIX: Final = "moothall"
_PREFIX: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is, as whom we ask, and what our indexes and aliases begin with."""

    host: str
    port: int = PORT
    secure: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    prefix: str = PREFIX


def read_address(url: str) -> Address:
    """`opensearch:` is HTTP, `opensearchs:` HTTPS. BadInput without the address: it may hold a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
        given = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise _wrong("it cannot be read as an address") from None
    if not parts.hostname:
        raise _wrong("it names no host")
    if parts.path not in ("", "/") or parts.fragment or given.keys() - {"prefix"}:
        raise _wrong("after host and port only `?prefix=` may follow")
    prefix = given.get("prefix", [PREFIX])[-1]
    if not _PREFIX.fullmatch(prefix):
        raise _wrong("the prefix must be small letters, digits, `-` and `_`, and begin with a letter or digit")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(parts.hostname, port or PORT, parts.scheme == "opensearchs", user, password, prefix)


def _wrong(why: str) -> BadInput:
    example = "opensearch://user:password@host:9200?prefix=moothall"
    return BadInput(f"MOOTHALL_SEARCH_URL cannot be used: {why}. Write it as `{example}`.", "search_url")
