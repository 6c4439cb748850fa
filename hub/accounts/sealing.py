"""What this hub alone must read: secrets at rest, and what a browser's cookie keeps while it is elsewhere.

Of a secret that comes back, as that of a link, only a digest is kept: nobody reads it any more.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Broken(Exception):
    """What was sealed with another key or for another purpose, was changed, or is too old."""


def seal(key: str, purpose: str, text: str) -> str:
    """`text` so that only this hub reads it; `key` is the hub's secret key, and each purpose has its own made of it."""
    return box(key, purpose).encrypt(text.encode()).decode()


def unseal(key: str, purpose: str, sealed: str, *, seconds: int | None = None) -> str:
    """What was sealed for this purpose, `seconds` ago at most. Broken otherwise."""
    try:
        return box(key, purpose).decrypt(sealed.encode(), ttl=seconds).decode()
    except (InvalidToken, ValueError) as error:
        raise Broken from error


def box(key: str, purpose: str) -> Fernet:
    """What seals and opens for this purpose."""
    return Fernet(base64.urlsafe_b64encode(derived(key, purpose)))


def derived(key: str, purpose: str) -> bytes:
    """The key for this purpose alone, made of the hub's secret key."""
    return HKDF(SHA256(), length=32, salt=None, info=f"moothall {purpose}".encode()).derive(key.encode())


def digest(secret: str) -> str:
    """What is kept of a secret that will be shown to us: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()
