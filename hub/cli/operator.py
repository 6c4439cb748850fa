"""`moothall operator link`."""

import click

from hub.accounts.service import make_link
from hub.cli.shown import as_json, show, workshop
from hub.config import read_settings


@click.group()
def operator() -> None:
    """Sign in as the operator."""


@operator.command()
@as_json
def link(json_: bool) -> None:
    """Print a link that signs one browser in as the operator; good once, for 15 minutes."""
    settings = read_settings()
    with workshop(settings) as parts, parts.database.writing() as session:
        secret = make_link(session, seconds=settings.pace.link)
    address = f"{settings.base_url}/sign-in/{secret}"
    show({"link": address}, json_=json_, words=lambda: f"Open within 15 minutes: {address}")
