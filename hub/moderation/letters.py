"""The mails about reports, each in the language of whom it is for, in the transaction of what they tell."""

import logging
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean, clean_line
from hub.accounts.models import Membership, Person
from hub.errors import BadInput
from hub.languages import N_, speaking
from hub.languages import gettext as _
from hub.mail.service import queue_mail
from hub.moderation.models import Report
from hub.organisations.models import Organisation
from hub.policy import ADMIN, OPERATOR, SITE_MODERATOR, Actor
from hub.records.models import RecordRow
from hub.sources.notices import Named

log = logging.getLogger(__name__)

NEW: Final = N_("It is about personal data, or its organisation cannot be told. The organisation can answer it, too.")
PASSED_ON: Final = N_("The organisation has passed it on to the site moderators.")
LATE: Final = N_("Nobody has answered it for seven days.")
OBJECTED: Final = N_("Whoever reported it does not agree with the organisation's answer.")
"""Why site moderators and operators hear of a report."""

OBJECT_HERE: Final = N_("If you do not agree, say so on the page of your report: the site moderators look at it then.")
COMPLAIN: Final = N_(
    "If you do not agree, complain to whoever runs this hub: the page About this hub says who that is."
)
"""What whoever reported can do about an answer: of the organisation, and of the site moderators."""


def redress_of(report: Report, actor: Actor) -> str:
    """What can be done about an answer that `actor` gives; in English, as it is kept."""
    return COMPLAIN if report.objection or actor.roles & {OPERATOR, SITE_MODERATOR} else OBJECT_HERE


def tell_organisation(
    session: Session, report: Report, row: RecordRow, organisation: Organisation, reason: str, named: Named
) -> bool:
    """The contact point, or else the organisation's admins, hear of a new report; False when there is nobody."""
    people: list[tuple[str, str, str]] = []
    if organisation.contact_email and not organisation.fictional:
        people = [(organisation.contact_email, organisation.language, "")]
    people = people or [(one.email or "", one.language, one.id) for one in _admins(session, organisation.id)]
    told = []
    for email, language, person_id in people:
        with speaking(language):
            text = _(
                "Somebody has reported a document of %(organisation)s that %(hub)s shows.\n\n"
                "%(title)s\n%(record)s\n\n%(reason)s:\n\n%(text)s\n\n"
                "An admin of the organisation answers it here, or passes it on to the site moderators:\n%(link)s\n\n"
                "After seven days without an answer the site moderators are told. Nothing of the report is public.",
                organisation=organisation.name,
                hub=named.hub,
                title=row.title,
                record=f"{named.base_url}/records/{row.id}",
                reason=_(reason),
                text=report.text,
                link=_page(report, organisation, named),
            )
            subject = _("[%(hub)s] A document is reported: %(title)s", hub=named.hub[:60], title=row.title[:150])
            key, whom = f"report {report.id} {email[:100]}", {"person_id": person_id, "circle": organisation.id}
            told.append(_send(session, key, email, language, subject, text, **whom))
    return any(told)


def tell_moderators(session: Session, report: Report, organisation: Organisation, why: str, named: Named) -> None:
    """Every site moderator and operator hears of a report, once for each reason; of restricted ones operators alone."""
    row = session.get(RecordRow, report.record_id) if report.record_id else None
    for person in _moderators(session, restricted=row is not None and row.audience is not None):
        with speaking(person.language):
            text = _(
                "A document of %(organisation)s is reported. %(why)s\n\nRead and answer it here:\n%(link)s\n\n"
                "All reports: %(all)s",
                organisation=organisation.name,
                why=_(why),
                link=_page(report, organisation, named),
                all=f"{named.base_url}/manage/reports",
            )
            subject = _("[%(hub)s] A report needs a site moderator", hub=named.hub[:60])
            key = f"report {report.id} {_WHYS.index(why)} {person.id}"
            _send(session, key, person.email or "", person.language, subject, text, person_id=person.id)


_WHYS: Final = (NEW, PASSED_ON, LATE, OBJECTED)


def confirm(session: Session, report: Report, row: RecordRow, secret: str, named: Named) -> None:
    """Whoever gave an address gets the link to the page of their report.

    Their own words stand on that page and not in the mail: else anybody could have us write anything to anybody.
    """
    if not report.email:
        return
    with speaking(report.language):
        text = _(
            "Thank you for your report about this document:\n\n%(title)s\n%(record)s\n\n"
            "How far it is, and what you wrote, stands here. Keep this link: it opens the page without an account.\n"
            "%(link)s\n\nYou get the answer by mail. If you have reported nothing, do nothing.",
            title=row.title,
            record=f"{named.base_url}/records/{row.id}",
            link=f"{named.base_url}/reports/{secret}",
        )
        subject = _("[%(hub)s] Your report has arrived", hub=named.hub[:60])
        _send(session, f"report {report.id} copy", report.email, report.language, subject, text)


def tell_answer(
    session: Session, report: Report, organisation: Organisation, outcome: str, answer: str, redress: str, named: Named
) -> None:
    """Whoever gave an address gets the answer."""
    if not report.email:
        return
    with speaking(report.language):
        text = _(
            "Your report about a document of %(organisation)s is answered.\n\n%(outcome)s.\n\n%(answer)s\n\n"
            "%(redress)s\n\n"
            "The page of your report is behind the link in the first mail about it.",
            organisation=organisation.name,
            outcome=_(outcome),
            answer=answer,
            redress=_(redress),
        )
        subject = _("[%(hub)s] Your report is answered", hub=named.hub[:60])
        again = " again" if report.objection else ""
        _send(session, f"report {report.id} answer{again}", report.email, report.language, subject, text)


def _page(report: Report, organisation: Organisation, named: Named) -> str:
    return f"{named.base_url}/organisations/{organisation.slug}/reports/{report.id}"


def _admins(session: Session, organisation_id: str) -> Sequence[Person]:
    joined = select(Person).join(Membership, Membership.person_id == Person.id)
    there = joined.where(Membership.organisation_id == organisation_id, Membership.role == ADMIN)
    return session.scalars(there.where(*_REACHABLE).order_by(Person.id)).all()


def _moderators(session: Session, *, restricted: bool) -> Sequence[Person]:
    roles = (OPERATOR,) if restricted else (OPERATOR, SITE_MODERATOR)
    there = select(Person).where(Person.role.in_(roles), *_REACHABLE)
    return session.scalars(there.order_by(Person.id)).all()


_REACHABLE: Final = (Person.active.is_(True), Person.email.is_not(None), Person.confirmed_at.is_not(None))


def _send(
    session: Session,
    key: str,
    to: str,
    language: str,
    subject: str,
    text: str,
    *,
    person_id: str = "",
    circle: str = "",
) -> bool:
    """With `person_id` it is for an account; of those of a `circle` for as long as they belong to it."""
    try:
        queue_mail(
            session,
            key=key,
            recipient=to,
            subject=clean_line(subject)[:300],
            text=clean(text) + "\n",
            language=language,
            person_id=person_id,
            circles=[circle] if person_id and circle else [],
        )
    except BadInput as error:
        # The report is what counts: it is not to fail because somebody cannot be told.
        log.warning("Nobody can be told of a report (%s): %s", key, error)
        return False
    return True
