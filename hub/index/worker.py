"""The keeper: what the work process does for the index all the time; and all else that brings it up to date."""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Final

from hub.config import Times
from hub.db import NO_ANSWER, Database
from hub.errors import Busy, IndexUnavailable
from hub.index.base import IndexWriter
from hub.index.delivery import Delivered, Documents, Told, deliver, deliver_all, log_refused
from hub.index.rebuilding import Differences, compare, mend, rebuild, repair

__all__ = [
    "Delivered",
    "Differences",
    "Documents",
    "Keeper",
    "Told",
    "compare",
    "deliver",
    "deliver_all",
    "mend",
    "rebuild",
    "repair",
]

log = logging.getLogger(__name__)

HOLD: Final = 10.0
"""Seconds after which the writer's place is given back although there is work: a rebuild may be waiting for it."""

BACK_OFF: Final = 1.0
"""Seconds of waiting after an error that is not ours to mend, a database that is away for example."""


class Keeper:
    """Delivers announcements in batches, releases the writer when idle, and rebuilds an index that is missing."""

    def __init__(
        self,
        database: Database,
        writer: IndexWriter,
        documents: Mapping[str, Documents],
        times: Times,
        refused: Told = log_refused,
    ) -> None:
        self._database = database
        self._writer = writer
        self._documents = documents
        self._times = times
        self._refused = refused
        self._taken: float | None = None
        self._worked = 0.0

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. An error is logged and tried again: the index may lag, the work goes on.

        That the index is away is said once, not every second.
        """
        whole, looked, away = False, 0.0, False
        while not stop.is_set():
            wait = self._times.batch
            try:
                if whole and time.monotonic() - looked >= self._times.sweep:
                    whole, looked = self._is_there(), time.monotonic()
                whole = whole or self._make_whole()
                self.step()
                away = False
            except IndexUnavailable as error:
                if not away:
                    log.warning("The search index is away: %s", error)
                whole, away, wait = False, True, BACK_OFF
                self._release()
            except NO_ANSWER as error:
                log.warning("The index waits for the database: %s", error.orig)
                wait = BACK_OFF
                self._release()
            except Exception:
                log.exception("The index could not be brought up to date; it is tried again.")
                wait = BACK_OFF
                self._release()
            stop.wait(wait)
        self._release()

    def step(self) -> Delivered:
        """One batch, or, when there was nothing for long enough, giving the writer's place back."""
        done = deliver(self._database, self._writer, self._documents, refused=self._refused)
        moment = time.monotonic()
        if done.written or done.removed or done.refused:
            self._worked = moment
            self._taken = self._taken or moment
        if self._taken and (moment - self._worked >= self._times.idle or moment - self._taken >= HOLD):
            self._release()
        return done

    def _is_there(self) -> bool:
        """Look again now and then: an index that somebody took away is missed by no writing where nothing changes."""
        if not self._writer.missing():
            return True
        log.warning("The search index is gone, or is not one of ours any more. It is made again.")
        self._release()
        return False

    def _make_whole(self) -> bool:
        """Rebuild where there is no index, or an empty one. False while another process is at it.

        One that is missing is not first made empty: until the new one is whole, searches are better answered without.
        """
        try:
            if self._writer.missing() or self._writer.ensure():
                rebuild(self._database, self._writer, self._documents, refused=self._refused)
        except Busy:
            return False
        return True

    def _release(self) -> None:
        self._writer.release()
        self._taken = None
