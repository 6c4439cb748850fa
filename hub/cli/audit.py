"""`moothall audit verify` and `export`."""

import csv
import sys
from dataclasses import asdict

import click

from hub.audit.log import COLUMNS, whole
from hub.audit.service import Verdict, holds, verify
from hub.cli.shown import as_json, show, workshop
from hub.errors import HubError
from hub.web import inert
from hub.words import many


class Broken(HubError):
    """The log is not what was written."""


@click.group()
def audit() -> None:
    """Prove that the log of acts is what was written, and write it out."""


@audit.command("verify")
@click.option("--noted", default="", help="A hash that an earlier `verify` printed: nothing up to it was cut off.")
@as_json
def verify_(noted: str, json_: bool) -> None:
    """Go through the whole log, and say where it was changed, if it was.

    Note the hash that is printed, elsewhere than on this machine: by `--noted` it shows later that the end was not cut
    off, which the log alone cannot.
    """
    with workshop() as parts, parts.database.reading() as session:
        found = verify(session)
        missing = bool(noted) and not holds(session, noted)
    if found.broken is None and not missing:
        show(asdict(found), json_=json_, words=lambda: _words(found))
        return
    if found.broken is not None:
        raise Broken(f"The log was changed: of act {found.broken}, {found.why}. The {found.acts} before it are whole.")
    raise Broken(
        "The act with this hash is not in the log any more, so its end was cut off, or another hub's is meant."
    )


def _words(found: Verdict) -> str:
    return f"The log is whole: {many(found.acts, 'act')}. The hash of the last is {found.last or 'nothing'}."


@audit.command()
@as_json
def export(json_: bool) -> None:
    """Write the whole log to the standard output, as a table (CSV)."""
    with workshop() as parts, parts.database.reading() as session:
        if json_:
            show([asdict(act) for act in whole(session)], json_=True, words=str)
            return
        table = csv.writer(sys.stdout)
        table.writerow(COLUMNS)
        for act in whole(session):
            table.writerow([inert(cell) for cell in act.row()])
