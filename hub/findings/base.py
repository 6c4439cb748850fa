"""A finding: one thing that was looked at, how it is, and what to do where it is not well."""

from dataclasses import dataclass
from typing import Final, Literal

from hub.errors import HubError
from hub.languages import N_
from hub.languages import gettext as _

State = Literal["ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, and what to do where it is not well.

    `mild` is what somebody should look at some day, though nothing stands still for it. `page` is where to do it.
    """

    name: str
    well: bool
    what: str
    fix: str = ""
    mild: bool = False
    page: str = ""

    @property
    def state(self) -> State:
        """The colour that goes with it, never alone."""
        if self.well:
            return "ok"
        return "warn" if self.mild else "bad"

    @property
    def title(self) -> str:
        """Its name as it is shown."""
        return _(TITLES[self.name]) if self.name in TITLES else self.name


TITLES: Final[dict[str, str]] = {
    "data folder": N_("Data folder"),
    "secret key": N_("Secret key"),
    "network": N_("Network"),
    "disk": N_("Disk"),
    "jobs": N_("Queue of jobs"),
    "database": N_("Database"),
    "database server": N_("Database server"),
    "transactions": N_("Transactions"),
    "tables": N_("Tables"),
    "vocabulary": N_("Topics"),
    "index queue": N_("Changes for the index"),
    "checks": N_("Checks"),
    "sources": N_("Sources that fail"),
    "silent sources": N_("Sources that fell silent"),
    "approvals": N_("Approvals"),
    "owners": N_("Owners"),
    "alerts": N_("Alerts and digests"),
    "log": N_("Log"),
    "retention": N_("Deletion of what is old"),
    "backup": N_("Backup"),
    "mail": N_("Mails"),
    "index": N_("Search index"),
    "documents": N_("Index and database"),
    "search server": N_("Search server"),
}
"""Names of findings -> how pages call them; commands and programs know the names."""


def told_by(name: str, error: HubError) -> Finding:
    """What an error of ours says: what is wrong in its first sentence, the fix in the others."""
    what, _dot, fix = str(error).partition(". ")
    return Finding(name, False, f"{what.rstrip('.')}.", fix or _("Look into its own log."))
