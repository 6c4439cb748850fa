"""`moothall source add`, `preview`, `list` and `pause`."""

from dataclasses import asdict
from typing import Any

import click
from sqlalchemy import select

from federation.record import TYPES
from harvesters.discovery import WHAT_TO_DO, look
from harvesters.errors import HarvestError
from harvesters.kinds import KINDS
from hub.cli.shown import as_json, show, table, workshop
from hub.errors import BadInput
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.sources.health import health_of
from hub.sources.models import PUBLIC, RESTRICTED, Source
from hub.sources.previewing import Preview, sample, without_taken_down
from hub.sources.previewing import preview as preview_source
from hub.sources.service import add_source, check_address, find_source
from hub.sources.service import pause as pause_source

KIND = click.option("--kind", type=click.Choice(list(KINDS)), help="What is at the address; found out when left out.")


@click.group()
def source() -> None:
    """Add, preview, list and pause sources."""


def kind_at(address: str, tools: Any) -> tuple[str, str]:
    """(kind, address) of what a person's address leads to; BadInput says what was found where it is not one thing."""
    try:
        looked = look(address, tools)
    except HarvestError as error:
        raise BadInput(str(error), "address") from error
    if not looked.finds:
        raise BadInput(f"{looked.sentence} {WHAT_TO_DO}", "address")
    return looked.finds[0].kind, looked.finds[0].address


@source.command()
@click.argument("organisation")
@click.argument("address")
@KIND
@click.option("--name", default="", help="What people read.")
@click.option("--language", default="", help="Language of documents that do not say it, as en, cy, nl, sv, de.")
@click.option("--type", "type_", type=click.Choice(TYPES), help="Kind of documents that do not say it.")
@click.option("--licence", "licence_uri", help="Licence of documents that do not say it.")
@click.option("--contact", default="", help="Whom to ask about documents that do not say it.")
@click.option("--every", "interval", default=3600, help="Seconds between checks.")
@click.option("--restricted", is_flag=True, help="Only the people of ORGANISATION may see it and what it brings.")
@as_json
def add(
    organisation: str, address: str, kind: str | None, type_: str | None, restricted: bool, json_: bool, **given: Any
) -> None:
    """Register ADDRESS as a source of ORGANISATION; it is checked at once by a running hub."""
    with workshop() as parts:
        if kind is None:
            kind, address = kind_at(address, parts.tools())
        with parts.database.writing() as session:
            row = add_source(
                session,
                actor=COMMAND_LINE,
                organisation=find_organisation(session, organisation),
                kind=kind,
                address=address,
                type=type_ or "",
                visibility=RESTRICTED if restricted else PUBLIC,
                **given,
            )
            value = {"id": row.id, "name": row.name, "kind": kind, "address": address, "visibility": row.visibility}
    words = f"Added “{value['name']}”: {KINDS[kind].words} at {address}. Check it now: moothall harvest {value['id']}"
    show(value, json_=json_, words=lambda: words)


@source.command()
@click.argument("address")
@KIND
@click.option("--size", type=click.IntRange(min=1), default=10, help="How many records.")
@as_json
def preview(address: str, kind: str | None, size: int, json_: bool) -> None:
    """Show the first records of ADDRESS as they will look, with nothing stored."""
    with workshop() as parts:
        tools = parts.tools()
        if kind is None:
            kind, address = kind_at(address, tools)
        check_address(kind, address)
        try:
            seen = sample(kind, address, tools, size=size)
        except HarvestError as error:
            raise BadInput(str(error), "address") from error
        with parts.database.reading() as session:
            found = preview_source(without_taken_down(session, seen), parts.vocabulary.names())
    show(asdict(found), json_=json_, words=lambda: _words(found))


def _words(found: Preview) -> str:
    lines = []
    for one in found.records:
        lines.append(f"{one.title}\n  {one.type} · {one.published or 'no date'} · {one.language or 'language unknown'}")
        lines.append(
            f"  {one.words} words · {one.licence or 'no licence stated'} · {', '.join(one.topics) or 'no topics'}"
        )
        lines.append(f"  {one.summary[:160]}")
    lines += [f"! {problem.what} {problem.fix}" for problem in found.problems]
    return "\n".join(lines) or "Nothing was found."


@source.command("list")
@as_json
def list_(json_: bool) -> None:
    """List the sources with the state of each."""
    with workshop() as parts, parts.database.reading() as session:
        rows: list[dict[str, Any]] = []
        for row, name in session.execute(
            select(Source, Organisation.name)
            .join(Organisation, Organisation.id == Source.organisation_id)
            .order_by(Organisation.name)
        ):
            health = health_of(session, row)
            rows.append(
                {
                    "id": row.id,
                    "name": row.name,
                    "organisation": name,
                    "kind": row.kind,
                    "address": row.address,
                    "visibility": row.visibility,
                    "documents": row.documents,
                    "state": f"{health.word} {health.sentence}".strip(),
                }
            )
    lines = [
        (row["id"], row["name"], row["kind"], row["visibility"], str(row["documents"]), row["state"][:70])
        for row in rows
    ]
    show(
        rows,
        json_=json_,
        words=lambda: (
            table(lines, ("id", "name", "kind", "visibility", "documents", "state"))
            if lines
            else "There are no sources yet. Add one with `moothall source add`."
        ),
    )


@source.command()
@click.argument("source")
@click.option("--resume", is_flag=True, help="Go on checking it.")
@as_json
def pause(source: str, resume: bool, json_: bool) -> None:
    """Stop checking SOURCE by the clock; what it brought stays findable."""
    with workshop() as parts, parts.database.writing() as session:
        row = find_source(session, source)
        pause_source(session, row, actor=COMMAND_LINE, paused=not resume)
        value = {"id": row.id, "name": row.name, "paused": row.paused}
    words = f"{value['name']} is paused." if value["paused"] else f"{value['name']} is checked again."
    show(value, json_=json_, words=lambda: words)
