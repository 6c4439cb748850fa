"""Every job by name, and the work process: the courier's workers, the ticker, the index keeper and the mailer."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Final

from hub.accounts.duties import tell_owners
from hub.alerts.matching import Followers, Taker, match_new
from hub.alerts.rechecking import may_go
from hub.alerts.searches import Means
from hub.alerts.working import Done, tell
from hub.communities.keeping import count_again
from hub.communities.membership import keep_facilitated
from hub.config import Settings
from hub.db import Database
from hub.errors import Busy, IndexUnavailable
from hub.events.service import ask_for_notes
from hub.facilitating.dormancy import mind_quiet
from hub.facilitating.passing import escalate_due as escalate_queue
from hub.governance.erasures import erase_again, keep_list
from hub.governance.nights import every_night
from hub.index.engines import open_matcher, open_reader, open_writer
from hub.index.worker import Keeper
from hub.indexed import documents_of
from hub.library.feeding import LibraryTaker
from hub.library.filling import fill_due
from hub.mail.delivery import Mailer, at_work
from hub.mail.models import Mail
from hub.moderation.reports import escalate_due
from hub.policy import WORK
from hub.readiness import await_ready
from hub.records.service import DOCUMENT
from hub.search.expand import Expander
from hub.search.saved import SavedQueries
from hub.sources.harvest import Work, perform
from hub.sources.leases import queue_due, sweep
from hub.sources.problems import note_refused
from hub.tasks.courier import Courier, Job
from hub.tasks.ticker import Ticker
from hub.topics.service import Vocabulary
from hub.workshop import Workshop

log = logging.getLogger(__name__)
WORKERS = 4
"""Threads of one work process: each waits for a site most of the time."""


def harvest_job(workshop: Workshop, run_id: str) -> None:
    """Carry one run of a source."""
    perform(run_id, Work(workshop.database, workshop.tools(), workshop.times, workshop.named))


JOBS: Final[dict[str, Callable[[Workshop, str], None]]] = {"harvest": harvest_job}


def takers_of(vocabulary: Vocabulary, queries: SavedQueries) -> tuple[Taker, ...]:
    """Who waits for new records."""
    return (LibraryTaker(vocabulary, queries), Followers(queries, vocabulary.scheme))


def tell_refused(database: Database, document_type: str, id: str, reason: str) -> None:
    """A document that the index gave up becomes a problem of its run."""
    log.warning("The index does not take %s %s: %s", document_type, id, reason)
    if document_type == DOCUMENT:
        note_refused(database, id, reason)


def bound_jobs(workshop: Workshop) -> Mapping[str, Job]:
    """The jobs with what they work with."""
    return {name: partial(job, workshop) for name, job in JOBS.items()}


def start_due(workshop: Workshop, courier: Courier) -> None:
    """Queue what is due, and send it."""
    for run_id in queue_due(workshop.database):
        courier.send("harvest", run_id)


def take_up(workshop: Workshop, courier: Courier) -> None:
    """Send again what nobody works on, pass on what nobody answers, and keep the list of erasures."""
    for run_id in sweep(workshop.database, workshop.times, workshop.named):
        courier.send("harvest", run_id)
    with workshop.database.writing() as session:
        keep_facilitated(session)
        tell_owners(session, workshop.named.hub, workshop.named.base_url)
        escalate_due(session, workshop.named)
        ask_for_notes(session)
        escalate_queue(session)
    with workshop.database.reading() as session:
        keep_list(session, workshop.settings.data)


def may_still_go(workshop: Workshop, mail: Mail) -> bool:
    """Whether a mail that waits may go to whom it was written for."""
    return may_go(workshop.telling, mail)


def delete_old(workshop: Workshop) -> None:
    """Once a night: what is too old goes, and what is counted is counted anew; quiet communities are minded."""
    if every_night(workshop.database) is not None:
        with workshop.database.writing() as session:
            count_again(session)
    mind_quiet(workshop.database)


class Watch:
    """What looks at all that is new: for the libraries of communities, and for whoever follows it."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._database = workshop.database
        self._vocabulary = workshop.vocabulary
        self._records = documents_of(workshop.vocabulary)[DOCUMENT]
        self._reader, self._matcher = open_reader(workshop.settings), open_matcher(workshop.settings)
        self._queries = SavedQueries(workshop.vocabulary, Expander(workshop.vocabulary, workshop.settings.cache))

    def look(self) -> int:
        """Match what is new, and fill the libraries that are. What the index must answer may wait. How many records."""
        matched = 0
        takers = takers_of(self._vocabulary, self._queries)
        try:
            while some := match_new(self._database, self._matcher, self._records, takers).records:
                matched += some
        except (IndexUnavailable, Busy) as error:
            log.warning("What is new waits for the index before anybody hears of it: %s", error)
        fill_due(self._database, self._reader, self._vocabulary, self._queries)
        return matched

    def tell(self) -> Done:
        """Whatever is new reaches those who follow it, by the hub and by mail."""
        return tell(self._workshop.telling, Means(self._vocabulary, self._matcher, self._queries))


@contextmanager
def _opened(settings: Settings) -> Iterator[Workshop]:
    workshop = Workshop(settings)
    try:
        await_ready(workshop.database, settings.pace.start)
        # A database that was put back by other means than ours holds what was erased since.
        erase_again(workshop.database, settings.data, actor=WORK)
        yield workshop
    finally:
        workshop.close()


@contextmanager
def _carrying(workshop: Workshop) -> Iterator[Courier]:
    """The courier, with workers that do its jobs during the block."""
    settings = workshop.settings
    courier = Courier(settings.courier_url, settings.data, bound_jobs(workshop), patience=settings.pace.start)
    courier.start(WORKERS)
    try:
        yield courier
    finally:
        courier.stop()


@contextmanager
def _ticking(workshop: Workshop, courier: Courier) -> Iterator[None]:
    """The clock: what is due is queued, what nobody works on is sent again."""
    ticker = Ticker()
    ticker.every(workshop.times.tick, partial(start_due, workshop, courier))
    watch = Watch(workshop)
    ticker.every(workshop.times.tick, watch.look)
    ticker.every(workshop.times.sweep, partial(take_up, workshop, courier))
    ticker.every(workshop.times.sweep, watch.tell)
    ticker.every(workshop.times.night, partial(delete_old, workshop))
    take_up(workshop, courier)
    ticker.start()
    try:
        yield
    finally:
        ticker.stop()


@contextmanager
def _mailing(workshop: Workshop) -> Iterator[None]:
    """The mailer; without a relay mails wait."""
    if workshop.relay is None:
        yield
        return
    still = partial(may_still_go, workshop)
    with at_work(Mailer(workshop.database, workshop.relay, workshop.times, still=still, name=workshop.name)):
        yield


def _keep_index(workshop: Workshop, stop: threading.Event) -> None:
    Keeper(
        workshop.database,
        open_writer(workshop.settings),
        documents_of(workshop.vocabulary),
        workshop.times,
        refused=partial(tell_refused, workshop.database),
    ).run(stop)


@contextmanager
def _told_to_stop(stop: threading.Event | None) -> Iterator[threading.Event]:
    """`stop`, which SIGTERM and SIGINT set too."""
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    yield stop


def work(settings: Settings, stop: threading.Event | None = None) -> None:
    """All of the hub's work in one process, until told to stop (SIGTERM or SIGINT, or `stop`)."""
    with (
        _opened(settings) as workshop,
        _told_to_stop(stop) as told,
        _carrying(workshop) as courier,
        _ticking(workshop, courier),
        _mailing(workshop),
    ):
        _keep_index(workshop, told)


def worker(settings: Settings, stop: threading.Event | None = None) -> None:
    """Carry jobs only: any number of these, on any number of machines, as long as something ticks."""
    with _opened(settings) as workshop, _told_to_stop(stop) as told, _carrying(workshop):
        told.wait()


def tick(settings: Settings, stop: threading.Event | None = None) -> None:
    """Start what is due, keep the index and send mails: one of these; a second one does no harm."""
    with _opened(settings) as workshop, _told_to_stop(stop) as told:
        courier = Courier(settings.courier_url, settings.data, patience=settings.pace.start)
        with _ticking(workshop, courier), _mailing(workshop):
            _keep_index(workshop, told)
