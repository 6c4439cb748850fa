"""Times by the clock of a time zone, as people type them: some do not exist, some exist twice."""

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from hub.errors import BadInput
from hub.languages import gettext as _

ZONES: Final[dict[str, str]] = {
    zone: zone.partition("/")[2].replace("_", " ") or zone
    for zone in (
        *("Europe/London", "Europe/Dublin", "Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Brussels"),
        *("Europe/Bucharest", "Europe/Copenhagen", "Europe/Helsinki", "Europe/Kyiv", "Europe/Lisbon", "Europe/Madrid"),
        *("Europe/Oslo", "Europe/Paris", "Europe/Prague", "Europe/Rome", "Europe/Stockholm", "Europe/Vienna"),
        *("Europe/Vilnius", "Europe/Warsaw", "Europe/Zurich", "Atlantic/Reykjavik", "America/New_York"),
        *("America/Los_Angeles", "America/Toronto", "Asia/Singapore", "Australia/Sydney", "Pacific/Auckland", "UTC"),
    )
}
"""Time zones that can be chosen, and the city by which people know them."""

HOME: Final = "Europe/London"

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME: Final = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


def moment_of(day: str, time: str, zone: str, field: str) -> datetime:
    """The moment in UTC of `2027-03-28` and `10:30` in a time zone. BadInput for what is no day, no time, or a time
    that the clocks leave out that day; of one that they show twice, the first.
    """
    if zone not in ZONES:
        raise BadInput(_("Choose one of the time zones."), "zone")
    clock = _TIME.fullmatch(time.strip())
    if not _DAY.fullmatch(day.strip()):
        raise BadInput(_("Give the day as 2027-11-30."), f"{field}_day")
    if clock is None:
        raise BadInput(_("Give the time as 14:30."), f"{field}_time")
    try:
        naive = datetime.fromisoformat(f"{day.strip()}T{int(clock[1]):02}:{clock[2]}")
    except ValueError:
        raise BadInput(_("There is no such day. Give it as 2027-11-30."), f"{field}_day") from None
    local = naive.replace(tzinfo=ZoneInfo(zone))
    try:
        found = local.astimezone(UTC)
        back = found.astimezone(local.tzinfo)
    except OverflowError:
        raise BadInput(_("There is no such day. Give it as 2027-11-30."), f"{field}_day") from None
    if back.replace(tzinfo=None) != naive:
        raise BadInput(
            _("The clocks go forward that night, and there is no such time. Choose another."), f"{field}_time"
        )
    return found
