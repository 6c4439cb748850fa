"""Waiting for what another thread or process does: a condition with a deadline, no fixed sleep."""

import time
from collections.abc import Callable


def until(met: Callable[[], object], seconds: float = 15, pause: float = 0.02) -> bool:
    """Whether it becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if met():
            return True
        time.sleep(pause)
    return bool(met())
