"""What the page *Now* of a community shows of its talk: questions without an answer, and what was written last."""

from typing import Final

from sqlalchemy.orm import Session

from hub.communities.frame import Frame
from hub.communities.now import Shown
from hub.policy import Actor
from hub.talk.access import Place
from hub.talk.kinds import KINDS
from hub.talk.lists import threads

FIRST: Final = 5


def waiting_and_newest(session: Session, frame: Frame, actor: Actor) -> Shown | None:
    """Nothing for who may not read it, or while nothing was written, unless they may begin."""
    place = Place(frame.community, actor)
    if not place.reads:
        return None
    waiting, unanswered = threads(session, place, state="unanswered", order="newest", limit=FIRST)
    newest, total = threads(session, place, order="active", limit=FIRST)
    if not (total or place.writes):
        return None
    there = {one.thread.id for one in waiting}
    values = {
        "waiting": waiting,
        "unanswered": unanswered,
        "newest": [one for one in newest if one.thread.id not in there],
        "total": total,
        "kinds": KINDS,
        "may_ask": place.writes,
        "slug": frame.community.slug,
    }
    return Shown("talk/parts/now.html", values)
