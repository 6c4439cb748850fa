"""The ticker: calls functions by the clock. APScheduler only ticks; what is due stands in the database."""

import logging
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler

from hub.db import NO_ANSWER

log = logging.getLogger(__name__)


class Ticker:
    """Calls each function every so many seconds, one call at a time, missed ones once."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(timezone="UTC")
        # It warns of each tick that finds the one before still at work, which is as it should be.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)

    def every(self, seconds: float, call: Callable[[], object]) -> None:
        """Register `call`; it must be harmless when two tickers of one hub do it at the same time."""

        def tick() -> None:
            try:
                call()
            except NO_ANSWER as error:
                log.warning("The clock waits for the database: %s", error.orig)

        self._scheduler.add_job(
            tick, "interval", seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None
        )

    def start(self) -> None:
        """Begin to tick, from a thread."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
