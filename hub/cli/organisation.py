"""`moothall organisation add`, `domains`, `sign-in` and `list`."""

from typing import Any

import click

from hub.accounts.members import set_domains
from hub.cli.shown import as_json, show, table, workshop
from hub.cli.sign_in import sign_in
from hub.organisations.service import SECTORS, add_organisation, find_organisation, organisations
from hub.policy import COMMAND_LINE


@click.group()
def organisation() -> None:
    """Add and list member organisations, and say which addresses are theirs."""


organisation.add_command(sign_in)


@organisation.command()
@click.argument("name")
@click.option("--sector", required=True, help=f"One of: {', '.join(SECTORS)}.")
@click.option("--website", default="", help="Address of its site.")
@click.option("--area", default="", help="Where it works.")
@click.option("--about", default="", help="One sentence on what it is.")
@click.option("--contact-name", default="", help="The team that answers questions.")
@click.option("--contact-email", default="", help="Its address.")
@click.option("--contact-phone", default="", help="Its telephone number.")
@click.option("--licence", "licence_uri", default="", help="Address of the licence of what it publishes.")
@as_json
def add(json_: bool, **given: Any) -> None:
    """Add the organisation NAME."""
    with workshop() as parts, parts.database.writing() as session:
        row = add_organisation(session, actor=COMMAND_LINE, **given)
        value = row.__json__()
    show(value, json_=json_, words=lambda: f"Added {value['name']}. Its short name for commands is {value['slug']}.")


@organisation.command()
@click.argument("name")
@click.argument("domain", nargs=-1)
@as_json
def domains(name: str, domain: tuple[str, ...], json_: bool) -> None:
    """Say at which DOMAINs the people of the organisation with the short name NAME have their addresses.

    Whoever makes an account and confirms such an address is an officer there. Without a domain nobody more is.
    """
    with workshop() as parts, parts.database.writing() as session:
        row = find_organisation(session, name)
        set_domains(session, actor=COMMAND_LINE, organisation=row, domains=domain)
        value = {**row.__json__(), "domains": row.domains}
    where = " or ".join(value["domains"]) or "no domain"
    said = f"Whoever confirms an address at {where} is an officer of {value['name']}."
    show(value, json_=json_, words=lambda: said)


@organisation.command("list")
@as_json
def list_(json_: bool) -> None:
    """List the organisations."""
    with workshop() as parts, parts.database.reading() as session:
        rows = [row.__json__() for row in organisations(session)]
    lines = [(row["slug"], row["name"], SECTORS[row["sector"]][0]) for row in rows]
    show(
        rows,
        json_=json_,
        words=lambda: (
            table(lines, ("short name", "name", "sector"))
            if lines
            else "There are no organisations yet. Add one with `moothall organisation add`."
        ),
    )
