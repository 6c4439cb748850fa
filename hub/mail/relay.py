"""The operator's relay: `smtp://user:password@relay.example:587?tls=starttls`, taken apart."""

import ipaddress
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from hub.config import Settings
from hub.errors import BadInput
from hub.mail.addresses import sender_address

Tls = Literal["no", "starttls", "implicit"]

PORTS: Final[dict[Tls, int]] = {"no": 25, "starttls": 587, "implicit": 465}


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mails are handed in, as whom, and from whom they come. `hub` is where people reach the hub.

    A sender without a name gets that of the hub as it is settled at that moment.
    """

    host: str
    port: int
    tls: Tls
    sender: Address
    hub: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """`relay.example:587`, for people."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def greeting(self) -> str:
        """How we name ourselves to the relay; without asking the network what this machine is called."""
        host = urlsplit(self.hub).hostname or "localhost"
        try:
            version = ipaddress.ip_address(host).version
        except ValueError:
            return host
        return f"[{host}]" if version == 4 else f"[IPv6:{host}]"


def read_relay(settings: Settings) -> Relay | None:
    """The relay of the settings, None where there is none. BadInput without the address: it may hold a password."""
    if not settings.mail_url:
        return None
    try:
        parts = urlsplit(settings.mail_url)
        port = parts.port
        given = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        raise _wrong("it cannot be read as an address") from None
    if parts.scheme not in ("smtp", "smtps"):
        raise _wrong("it begins with neither smtp:// nor smtps://")
    if not host:
        raise _wrong("it names no host")
    if parts.path not in ("", "/") or parts.fragment or given.keys() - {"tls"}:
        raise _wrong("after host and port only `?tls=` may follow")
    tls = _tls(parts.scheme, given.get("tls", [""])[-1], host)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise _wrong("user and password may hold ASCII letters, digits and signs only")
    if bool(user) != bool(password):
        raise _wrong("it holds a user without a password, or a password without a user")
    return Relay(host, port or PORTS[tls], tls, _sender(settings), settings.base_url, user, password)


def _tls(scheme: str, asked: str, host: str) -> Tls:
    if scheme == "smtps":
        if asked:
            raise _wrong("smtps:// is TLS from the first byte and takes no `?tls=`")
        return "implicit"
    if asked not in ("", "no", "starttls"):
        raise _wrong("`?tls=` is `starttls` or `no`")
    if asked == "no" or (not asked and _is_loopback(host)):
        return "no"
    return "starttls"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sender(settings: Settings) -> Address:
    if not settings.mail_from:
        raise BadInput(
            "MOOTHALL_MAIL_FROM is not set, and mails need a sender. Set it, as `Our hub <hub@host.example>`.",
            "mail_from",
        )
    try:
        return sender_address(settings.mail_from)
    except (BadInput, ValueError) as error:
        why = error if isinstance(error, BadInput) else "It cannot be read."
        raise BadInput(f"MOOTHALL_MAIL_FROM cannot be used: {why}", "mail_from") from None


def _wrong(why: str) -> BadInput:
    example = "smtp://user:password@relay.example:587?tls=starttls"
    return BadInput(f"MOOTHALL_MAIL_URL cannot be used: {why}. Write it as `{example}`.", "mail_url")
