"""`moothall doctor`: what is wrong with this hub, each with the fix."""

import shutil
from dataclasses import asdict, dataclass
from datetime import timedelta

import click
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from harvesters.fetch import parse_allow
from hub.cli.shown import as_json, show
from hub.config import SECRET_FILE, Settings, read_settings
from hub.db import Database, now
from hub.errors import HubError, IndexUnavailable
from hub.index.engines import open_reader, open_writer
from hub.index.outbox import LATE, age
from hub.readiness import pending
from hub.sources.models import Run, Source
from hub.topics.models import Concept

LEAST_FREE = 1_000_000_000


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
    """Look at the settings, the disk, the database, the index, the work and the sources."""
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
    findings += [_secret(settings), _network(settings), _disk(settings)]
    database = Database(settings.database)
    try:
        tables = _tables(database)
        findings.append(tables)
        if tables.well:
            findings += [*_rows(database), _index(settings)]
    finally:
        database.close()
    return findings


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


def _tables(database: Database) -> Finding:
    try:
        old = pending(database)
    except DBAPIError as error:
        fix = "Is MOOTHALL_DATABASE_URL right? Else put a copy of the database in its place."
        return Finding("database", False, f"It cannot be opened: {error.orig}.", fix)
    if old:
        return Finding("database", False, "Its tables are old or missing.", "Run `moothall upgrade`.")
    return Finding("database", True, "Its tables are of the newest shape.")


def _rows(database: Database) -> list[Finding]:
    with database.reading() as session:
        topics = session.scalar(select(func.count()).select_from(Concept)) or 0
        late = age(session) > LATE
        stale = session.scalar(
            select(func.count()).where(Run.state == "running", Run.lease_until < now() - timedelta(minutes=2))
        )
        failing = list(session.scalars(select(Source.name).where(Source.failures >= 3, Source.paused.is_(False))))
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
            f"{len(failing)} failed three times or more{': ' + ', '.join(failing[:5]) if failing else ''}.",
            "Their pages say why." if failing else "",
        ),
    ]


def _index(settings: Settings) -> Finding:
    try:
        stats = open_reader(settings).stats()
        missing = open_writer(settings).missing()
    except IndexUnavailable as error:
        return Finding("index", False, str(error))
    if missing:
        what = "What stands behind its names on the server is not as this release made it."
        return Finding("index", False, what, "Run `moothall index rebuild`.")
    return Finding("index", True, f"{stats.documents} documents.")
