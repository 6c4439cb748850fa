"""What the page *Now* of a community shows of its meetings: the next ones."""

from typing import Final

from sqlalchemy.orm import Session

from hub.communities.frame import Frame
from hub.communities.now import Shown
from hub.events.reading import events_of
from hub.events.times import ZONES
from hub.policy import Actor

NEXT: Final = 2


def next_meetings(session: Session, frame: Frame, actor: Actor) -> Shown | None:
    """Nothing where none is to come, and for who may not read them."""
    if not frame.sees_talk:
        return None
    rows = events_of(session, actor=actor, community_id=frame.community.id, limit=NEXT)
    values = {"rows": rows, "cities": ZONES, "slug": frame.community.slug}
    return Shown("events/parts/now.html", values, aside=True) if rows else None
