"""What the hub does: checks, sources, what waits for somebody, the log, and the last backup."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.accounts.approvals import number_waiting as people_waiting
from hub.accounts.duties import things, unowned_counts
from hub.audit.models import Audit
from hub.audit.service import verify
from hub.db import now
from hub.findings.base import Finding
from hub.governance.nights import last_night
from hub.index.outbox import LATE, age, waiting
from hub.languages import gettext as _
from hub.languages import ngettext
from hub.records.models import RecordRow
from hub.sources.approvals import number_waiting as sources_waiting
from hub.sources.models import Run, Source
from hub.topics.models import Concept
from hub.words import at, on

NAMED: Final = 5
"""How many names a sentence has."""

LOST: Final = timedelta(minutes=2)
WAITS: Final = timedelta(minutes=10)
"""How long a check may wait for a worker."""

WEEK: Final = timedelta(days=7)
SILENT: Final = 4
"""A source is silent when nothing came for so many times the usual time between two checks that brought something."""

NIGHTS: Final = timedelta(days=2)
"""How long the nightly deletion may be missing."""

BACKUP: Final = "back up"
"""The act of the log that says that a backup was made."""


def vocabulary(session: Session) -> Finding:
    """Whether there are topics."""
    topics = session.scalar(select(func.count()).select_from(Concept)) or 0
    what = ngettext("%(num)s topic.", "%(num)s topics.", topics)
    return Finding("vocabulary", topics > 0, what, "" if topics else _("Run `moothall init`."))


def index_queue(session: Session) -> Finding:
    """Whether the index follows the database."""
    if age(session) > LATE:
        what, fix = _("Changes wait for more than five minutes."), _("Is `moothall run` running?")
        return Finding("index queue", False, what, fix)
    return Finding("index queue", True, _("Nothing waits for long."))


def checks(session: Session) -> Finding:
    """Checks that nobody works on, that wait for long, and that had to be taken over."""
    running = select(func.count()).where(Run.state == "running", Run.lease_until < now() - LOST)
    stale = session.scalar(running) or 0
    oldest = session.scalar(select(func.min(Run.created)).where(Run.state == "queued"))
    late = oldest is not None and now() - oldest > WAITS
    again = session.scalar(select(func.count()).where(Run.attempts > 1, Run.created > now() - WEEK)) or 0
    told = [ngettext("%(num)s check has lost its worker.", "%(num)s checks have lost their worker.", stale)]
    if late and oldest is not None:
        minutes = f"{(now() - oldest).total_seconds() / 60:.0f}"
        told.append(_("One waits for a worker for %(minutes)s minutes.", minutes=minutes))
    if again:
        told.append(
            ngettext(
                "%(num)s was taken over by another worker in the last week.",
                "%(num)s were taken over by another worker in the last week.",
                again,
            )
        )
    bad = bool(stale or late)
    return Finding("checks", not bad, " ".join(told), _("Start `moothall run`: it takes them up.") if bad else "")


def failing(session: Session) -> Finding:
    """Sources that fail again and again."""
    names = list(session.scalars(select(Source.name).where(Source.failures >= 3, Source.paused.is_(False))))
    what = _("%(num)s failed three times or more%(names)s.", num=len(names), names=_named(names[:NAMED]))
    fix = _("Their pages say why.") if names else ""
    return Finding("sources", not names, what, fix, page="/sources?sort=state")


def silent(session: Session) -> Finding:
    """Sources that are checked well and have brought nothing for much longer than they used to."""
    brought = (
        select(Run.source_id, func.count().label("number"), func.min(Run.ended).label("first"))
        .add_columns(func.max(Run.ended).label("last"))
        .where(Run.ended.is_not(None), (Run.new > 0) | (Run.changed > 0))
        .group_by(Run.source_id)
        .having(func.count() > SILENT)
        .subquery()
    )
    there = (
        select(Source.name, brought.c.number, brought.c.first, brought.c.last)
        .join(brought, brought.c.source_id == Source.id)
        .where(Source.paused.is_(False), Source.failures == 0, Source.approval == "")
        .order_by(brought.c.last)
    )
    names = [
        name
        for name, number, first, last in session.execute(there)
        if now() - last > max(SILENT * (last - first) / (number - 1), timedelta(days=1))
    ]
    what = ngettext(
        "%(num)s has brought nothing for four times as long as usual%(names)s.",
        "%(num)s have brought nothing for four times as long as usual%(names)s.",
        len(names),
        names=_named(names[:NAMED]),
    )
    fix = _("Does the site still publish there? Its page and its organisation can say.") if names else ""
    return Finding("silent sources", not names, what, fix, mild=True, page="/sources?sort=state")


def approvals(session: Session) -> Finding:
    """Who and what waits for the operator."""
    people, sources = people_waiting(session), sources_waiting(session)
    told = [
        ngettext("%(num)s person waits", "%(num)s people wait", people),
        ngettext("%(num)s source waits", "%(num)s sources wait", sources),
    ]
    fix = _("Decide about them at /manage/approvals.") if people or sources else ""
    return Finding("approvals", not fix, f"{', '.join(told)}.", fix, mild=True, page="/manage/approvals")


def owners(session: Session) -> Finding:
    """Things for which nobody answers."""
    lost, never = unowned_counts(session)
    left = [one.name for one in things(session, unowned=True, limit=NAMED)[0] if one.lost]
    what = ngettext(
        "%(num)s thing has lost its owner%(names)s; %(never)s never had one.",
        "%(num)s things have lost their owner%(names)s; %(never)s never had one.",
        lost,
        names=_named(left),
        never=never,
    )
    fix = _("The page /manage/hand-over lists them, and gives them to somebody.") if lost else ""
    return Finding("owners", not lost, what, fix, page="/manage/hand-over")


def log(session: Session) -> Finding:
    """Whether somebody changed the log: all of it is read."""
    found = verify(session)
    if found.broken is None:
        what = ngettext("%(num)s act, none of them changed.", "%(num)s acts, none of them changed.", found.acts)
        return Finding("log", True, what)
    what = _("It was changed: of act %(number)s, %(why)s.", number=found.broken, why=found.why)
    fix = _("Compare it with that of the last backup, and find out who can write there.")
    return Finding("log", False, what, fix, page="/manage/log")


def retention(session: Session) -> Finding:
    """The nightly deletion; a hub that has not seen two nights yet need not have done one."""
    last = last_night(session)
    since = last.ended if last else session.scalar(select(func.min(Audit.at)))
    late = since is not None and since < now() - NIGHTS
    what = (
        _("What is too old was last deleted %(when)s.", when=at(last.ended))
        if last
        else _("Nothing has been deleted for its age yet.")
    )
    fix = _("Is `moothall run` running? It does so every night.") if late else ""
    return Finding("retention", not late, what, fix)


def backup(session: Session) -> Finding:
    """How old the last backup is that `moothall backup` made."""
    last = session.scalar(select(func.max(Audit.at)).where(Audit.action == BACKUP))
    begun = session.scalar(select(func.min(Audit.at)))
    since = last or begun
    late = since is not None and now() - since > WEEK
    what = _("The last was made on %(day)s.", day=on(last.date())) if last else _("None was made yet.")
    fix = _("Run `moothall backup` every night. A copy that you make in another way is not seen here.") if late else ""
    return Finding("backup", not late, what, fix, mild=True)


def living(session: Session) -> int | None:
    """How many documents the index should hold; None while changes are on their way to it."""
    if waiting(session):
        return None
    return session.scalar(select(func.count()).select_from(RecordRow).where(RecordRow.withdrawn_at.is_(None)))


def _named(names: list[str]) -> str:
    return f": {', '.join(names)}" if names else ""
