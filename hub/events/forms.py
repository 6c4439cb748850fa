"""The form of a meeting: what was typed, kept as it was typed, and what it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from federation.record import clean, clean_line
from hub.events.models import Event
from hub.events.service import Arranged
from hub.events.times import HOME, moment_of

LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Typed:
    """Every field as it was typed. Without a day of its own it ends on the day on which it begins."""

    title: str = ""
    starts_day: str = ""
    starts_time: str = ""
    ends_day: str = ""
    ends_time: str = ""
    zone: str = HOME
    place: str = ""
    link: str = ""
    text: str = ""
    seen: str = ""


def typed_in(values: Mapping[str, str]) -> Typed:
    """What a form says."""
    told = {one.name: values.get(one.name, "") for one in fields(Typed)}
    return Typed(**{name: (clean if name == "text" else clean_line)(said[:LONGEST]) for name, said in told.items()})


def typed_of(row: Event) -> Typed:
    """What a meeting says now, as its form shows it."""
    begins, finishes = row.begins, row.finishes
    return Typed(
        title=row.title,
        starts_day=begins.date().isoformat(),
        starts_time=f"{begins:%H:%M}",
        ends_day=finishes.date().isoformat() if finishes.date() != begins.date() else "",
        ends_time=f"{finishes:%H:%M}",
        zone=row.zone,
        place=row.place,
        link=row.link,
        text=row.text,
        seen=str(row.edition),
    )


def arranged_in(typed: Typed) -> Arranged:
    """What the form comes to. BadInput for the first field that is wrong."""
    starts = moment_of(typed.starts_day, typed.starts_time, typed.zone, "starts")
    ends = moment_of(typed.ends_day or typed.starts_day, typed.ends_time, typed.zone, "ends")
    return Arranged(typed.title, starts, ends, typed.zone, typed.place, typed.link, typed.text)


def edition_in(typed: Typed) -> int:
    """The edition that an edit began with; 0 for none."""
    return int(typed.seen) if typed.seen.isascii() and typed.seen.isdigit() and len(typed.seen) < 8 else 0
