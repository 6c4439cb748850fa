"""`moothall retention run` and `again`."""

import click

from hub.cli.shown import as_json, show, table, workshop
from hub.db import now
from hub.governance.erasures import erase_again
from hub.governance.nights import enforce, waiting
from hub.governance.retention import RULES
from hub.policy import COMMAND_LINE


@click.group()
def retention() -> None:
    """How long things are kept: see what is too old, and delete it."""


@retention.command()
@click.option("--dry-run", is_flag=True, help="Only say how many there are.")
@as_json
def run(dry_run: bool, json_: bool) -> None:
    """Delete what is too old, as every night does by itself."""
    with workshop() as parts:
        if dry_run:
            with parts.database.reading() as session:
                done = waiting(session, now())
        else:
            done = enforce(parts.database, now())
    rows = [(rule.key, rule.kept, str(done[rule.key])) for rule in RULES]
    headings = ("what", "kept", "too old" if dry_run else "deleted")
    show(done, json_=json_, words=lambda: table(rows, headings))


@retention.command()
@as_json
def again(json_: bool) -> None:
    """Erase again what the list of erasures in the data folder names and the database still has."""
    with workshop() as parts:
        count = erase_again(parts.database, parts.settings.data, actor=COMMAND_LINE)
    show({"erased": count}, json_=json_, words=lambda: f"{count} erased again.")
