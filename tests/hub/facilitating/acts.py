"""How each form of the queue is sent so that it goes well: for the test that every one leaves a row in the log."""

from collections.abc import Callable
from typing import Any, Final

from hub.communities.access import PRIVATE
from hub.communities.membership import facilitators, join
from hub.communities.models import Community
from hub.facilitating.deciding import Said, decide
from hub.facilitating.kinds import ACCEPT, CHANGE, DECLINE
from hub.facilitating.waiting import scope_of, waiting
from hub.talk.access import Place
from hub.talk.service import Draft, open_thread
from tests.hub.communities.made import acting, made, somebody
from tests.people import NAMED


def _post(by: Any, author: str = "") -> str:
    """What waits: somebody's first post in a community that the sender facilitates."""
    with by.site.database.writing() as session:
        who = author or somebody(session)
        row = made(session, facilitators=[by.id if not author else somebody(session)], members=[who])
        open_thread(session, Place(row, acting(session, who)), Draft("question", "Who pays?", "For the fans."))
        session.flush()
        facilitator = acting(session, by.id)
        if author:
            return str(row.id)
        return next(one.key for one in waiting(session, scope_of(facilitator)) if one.community_id == row.id)


def _decide(by: Any) -> int:
    page = f"/moderation/items/{_post(by)}"
    return int(by.send(page, "/moderation", act=ACCEPT))


def _bulk(by: Any) -> int:
    return int(by.send("/moderation", "/moderation", item=_post(by), act=ACCEPT))


def _bulk_of_community(by: Any) -> int:
    key = _post(by)
    with by.site.database.reading() as session:
        page = f"/communities/{session.get_one(Community, key.split('.')[1]).slug}/moderation"
    return int(by.send(page, page, item=key, act=ACCEPT))


def _undo(by: Any) -> int:
    return int(by.send("/moderation/undo", "/moderation", ruling=_ruled(by, ACCEPT, _post(by), by.id)))


def _ruled(by: Any, what: str, key: str, facilitator: str) -> str:
    with by.site.database.writing() as session:
        said = Said(what, "unkind", "It mocks them.")
        scope = scope_of(acting(session, facilitator))
        return decide(session, scope, key, said, named=NAMED, language="en").id


def _of_mine(by: Any, what: str) -> str:
    """A decision about something of the sender's."""
    id = _post(by, by.id)
    with by.site.database.reading() as session:
        other = facilitators(session, id)[0].id
        key = waiting(session, scope_of(acting(session, other)))[0].key
    return _ruled(by, what, key, other)


def _appeal(by: Any) -> int:
    page = f"/moderation/decisions/{_of_mine(by, DECLINE)}"
    return int(by.send(f"{page}/appeal", page, words="I quoted her."))


def _answer(by: Any) -> int:
    with by.site.database.writing() as session:
        other = somebody(session)
        row = made(session, visibility=PRIVATE, facilitators=[other])
        join(session, row, actor=acting(session, by.id), words="I run the rota.")
        session.flush()
        (waits,) = waiting(session, scope_of(acting(session, other)))
    page = f"/moderation/decisions/{_ruled(by, CHANGE, waits.key, other)}"
    return int(by.send(f"{page}/answer", page, words="In Northford."))


def _newsletter(by: Any) -> int:
    with by.site.database.writing() as session:
        page = f"/communities/{made(session, facilitators=[by.id]).slug}/newsletter"
    return int(by.send(page, page, act="send", title="News", text="We have new lamps.", seen=""))


ACTS: Final[dict[str, Callable[[Any], int]]] = {
    "/moderation/items/<key>": _decide,
    "/communities/<slug>/newsletter": _newsletter,
    "/moderation": _bulk,
    "/communities/<slug>/moderation": _bulk_of_community,
    "/moderation/undo": _undo,
    "/moderation/decisions/<id>/appeal": _appeal,
    "/moderation/decisions/<id>/answer": _answer,
}
