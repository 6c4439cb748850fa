"""How a source is, in a sentence, and its problems grouped by cause."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.base import Problem
from hub.languages import N_, ngettext
from hub.languages import gettext as _
from hub.retold import retold, retold_kept, retold_problem
from hub.sources.models import DECLINED, WAITING, WRITTEN, ProblemRow, Run, Source
from hub.words import at

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
    "scanned-pdf": N_("Scanned PDF, no text"),
    "no-licence": N_("No licence stated"),
    "broken-date": N_("A date cannot be read"),
    "duplicate-id": N_("Two entries with one identifier"),
    "broken-list": N_("The list breaks its format"),
    "robots-refused": N_("robots.txt keeps us out"),
    "status-404": N_("Nothing at an address"),
    "gone": N_("Gone from the site"),
    "unreadable": N_("A file cannot be read"),
    "unknown-format": N_("A format that we do not read"),
    "encrypted": N_("Protected by a password"),
    "empty-document": N_("No text in a document"),
    "bad-json-ld": N_("Broken schema.org data"),
    "bad-link": N_("A link that leads nowhere"),
    "no-title": N_("No title"),
    "no-url": N_("An entry without an address"),
    "no-id": N_("An entry without an identifier"),
    "moved": N_("The list has moved"),
    "held": N_("Waiting for a person"),
    "too-large": N_("Too large"),
    "too-slow": N_("Too slow"),
    "bomb": N_("A file that unpacks to far too much"),
    "not-indexed": N_("The search index refused a document"),
}
"""What a group is called; others by the code's own words."""


def health_of(session: Session, source: Source) -> Health:
    """The source's state from its last run."""
    return health_after(source, last_run(session, source.id))


def health_after(source: Source, last: Run | None) -> Health:
    """The state of a source whose last run is `last`."""
    if source.kind == WRITTEN:
        return Health("ok", _("Written here."), _("Its people write on this hub, so nothing is collected."))
    if source.approval == WAITING:
        return Health(
            "info", _("Waiting for approval."), _("Nothing is collected before whoever runs this hub agrees.")
        )
    if source.approval == DECLINED:
        return Health("warn", _("Declined."), _("Whoever runs this hub does not collect it."))
    if source.paused:
        return Health("info", _("Paused."), _("Nobody checks it until it is resumed; what it brought stays findable."))
    following = _("Next check %(when)s.", when=at(source.next_due)) if source.next_due else ""
    if last is None:
        return Health("info", _("New."), _joined(_("It has not been checked yet."), following))
    return _of(last, following)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _of(run: Run, following: str) -> Health:
    if run.state in ("queued", "running"):
        since = at(run.started or run.created)
        seen = ngettext("%(num)s document seen so far.", "%(num)s documents seen so far.", run.seen)
        return Health("info", _("Checking now."), _joined(_("Since %(when)s;", when=since), seen))
    if run.state == "held":
        return Health("warn", _("Waiting for a person."), message_of(run))
    if run.state in ("failed", "blocked"):
        word = _("Not working.") if run.state == "failed" else _("Refused.")
        return Health("bad", word, _joined(message_of(run), _("Last tried %(when)s.", when=at(run.ended)), following))
    if run.state == "cancelled":
        return Health("warn", _("Refused by a person."), _joined(message_of(run), following))
    word = _("Working, with problems.") if run.failed else _("Working.")
    last = _("Last checked %(when)s: %(counts)s.", when=at(run.ended), counts=_counts(run))
    return Health("warn" if run.failed else "ok", word, _joined(last, following))


def _counts(run: Run) -> str:
    counts = [
        _("%(num)s new", num=run.new),
        _("%(num)s changed", num=run.changed),
        ngettext("%(num)s problem", "%(num)s problems", run.failed),
    ]
    return ", ".join([*counts, *([_("%(num)s gone", num=run.deleted)] if run.deleted else [])])


def message_of(run: Run) -> str:
    """What a run says of its end, in the language we speak."""
    if not run.said:
        return retold(run.message)
    words = run.said["words"]
    return " ".join(retold_problem(run.said["code"], (run.message, ""), words)).strip()


def why_held(run: Run) -> str:
    """Why a run waits for a person."""
    why = run.held.get("said")
    return retold_kept(why) if why else str(run.held.get("why", ""))


def what_of(problem: ProblemRow | Problem) -> str:
    """What happened, in the language we speak."""
    return _both(problem)[0]


def fix_of(problem: ProblemRow | Problem) -> str:
    """How to fix it."""
    return _both(problem)[1]


def _both(problem: ProblemRow | Problem) -> tuple[str, str]:
    if isinstance(problem, Problem):
        return retold(problem.what), retold(problem.fix)
    return retold_problem(problem.code, (problem.what, problem.fix), problem.words)


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "what": what_of,
    "fix": fix_of,
    "message": message_of,
    "why_held": why_held,
}
"""For templates."""


def is_news(run: Run) -> bool:
    """Whether anybody who looks after the site would want to hear of this run."""
    return bool(run.new or run.changed or run.deleted or run.failed or not run.state.startswith("complete"))


def said_of(run: Run) -> str:
    """An ended run in one line: the state first."""
    return f"{_of(run, '').word.rstrip('.')}: {_counts(run)}"


def last_run(session: Session, source_id: str) -> Run | None:
    """The newest run of the source."""
    return next(iter(runs_of(session, source_id, 1)), None)


def runs_of(session: Session, source_id: str, limit: int) -> list[Run]:
    """Its newest runs, the newest first."""
    return list(
        session.scalars(select(Run).where(Run.source_id == source_id).order_by(Run.created.desc()).limit(limit))
    )


def last_runs(session: Session) -> dict[str, Run]:
    """{source id: its newest run}, of all sources."""
    rank = func.row_number().over(partition_by=Run.source_id, order_by=(Run.created.desc(), Run.id.desc()))
    newest = select(Run.id, rank.label("rank")).subquery()
    rows = session.scalars(select(Run).join(newest, newest.c.id == Run.id).where(newest.c.rank == 1))
    return {run.source_id: run for run in rows}


def problems_of(session: Session, run_id: str) -> list[Group]:
    """The problems of one run by cause, errors first, then by number; every example is there."""
    return grouped(session.scalars(select(ProblemRow).where(ProblemRow.run_id == run_id).order_by(ProblemRow.id)))


def _title(code: str) -> str:
    return _(TITLES[code]) if code in TITLES else code.replace("-", " ").capitalize()


def grouped(problems: Iterable[ProblemRow | Problem]) -> list[Group]:
    """The same of problems that come from anywhere."""
    causes: dict[str, list[ProblemRow | Problem]] = defaultdict(list)
    for one in problems:
        causes[one.code].append(one)
    groups = [
        Group(code, _title(code), fix_of(rows[0]), rows[0].severity, tuple(rows)) for code, rows in causes.items()
    ]
    ranks = {"error": 0, "warning": 1, "notice": 2}
    return sorted(groups, key=lambda group: (ranks[group.severity], -len(group.problems), group.code))
