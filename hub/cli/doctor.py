"""`moothall doctor`: what is wrong with this hub, each with the fix."""

import shutil
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import timedelta

import click
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from harvesters.fetch import parse_allow
from hub.accounts.duties import things, unowned_counts
from hub.audit.models import Audit
from hub.audit.service import verify
from hub.cli.shown import as_json, show
from hub.config import SECRET_FILE, Settings, read_settings
from hub.db import Database, now
from hub.errors import HubError
from hub.governance.retention import last_night
from hub.index.engines import open_reader, open_writer
from hub.index.outbox import LATE, age
from hub.mail.delivery import look
from hub.mail.relay import read_relay
from hub.mail.service import failed_since, figures
from hub.readiness import pending
from hub.sources.models import Run, Source
from hub.tasks.courier import Courier
from hub.topics.models import Concept
from hub.words import at, many

LEAST_FREE = 1_000_000_000

OLDEST_SERVER = 14
"""The oldest PostgreSQL that its makers still mend."""

MAIL_LATE = 2 * 3600
"""Seconds that a mail may wait: longer than the longest time between two tries."""

MAIL_FAILED = timedelta(days=7)
"""How long a mail that failed is told: an address that is gone is not to be told for ever."""

NIGHTS = timedelta(days=2)
"""How long the nightly deletion may be missing."""

LONG = timedelta(minutes=5)
"""How long a transaction may be open."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, and what to do where it is not well."""

    name: str
    well: bool
    what: str
    fix: str = ""


class Unwell(HubError):
    """Something needs the operator."""


@click.command()
@as_json
def doctor(json_: bool) -> None:
    """Look at the settings, the disk, the database, the index, the queue of jobs, the work, the sources and mails."""
    findings = examine(read_settings())
    lines = [f"{'ok ' if one.well else 'NOT'}  {one.name}: {one.what} {one.fix}".rstrip() for one in findings]
    show([asdict(one) for one in findings], json_=json_, words=lambda: "\n".join(lines))
    bad = [one for one in findings if not one.well]
    if bad:
        raise Unwell(f"{len(bad)} of {len(findings)} things need you, first: {bad[0].what}")


def examine(settings: Settings) -> list[Finding]:
    """Every finding; what depends on something broken is left out."""
    findings = [_data(settings)]
    if not findings[0].well:
        return findings
    findings += [_secret(settings), _network(settings), _disk(settings), _jobs(settings)]
    try:
        database = Database(settings.database)
    except HubError as error:
        return [*findings, _found("database", error)]
    try:
        tables = _tables(database)
        findings.append(tables)
        if tables.well:
            findings += [*_server(database), *_rows(database), _mail(settings, database), *_index(settings)]
    finally:
        database.close()
    return findings


def _found(name: str, error: HubError) -> Finding:
    """What an error of ours says: what is wrong in its first sentence, the fix in the others."""
    what, _, fix = str(error).partition(". ")
    return Finding(name, False, f"{what.rstrip('.')}.", fix or "Look into its own log.")


def _data(settings: Settings) -> Finding:
    if settings.data.is_dir():
        return Finding("data folder", True, f"{settings.data} is there.")
    return Finding("data folder", False, f"{settings.data} is not there.", "Run `moothall init`, or set MOOTHALL_DATA.")


def _secret(settings: Settings) -> Finding:
    try:
        settings.secret()
    except HubError as error:
        return Finding("secret key", False, str(error))
    ours = settings.data / SECRET_FILE
    if not (settings.secret_key or settings.secret_key_file) and ours.stat().st_mode & 0o077:
        return Finding("secret key", False, f"Other users can read {ours}.", f"Run `chmod 600 {ours}`.")
    return Finding("secret key", True, "It can be read.")


def _network(settings: Settings) -> Finding:
    try:
        parse_allow(settings.allowed_networks)
    except ValueError as error:
        return Finding("network", False, f"MOOTHALL_FETCH_ALLOW cannot be used: {error}", "Set it anew.")
    return Finding("network", True, f"May be fetched although private: {settings.fetch_allow or 'nothing'}.")


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data).free
    what = f"{free / 1e9:.1f} GB are free."
    return Finding("disk", free > LEAST_FREE, what, "" if free > LEAST_FREE else "Make room: less than 1 GB is left.")


def _jobs(settings: Settings) -> Finding:
    try:
        with closing(Courier(settings.courier_url, settings.data)) as courier:
            waiting = courier.waiting()
    except HubError as error:
        return _found("jobs", error)
    return Finding("jobs", True, f"{waiting} wait in their queue.")


def _tables(database: Database) -> Finding:
    try:
        old = pending(database)
    except DBAPIError as error:
        fix = "Does its server run?" if database.server else "Else put a copy of the database in its place."
        return Finding(
            "database", False, f"It cannot be opened: {_why(error)}.", f"Is MOOTHALL_DATABASE_URL right? {fix}"
        )
    if old:
        return Finding("database", False, "Its tables are old or missing.", "Run `moothall upgrade`.")
    return Finding("database", True, "Its tables are of the newest shape.")


def _why(error: DBAPIError) -> str:
    """What the database said, in one line."""
    return " ".join(str(error.orig).split()).rstrip(".")


def _server(database: Database) -> list[Finding]:
    """What only a database on a server has: a version of its own, and other programs with locks."""
    if not database.server:
        return []
    version, open_ = database.version(), database.forgotten(LONG)
    new = int(version.split(".")[0]) >= OLDEST_SERVER
    too_old = "" if new else f"Move to version {OLDEST_SERVER} or newer."
    minutes = f"{LONG.total_seconds() / 60:.0f} minutes"
    held = ", ".join(f"{one.process} ({one.program or 'unnamed'})" for one in open_)
    ending = f"If it is no backup, end it: `{open_[0].ending}`." if open_ else ""
    what = f"Open for more than {minutes}, with all it has locked: process {held}."
    return [
        Finding("database server", new, f"Its version is {version}.", too_old),
        Finding("transactions", not open_, what if open_ else f"None is open for more than {minutes}.", ending),
    ]


def _rows(database: Database) -> list[Finding]:
    """What the tables say; what locks them is the answer where they do not."""
    try:
        return _counted(database)
    except DBAPIError as error:
        return [Finding("tables", False, f"They cannot be read: {_why(error)}.", "Does somebody hold a lock on them?")]


def _counted(database: Database) -> list[Finding]:
    with database.reading() as session:
        topics = session.scalar(select(func.count()).select_from(Concept)) or 0
        late = age(session) > LATE
        stale = session.scalar(
            select(func.count()).where(Run.state == "running", Run.lease_until < now() - timedelta(minutes=2))
        )
        lost, never = unowned_counts(session)
        left = [one.name for one in things(session, unowned=True, limit=5)[0] if one.lost]
        failing = list(session.scalars(select(Source.name).where(Source.failures >= 3, Source.paused.is_(False))))
        log, kept = _log(session), _retention(session)
    return [
        Finding("vocabulary", topics > 0, f"{topics} topics.", "" if topics else "Run `moothall init`."),
        Finding(
            "index queue",
            not late,
            "Changes wait for more than five minutes." if late else "Nothing waits for long.",
            "Is `moothall run` running?" if late else "",
        ),
        Finding(
            "checks",
            not stale,
            f"{stale or 0} checks have lost their worker.",
            "Start `moothall run`: it takes them up." if stale else "",
        ),
        Finding(
            "sources",
            not failing,
            f"{len(failing)} failed three times or more{_named(failing[:5])}.",
            "Their pages say why." if failing else "",
        ),
        Finding(
            "owners",
            not lost,
            f"{many(lost, 'thing has', 'things have')} lost its owner{_named(left)}; {never} never had one.",
            "The page /manage/hand-over lists them, and gives them to somebody." if lost else "",
        ),
        log,
        kept,
    ]


def _retention(session: Session) -> Finding:
    """The nightly deletion; a hub that has not seen two nights yet need not have done one."""
    last = last_night(session)
    since = last.ended if last else session.scalar(select(func.min(Audit.at)))
    late = since is not None and since < now() - NIGHTS
    what = (
        f"What is too old was last deleted {at(last.ended)}." if last else "Nothing has been deleted for its age yet."
    )
    return Finding("retention", not late, what, "Is `moothall run` running? It does so every night." if late else "")


def _log(session: Session) -> Finding:
    found = verify(session)
    if found.broken is None:
        return Finding("log", True, f"{many(found.acts, 'act')}, none of them changed.")
    what = f"It was changed: of act {found.broken}, {found.why}."
    return Finding("log", False, what, "Compare it with that of the last backup, and find out who can write there.")


def _named(names: list[str]) -> str:
    return f": {', '.join(names)}" if names else ""


def _mail(settings: Settings, database: Database) -> Finding:
    try:
        relay = read_relay(settings)
    except HubError as error:
        return _found("mail", error)
    with database.reading() as session:
        mails, failed = figures(session), failed_since(session, now() - MAIL_FAILED)
    waiting = f"{many(mails.queued, 'mail')} {'waits' if mails.queued == 1 else 'wait'}"
    if relay is None:
        fix = "Set MOOTHALL_MAIL_URL and MOOTHALL_MAIL_FROM." if mails.queued else ""
        return Finding("mail", not mails.queued, f"{waiting}; there is no relay to send mails.", fix)
    if wrong := look(relay, settings.pace):
        return _found("mail", wrong)
    if failed:
        what = f"{many(failed, 'mail')} failed in the last seven days. {mails.last_error}"
        return Finding("mail", False, what, "`moothall mail retry` sends them again once that is mended.")
    if mails.age > MAIL_LATE:
        what = f"{waiting}, the oldest for {mails.age / 3600:.0f} hours. {mails.last_error}".rstrip()
        return Finding("mail", False, what, "Is `moothall run` running?")
    return Finding("mail", True, f"{waiting}; {relay.place} answers.")


def _index(settings: Settings) -> list[Finding]:
    try:
        stats = open_reader(settings).stats()
        missing = open_writer(settings).missing()
    except HubError as error:
        return [_found("index", error)]
    if missing:
        what = "What stands behind its names on the server is not as this release made it."
        return [Finding("index", False, what, "Run `moothall index rebuild`.")]
    findings = [Finding("index", True, f"{stats.documents} documents.")]
    if stats.engine != "embedded":
        troubles = [one.partition(". ") for one in stats.troubles]
        what = " ".join(f"{one}." for one, _, _ in troubles) or "It answers, and has room."
        findings.append(Finding("search server", not troubles, what, " ".join(fix for _, _, fix in troubles)))
    return findings
