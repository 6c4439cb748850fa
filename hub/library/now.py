"""What the page *Now* of a community shows of its library: what waits for its facilitators, and what came last."""

from typing import Final

from sqlalchemy.orm import Session

from hub.communities.frame import Frame
from hub.communities.now import Shown
from hub.library.candidates import candidates, waiting
from hub.library.shown import pins
from hub.policy import Actor, audiences
from hub.web import part

NEWEST: Final = 3


def library_now(session: Session, frame: Frame, actor: Actor) -> Shown | None:
    """The last pins with why, and the newest on its topics; nothing for those who may not read the library."""
    if not frame.sees_library:
        return None
    ids, scheme = [frame.community.id], part("vocabulary").scheme
    pinned = pins(session, frame.community.id, scheme, audiences(actor), order="pinned", limit=NEWEST)
    newest = candidates(session, ids, scheme, actor=actor, limit=NEWEST)
    if not pinned and not newest:
        return None
    waits = waiting(session, ids, actor=actor) if frame.facilitates else 0
    return Shown("library/now.html", {"pinned": pinned, "newest": newest, "waits": waits})
