"""Following: what somebody wants to hear of, and how often. All buttons end here; hub/alerts does the telling."""

import hashlib
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.db import alone, require_storable
from hub.errors import BadInput, Conflict
from hub.languages import N_
from hub.languages import gettext as _
from hub.notices.models import Follow

SEARCH: Final = "search"
TOPIC: Final = "topic"
ORGANISATION: Final = "organisation"
COMMUNITY: Final = "community"
THREAD: Final = "thread"
PERSON: Final = "person"
KINDS: Final[dict[str, str]] = {
    SEARCH: N_("Search"),
    TOPIC: N_("Topic"),
    ORGANISATION: N_("Organisation"),
    COMMUNITY: N_("Community"),
    THREAD: N_("Discussion"),
    PERSON: N_("Person"),
}
"""What can be followed -> what people see."""

IMMEDIATELY: Final = "immediately"
DAILY: Final = "daily"
WEEKLY: Final = "weekly"
HUB: Final = "hub"
NEVER: Final = "never"
FREQUENCIES: Final[dict[str, str]] = {
    IMMEDIATELY: N_("immediately"),
    DAILY: N_("once a day"),
    WEEKLY: N_("once a week"),
    HUB: N_("only in the hub"),
}
"""How often somebody gets a mail of it -> what people see. Whatever it is, it stands in My hub."""

MOST: Final = 200
"""What one person may follow."""

LONGEST: Final = 2000
"""Characters of the parameters of a search."""


def hash_of(kind: str, key: str) -> str:
    """By which a follow is found."""
    return hashlib.sha256(f"{kind} {key}".encode()).hexdigest()


def followed(session: Session, person_id: str, kind: str, key: str) -> Follow | None:
    """How somebody follows this, or None."""
    theirs = select(Follow).where(Follow.person_id == person_id, Follow.hashed == hash_of(kind, key))
    return session.scalar(theirs) if person_id else None


def follow(
    session: Session,
    *,
    person_id: str,
    kind: str,
    key: str,
    frequency: str = DAILY,
    name: str = "",
    community_id: str | None = None,
) -> Follow:
    """Have somebody hear of this; of what they follow already the frequency changes. BadInput, Conflict for too many.

    Whoever calls this has asked whether they may read it; it is asked again each time something is told.
    """
    if kind not in KINDS or not key or len(key) > LONGEST:
        raise BadInput(_("This cannot be followed."), "kind")
    if frequency not in FREQUENCIES and not (kind == COMMUNITY and frequency == NEVER):
        raise BadInput(_("Choose how often."), "frequency")
    require_storable(Follow, {"name": name, "key": key})
    alone(session, f"follow {person_id}")
    row = followed(session, person_id, kind, key)
    if row is None:
        theirs = select(func.count()).where(Follow.person_id == person_id)
        if (session.scalar(theirs) or 0) >= MOST:
            raise Conflict(
                _("You follow %(num)s things already, which is the most. Stop following one first.", num=MOST)
            )
        row = Follow(person_id=person_id, kind=kind, key=key, hashed=hash_of(kind, key), community_id=community_id)
        session.add(row)
    row.frequency, row.name, row.quiet = frequency, name or row.name or "", False
    session.flush()
    return row


def unfollow(session: Session, *, person_id: str, kind: str, key: str) -> None:
    """They do not want to hear of it any more."""
    theirs = delete(Follow).where(Follow.person_id == person_id, Follow.hashed == hash_of(kind, key))
    session.execute(theirs)
