"""Who is told of what happens in the queue: whom a decision concerns, and whoever is to decide."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.facilitating.models import Ruling
from hub.notices.service import ITSELF, TALK, About, notify, notify_all
from hub.policy import OPERATOR, SITE_MODERATOR, Actor

DECISION = "decision"
"""A ruling as a thing of notices."""

WAITING = "waiting"
"""Something of the queue as a thing of notices."""


def tell_declined(session: Session, ruling: Ruling, *, by: Actor) -> None:
    """Whom a decision concerns is told, with the way to its reasons and to an appeal."""
    _tell(session, "decided", ruling, by)


def tell_refused(session: Session, ruling: Ruling, *, by: Actor) -> None:
    """Somebody was not let in."""
    _tell(session, "not let in", ruling, by)


def tell_asked(session: Session, ruling: Ruling, *, by: Actor) -> None:
    """Somebody is asked for a change, or for an answer."""
    _tell(session, "change asked", ruling, by)


def tell_facilitators(
    session: Session, person_ids: list[str], *, item: str, key: str, community_id: str, title: str
) -> None:
    """Something was passed on to them, or an appeal waits."""
    about = About(WAITING, item, f"/moderation/items/{key}", community_id, TALK)
    notify_all(session, person_ids=person_ids, what="to moderate", about=about, title=title)


def tell_site(session: Session, *, item: str, key: str) -> None:
    """It is for the site moderators now. What it is stands in the queue alone."""
    there = select(Person.id).where(Person.active.is_(True))
    ids = list(session.scalars(there.where(Person.role == SITE_MODERATOR)))
    ids = ids or list(session.scalars(there.where(Person.role == OPERATOR)))
    about = About(WAITING, item, f"/moderation/items/{key}")
    notify_all(session, person_ids=ids, what="escalated", about=about)


def _tell(session: Session, what: str, ruling: Ruling, by: Actor) -> None:
    if ruling.person_id:
        part = TALK if ruling.thing == "post" else ITSELF
        about = About(DECISION, ruling.id, f"/moderation/decisions/{ruling.id}", ruling.community_id, part)
        notify(session, person_id=ruling.person_id, what=what, about=about, by=by, title=ruling.title)
