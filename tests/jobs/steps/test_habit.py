"""A silence is told from a pause by what the source itself is used to."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.habit import habit, is_silent
from tests.builders import NOON, a_source

DAY = timedelta(days=1)


def test_the_habit_is_the_longest_pause_between_days() -> None:
    """Five days with entries tell it, however many entries each had; a year of zero tells nothing."""
    days = [0, 0, 0, 1, 3, 6, 7]
    moments = [NOON - DAY * day for day in days]
    assert habit(moments) == 3 * 86400
    assert habit([*moments, datetime(1970, 1, 2, tzinfo=UTC)]) == 3 * 86400
    assert habit(moments[:5]) == 0
    assert habit([]) == 0


def test_silence_is_three_times_the_habit_and_a_week_at_least() -> None:
    """Who speaks daily is missed after a week, who speaks monthly after three months."""
    daily = a_source(habit=86400, newest=NOON)
    assert [is_silent(daily, NOON + DAY * days) for days in (6, 7, 8)] == [False, False, True]
    monthly = a_source(habit=30 * 86400, newest=NOON)
    assert [is_silent(monthly, NOON + DAY * days) for days in (89, 90, 91)] == [False, False, True]


def test_who_has_no_habit_is_never_missed() -> None:
    """A source of three entries, or of none, may be silent for years."""
    assert not is_silent(a_source(newest=NOON), NOON + DAY * 3000)
    assert not is_silent(a_source(habit=86400), NOON + DAY * 3000)


@given(st.lists(st.datetimes(timezones=st.just(UTC)), max_size=60))
def test_any_dates_make_a_habit_that_can_be_stored(moments: list[datetime]) -> None:
    """Never negative, whatever the order."""
    assert 0 <= habit(moments) == habit(moments[::-1])
