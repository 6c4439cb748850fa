"""The searches that feed a library: adding, pausing, deleting."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.audit.service import note_act
from hub.communities.models import Community
from hub.communities.service import require_living
from hub.db import alone, locking, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.languages import gettext as _
from hub.library.filling import drop_search
from hub.library.models import LibrarySearch
from hub.library.service import LOCK
from hub.policy import Actor

MOST: Final = 20
"""Searches of one community."""


def searches_of(session: Session, community_id: str) -> list[LibrarySearch]:
    """The searches of a community, by name."""
    theirs = select(LibrarySearch).where(LibrarySearch.community_id == community_id)
    return sorted(session.scalars(theirs), key=lambda one: (one.name.casefold(), one.id))


def add_search(session: Session, community: Community, *, actor: Actor, name: str, asked: str) -> LibrarySearch:
    """Have a kept search (hub.search.saved) feed the library; what it finds today comes in at once. BadInput."""
    require_living(community)
    name = clean_line(name)
    if not name:
        raise BadInput(_("Give the search a name."), "name")
    require_storable(LibrarySearch, {"name": name, "asked": asked})
    alone(session, LOCK)
    ours = searches_of(session, community.id)
    if any(one.asked == asked for one in ours):
        raise BadInput(_("This search feeds the library already."), "name")
    if len(ours) >= MOST:
        raise Conflict(_("A library is fed by at most %(num)s searches. Delete one first.", num=MOST))
    row = LibrarySearch(community_id=community.id, name=name, asked=asked, by_id=actor.person_id or None)
    session.add(row)
    session.flush()
    note_act(session, actor=actor, action="add search", thing=f"community {community.id}", search=row.id)
    return row


def pause_search(session: Session, community: Community, id: str, *, actor: Actor, paused: bool) -> None:
    """Let it rest, or have it feed the library again, with what has come meanwhile."""
    require_living(community)
    row = _find(session, community, id)
    if row.paused != paused:
        row.paused, row.filled_at, row.trouble = paused, None, ""
        session.flush()
        act = "pause search" if paused else "resume search"
        note_act(session, actor=actor, action=act, thing=f"community {community.id}", search=id)


def remove_search(session: Session, community: Community, id: str, *, actor: Actor) -> None:
    """It feeds the library no more; what waits because of it alone waits no more, and what was pinned stays."""
    require_living(community)
    alone(session, LOCK)
    drop_search(session, _find(session, community, id))
    note_act(session, actor=actor, action="remove search", thing=f"community {community.id}", search=id)


def _find(session: Session, community: Community, id: str) -> LibrarySearch:
    row = session.scalar(locking(select(LibrarySearch).where(LibrarySearch.id == id)))
    if row is None or row.community_id != community.id:
        raise NotFound(_("There is no such search here. It may have been deleted meanwhile."))
    return row
