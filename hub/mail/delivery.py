"""The mailer: takes mails that are due, hands them to the relay outside of any transaction, and then marks them.

A mail is sent twice only if we stop between the relay's 250 and our mark, or if that 250 does not reach us; then both
have one Message-ID.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from hub.config import Times
from hub.db import NO_ANSWER, Database, locking, new_id, now
from hub.errors import HubError
from hub.mail.addresses import named
from hub.mail.connection import Connection, MailRefused, RelayAway
from hub.mail.message import message_of
from hub.mail.models import Mail
from hub.mail.relay import Relay

log = logging.getLogger(__name__)

MARGIN: Final = 60.0
"""Seconds by which a lease outlasts the time that one mail may take."""

LAST_MAIL: Final = 5.0
"""Seconds that the mailer gets to note what became of its last mail."""

BACK_OFF: Final = 1.0
"""Seconds of waiting after an error that is not the relay's, a database that is away for example."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a mail. `why` has the relay's words; `away`: not the mail failed, the relay cannot be used.

    Dropped: whoever it was for may not read it any more.
    """

    mail: Mail
    outcome: Literal["sent", "again", "failed", "dropped"]
    why: str
    away: bool = False


class Mailer:
    """Sends what is due, one mail after the other. Any number may run: each mail is with one of them at a time.

    Mails that the relay does not take now are tried again after a minute, then two, up to an hour, for 48 hours.
    """

    def __init__(
        self,
        database: Database,
        relay: Relay,
        times: Times,
        clock: Callable[[], datetime] = now,
        still: Callable[[Mail], bool] = lambda mail: True,
        name: Callable[[], str] = lambda: "",
    ) -> None:
        """`still` says of a mail, just before it goes, whether whoever it is for may have it as it is.

        `name` says what the hub is called now, which is the name of a sender that has none.
        """
        self._name = name
        self._database = database
        self._still = still
        self._relay = relay
        self._times = times
        self._clock = clock
        self._connection = Connection(relay, times)
        self._unmarked: Tried | None = None
        self._said = ""

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. No error ends it; that the relay is away is said once."""
        while not stop.is_set():
            try:
                wait = self._after(self.step())
            except NO_ANSWER as error:
                log.warning("Mails wait for the database: %s", error.orig)
                wait = BACK_OFF
            except Exception:
                log.exception("Mails could not be sent; it is tried again.")
                wait = BACK_OFF
            if wait:
                self.close()
                stop.wait(wait)
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def cut(self) -> None:
        """From another thread: end what the relay keeps us waiting for; that mail is tried again later."""
        self._connection.cut()

    def step(self) -> Tried | None:
        """Send the mail that is due first; None when none is."""
        if self._unmarked:
            # The database was away when we wanted to say what became of this one.
            self._mark(self._unmarked)
        with self._database.reading() as session:
            if session.scalar(self._due().limit(1)) is None:
                return None
        with self._database.writing() as session:
            mail = session.scalar(locking(self._due(Mail).limit(1), skip=True))
            if mail is None:
                return None
            self._take(mail)
        return self._finish(mail)

    def send_now(self, write: Callable[[Session], Mail]) -> Tried:
        """Send what `write` queues at once, before another mailer can take it."""
        with self._database.writing() as session:
            mail = write(session)
            self._take(mail)
        try:
            return self._finish(mail)
        finally:
            self.close()

    def _due(self, what: Any = Mail.id) -> Select[Any]:
        moment = self._clock()
        free = or_(Mail.lease_until.is_(None), Mail.lease_until < moment)
        due = select(what).where(Mail.state == "queued", Mail.next_try <= moment, free)
        return due.order_by(Mail.next_try, Mail.id)

    def _take(self, mail: Mail) -> None:
        moment = self._clock()
        mail.lease = new_id()
        mail.lease_until = moment + timedelta(seconds=self._times.mail_total + self._times.connect + MARGIN)
        mail.attempts += 1
        mail.first_try = mail.first_try or moment

    def _finish(self, mail: Mail) -> Tried:
        if not self._still(mail):
            self._drop(mail)
            return Tried(mail, "dropped", "")
        tried = self._send(mail)
        self._unmarked = tried
        self._mark(tried)
        return tried

    def _send(self, mail: Mail) -> Tried:
        try:
            message = message_of(mail, named(self._relay.sender, self._name()), self._relay.hub)
        except Exception as error:
            # Ours to mend; the others are not to wait for it.
            log.exception("The mail %s cannot be written.", mail.id)
            return Tried(mail, "failed", f"It cannot be written as a message: {type(error).__name__}.")
        try:
            return Tried(mail, "sent", self._connection.send(message, mail.recipient))
        except (MailRefused, RelayAway) as error:
            outcome: Literal["again", "failed"] = "failed" if error.permanent or self._too_late(mail) else "again"
            return Tried(mail, outcome, str(error), away=isinstance(error, RelayAway))

    def _drop(self, mail: Mail) -> None:
        with self._database.writing() as session:
            session.execute(delete(Mail).where(Mail.id == mail.id, Mail.state == "queued", Mail.lease == mail.lease))

    def _too_late(self, mail: Mail) -> bool:
        return mail.first_try is not None and self._clock() - mail.first_try >= timedelta(
            seconds=self._times.mail_give_up
        )

    def _mark(self, tried: Tried) -> None:
        mail, moment = tried.mail, self._clock()
        values: dict[str, Any] = {"lease": "", "lease_until": None, "error": tried.why}
        ours = update(Mail).where(Mail.id == mail.id, Mail.state == "queued")
        if tried.outcome == "sent":
            # Whoever has the lease by now: it was sent.
            values |= {"state": "sent", "sent": moment, "error": ""}
        else:
            ours = ours.where(Mail.lease == mail.lease)
            wait = wait_after(mail.attempts, self._times) if tried.outcome == "again" else 0.0
            values |= {"next_try": moment + timedelta(seconds=wait)}
            values |= {} if tried.outcome == "again" else {"state": "failed"}
        with self._database.writing() as session:
            session.execute(ours.values(values))
        self._unmarked = None

    def _after(self, tried: Tried | None) -> float:
        """Seconds until the next step. A relay that is away is not asked for each mail that waits."""
        if tried is None:
            return self._times.mail_tick
        if tried.outcome == "failed":
            log.warning("A mail failed: %s", tried.why)
        if not tried.away:
            self._said = "" if tried.outcome == "sent" else self._said
            return 0.0
        if tried.why != self._said:
            log.warning("Mails wait. %s", tried.why)
            self._said = tried.why
        return wait_after(1, self._times)


@contextmanager
def at_work(mailer: Mailer) -> Iterator[threading.Thread]:
    """The mailer's loop in a thread of its own for the block: a relay that hangs delays nothing else, not even the end.

    A mail that the relay was just being given is tried again later.
    """
    stop = threading.Event()
    thread = threading.Thread(target=mailer.run, args=(stop,), daemon=True, name="mailer")
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        end = time.monotonic() + LAST_MAIL
        while thread.is_alive() and time.monotonic() < end:
            thread.join(0.1)
            mailer.cut()


def wait_after(attempts: int, times: Times) -> float:
    """Seconds to the next try: doubling from a minute to an hour, with jitter."""
    wait = min(times.mail_first_wait * 2 ** min(attempts - 1, 16), times.mail_longest_wait)
    return float(wait * random.uniform(0.8, 1.2))


def look(relay: Relay, times: Times) -> HubError | None:
    """What is wrong with the relay, None where nothing is; within half a minute. No mail is sent."""
    quick = replace(times, mail_idle=times.read, mail_total=3 * times.read)
    try:
        Connection(relay, quick).check()
    except RelayAway as error:
        return error
    return None
