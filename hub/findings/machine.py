"""What the hub stands on: its folder and settings, the queue, the database, the relay of mails, the index."""

import shutil
from contextlib import closing
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import DBAPIError

from harvesters.fetch import parse_allow
from hub.config import SECRET_FILE, Settings
from hub.db import Database, now
from hub.errors import HubError
from hub.findings.base import Finding, told_by
from hub.index.engines import open_reader, open_writer
from hub.languages import gettext as _
from hub.languages import ngettext
from hub.mail.delivery import look
from hub.mail.relay import read_relay
from hub.mail.service import failed_since, figures
from hub.readiness import pending
from hub.tasks.courier import Courier

LEAST_FREE: Final = 1_000_000_000

OLDEST_SERVER: Final = 14
"""The oldest PostgreSQL that its makers still mend."""

MAIL_LATE: Final = 2 * 3600
"""Seconds that a mail may wait: longer than the longest time between two tries."""

MAIL_FAILED: Final = timedelta(days=7)
"""How long a mail that failed is told: an address that is gone is not to be told for ever."""

LONG: Final = timedelta(minutes=5)
"""How long a transaction may be open."""


def data(settings: Settings) -> Finding:
    """The folder that holds everything."""
    if settings.data.is_dir():
        return Finding("data folder", True, _("%(folder)s is there.", folder=settings.data))
    what = _("%(folder)s is not there.", folder=settings.data)
    return Finding("data folder", False, what, _("Run `moothall init`, or set MOOTHALL_DATA."))


def secret(settings: Settings) -> Finding:
    """The key that signs cookies."""
    try:
        settings.secret()
    except HubError as error:
        return Finding("secret key", False, str(error))
    ours = settings.data / SECRET_FILE
    if not (settings.secret_key or settings.secret_key_file) and ours.stat().st_mode & 0o077:
        what = _("Other users can read %(file)s.", file=ours)
        return Finding("secret key", False, what, _("Run `chmod 600 %(file)s`.", file=ours))
    return Finding("secret key", True, _("It can be read."))


def network(settings: Settings) -> Finding:
    """What may be fetched."""
    try:
        parse_allow(settings.allowed_networks)
    except ValueError as error:
        what = _("MOOTHALL_FETCH_ALLOW cannot be used: %(why)s", why=error)
        return Finding("network", False, what, _("Set it anew."))
    allowed = settings.fetch_allow or _("nothing")
    return Finding("network", True, _("May be fetched although private: %(allowed)s.", allowed=allowed))


def disk(settings: Settings) -> Finding:
    """Room in the data folder."""
    free = shutil.disk_usage(settings.data).free
    what = _("%(size)s GB are free.", size=f"{free / 1e9:.1f}")
    fix = "" if free > LEAST_FREE else _("Make room: less than 1 GB is left.")
    return Finding("disk", free > LEAST_FREE, what, fix)


def jobs(settings: Settings) -> Finding:
    """The queue that hands out work."""
    try:
        with closing(Courier(settings.courier_url, settings.data)) as courier:
            waiting = courier.waiting()
    except HubError as error:
        return told_by("jobs", error)
    return Finding("jobs", True, _("%(num)s wait in their queue.", num=waiting))


def tables(database: Database) -> Finding:
    """Whether the database can be opened, and its tables are of this release."""
    try:
        old = pending(database)
    except DBAPIError as error:
        what = _("It cannot be opened: %(why)s.", why=why(error))
        fix = _("Is MOOTHALL_DATABASE_URL right?")
        more = _("Does its server run?") if database.server else _("Else put a copy of the database in its place.")
        return Finding("database", False, what, f"{fix} {more}")
    if old:
        return Finding("database", False, _("Its tables are old or missing."), _("Run `moothall upgrade`."))
    return Finding("database", True, _("Its tables are of the newest shape."))


def why(error: DBAPIError) -> str:
    """What the database said, in one line."""
    return " ".join(str(error.orig).split()).rstrip(".")


def server(database: Database) -> list[Finding]:
    """What only a database on a server has: a version of its own, and other programs with locks."""
    if not database.server:
        return []
    version, open_ = database.version(), database.forgotten(LONG)
    new = int(version.split(".")[0]) >= OLDEST_SERVER
    too_old = "" if new else _("Move to version %(version)s or newer.", version=OLDEST_SERVER)
    minutes = f"{LONG.total_seconds() / 60:.0f}"
    unnamed = _("unnamed")
    held = ", ".join(f"{one.process} ({one.program or unnamed})" for one in open_)
    ending = _("If it is no backup, end it: `%(ending)s`.", ending=open_[0].ending) if open_ else ""
    what = (
        _(
            "Open for more than %(minutes)s minutes, with all it has locked: process %(held)s.",
            minutes=minutes,
            held=held,
        )
        if open_
        else _("None is open for more than %(minutes)s minutes.", minutes=minutes)
    )
    return [
        Finding("database server", new, _("Its version is %(version)s.", version=version), too_old),
        Finding("transactions", not open_, what, ending),
    ]


def mail(settings: Settings, database: Database, *, ask: bool = True) -> Finding:
    """Mails that wait or failed; with `ask` also whether the relay answers, which may take seconds."""
    try:
        relay = read_relay(settings)
    except HubError as error:
        return told_by("mail", error)
    with database.reading() as session:
        mails, failed = figures(session), failed_since(session, now() - MAIL_FAILED)
    waiting = ngettext("%(num)s mail waits", "%(num)s mails wait", mails.queued)
    if relay is None:
        fix = _("Set MOOTHALL_MAIL_URL and MOOTHALL_MAIL_FROM.") if mails.queued else ""
        what = _("%(waiting)s; there is no relay to send mails.", waiting=waiting)
        return Finding("mail", not mails.queued, what, fix)
    if ask and (wrong := look(relay, settings.pace)):
        return told_by("mail", wrong)
    if failed:
        what = ngettext(
            "%(num)s mail failed in the last seven days.", "%(num)s mails failed in the last seven days.", failed
        )
        fix = _("`moothall mail retry` sends them again once that is mended.")
        return Finding("mail", False, f"{what} {mails.last_error}".rstrip(), fix)
    if mails.age > MAIL_LATE:
        hours = f"{mails.age / 3600:.0f}"
        what = _("%(waiting)s, the oldest for %(hours)s hours.", waiting=waiting, hours=hours)
        return Finding("mail", False, f"{what} {mails.last_error}".rstrip(), _("Is `moothall run` running?"))
    if not ask:
        return Finding("mail", True, _("%(waiting)s; they go out by %(relay)s.", waiting=waiting, relay=relay.place))
    return Finding("mail", True, _("%(waiting)s; %(relay)s answers.", waiting=waiting, relay=relay.place))


def index(settings: Settings, living: int | None = None) -> list[Finding]:
    """The search index; where `living` says how many documents there should be, whether it holds as many."""
    try:
        stats = open_reader(settings).stats()
        missing = open_writer(settings).missing()
    except HubError as error:
        return [told_by("index", error)]
    if missing:
        what = _("What stands behind its names on the server is not as this release made it.")
        return [Finding("index", False, what, _("Run `moothall index rebuild`."))]
    findings = [Finding("index", True, ngettext("%(num)s document.", "%(num)s documents.", stats.documents))]
    if living is not None and living != stats.documents:
        what = _(
            "The index holds %(held)s documents and the database %(living)s, and nothing is on its way.",
            held=f"{stats.documents:,}",
            living=f"{living:,}",
        )
        findings.append(Finding("documents", False, what, _("Run `moothall check --repair`."), mild=True))
    if stats.engine != "embedded":
        troubles = [one.partition(". ") for one in stats.troubles]
        what = " ".join(f"{one}." for one, _dot, _fix in troubles) or _("It answers, and has room.")
        findings.append(Finding("search server", not troubles, what, " ".join(fix for _what, _dot, fix in troubles)))
    return findings
