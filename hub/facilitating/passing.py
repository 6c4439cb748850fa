"""Passing on what waits: to another facilitator or the site moderators; what is late goes to those by itself."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.audit.service import note_act
from hub.communities.models import Community
from hub.db import alone, now
from hub.errors import BadInput
from hub.facilitating.kinds import APPEAL, AWAITED, CHANGED, POSTS, REPORT, TARGET
from hub.facilitating.models import Passed, Ruling
from hub.facilitating.telling import tell_facilitators, tell_site
from hub.facilitating.waiting import Scope, Waits, Wanted, facilitators_besides, waiting
from hub.languages import gettext as _
from hub.policy import WORK, Actor
from hub.talk.models import Post, PostReport

SITE = "site moderators"
"""In place of a person's id."""

AT_ONCE = 100


def pass_to(session: Session, waits: Waits, community: Community, to: str, note: str, *, title: str, by: Actor) -> None:
    """It waits for them from now on. BadInput for somebody who does not facilitate the community."""
    if to != SITE and to not in [one.id for one in takers(session, waits, by.person_id)]:
        raise BadInput(_("Choose to whom it is passed on."), "to")
    row = _row(session, waits)
    row.to_id, row.to_site, row.automatic = (None, True, False) if to == SITE else (to, False, False)
    row.note, row.by_id, row.at = note, by.person_id or None, now()
    session.flush()
    if to == SITE:
        tell_site(session, item=waits.item, key=waits.key)
    else:
        tell_facilitators(session, [to], item=waits.item, key=waits.key, community_id=community.id, title=title)


def takers(session: Session, waits: Waits, *left_out: str | None) -> Sequence[Person]:
    """The facilitators who may decide about it, but for these: none whose own it is."""
    return facilitators_besides(session, waits.community_id, *left_out, *_concerned(session, waits))


def _concerned(session: Session, waits: Waits) -> tuple[str | None, ...]:
    """Who wrote it, or has decided what is appealed against (hub.facilitating.waiting leaves it out of their queue)."""
    if waits.kind in (APPEAL, CHANGED):
        ruling = session.get_one(Ruling, waits.item)
        return ruling.person_id, ruling.by_id if waits.kind == APPEAL else None
    if waits.kind in POSTS:
        id = session.get_one(PostReport, waits.item).post_id if waits.kind == REPORT else waits.item
        return (session.get_one(Post, id).author_id,)
    return ()


def escalate(session: Session, waits: Waits) -> None:
    """The site moderators have it as well."""
    row = _row(session, waits)
    row.to_site, row.automatic, row.at = True, True, now()
    session.flush()
    tell_site(session, item=waits.item, key=waits.key)
    thing = f"{waits.kind} {waits.item}"
    note_act(session, actor=WORK, action="escalate in the queue", thing=thing, community=waits.community_id)


def escalate_due(session: Session, limit: int = AT_ONCE) -> int:
    """What people have waited for longer than the target goes to the site moderators, once. Says how many."""
    alone(session, "escalate the queue")
    due = waiting(session, Scope(WORK, (), False, everywhere=True), Wanted(AWAITED, before=now() - TARGET), limit=limit)
    for waits in due:
        escalate(session, waits)
    return len(due)


def _row(session: Session, waits: Waits) -> Passed:
    given = {"kind": waits.kind, "community_id": waits.community_id, "item": waits.item}
    row = session.scalar(select(Passed).filter_by(**given))
    if row is None:
        row = Passed(**given, note="")
        session.add(row)
    return row
