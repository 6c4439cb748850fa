"""`moothall mail status`, `test`, `retry` and `receive`."""

import sys
from dataclasses import asdict
from typing import Final

import click
from sqlalchemy.orm import Session

from harvesters.sandbox import READERS, Sandbox
from hub.cli.shown import as_json, show, workshop
from hub.db import NO_ANSWER, new_id
from hub.errors import BadInput, Unavailable
from hub.mail.delivery import Mailer
from hub.mail.message import message_id
from hub.mail.models import Mail
from hub.mail.service import Figures, figures, queue_mail, retry_failed
from hub.sources.notices import Named
from hub.talk.mailed import LARGEST, take_mail
from hub.words import at, many

AGAIN: Final = 75
"""The status by which a mail server knows that it is to try again (EX_TEMPFAIL)."""

READER: Final = {"letter": READERS["letter"]}
"""All that is needed to read a mail: a sandbox for it is quickly there."""


@click.group()
def mail() -> None:
    """See how mails are, try the relay, and send again what failed."""


@mail.command()
@as_json
def status(json_: bool) -> None:
    """Say how many mails wait, were sent (in 30 days) and failed, and why the last one that had trouble had it."""
    with workshop() as parts, parts.database.reading() as session:
        value, relay = figures(session), parts.relay
    shown = {**asdict(value), "relay": relay.place if relay else None}
    show(shown, json_=json_, words=lambda: _words(value, relay.place if relay else ""))


def _words(value: Figures, place: str) -> str:
    since = f", the oldest since {at(value.oldest)}" if value.oldest else ""
    lines = [f"{value.queued} queued{since}; {value.sent} sent, {value.failed} failed in the last 30 days."]
    lines.append(f"The relay is {place}." if place else "There is no relay (MOOTHALL_MAIL_URL): mails wait.")
    return "\n".join([*lines, *([f"The last trouble: {value.last_error}"] if value.last_error else [])])


@mail.command()
@click.argument("address")
@as_json
def test(address: str, json_: bool) -> None:
    """Send a mail to ADDRESS now, and say what the relay said."""
    with workshop() as parts:
        settings, relay = parts.settings, parts.relay
        if relay is None:
            raise BadInput("There is no relay to send mails. Set MOOTHALL_MAIL_URL and MOOTHALL_MAIL_FROM.")
        mailer = Mailer(parts.database, relay, parts.times, name=parts.name)
        tried = mailer.send_now(lambda session: _test_mail(session, address, parts.named))
    if tried.outcome != "sent":
        later = " The mail waits, and `moothall run` tries it again." if tried.outcome == "again" else ""
        raise Unavailable(f"{tried.why.rstrip('.')}.{later}")
    value = {"relay": relay.place, "said": tried.why, "message_id": message_id(tried.mail.id, settings.base_url)}
    words = f"{relay.place} accepted the mail to {tried.mail.recipient}: {tried.why}\nIts Message-ID is {{}}."
    show(value, json_=json_, words=lambda: words.format(value["message_id"]))


def _test_mail(session: Session, address: str, named: Named) -> Mail:
    return queue_mail(
        session,
        key=f"test {new_id()}",
        recipient=address,
        subject=f"[{named.hub[:80]}] A test of the mails of this hub",
        text=f"Somebody who runs {named.hub}, {named.base_url}, has tried whether its mails arrive.",
        language="en",
    )


@mail.command()
@as_json
def retry(json_: bool) -> None:
    """Queue every mail that failed once more."""
    with workshop() as parts, parts.database.writing() as session:
        count = retry_failed(session)
    show({"queued": count}, json_=json_, words=lambda: f"{many(count, 'mail')} queued once more.")


@mail.command()
@click.argument("recipients", nargs=-1)
@as_json
def receive(recipients: tuple[str, ...], json_: bool) -> None:
    """Take one mail from standard input: an answer in a discussion. RECIPIENTS are those of its envelope, if known.

    For the pipe of a mail server. What no known person sent ends with status 1 and a sentence for its sender.
    """
    try:
        with workshop() as parts, Sandbox(readers=READER) as sandbox:
            data = sys.stdin.buffer.read(LARGEST + 1)
            taken = take_mail(parts.database, sandbox, parts.settings, data, recipients)
    except (Unavailable, *NO_ANSWER) as error:
        click.echo(f"moothall: {getattr(error, 'orig', None) or error}", err=True)
        sys.exit(AGAIN)
    words = "Nothing was to be done: it came before, or no person wrote it."
    if taken.refused:
        words = f"Not published, and its sender was told: {taken.refused}"
    show(taken, json_=json_, words=lambda: f"Published as post {taken.post_id}." if taken.post_id else words)
