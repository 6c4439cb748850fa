"""Whether people are told in time: of new documents, of what happened, by the mails of the day and the week."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.alerts.matching import oldest_unmatched
from hub.alerts.models import URGENT, WAITING, AlertRun, Delivery
from hub.db import now
from hub.findings.base import Finding
from hub.languages import gettext as _
from hub.notices.models import Happening
from hub.words import at

LATE: Final = timedelta(minutes=30)
"""How long something new may wait before it is known whom it is for."""

A_DAY: Final = timedelta(hours=30)
"""How long ago the mails of a day may have been made, while something waits for them."""


def alerts(session: Session) -> Finding:
    """Everything that waits for longer than it should."""
    moment = now()
    told = []
    unmatched = oldest_unmatched(session)
    if unmatched is not None and moment - unmatched > LATE:
        told.append(_("New documents wait since %(when)s to be compared with what people follow.", when=at(unmatched)))
    untold = session.scalar(select(func.min(Happening.at)).where(Happening.told_at.is_(None)))
    if untold is not None and moment - untold > LATE:
        told.append(_("What happened in communities waits since %(when)s to be told.", when=at(untold)))
    urgent = session.scalar(select(func.min(Delivery.at)).where(Delivery.state == URGENT))
    if urgent is not None and moment - urgent > LATE:
        told.append(_("Mails that are to go at once wait since %(when)s.", when=at(urgent)))
    last = session.scalar(select(func.max(AlertRun.ended)).where(AlertRun.slot.startswith("daily")))
    waiting = session.scalar(select(func.min(Delivery.at)).where(Delivery.state == WAITING))
    if waiting is not None and moment - max(waiting, last or waiting) > A_DAY:
        told.append(_("The mails of the day are late: something waits for them since %(when)s.", when=at(waiting)))
    if told:
        return Finding(
            "alerts", False, " ".join(told), _("Is `moothall run` running? `moothall alert run` does it now.")
        )
    if last is None:
        return Finding("alerts", True, _("Nothing waits for longer than it should."))
    return Finding("alerts", True, _("The mails of the day were last made %(when)s.", when=at(last)))
