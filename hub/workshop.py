"""What jobs and commands work with: the parts of one process, built once from the settings."""

import math
import threading
import time
from typing import Final

from harvesters.base import Tools
from harvesters.fetch import Allowed, FetchTimes, Session, parse_allow
from harvesters.politeness import Politeness
from harvesters.sandbox import Sandbox
from hub import tables
from hub.accounts.oidc import Providers, guarded
from hub.alerts.running import Telling
from hub.config import Settings
from hub.db import Database
from hub.errors import BadInput
from hub.mail.relay import read_relay
from hub.setup.house import Settled, agent_of
from hub.sources.notices import Named
from hub.topics.labels import labels_file
from hub.topics.service import Vocabulary

assert tables.TABLES, "every table is known before a session is opened"

WAITED: Final = 5.0
"""Seconds of silence that are borne where a person waits for somebody else's server."""


class Workshop:
    """What jobs work with, built once a process from the settings."""

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self.settings = settings
        self.database = database or Database(settings.database)
        self.vocabulary = Vocabulary(self.database)
        self.times = settings.pace
        self.house = Settled(self.database, settings)
        self.relay = read_relay(settings)
        self._allow = _allowed(settings)
        self._politeness = Politeness()
        self._sandbox: Sandbox | None = None
        self._labels = -1
        self._guard = threading.Lock()

    def name(self) -> str:
        """What the hub is called, as it is settled now."""
        return self.house.now.name

    @property
    def named(self) -> Named:
        """How mails name the hub."""
        return Named(self.name(), self.settings.base_url, self.settings.secret())

    @property
    def telling(self) -> Telling:
        """What is needed to tell people of what they follow."""
        return Telling(self.database, self.vocabulary, self.named, self.settings)

    def sandbox(self) -> Sandbox:
        """The sandbox of this process, with the labels of today's vocabulary."""
        with self._guard:
            revision = self.vocabulary.revision
            if self._sandbox is None:
                self._sandbox = Sandbox(cache=self.settings.cache, labels=labels_file(self.vocabulary, self.settings))
            elif self._labels != revision:
                self._sandbox.restart(labels=labels_file(self.vocabulary, self.settings))
            self._labels = revision
            return self._sandbox

    def tools(self, seconds: float = math.inf) -> Tools:
        """A fresh session for one run (its counters are the run's), politeness and sandbox shared.

        Where a person waits for it, everything must be over in so many `seconds`.
        """
        times, until = self.times, time.monotonic() + seconds
        session = Session(
            allow=self._allow,
            user_agent=agent_of(self.house.now, self.settings),
            times=FetchTimes(connect=times.connect, idle=times.read, list=times.list, document=times.document),
            politeness=self._politeness,
            until=until,
        )
        return Tools(session, self.sandbox() if seconds == math.inf else self.sandbox().hurried(until))

    def providers(self) -> Providers:
        """What talks to the own sign-ins of organisations. A person waits for it, so it is less patient."""
        times = self.times
        patience = FetchTimes(connect=times.connect, idle=min(times.read, WAITED), list=min(times.list, 2 * WAITED))
        return Providers(guarded(self._allow, agent_of(self.house.now, self.settings), patience))

    def close(self) -> None:
        """End the sandbox and give the database's connections back."""
        if self._sandbox is not None:
            self._sandbox.close()
        self.database.close()


def _allowed(settings: Settings) -> tuple[Allowed, ...]:
    try:
        return parse_allow(settings.allowed_networks)
    except ValueError as error:
        raise BadInput(f"The setting MOOTHALL_FETCH_ALLOW cannot be used: {error}") from error
