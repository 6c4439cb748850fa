"""What is an address of a mail, and of a web page that a mail may name. Nothing here asks the network."""

import re
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final
from urllib.parse import urlsplit

from hub.errors import BadInput
from hub.languages import gettext as _
from hub.mail.models import LONGEST_ADDRESS

LONGEST_LOCAL: Final = 64
"""Characters before the @ (RFC 5321, 4.5.3.1.1)."""

_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def one_line(value: str) -> bool:
    """Whether it can stand in a header: no line break, and nothing else that is not to be seen."""
    return all(sign.isprintable() for sign in value)


def mail_address(value: str, field: str = "recipient") -> str:
    """`name@host.example` as it goes over the wire: a host in other letters becomes its `xn--` form. BadInput else.

    Names are those without quotes (the dot-atom of RFC 5321) in ASCII, which every relay takes.
    """
    local, at, host = value.strip(" ").rpartition("@")
    try:
        host = host.encode("idna").decode() if len(host) < LONGEST_ADDRESS else ""
    except UnicodeError:
        host = ""
    labels = host.split(".")
    fits = len(local) <= LONGEST_LOCAL and len(local) + len(host) < LONGEST_ADDRESS
    if not (at and fits and _LOCAL.fullmatch(local) and all(map(_LABEL.fullmatch, labels))):
        shown = "".join(sign if sign.isprintable() else "·" for sign in value[:80])
        raise BadInput(_("“%(shown)s” is no mail address. Write it as name@host.example.", shown=shown), field)
    return f"{local}@{host}"


def sender_address(value: str) -> Address:
    """The sender of `Northford Hub <hub@northford.example>`, or of the bare address, which has no name."""
    if not one_line(value):
        raise BadInput("There are characters in the sender that are no part of a name or an address.")
    name, address = parseaddr(value)
    return Address(name, addr_spec=mail_address(address or value))


def named(sender: Address, otherwise: str) -> Address:
    """The sender, which is called `otherwise` where it has no name of its own."""
    shown = "".join(sign for sign in otherwise if sign.isprintable())
    return Address(sender.display_name or shown, addr_spec=sender.addr_spec)


def web_address(value: str, field: str = "unsubscribe") -> str:
    """The address of a web page, if it can stand in a header and between `<` and `>`; BadInput else."""
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole or not value.isascii() or not one_line(value) or set(value) & set(' <>"'):
        raise BadInput("The address for unsubscribing is not a web address.", field)
    return value
