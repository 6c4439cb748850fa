"""Times that people type: by the clock of a zone, in winter and summer, left out by the clocks, shown by them twice."""

from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest

from hub.errors import BadInput
from hub.events.times import ZONES, moment_of


def test_the_same_clock_is_another_moment_in_summer() -> None:
    assert moment_of("2027-01-15", "14:30", "Europe/London", "starts") == datetime(2027, 1, 15, 14, 30, tzinfo=UTC)
    assert moment_of("2027-07-15", "14.30", "Europe/London", "starts") == datetime(2027, 7, 15, 13, 30, tzinfo=UTC)
    assert moment_of("2027-07-15", "9:05", "Europe/Stockholm", "starts") == datetime(2027, 7, 15, 7, 5, tzinfo=UTC)


def test_a_time_that_the_clocks_show_twice_is_the_first_one() -> None:
    assert moment_of("2027-10-31", "01:30", "Europe/London", "starts") == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "time", "zone", "field"),
    [
        ("2027-03-28", "01:30", "Europe/London", "starts_time"),
        ("2027-02-30", "10:00", "Europe/London", "starts_day"),
        ("30/11/2027", "10:00", "Europe/London", "starts_day"),
        ("9999-12-31", "23:30", "America/New_York", "starts_day"),
        ("0001-01-01", "00:00", "Europe/Athens", "starts_day"),
        ("2027-11-30", "25:00", "Europe/London", "starts_time"),
        ("2027-11-30", "", "Europe/London", "starts_time"),
        ("2027-11-30", "10:00", "Mars/Olympus", "zone"),
    ],
)
def test_what_is_no_time_is_said_beside_its_field(day: str, time: str, zone: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        moment_of(day, time, zone, "starts")
    assert refused.value.field == field


def test_every_zone_that_can_be_chosen_is_known() -> None:
    assert set(ZONES) <= available_timezones()
