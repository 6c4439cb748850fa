"""Meetings as calendars read them: iCalendar (RFC 5545) with the rules of their time zones."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

import icalendar

from hub.communities.models import Community
from hub.db import now
from hub.events.models import Event
from hub.events.reading import path_of, sees_link
from hub.languages import gettext as _
from hub.markdown import plain_of
from hub.policy import Actor

MEDIA_TYPE: Final = "text/calendar"
REFRESHED: Final = timedelta(hours=6)
"""How often programs are asked to look again."""

PAST: Final = timedelta(days=365)
"""Meetings that are over longer than this are in no calendar."""


def calendar(
    events: Sequence[tuple[Event, Community]], *, name: str, actor: Actor, base_url: str, whole: bool = True
) -> bytes:
    """These meetings for this reader. The link of a meeting is in it only where it is theirs to see."""
    made = icalendar.Calendar()
    made.add("prodid", "-//Moothall//Meetings//EN")
    made.add("version", "2.0")
    if whole:
        made.add("x-wr-calname", name)
        made.add("name", name)
        made.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    for event, community in events:
        made.add_component(_entry(event, community, actor, base_url))
    if events:
        first, last = _span(event for event, _community in events)
        made.add_missing_timezones(first_date=first, last_date=last)
    return bytes(made.to_ical())


def _span(events: Iterable[Event]) -> tuple[date, date]:
    """From the year before the first to the year after the last: what the rules of time zones are written for."""
    some = list(events)
    first, last = min(one.begins for one in some).date(), max(one.finishes for one in some).date()
    return first.replace(year=first.year - 1, month=1, day=1), last.replace(year=last.year + 1, month=12, day=31)


def _entry(event: Event, community: Community, actor: Actor, base_url: str) -> icalendar.Event:
    link = event.link if sees_link(actor, community) else ""
    page = f"{base_url}{path_of(community, event)}"
    entry = icalendar.Event()
    entry.add("uid", f"{event.id}@{base_url.partition('://')[2].partition('/')[0].partition(':')[0]}")
    entry.add("dtstamp", now())
    entry.add("created", event.created)
    entry.add("last-modified", event.changed)
    entry.add("sequence", event.edition - 1)
    entry.add("dtstart", event.begins)
    entry.add("dtend", event.finishes)
    entry.add("summary", event.title)
    entry.add("status", "CANCELLED" if event.cancelled_at else "CONFIRMED")
    if event.place or link:
        entry.add("location", event.place or link)
    entry.add("description", _words(event, community, link, page))
    entry.add("categories", [community.name])
    entry.add("url", page)
    return entry


def _words(event: Event, community: Community, link: str, page: str) -> str:
    told = [
        event.cancelled_why and _("It does not take place: %(why)s", why=event.cancelled_why),
        plain_of(event.text),
        link and _("Join here: %(link)s", link=link),
        f"{community.name}: {page}",
    ]
    return "\n\n".join(one for one in told if one)
