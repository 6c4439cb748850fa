"""How each form of meetings is sent so that it goes well: for the test that every one leaves a row in the log."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from hub.db import now
from hub.events.service import Arranged, arrange
from tests.hub.communities.made import acting, made

CALL: Final = {
    "title": "Call",
    "starts_day": "2031-07-15",
    "starts_time": "14:30",
    "ends_time": "15:30",
    "zone": "Europe/London",
}


def _meeting(by: Any) -> str:
    """The address of a meeting in a community of theirs."""
    with by.site.database.writing() as session:
        row = made(session, facilitators=[by.id])
        begins = now() + timedelta(days=9)
        what = Arranged("Call", begins, begins + timedelta(hours=1), "Europe/London")
        return f"/communities/{row.slug}/events/{arrange(session, row, what, actor=acting(session, by.id)).id}"


def _arrange(by: Any) -> int:
    events = _meeting(by).rpartition("/")[0]
    return int(by.send(events, f"{events}/new", **CALL))


def _act(name: str, **given: str) -> Callable[[Any], int]:
    return lambda by: int(by.send(f"{_meeting(by)}/{name}", **given))


ACTS: Final[dict[str, Callable[[Any], int]]] = {
    "/communities/<slug>/events": _arrange,
    "/communities/<slug>/events/<id>/edit": _act("edit", **CALL, seen="1"),
    "/communities/<slug>/events/<id>/cancel": _act("cancel", why="The lamps are late."),
    "/communities/<slug>/events/<id>/answer": _act("answer", answer="yes"),
    "/communities/<slug>/events/<id>/notes": _act("notes"),
    "/events/calendar": lambda by: int(by.send("/events/calendar", do="new")),
}
