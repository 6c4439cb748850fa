"""Reports of records: made by anybody, answered by the record's organisation, after a week by the site moderators."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from federation.record import clean, clean_line
from hub.accounts.sealing import digest
from hub.audit.service import note_act
from hub.db import locking, now, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.languages import N_
from hub.languages import gettext as _
from hub.mail.addresses import mail_address
from hub.moderation import letters
from hub.moderation.models import ANSWERED, PASSED, Report
from hub.moderation.takedowns import LONGEST
from hub.organisations.models import Organisation
from hub.policy import ANONYMOUS, WORK, Actor
from hub.records.audiences import shown_to
from hub.records.decisions import ANSWER, COPYRIGHT, ESCALATE, OBJECT, PASS_ON, PERSONAL, decide
from hub.records.models import Decision, RecordRow
from hub.sources.notices import Named

REASONS: Final[dict[str, str]] = {
    "wrong": N_("Something in it is wrong"),
    "out-of-date": N_("It is out of date"),
    PERSONAL: N_("It holds personal data"),
    COPYRIGHT: N_("It infringes copyright"),
    "other": N_("Something else"),
}
"""What may be wrong with a record."""

OUTCOMES: Final[dict[str, str]] = {
    "corrected": N_("It is corrected, or soon will be"),
    "withdrawn": N_("It is withdrawn"),
    "disagree": N_("We do not agree"),
    "not-ours": N_("It is not ours to change"),
}
"""How a report may be answered."""

ANSWER_WITHIN: Final = timedelta(days=7)
"""After this time without an answer the site moderators and operators are told."""

ORDERS: Final = {"oldest": (Report.created, Report.id), "newest": (Report.created.desc(), Report.id.desc())}


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports: somebody with an account, or a stranger with or without an address."""

    person_id: str = ""
    name: str = ""
    email: str = ""


def wrong_with(reason: str, text: str, reporter: Reporter) -> dict[str, str]:
    """{field: what is wrong with it and what to do}, in the order of the form."""
    wrong = {}
    if reason not in REASONS:
        wrong["reason"] = _("Choose what is wrong.")
    if len(text.strip()) < 10:
        wrong["text"] = _("Say in a sentence what is wrong, so that somebody can look at it.")
    elif len(text) > LONGEST:
        wrong["text"] = _("Say it in at most %(num)s characters.", num=f"{LONGEST:,}")
    if len(reporter.name) > 200:
        wrong["name"] = _("The name is too long: 200 letters at most.")
    if reporter.email:
        try:
            mail_address(reporter.email)
        except BadInput as error:
            wrong["email"] = str(error)
    elif reason == COPYRIGHT:
        wrong["email"] = _("Give your address: whether it is your work can only be settled with you.")
    return wrong


def report_record(
    session: Session, row: RecordRow, *, reason: str, text: str, reporter: Reporter, language: str, named: Named
) -> str:
    """Write a report down and tell whoever answers it; the secret of its page. BadInput for what cannot be used.

    One about personal data goes to the site moderators at once, as does one whose organisation cannot be told.
    """
    wrong = wrong_with(reason, text, reporter)
    for field, sentence in wrong.items():
        raise BadInput(sentence, field)
    secret = secrets.token_urlsafe(32)
    given = {"text": clean(text), "name": clean_line(reporter.name), "email": reporter.email.lower()}
    require_storable(Report, given)
    report = Report(
        hashed=digest(secret),
        record_id=row.id,
        organisation_id=row.organisation_id,
        reason=reason,
        person_id=reporter.person_id or None,
        language=language,
        **given,
    )
    session.add(report)
    session.flush()
    # Without a name: who reported is nobody's business but that of whoever answers.
    note_act(session, actor=ANONYMOUS, action="report record", thing=f"report {report.id}", reason=reason)
    organisation = session.get_one(Organisation, row.organisation_id)
    told = letters.tell_organisation(session, report, row, organisation, REASONS[reason], named)
    if reason == PERSONAL or not told:
        report.state = PASSED
        letters.tell_moderators(session, report, organisation, letters.NEW, named)
    letters.confirm(session, report, row, secret, named)
    return secret


def find_by_secret(session: Session, secret: str, *, lock: bool = False) -> Report:
    """The report whose page this secret opens; NotFound."""
    wanted = select(Report).where(Report.hashed == digest(secret))
    row = session.scalar(locking(wanted) if lock else wanted)
    if row is None:
        raise NotFound(_("There is no such report. Is the whole link in the address?"))
    return row


def find_report(session: Session, id: str, *, lock: bool = False) -> Report:
    """The report with this id; NotFound."""
    wanted = select(Report).where(Report.id == id)
    row = session.scalar(locking(wanted) if lock else wanted)
    if row is None:
        raise NotFound(_("There is no such report any more."))
    return row


def answer(session: Session, report: Report, *, actor: Actor, outcome: str, text: str, named: Named) -> None:
    """Answer it, for good; whoever reported gets the answer. Conflict when somebody was faster."""
    if outcome not in OUTCOMES:
        raise BadInput(_("Choose what came of it."), "outcome")
    if not text.strip():
        raise BadInput(_("Say why, to whoever reported it."), "text")
    if len(text) > LONGEST:
        raise BadInput(_("Say it in at most %(num)s characters.", num=f"{LONGEST:,}"), "text")
    _require_open(report)
    redress = letters.redress_of(report, actor)
    _decide(session, report, actor, ANSWER, ground=outcome, facts=text, redress=redress)
    report.state, report.outcome, report.answered_at = ANSWERED, outcome, now()
    organisation = session.get_one(Organisation, report.organisation_id)
    letters.tell_answer(session, report, organisation, OUTCOMES[outcome], clean(text), redress, named)


def withdraw_report(session: Session, report: Report, *, actor: Actor) -> None:
    """Whoever reported takes it back: nobody needs to answer it, and its links lead nowhere. Conflict if too late."""
    if not may_withdraw(session, report):
        raise Conflict(_("Somebody has answered it meanwhile."))
    note_act(session, actor=actor, action="withdraw report", thing=f"report {report.id}")
    session.delete(report)
    session.flush()


def may_withdraw(session: Session, report: Report) -> bool:
    """Whether nobody has done anything about it yet."""
    return not decisions_of(session, report.id)


def pass_on(session: Session, report: Report, *, actor: Actor, facts: str, named: Named) -> None:
    """Have the site moderators answer it. Conflict when they have it already, or it is answered."""
    _require_open(report)
    if report.state == PASSED:
        raise Conflict(_("The site moderators have it already."))
    if len(facts) > LONGEST:
        raise BadInput(_("Say it in at most %(num)s characters.", num=f"{LONGEST:,}"), "facts")
    _decide(session, report, actor, PASS_ON, facts=facts)
    report.state = PASSED
    organisation = session.get_one(Organisation, report.organisation_id)
    letters.tell_moderators(session, report, organisation, letters.PASSED_ON, named)


def object_to(session: Session, report: Report, *, why: str, named: Named) -> None:
    """Whoever reported does not agree with the organisation's answer: the site moderators look at it, once."""
    if not may_object(session, report):
        raise Conflict(_("It is with the site moderators, or was answered by them."))
    if not why.strip():
        raise BadInput(_("Say why you do not agree."), "why")
    if len(why) > LONGEST:
        raise BadInput(_("Say it in at most %(num)s characters.", num=f"{LONGEST:,}"), "why")
    _decide(session, report, ANONYMOUS, OBJECT)
    report.state, report.objection, report.outcome, report.answered_at = PASSED, clean(why), "", None
    organisation = session.get_one(Organisation, report.organisation_id)
    letters.tell_moderators(session, report, organisation, letters.OBJECTED, named)


def may_object(session: Session, report: Report) -> bool:
    """Whether its organisation has answered it, and nobody has objected yet."""
    if report.state != ANSWERED or report.objection:
        return False
    answers = [one for one in decisions_of(session, report.id) if one.what == ANSWER]
    return answers[-1].redress == letters.OBJECT_HERE


def escalate_due(session: Session, named: Named, limit: int = 100) -> int:
    """What nobody has answered for a week goes to the site moderators and operators, once. Says how many."""
    due = select(Report).where(
        Report.state != ANSWERED,
        Report.escalated_at.is_(None),
        Report.objection == "",
        Report.created < now() - ANSWER_WITHIN,
    )
    rows = list(session.scalars(locking(due.order_by(Report.created).limit(limit), skip=True)))
    for report in rows:
        report.escalated_at, report.state = now(), PASSED
        _decide(session, report, WORK, ESCALATE, automatic=True)
        organisation = session.get_one(Organisation, report.organisation_id)
        letters.tell_moderators(session, report, organisation, letters.LATE, named)
    return len(rows)


def decisions_of(session: Session, report_id: str) -> Sequence[Decision]:
    """What was decided about it, the oldest first."""
    about = select(Decision).where(Decision.report_id == report_id)
    return session.scalars(about.order_by(Decision.at, Decision.id)).all()


def reports(
    session: Session,
    *,
    audiences: Sequence[str],
    organisation_id: str = "",
    state: str = "",
    reason: str = "",
    order: str = "oldest",
    offset: int = 0,
    limit: int = 1_000_000,
) -> tuple[list[tuple[Report, Organisation, RecordRow | None]], int]:
    """Reports with whose they are and of what, and how many there are; of all organisations without one.

    Of restricted documents those that are for one of the `audiences`.
    """
    asked: Select[Report, Organisation, RecordRow] = (
        select(Report, Organisation, RecordRow)
        .join(Organisation, Organisation.id == Report.organisation_id)
        .outerjoin(RecordRow, RecordRow.id == Report.record_id)
        .where(shown_to(audiences))
    )
    for column, value in ((Report.organisation_id, organisation_id), (Report.state, state), (Report.reason, reason)):
        if value:
            asked = asked.where(column == value)
    total = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    rows = session.execute(asked.order_by(*ORDERS[order]).offset(offset).limit(limit))
    return [(report, organisation, row) for report, organisation, row in rows], total


def _decide(session: Session, report: Report, actor: Actor, what: str, **more: object) -> None:
    decide(
        session,
        actor=actor,
        what=what,
        record_id=report.record_id or "",
        report_id=report.id,
        organisation_id=report.organisation_id,
        **more,  # type: ignore[arg-type]
    )
    note_act(session, actor=actor, action=f"{what} report", thing=f"report {report.id}")


def _require_open(report: Report) -> None:
    if report.state == ANSWERED:
        raise Conflict(_("Somebody has answered it meanwhile."))
