"""`moothall alert run` and `preview`."""

from dataclasses import asdict

import click
from sqlalchemy import func, select

from hub.accounts.models import Person
from hub.alerts.collecting import PERIODS
from hub.alerts.digests import preview as preview_letter
from hub.alerts.digests import reachable
from hub.cli.shown import as_json, show, workshop
from hub.db import now
from hub.errors import NotFound
from hub.jobs import Watch
from hub.languages import speaking
from hub.words import many


@click.group()
def alert() -> None:
    """Tell people what is new for what they follow, or see what somebody would be told."""


@alert.command()
@as_json
def run(json_: bool) -> None:
    """Do now what `moothall run` does all the time: match what is new, and make the mails that are due."""
    with workshop() as parts:
        watch = Watch(parts)
        records, done = watch.look(), watch.tell()
    mails = ", ".join(f"{number} {period}" for period, number in done.mails.items())
    words = f"{many(records, 'new document')} matched, {many(done.happenings, 'happening')} told."
    show({"records": records, **asdict(done)}, json_=json_, words=lambda: f"{words} Mails made: {mails or 'none'}.")


@alert.command()
@click.argument("address")
@click.option("--period", type=click.Choice(PERIODS), default="daily", help="Of which mail.")
@as_json
def preview(address: str, period: str, json_: bool) -> None:
    """Print the mail that the person with ADDRESS would get now. Nothing is sent, and nothing is changed."""
    with workshop() as parts, parts.database.reading() as session:
        id = session.scalar(select(Person.id).where(Person.email == func.lower(address)))
        found = reachable(session, id) if id else None
        if found is None:
            raise NotFound(f"Nobody who may sign in has the address {address}.")
        person, actor = found
        with speaking(person.language):
            letter = preview_letter(
                session, actor, period=period, named=parts.named, vocabulary=parts.vocabulary, moment=now()
            )
    value = {"period": period, "mail": asdict(letter) if letter else None}
    words = f"{letter.subject}\n\n{letter.text}" if letter else "There is nothing to tell: no mail would be sent."
    show(value, json_=json_, words=lambda: words)
