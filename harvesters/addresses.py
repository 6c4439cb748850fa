"""Which web addresses may be fetched: pure rules about spelling, port and network. Nothing here opens a socket."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urldefrag, urlsplit, urlunsplit

OPEN_PORTS: Final = frozenset({80, 443})
"""The ports that may be fetched from any public address."""

LONGEST: Final = 4096
"""Characters of the longest address that we fetch."""

_PORTS: Final = {"http": 80, "https": 443}

_NEVER: Final = tuple(
    ip_network(text)
    for text in (
        # Not caught by IPv4Address.is_global of Python 3.11 (security.md §3.1).
        "192.0.0.0/24",  # IETF assignments, Oracle's metadata service among them
        "192.88.99.0/24",  # relays of 6to4
        "224.0.0.0/4",  # multicast
        "168.63.129.16/32",  # a public number that answers inside Azure's network only
        # Parts of 2000::/3 that carry an IPv4 address inside, or are for documents.
        "2001::/23",  # Teredo, ORCHID, benchmarks
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)
_HANDED_OUT: Final = IPv6Network("2000::/3")
"""All of global IPv6 lies in here. Outside are ::1, ::ffff:…, 64:ff9b::, fc00::, fe80::, fec0::, ff00::."""


class BadAddress(ValueError):
    """An address that we do not fetch; `code` is the problem's code in the catalogue."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Allowed:
    """One network that may be fetched although it is private, at these ports; None means at every port."""

    network: IPv4Network | IPv6Network
    ports: frozenset[int] | None

    def covers(self, address: IPv4Address | IPv6Address, port: int) -> bool:
        """Whether both the address and the port are inside."""
        return self.opens(port) and address.version == self.network.version and address in self.network

    def opens(self, port: int) -> bool:
        """Whether the port is inside."""
        return self.ports is None or port in self.ports


@dataclass(frozen=True, slots=True)
class Target:
    """A tidy web address without fragment, and where it leads: `site` is `host:port`, the unit of politeness."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def site(self) -> str:
        """`host:port`, IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def robots(self) -> str:
        """The address of the site's robots.txt (RFC 9309 §2.3)."""
        return f"{self.scheme}://{self.site}/robots.txt"


def parse_allow(texts: Iterable[str]) -> tuple[Allowed, ...]:
    """Networks and ports from texts such as `127.0.0.0/8:*`, `10.1.2.0/24:8080,8443` or `[fd00::/8]:443`.

    A text that is only a number is one more port of the text before it, so a list that was cut at its commas works too.
    ValueError says in a sentence which part cannot be read.
    """
    found: list[Allowed] = []
    for part in (piece.strip() for text in texts for piece in text.split(",")):
        if part.isdigit() and found and found[-1].ports is not None:
            found[-1] = Allowed(found[-1].network, found[-1].ports | {_port(part, part)})
        elif part:
            found.append(_allowed(part))
    return tuple(found)


def _allowed(part: str) -> Allowed:
    network, colon, ports = part.rpartition(":")
    network = network.strip()
    if not colon or (":" in network and "/" not in network and not network.startswith("[")):
        raise ValueError(f"“{part}” must be a network and a port, such as 127.0.0.0/8:* or [fd00::/8]:443.")
    try:
        parsed = ip_network(network.removeprefix("[").removesuffix("]"))
    except ValueError as error:
        raise ValueError(f"“{network}” in “{part}” is not a network: {error}.") from error
    ports = ports.strip()
    return Allowed(parsed, None if ports == "*" else frozenset({_port(ports, part)}))


def _port(text: str, part: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65536):
        raise ValueError(f"“{text}” in “{part}” is not a port: give a number up to 65535, or * for all.")
    return int(text)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address is one of the open internet, by a list that is stricter than `is_global` of Python 3.11."""
    if isinstance(address, IPv6Address) and (address not in _HANDED_OUT or address.scope_id):
        return False
    if any(address.version == network.version and address in network for network in _NEVER):
        return False
    return address.is_global


def may_connect(address: str, port: int, allow: tuple[Allowed, ...]) -> bool:
    """Whether a socket may be opened to this address, as the resolver gave it (`127.0.0.1`, `fe80::1%eth0`)."""
    parsed = ip_address(address)
    return any(one.covers(parsed, port) for one in allow) or (port in OPEN_PORTS and is_public(parsed))


def is_allowed(address: str, port: int, allow: tuple[Allowed, ...]) -> bool:
    """Whether the address is one of ours: inside a network that an operator allowed, at an allowed port."""
    parsed = ip_address(address)
    return any(one.covers(parsed, port) for one in allow)


def port_is_open(port: int, allow: tuple[Allowed, ...]) -> bool:
    """Whether any address at all may be fetched at this port; known before a name is looked up."""
    return port in OPEN_PORTS or any(one.opens(port) for one in allow)


def tidy(url: str) -> str:
    """The address without spaces around it and without its fragment; BadAddress when it is not one to fetch.

    Only the spelling is judged. Where the name leads is judged when it is connected to.
    """
    url = urldefrag(url.strip()).url
    if len(url) > LONGEST or re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", url):
        raise BadAddress("bad-address", "The address is too long, or has control characters in it.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadAddress("bad-address", f"The address cannot be read: {error}.") from error
    if parts.scheme not in _PORTS or not host or port == 0 or re.search(r"[\\\s]", parts.netloc):
        raise BadAddress("bad-address", "The address is not one of the web.")
    if "@" in parts.netloc:
        raise BadAddress("password-in-address", "The address has a user name in it.")
    return urlunsplit(parts)


def target_of(url: str) -> Target:
    """Where a tidy, encoded address leads. ValueError when it has no host or a port that is no number."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise BadAddress("bad-address", "The address has no host.")
    return Target(url, parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme])


def without_password(url: str) -> str:
    """The address as it may be shown and logged: what stands before an @ is replaced, at most 300 characters."""
    head, slashes, rest = url.partition("//")
    place = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in place:
        rest = "…@" + place.rpartition("@")[2] + rest[len(place) :]
    shown = "".join(sign if sign.isprintable() else "�" for sign in head + slashes + rest)
    return shown if len(shown) <= 300 else shown[:299] + "…"
