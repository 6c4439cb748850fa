"""The hub as its operator has settled it: a value, read from the database and remembered for two seconds."""

import logging
import time
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from harvesters.limits import user_agent
from hub.config import Settings
from hub.db import Database
from hub.setup.models import Setting
from hub.web import part

EVERYBODY: Final = "everybody"
MEMBERS: Final = "members"
INVITED: Final = "invited"
WHO_MAY_REGISTER: Final = (EVERYBODY, MEMBERS, INVITED)

FROM_ENVIRONMENT: Final = (
    *("name", "run_by", "contact", "privacy_contact", "accessibility_contact"),
    *("accessibility_prepared", "accessibility_reviewed"),
)
"""What a setting of the environment says as long as nothing is settled in the web."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """What can be settled; the defaults are those of a hub whose operator has not been asked yet.

    The days of the accessibility statement are as `2026-11-27`. `hall` and `accent` are colours as `#0f4a3c`, empty for
    ours; `logo` is the hash of a picture, empty for our mark.
    """

    name: str = "Moothall"
    run_by: str = ""
    contact: str = ""
    welcome: str = ""
    privacy_contact: str = ""
    accessibility_contact: str = ""
    accessibility_prepared: str = ""
    accessibility_reviewed: str = ""
    accessibility_gaps: str = ""
    hall: str = ""
    accent: str = ""
    logo: str = ""
    logo_width: int = 0
    logo_height: int = 0
    registering: str = EVERYBODY
    people_wait: bool = False
    sources_wait: bool = False
    staff_second_factor: bool = False


def default_house(settings: Settings) -> House:
    """What holds where nothing was settled."""
    return House(**{name: getattr(settings, name) for name in FROM_ENVIRONMENT})


def agent_of(house: House, settings: Settings) -> str:
    """How we name ourselves to the sites and servers that we visit."""
    return user_agent(house.contact or f"{settings.base_url}/about")


def read_house(session: Session, settings: Settings) -> House:
    """The hub as it is settled now, by one statement. What a name or a type of ours no longer fits is left out."""
    told: dict[str, Any] = dict(session.execute(select(Setting.name, Setting.value)).all())
    default = default_house(settings)
    given: dict[str, Any] = {}
    for one in fields(House):
        otherwise = getattr(default, one.name)
        value = told.get(one.name, otherwise)
        given[one.name] = value if type(value) is type(otherwise) else otherwise
    return House(**given)


class Settled:
    """The house, kept in memory and read again when two seconds are over: every process sees a change soon."""

    def __init__(self, database: Database, settings: Settings, look_every: float = 2) -> None:
        self._database = database
        self._settings = settings
        self._look_every = look_every
        self._looked = float("-inf")
        self._house = default_house(settings)

    @property
    def now(self) -> House:
        """The hub as it is settled, give or take two seconds; as it was last seen while the database is away."""
        if time.monotonic() - self._looked >= self._look_every:
            self._looked = time.monotonic()
            try:
                with self._database.reading() as session:
                    self._house = read_house(session, self._settings)
            except DBAPIError as error:
                log.warning("What the operator has settled cannot be read: %s", error.orig)
        return self._house

    def look_again(self) -> None:
        """Somebody has just settled something: do not wait two seconds to see it."""
        self._looked = float("-inf")


def house() -> House:
    """The hub as it is settled, for whoever answers a request."""
    found = part("house").now
    assert isinstance(found, House)
    return found
