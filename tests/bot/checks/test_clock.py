"""The clock is judged by what most servers say."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.checks.clock import check_clock, check_zone, spoken
from bot.checks.finding import Grade
from jobs.fetch import clock_ahead


def ahead(*seconds: float) -> dict[str, timedelta]:
    """How far we are ahead of so many servers."""
    return {f"s{number}": timedelta(seconds=one) for number, one in enumerate(seconds, start=1)}


@pytest.mark.parametrize(
    ("seconds", "grade", "state"),
    [
        ((), Grade.NOTE, "no server told its time"),
        ((1, -2, 0), Grade.FINE, "agrees with 3 servers"),
        ((60,), Grade.FINE, "agrees with 1 server"),
        ((61,), Grade.WRONG, "1 min 1 s ahead of 1 of 1 server"),
        ((200, 201, 199, 200, 1), Grade.WRONG, "3 min 20 s ahead of 4 of 5 servers"),
        ((-7300, -7300, -7301), Grade.WRONG, "2 h 1 min behind 3 of 3 servers"),
        ((0, 1, -86400 * 365), Grade.FINE, "agrees with 2 of 3 servers, not with s3"),
        ((0, 7200), Grade.NOTE, "agrees with 1 of 2 servers, not with s2"),
        ((-100, 100), Grade.NOTE, "agrees with 0 of 2 servers, not with s1, s2"),
        ((0, 0, 300, 300), Grade.NOTE, "agrees with 2 of 4 servers"),
        ((0, -300, -300), Grade.WRONG, "5 min 0 s behind 2 of 3 servers"),
    ],
)
def test_one_odd_publisher_does_not_make_our_clock_wrong(
    seconds: tuple[float, ...], grade: Grade, state: str
) -> None:
    """Most must say so; where opinions are divided the operator is told, not alarmed."""
    found = check_clock(ahead(*seconds))
    assert (found.grade, state in found.state) == (grade, True), found
    assert bool(found.remedy) is (grade is not Grade.FINE and bool(seconds))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3600, "1 h"), (90061, "1 d 1 h"), (7325, "2 h 2 min")],
)
def test_a_length_of_time_is_said_in_its_two_largest_parts(seconds: float, said: str) -> None:
    """Nobody needs the seconds of a day."""
    assert spoken(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"date": "Tue, 10 Mar 2026 12:00:00 GMT"}, 90.0),
        ({"date": "Tue, 10 Mar 2026 13:00:00 +0100"}, 90.0),
        ({"date": "Tue, 10 Mar 2026 11:00:00 GMT", "age": "3600"}, 90.0),
        ({"date": "Tue, 10 Mar 2026 12:00:00 GMT", "age": "old"}, 90.0),
        ({"date": "yesterday"}, None),
        ({}, None),
    ],
)
def test_a_server_tells_its_time_and_a_cache_how_long_it_kept_the_answer(
    headers: dict[str, str], seconds: float | None
) -> None:
    """Else a page from a cache would make our clock look an hour ahead."""
    found = clock_ahead(headers, datetime(2026, 3, 10, 12, 1, 30, tzinfo=UTC))
    assert (None if found is None else found.total_seconds()) == seconds


def test_the_time_zone_is_shown_with_its_time() -> None:
    """A wrong one is seen at a glance."""
    assert "21:00" in check_zone("Asia/Seoul", datetime(2026, 3, 10, 12, tzinfo=UTC)).state
