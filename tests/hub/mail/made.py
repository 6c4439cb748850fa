"""Mails, relays and a clock for the tests of mail."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address

from sqlalchemy import select

from hub.config import SHORT
from hub.db import Database, now
from hub.mail.delivery import Mailer
from hub.mail.models import Mail
from hub.mail.relay import Relay
from hub.mail.service import queue_mail

QUICK = replace(SHORT, mail_idle=0.5, mail_total=1.5)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HUB = "https://hub.example"


def relay(port: int, **more: object) -> Relay:
    """A relay at this port of loopback, without TLS."""
    given = {"host": "127.0.0.1", "port": port, "tls": "no", "sender": Address("Hub", addr_spec="hub@hub.example")}
    return Relay(**{**given, "hub": HUB, **more})  # type: ignore[arg-type]


@dataclass
class Clock:
    """The time as it is, and as much later as a test says."""

    later: timedelta = timedelta()

    def __call__(self) -> datetime:
        return now() + self.later

    def go_on(self, **time: float) -> None:
        self.later += timedelta(**time)


def queue(database: Database, key: str = "one", **given: str) -> str:
    """Queue a mail to Aisha; its id."""
    values = {"recipient": "aisha@northford.example", "subject": "Hello", "text": "Hello Aisha."}
    with database.writing() as session:
        return queue_mail(session, key=key, **{**values, **given}).id


def mail_of(database: Database, key: str = "one") -> Mail:
    """The mail with this key."""
    with database.reading() as session:
        return session.scalars(select(Mail).where(Mail.key == key)).one()


def drain(mailer: Mailer) -> list[str]:
    """What comes of each mail that is due now."""
    outcomes = []
    while tried := mailer.step():
        outcomes.append(tried.outcome)
    return outcomes
