"""How each form of following is sent so that it goes well: for the test that every one leaves a row in the log."""

from collections.abc import Callable
from typing import Any, Final

from hub.alerts.unsubscribing import make_token
from hub.notices.following import COMMUNITY, followed
from tests.hub.communities.made import made

ALERTS: Final = "/my/alerts"


def _followed(by: Any) -> dict[str, str]:
    """A community that they follow once a day, as the forms name it."""
    with by.site.database.writing() as session:
        given = {"kind": COMMUNITY, "key": made(session).id}
    by.send("/my/follow", **given, frequency="daily")
    return given


def _follow_of(by: Any) -> str:
    given = _followed(by)
    with by.site.database.reading() as session:
        row = followed(session, by.id, given["kind"], given["key"])
        assert row is not None
        return row.id


def _unsubscribe(by: Any) -> int:
    with by.site.database.writing() as session:
        secret = make_token(session, person_id=by.id, purpose="daily")
    page = f"/unsubscribe/{secret}"
    return int(by.send(page, page))


def _follow(by: Any) -> int:
    with by.site.database.writing() as session:
        key = made(session).id
    return int(by.send("/my/follow", kind=COMMUNITY, key=key, frequency="daily"))


ACTS: Final[dict[str, Callable[[Any], int]]] = {
    "/my/follow": _follow,
    "/my/unfollow": lambda by: int(by.send("/my/unfollow", **_followed(by))),
    "/my/less": lambda by: int(by.send("/my/less", follow=_follow_of(by))),
    ALERTS: lambda by: int(by.send(ALERTS, ALERTS, **{f"often {_follow_of(by)}": "weekly"})),
    "/my/alerts/pause": lambda by: int(by.send("/my/alerts/pause", ALERTS, paused="yes")),
    "/unsubscribe/<secret>": _unsubscribe,
}
