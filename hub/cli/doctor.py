"""`moothall doctor`: what is wrong with this hub, each with the fix."""

from dataclasses import asdict
from typing import Final

import click

from hub.cli.shown import as_json, show
from hub.config import read_settings
from hub.errors import HubError
from hub.findings.base import State
from hub.findings.examining import examine

MARKS: Final[dict[State, str]] = {"ok": "ok ", "warn": "see", "bad": "NOT"}


class Unwell(HubError):
    """Something needs the operator."""


@click.command()
@as_json
def doctor(json_: bool) -> None:
    """Look at the settings, the disk, the database, the index, the queue of jobs, the work, the sources and mails."""
    findings = examine(read_settings())
    lines = [f"{MARKS[one.state]}  {one.name}: {one.what} {one.fix}".rstrip() for one in findings]
    show([asdict(one) for one in findings], json_=json_, words=lambda: "\n".join(lines))
    bad = [one for one in findings if one.state == "bad"]
    if bad:
        raise Unwell(f"{len(bad)} of {len(findings)} things need you, first: {bad[0].what}")
