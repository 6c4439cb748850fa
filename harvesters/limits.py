"""The limits of a fetch as values: how long it may take, how much it may bring, and who it says that we are."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True)
class FetchTimes:
    """The patience of a fetch, in seconds (foundations.md §8). `list` and `document` are one attempt's total.

    A repeat waits `backoff`, then twice that, give or take half; a Retry-After of up to `longest_wait` is waited for.
    `sleep` is what waits.
    """

    connect: float = 5
    idle: float = 10
    list: float = 30
    document: float = 120
    backoff: float = 1
    longest_wait: float = 60
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Caps:
    """The most that we take, in bytes after unpacking; `ratio` is unpacked to packed, `headers` all header lines."""

    list: int = 20_000_000
    document: int = 50_000_000
    ratio: int = 100
    headers: int = 64 * 1024


def user_agent(contact: str) -> str:
    """`Moothall/0.1.0 (+https://hub.example/about)`: who visits, and whom to ask about it."""
    try:
        ours = version("moothall")
    except PackageNotFoundError:
        ours = "0"
    shown = "".join(sign for sign in contact if sign.isascii() and sign.isprintable() and sign not in "() ")
    return f"Moothall/{ours} (+{shown})" if shown else f"Moothall/{ours}"
