"""How a source is, in a sentence, and its problems grouped by cause."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.base import Problem
from hub.sources.models import ProblemRow, Run, Source
from hub.words import at, many

State = Literal["ok", "warn", "bad", "info"]


@dataclass(frozen=True, slots=True)
class Health:
    """The state's word in bold, the rest of the sentence, and the colour that goes with it (never alone)."""

    colour: State
    word: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Group:
    """Problems with one cause: what to do once, and every example."""

    code: str
    title: str
    fix: str
    severity: str
    problems: tuple[ProblemRow | Problem, ...]


TITLES = {
    "scanned-pdf": "Scanned PDF, no text",
    "no-licence": "No licence stated",
    "broken-date": "A date cannot be read",
    "duplicate-id": "Two entries with one identifier",
    "broken-list": "The list breaks its format",
    "robots-refused": "robots.txt keeps us out",
    "status-404": "Nothing at an address",
    "gone": "Gone from the site",
    "unreadable": "A file cannot be read",
    "unknown-format": "A format that we do not read",
    "encrypted": "Protected by a password",
    "empty-document": "No text in a document",
    "bad-json-ld": "Broken schema.org data",
    "bad-link": "A link that leads nowhere",
    "no-title": "No title",
    "no-url": "An entry without an address",
    "no-id": "An entry without an identifier",
    "moved": "The list has moved",
    "held": "Waiting for a person",
    "too-large": "Too large",
    "too-slow": "Too slow",
    "bomb": "A file that unpacks to far too much",
    "not-indexed": "The search index refused a document",
}
"""What a group is called; others by the code's own words."""


def health_of(session: Session, source: Source) -> Health:
    """The source's state from its last run."""
    return health_after(source, last_run(session, source.id))


def health_after(source: Source, last: Run | None) -> Health:
    """The state of a source whose last run is `last`."""
    following = f" Next check {at(source.next_due)}." if source.next_due and not source.paused else ""
    if source.paused:
        return Health("info", "Paused.", "Nobody checks it until it is resumed; what it brought stays findable.")
    if last is None:
        return Health("info", "New.", f"It has not been checked yet.{following}")
    return _of(last, following)


def _of(run: Run, following: str) -> Health:
    if run.state in ("queued", "running"):
        since = at(run.started or run.created)
        return Health("info", "Checking now.", f"Since {since}; {many(run.seen, 'document')} seen so far.")
    if run.state == "held":
        return Health("warn", "Waiting for a person.", run.message)
    if run.state in ("failed", "blocked"):
        word = "Not working." if run.state == "failed" else "Refused."
        return Health("bad", word, f"{run.message} Last tried {at(run.ended)}.{following}")
    if run.state == "cancelled":
        return Health("warn", "Refused by a person.", f"{run.message}{following}")
    word = "Working, with problems." if run.failed else "Working."
    return Health("warn" if run.failed else "ok", word, f"Last checked {at(run.ended)}: {_counts(run)}.{following}")


def _counts(run: Run) -> str:
    gone = f", {run.deleted} gone" if run.deleted else ""
    return f"{run.new} new, {run.changed} changed, {many(run.failed, 'problem')}{gone}"


def is_news(run: Run) -> bool:
    """Whether anybody who looks after the site would want to hear of this run."""
    return bool(run.new or run.changed or run.deleted or run.failed or not run.state.startswith("complete"))


def said_of(run: Run) -> str:
    """An ended run in one line: the state first."""
    return f"{_of(run, '').word.rstrip('.')}: {_counts(run)}"


def last_run(session: Session, source_id: str) -> Run | None:
    """The newest run of the source."""
    return session.scalar(select(Run).where(Run.source_id == source_id).order_by(Run.created.desc()).limit(1))


def last_runs(session: Session) -> dict[str, Run]:
    """{source id: its newest run}, of all sources."""
    rank = func.row_number().over(partition_by=Run.source_id, order_by=(Run.created.desc(), Run.id.desc()))
    newest = select(Run.id, rank.label("rank")).subquery()
    rows = session.scalars(select(Run).join(newest, newest.c.id == Run.id).where(newest.c.rank == 1))
    return {run.source_id: run for run in rows}


def problems_of(session: Session, run_id: str) -> list[Group]:
    """The problems of one run by cause, errors first, then by number; every example is there."""
    return grouped(session.scalars(select(ProblemRow).where(ProblemRow.run_id == run_id).order_by(ProblemRow.id)))


def grouped(problems: Iterable[ProblemRow | Problem]) -> list[Group]:
    """The same of problems that come from anywhere."""
    causes: dict[str, list[ProblemRow | Problem]] = defaultdict(list)
    for one in problems:
        causes[one.code].append(one)
    groups = [
        Group(code, TITLES.get(code, code.replace("-", " ").capitalize()), rows[0].fix, rows[0].severity, tuple(rows))
        for code, rows in causes.items()
    ]
    ranks = {"error": 0, "warning": 1, "notice": 2}
    return sorted(groups, key=lambda group: (ranks[group.severity], -len(group.problems), group.code))
