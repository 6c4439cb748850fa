"""How a source is, in a sentence, and its problems grouped by cause."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

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
    problems: tuple[ProblemRow, ...]


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
    last = last_run(session, source.id)
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
    counts = f"{run.new} new, {run.changed} changed, {many(run.failed, 'problem')}"
    gone = f", {run.deleted} gone" if run.deleted else ""
    word = "Working, with problems." if run.failed else "Working."
    return Health("warn" if run.failed else "ok", word, f"Last checked {at(run.ended)}: {counts}{gone}.{following}")


def last_run(session: Session, source_id: str) -> Run | None:
    """The newest run of the source."""
    return session.scalar(select(Run).where(Run.source_id == source_id).order_by(Run.created.desc()).limit(1))


def problems_of(session: Session, run_id: str) -> list[Group]:
    """The problems of one run by cause, errors first, then by number; every example is there."""
    grouped: dict[str, list[ProblemRow]] = defaultdict(list)
    for row in session.scalars(select(ProblemRow).where(ProblemRow.run_id == run_id).order_by(ProblemRow.id)):
        grouped[row.code].append(row)
    groups = [
        Group(code, TITLES.get(code, code.replace("-", " ").capitalize()), rows[0].fix, rows[0].severity, tuple(rows))
        for code, rows in grouped.items()
    ]
    ranks = {"error": 0, "warning": 1, "notice": 2}
    return sorted(groups, key=lambda group: (ranks[group.severity], -len(group.problems), group.code))
