"""Names of things that outlive a change of scheme or host prefix: native ids, and what is one site."""

import re
from typing import Final
from urllib.parse import urlsplit

from federation.record import clean_line

_ADDRESS: Final = re.compile(r"https?://(?:www\.)?([^/?#]+)(.*)", re.I)


def native_id(written: str) -> str:
    """`example.org/a` of `https://www.Example.org/a`; whatever is no web address stays as it is.

    Sites move from http to https and drop their www; the same page would be gone and new again otherwise.
    """
    line = clean_line(written)
    found = _ADDRESS.fullmatch(line)
    return f"{found[1].lower()}{found[2]}" if found else line


def is_web_address(written: str) -> bool:
    """Whether people can open it: http or https, with a host."""
    try:
        parts = urlsplit(written)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 80) > 0
    except ValueError:
        return False


def host_of(address: str) -> str:
    """The host without `www.`, lower case; empty where there is none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def same_origin(one: str, other: str) -> bool:
    """Whether both lie on one host and port, whatever the scheme and `www.`."""
    try:
        ports = [_port(address) for address in (one, other)]
    except ValueError:
        return False
    return bool(host_of(one)) and host_of(one) == host_of(other) and ports[0] == ports[1]


def same_site(one: str, other: str) -> bool:
    """Whether the hosts are the same or one is a part of the other (`files.example.org` of `example.org`)."""
    first, second = host_of(one), host_of(other)
    return bool(first and second) and (first == second or first.endswith(f".{second}") or second.endswith(f".{first}"))


def _port(address: str) -> int | None:
    port = urlsplit(address).port
    return None if port in (80, 443) else port
