"""`moothall check`: is the index what the database says?"""

from dataclasses import asdict

import click

from hub.audit.service import verify
from hub.cli.shown import as_json, show, workshop
from hub.errors import HubError
from hub.index.engines import open_reader, open_writer
from hub.index.worker import compare, mend
from hub.indexed import documents_of
from hub.sources.digest import digest_of


class Different(HubError):
    """The index differs from the database."""


@click.command()
@click.option("--repair", is_flag=True, help="Mend the index where it differs; where there is none, make it anew.")
@as_json
def check(repair: bool, json_: bool) -> None:
    """Compare the database with the index, look over the audit log, and print the hub's digest."""
    with workshop() as parts:
        reader, documents = open_reader(parts.settings), documents_of(parts.vocabulary)
        if repair:
            found = mend(parts.database, reader, open_writer(parts.settings), documents)
        else:
            found = compare(parts.database, reader, documents)
        with parts.database.reading() as session:
            value = {**asdict(found), "audit_broken_at": verify(session).broken, "digest": digest_of(session)}
    same = not (found.missing or found.extra or found.stale)
    words = "The index is what the database says." if same else _words(value)
    show(value, json_=json_, words=lambda: f"{words}\nDigest {value['digest']}")
    if not same:
        raise Different("The index differs from the database. `moothall check --repair` mends it.")
    if value["audit_broken_at"] is not None:
        raise Different(f"The audit log was changed at row {value['audit_broken_at']}.")


def _words(value: dict[str, list[str]]) -> str:
    return f"{len(value['missing'])} missing, {len(value['extra'])} too many, {len(value['stale'])} out of date."
