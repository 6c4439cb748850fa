"""`moothall demo`: six made-up organisations on loopback, harvested for real, and the site over what they published."""

import json
import os
import shutil
import signal
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import func, select

from hub.accounts.models import Person
from hub.accounts.service import link_for, make_link
from hub.cli.harvest import Harvested, harvest_now
from hub.cli.init import make_hub
from hub.communities.models import Community
from hub.config import Settings, read_settings
from hub.db import Database
from hub.demo.living import begin_communities, member_of
from hub.demo.members import free_port, register, start_sites
from hub.errors import BadInput, Unavailable
from hub.index.engines import open_reader, open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.processes import supervise
from hub.records.models import RecordRow, RecordVersion, Tag
from hub.search.expand import Expander
from hub.search.service import Asked, find
from hub.sources.models import ProblemRow
from hub.workshop import Workshop

FOLDER: Final = Path("moothall-demo")
MARK: Final = "demo.json"
FIRST_SEARCH: Final = "damp and mould"
MEMBER: Final = "ines"
"""Who the second sign-in link is for: one of hub/demo/communities/people.toml, who facilitates."""


@click.command()
@click.option("--reset", is_flag=True, help="Throw the demo of this folder away and begin anew.")
@click.option("--once", is_flag=True, help="Harvest, print the counts and end.")
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, help="Where the demo lives.")
@click.option("--port", default=0, help="Port of the site; 8000 or the next that is free when left out.")
@click.option("--json", "json_", is_flag=True, help="With --once: print the counts as one JSON object.")
def demo(reset: bool, once: bool, folder: Path, port: int, json_: bool) -> None:
    """Make a hub in ./moothall-demo, harvest six made-up organisations over HTTP, and serve the site."""
    began = time.monotonic()
    if json_ and not once:
        raise BadInput("--json prints the counts of --once; give both.")
    plan = _prepare(folder, reset, port)
    settings = _settings(folder, plan)
    say = _quiet if json_ else click.echo
    with ExitStack() as stack:
        sites = stack.enter_context(start_sites(plan["ports"]))
        plan["ports"] = {name: site.port for name, site in sites.items()}
        _write_plan(folder, plan)
        say("Six made-up organisations publish on this machine; the hub collects what they publish.")
        parts = make_hub(settings)
        stack.callback(parts.close)
        source_ids = register(parts.database, sites)
        result = harvest_now(parts, source_ids, "Documents")
        _first_search(parts)
        seconds = round(time.monotonic() - began, 1)
        _begin_communities(parts)
        counts = _counts(parts.database, settings, result, seconds)
        if once:
            click.echo(json.dumps(counts) if json_ else _words(counts))
            return
        say(_words(counts))
        say(_ways_in(parts))
        _serve(settings)


def _prepare(folder: Path, reset: bool, port: int) -> dict[str, Any]:
    """The demo's folder, made or found; a folder that this command did not make is never touched."""
    ours = (folder / MARK).is_file()
    if folder.exists() and not ours and any(folder.iterdir()):
        raise BadInput(f"{folder} is not empty and was not made by `moothall demo`, so it stays as it is.")
    if reset and ours:
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    plan: dict[str, Any] = json.loads((folder / MARK).read_text()) if (folder / MARK).is_file() else {"ports": {}}
    plan["port"] = port or free_port(plan.get("port", 8000))
    _write_plan(folder, plan)
    return plan


def _write_plan(folder: Path, plan: dict[str, Any]) -> None:
    new = folder / f"{MARK}.new"
    new.write_text(json.dumps(plan))
    os.replace(new, folder / MARK)


def _settings(folder: Path, plan: dict[str, Any]) -> Settings:
    return read_settings(
        data=folder.absolute(),
        database_url="",
        search_url="embedded:",
        base_url=f"http://127.0.0.1:{plan['port']}",
        trusted_hosts="127.0.0.1,localhost",
        fetch_allow="127.0.0.0/8:*",
        name="Moothall demo",
        run_by="Nobody: this is a demonstration with made-up organisations",
    )


def _first_search(parts: Workshop) -> None:
    expander = Expander(parts.vocabulary, parts.settings.cache)
    found = find(open_reader(parts.settings), Asked(FIRST_SEARCH), expand=expander.expand)
    if not found.page.total:
        raise Unavailable(f"The first search, for “{FIRST_SEARCH}”, found nothing. Run `moothall demo --reset`.")


def _begin_communities(parts: Workshop) -> None:
    begin_communities(parts.database, parts.vocabulary.scheme, parts.sandbox(), parts.settings.base_url)
    deliver_all(parts.database, open_writer(parts.settings), documents_of(parts.vocabulary))


def _ways_in(parts: Workshop) -> str:
    base, seconds = parts.settings.base_url, parts.settings.pace.link
    with parts.database.writing() as session:
        operator = make_link(session, seconds=seconds)
        person = session.get_one(Person, member_of(session, MEMBER))
        member, name = link_for(session, person, seconds=seconds), person.name
    return (
        f"\nOpen {base}\nSign in, once and within 15 minutes,\n  as the operator: {base}/sign-in/{operator}\n"
        f"  as {name}, who facilitates a community: {base}/sign-in/{member}\nStop with Ctrl-C."
    )


def _counts(database: Database, settings: Settings, result: Harvested, seconds: float) -> dict[str, Any]:
    with database.reading() as session:

        def count(table: Any, *conditions: Any) -> int:
            return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

        records = count(RecordRow, RecordRow.withdrawn_at.is_(None))
        organisations = session.scalar(select(func.count(RecordRow.organisation_id.distinct())))
        return {
            "organisations": organisations,
            "sources": result.sources,
            "records": records,
            "versions": count(RecordRow) + count(RecordVersion),
            "problems": count(ProblemRow),
            "tags": count(Tag),
            "communities": count(Community),
            "indexed": open_reader(settings).stats().documents,
            "seconds_to_first_search": seconds,
        }


def _words(counts: dict[str, Any]) -> str:
    return (
        f"{counts['records']} documents of {counts['organisations']} organisations collected, "
        f"{counts['tags']} topics found in them, {counts['problems']} problems noted; "
        f"{counts['communities']} communities talk about them. "
        f"First search {counts['seconds_to_first_search']} seconds after the start."
    )


def _serve(settings: Settings) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if supervise(settings, stop):
        raise Unavailable("A process of the demo ends again and again. `moothall doctor` looks for the reason.")


def _quiet(_: str) -> None:
    """With --json nothing but the object is printed."""
