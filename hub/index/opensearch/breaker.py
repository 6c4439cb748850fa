"""A server that failed three times in a row is left alone for ten seconds: nobody waits for what will not come."""

import threading
import time
from collections.abc import Callable
from typing import Final

from hub.errors import IndexUnavailable
from hub.languages import gettext as _

LIMIT: Final = 3
"""Failures in a row after which nobody is let through."""

PAUSE: Final = 10.0
"""Seconds until one is let through to try, and then again."""


class Breaker:
    """For any number of threads: `admit` before each call, then `worked` or `failed`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._failures = 0
        self._next = 0.0

    def admit(self) -> None:
        """IndexUnavailable at once while the server is left alone; after that one caller at a time may try."""
        with self._guard:
            if self._failures < LIMIT:
                return
            moment = self._clock()
            if moment < self._next:
                wait = int(self._next - moment) + 1
                raise IndexUnavailable(
                    _("The search server does not answer; it is asked again in %(num)s seconds.", num=wait)
                )
            # Should the one who tries never come back, the next may try as long after.
            self._next = moment + PAUSE

    def worked(self) -> None:
        """The server answered, whatever it said."""
        self._failures = 0

    def failed(self) -> None:
        """It did not, or with a fault of its own."""
        with self._guard:
            self._failures += 1
            self._next = self._clock() + PAUSE
