"""Logs of the processes: plain lines for people, or one JSON object a line for machines."""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from hub.config import Settings

AGAIN: Final = 60.0
"""Seconds for which a line is not said again."""

MOST_LINES: Final = 1000
"""Different lines that are remembered."""

PLAIN: Final = "%(asctime)s %(name)s %(levelname)s %(message)s"


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "message"}`, and "exception" where there is one; control characters are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        line = json.dumps(said, ensure_ascii=False)
        return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in line)


class OneLine(logging.Formatter):
    """A plain line: what somebody else wrote cannot begin a new one (security.md rule 27)."""

    def __init__(self) -> None:
        super().__init__(PLAIN)

    def formatMessage(self, record: logging.LogRecord) -> str:
        message = super().formatMessage(record)
        return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in message)


class Sparing(logging.Filter):
    """The same line once a minute: while a part is away, every request would say so. Then it says how often."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        said = (record.name, record.getMessage())
        last, more = self._said.get(said, (-AGAIN, 0))
        if self._clock() - last < AGAIN:
            self._said[said] = (last, more + 1)
            return False
        if len(self._said) >= MOST_LINES:
            self._said.clear()
        self._said[said] = (self._clock(), 0)
        if more:
            record.msg, record.args = f"{said[1]} (And {more} times more since it was last said.)", None
        return True


def start_logging(settings: Settings) -> None:
    """Warnings and worse of this process to the error stream, in the form of MOOTHALL_LOG."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if settings.log == "json" else OneLine())
    handler.addFilter(Sparing())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # One writes a page about each request that fails, of which we say a sentence; the other a line for each that waits.
    for talkative in ("opensearch", "waitress.queue"):
        logging.getLogger(talkative).setLevel(logging.ERROR)
