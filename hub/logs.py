"""Logs of the processes: plain lines for people, or one JSON object a line for machines."""

import json
import logging
from datetime import UTC, datetime
from typing import Final

from hub.config import Settings

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
        return json.dumps(said, ensure_ascii=False)


class OneLine(logging.Formatter):
    """A plain line: what somebody else wrote cannot begin a new one (security.md rule 27)."""

    def __init__(self) -> None:
        super().__init__(PLAIN)

    def formatMessage(self, record: logging.LogRecord) -> str:
        message = super().formatMessage(record)
        return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in message)


def start_logging(settings: Settings) -> None:
    """Warnings and worse of this process to the error stream, in the form of MOOTHALL_LOG."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if settings.log == "json" else OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # One writes a page about each request that fails, of which we say a sentence; the other a line for each that waits.
    for talkative in ("opensearch", "waitress.queue"):
        logging.getLogger(talkative).setLevel(logging.ERROR)
