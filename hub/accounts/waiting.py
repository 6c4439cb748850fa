"""Telling the operators that something waits for them: a mail when the first begins to, none for those after it."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.accounts.models import Joining, Person
from hub.audit.models import Audit
from hub.db import Base
from hub.languages import gettext as _
from hub.languages import speaking
from hub.mail.service import queue_mail
from hub.policy import OPERATOR
from hub.setup.house import house
from hub.web import part

SOURCES: Final = ("source", "approval", "waiting")
"""Table, column and value of sources that wait; the table is named by its name, as it is of a later slice."""


def number_of_all(session: Session) -> int:
    """How many people and sources wait for an operator."""
    table, column, value = SOURCES
    sources = Base.metadata.tables[table]
    people = session.scalar(select(func.count()).select_from(Joining)) or 0
    return people + (session.scalar(select(func.count()).select_from(sources).where(sources.c[column] == value)) or 0)


def tell_operators(session: Session) -> None:
    """Called once something has begun to wait, in a request and in the transaction whose act was just noted.

    Nobody else notes an act before this transaction ends, so that two that begin at once are not both the first; and
    the number of the act makes it one mail to each.
    """
    if number_of_all(session) != 1:
        return
    act, hub = session.scalar(select(func.max(Audit.id))), house().name
    there = select(Person).where(Person.role == OPERATOR, Person.active.is_(True), Person.email.is_not(None))
    for person in session.scalars(there.where(Person.confirmed_at.is_not(None)).order_by(Person.id)):
        with speaking(person.language):
            subject = _("Something waits for you at %(hub)s", hub=hub[:200])
            text = _(
                "Somebody wants to join an organisation of %(hub)s, or has registered a source. Nothing happens before "
                "somebody who runs the hub has decided:\n\n%(address)s\n\nUntil nothing waits there any more, you get "
                "no mail about what comes after it.",
                hub=hub,
                address=f"{part('settings').base_url}/manage/approvals",
            )
        key = f"waiting {act} {person.id}"
        queue_mail(session, key=key, recipient=person.email or "", subject=subject, text=text, language=person.language)
