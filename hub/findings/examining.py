"""Every finding in one list, in the order in which one thing depends on the other."""

from sqlalchemy.exc import DBAPIError

from hub.config import Settings
from hub.db import Database
from hub.errors import HubError
from hub.findings import machine, telling, work
from hub.findings.base import Finding, told_by
from hub.languages import gettext as _


def examine(settings: Settings, database: Database | None = None, *, thorough: bool = True) -> list[Finding]:
    """Every finding; what depends on something broken is left out.

    What takes long is only looked at where somebody is `thorough`: whether the mail relay answers, and every act of
    the log. A `database` that is open already stays open.
    """
    findings = [machine.data(settings)]
    if not findings[0].well:
        return findings
    findings += [machine.secret(settings), machine.network(settings), machine.disk(settings), machine.jobs(settings)]
    try:
        opened = database or Database(settings.database)
    except HubError as error:
        return [*findings, told_by("database", error)]
    try:
        tables = machine.tables(opened)
        findings.append(tables)
        return [*findings, *_of_database(settings, opened, thorough)] if tables.well else findings
    finally:
        if database is None:
            opened.close()


def _of_database(settings: Settings, database: Database, thorough: bool) -> list[Finding]:
    rows, living = _rows(database, thorough)
    return [
        *machine.server(database),
        *rows,
        machine.mail(settings, database, ask=thorough),
        *machine.index(settings, living),
    ]


def _rows(database: Database, thorough: bool) -> tuple[list[Finding], int | None]:
    """What the tables say; what locks them is the answer where they do not."""
    looks = [
        work.vocabulary,
        work.index_queue,
        work.checks,
        work.failing,
        work.silent,
        work.approvals,
        work.owners,
        telling.alerts,
        *([work.log] if thorough else []),
        work.retention,
        work.backup,
    ]
    try:
        with database.reading() as session:
            return [look(session) for look in looks], work.living(session)
    except DBAPIError as error:
        what = _("They cannot be read: %(why)s.", why=machine.why(error))
        return [Finding("tables", False, what, _("Does somebody hold a lock on them?"))], None
