"""The clock of one exchange: ends whatever waits for a slow site when the time is up, also in headers and handshake."""

import threading
import time
from typing import Final, Protocol, Self

from harvesters.addresses import Target, without_password
from harvesters.journey import Terms

_BOTH_WAYS: Final = 2
"""SHUT_RDWR of every socket library."""


class Handle(Protocol):
    """What is needed of a socket to end its conversation."""

    def shutdown(self, how: int, /) -> None: ...

    def close(self) -> None: ...


class Watch:
    """The clock of one attempt: at the deadline it shuts down the socket that is in use, whoever waits for it.

    A timeout of the socket alone does not do: it starts anew with each byte that drips in, be it of the headers or of
    the handshake. Use it in a `with` block, one for each exchange.
    """

    def __init__(self, target: Target, terms: Terms) -> None:
        self.where, self.stage = without_password(target.url), terms.stage
        seconds = self.seconds = terms.seconds
        self.deadline = time.monotonic() + seconds
        self.ours = False
        """Whether the address lies inside an allowed network."""
        self.fresh = True
        """Whether the connection was opened for this exchange."""
        self.answered = False
        """Whether status and headers have arrived."""
        self.expired = False
        self._handle: Handle | None = None
        self._guard = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._guard:
            if self._handle is not None:
                self._handle.close()
                self._handle = None

    @property
    def left(self) -> float:
        """Seconds until the deadline, never negative."""
        return max(self.deadline - time.monotonic(), 0.0)

    @property
    def was_stale(self) -> bool:
        """Whether what went wrong may be that a connection was kept open by us and not by the site."""
        return not (self.fresh or self.answered or self.expired)

    def over(self, handle: Handle) -> None:
        """Watch this socket, through a second handle that is ours: TLS takes the first one over."""
        with self._guard:
            if self._handle is not None:
                self._handle.close()
            self._handle = handle
            if self.expired:
                _shut(handle)

    def _expire(self) -> None:
        with self._guard:
            self.expired = True
            if self._handle is not None:
                _shut(self._handle)


def _shut(handle: Handle) -> None:
    try:
        handle.shutdown(_BOTH_WAYS)
    except OSError:
        # The other side was faster.
        pass
