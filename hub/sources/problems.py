"""Problems that a check met, kept with it: old ones are never shown on a new check."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from federation.record import clean
from harvesters.base import Problem
from harvesters.problems import problem
from harvesters.sentences import Sentence
from hub.db import Database
from hub.records.blocks import Withheld
from hub.records.decisions import HIDE
from hub.records.models import RecordRow
from hub.retold import kept
from hub.sources.models import ProblemRow, Run


def note_problems(session: Session, run: Run, problems: Sequence[Problem]) -> None:
    """Keep problems with the run."""
    for one in problems:
        session.add(
            ProblemRow(
                run_id=run.id,
                source_id=run.source_id,
                code=one.code,
                words=words_of(one),
                what=clean(one.what),
                fix=clean(one.fix),
                where=clean(one.where),
                stage=one.stage,
                severity=one.severity,
                sample=clean(one.sample),
            )
        )


def words_of(one: Problem) -> dict[str, Any]:
    """What a problem's sentences were filled in with, as it is stored."""
    return {name: kept(word) for name, word in one.what.words.items()} if isinstance(one.what, Sentence) else {}


def note_refused(database: Database, record_id: str, reason: str) -> None:
    """The index would not take a record: that is a problem of the run that brought it, seen on the source's page."""
    with database.writing() as session:
        row = session.get(RecordRow, record_id)
        run = session.get(Run, row.last_seen_run) if row else None
        if row is not None and run is not None:
            note_problems(session, run, [problem("not-indexed", where=row.url, detail=reason)])


def problems_of_withheld(why: Mapping[str, Withheld]) -> list[Problem]:
    """A problem for each, without its address: whoever reads the problems of a source is not to be led there."""
    codes = ["hidden" if one.what == HIDE else "taken-down" for one in why.values()]
    return [problem(code, severity="notice") for code in codes]
