"""A person's time, also on the two days a year on which the clock there is changed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.steps.clock import is_quiet, next_at, quiet_until, zone_of

ZONES = (
    "Asia/Seoul",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "+05:45",
)
"""With no change, changes of an hour and of half an hour, odd ones, and an offset alone."""
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001 - UTC is set next
    lambda moment: moment.replace(tzinfo=UTC)
)
HOURS = st.integers(0, 24 * 60 - 1)


def moment(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@settings(max_examples=60)
@given(zone=st.sampled_from(ZONES), now=MOMENTS, minutes=HOURS)
def test_the_next_hour_is_ahead_and_shown(zone: str, now: datetime, minutes: int) -> None:
    """Within little more than a day; the clock there shows the hour, or jumps over it at that very minute."""
    where = zone_of(zone)
    assert where is not None
    at = next_at(minutes, where, now)
    assert timedelta() < at - now <= timedelta(hours=25)
    local = at.astimezone(where)
    before = (at - timedelta(minutes=1)).astimezone(where)
    shown, a_minute_ago = local.hour * 60 + local.minute, before.hour * 60 + before.minute
    assert shown == minutes or a_minute_ago < minutes < shown


@settings(max_examples=60)
@given(zone=st.sampled_from(ZONES), now=MOMENTS, start=HOURS, end=HOURS)
def test_quiet_hours_end_and_are_quiet_until_then(zone: str, now: datetime, start: int, end: int) -> None:
    """From now to the end every quarter of an hour is quiet, if the clock is not changed."""
    where = zone_of(zone)
    assert where is not None
    until = quiet_until(start, end, where, now)
    assert (until is not None) is is_quiet(start, end, where, now)
    if until is None:
        return
    assert timedelta() < until - now <= timedelta(hours=26)
    assert not is_quiet(start, end, where, until)
    if now.astimezone(where).utcoffset() != until.astimezone(where).utcoffset():
        return
    at = now
    while at < until:
        assert is_quiet(start, end, where, at)
        at += timedelta(minutes=15)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-10T12:59", None),
        ("2026-03-10T13:00", "2026-03-10T22:00"),
        ("2026-03-10T21:59", "2026-03-10T22:00"),
        ("2026-03-10T22:00", None),
    ],
)
def test_a_night_in_seoul(now: str, until: str | None) -> None:
    """22:00 to 07:00 there is 13:00 to 22:00 in UTC."""
    seoul = zone_of("Asia/Seoul")
    assert seoul is not None
    assert quiet_until(22 * 60, 7 * 60, seoul, moment(now)) == (moment(until) if until else None)


def test_an_hour_that_the_clock_jumps_over_is_at_the_jump() -> None:
    """In Berlin there is no 02:30 on 29 March 2026: at 02:00 it is 03:00."""
    berlin = zone_of("Europe/Berlin")
    assert berlin is not None
    night = moment("2026-03-28T23:30")
    assert next_at(150, berlin, night) == moment("2026-03-29T01:00")
    assert quiet_until(22 * 60, 150, berlin, night) == moment("2026-03-29T01:00")


def test_an_hour_that_is_shown_twice_is_done_once_and_quiet_twice() -> None:
    """In Berlin it is 02:30 twice on 25 October 2026; quiet until half past two ends with the second."""
    berlin = zone_of("Europe/Berlin")
    assert berlin is not None
    assert next_at(150, berlin, moment("2026-10-24T22:00")) == moment("2026-10-25T00:30")
    assert quiet_until(22 * 60, 150, berlin, moment("2026-10-24T22:00")) == moment("2026-10-25T00:30")
    assert quiet_until(22 * 60, 150, berlin, moment("2026-10-25T01:10")) == moment("2026-10-25T01:30")


def test_a_day_of_the_week_is_that_day_there() -> None:
    """Monday at eight in Seoul is Sunday in UTC."""
    seoul = zone_of("Asia/Seoul")
    assert seoul is not None
    assert next_at(480, seoul, moment("2026-03-10T12:00"), weekday=0) == moment("2026-03-15T23:00")


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "+5", "Asia", "\x00"])
def test_what_is_no_zone_is_none(name: str) -> None:
    """Whatever was typed, no file is opened by it and nothing is raised."""
    assert zone_of(name) is None
