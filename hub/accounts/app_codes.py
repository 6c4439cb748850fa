"""Codes that an app shows for half a minute (TOTP, RFC 6238): its secret, the picture that it reads, and its codes."""

from dataclasses import dataclass
from typing import Any, Final

import qrcode
from passlib.exc import TokenError
from passlib.totp import TOTP

WINDOW: Final = 30
"""Seconds by which the clock of a phone may be wrong: the code before and the one after are taken, too."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A QR code: squares a side, and the path of the dark ones."""

    size: int
    path: str


def new_secret() -> str:
    """160 bits of chance, in the letters that people type into an app."""
    return str(TOTP.new().base32_key)


def spelled(secret: str) -> str:
    """In groups of four, for who types it."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def address_of(secret: str, *, account: str, hub: str) -> str:
    """What the picture says: `otpauth://totp/…`."""
    label, issuer = (text.replace(":", " ").strip() or "Moothall" for text in (account, hub))
    return str(_totp(secret).to_uri(label=label, issuer=issuer))


def picture_of(address: str) -> Picture:
    """The QR code of an address."""
    code: Any = qrcode.QRCode(border=4, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(address)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Picture(len(rows), path)


def step_of(secret: str, code: str, after: int = 0) -> int | None:
    """The time step of a code that is good now, and later than the step `after`; None for any other."""
    try:
        found: int = _totp(secret).match(code, window=WINDOW, last_counter=after or None).counter
    except (TokenError, ValueError):
        return None
    return found


def _totp(secret: str) -> Any:
    return TOTP(key=secret, format="base32")
