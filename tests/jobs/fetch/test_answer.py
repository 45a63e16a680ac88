"""Reading Retry-After."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.fetch import Refused, TimedOut, retry_after

NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Wed, 06 Mar 2024 12:01:30 GMT", 90.0),
        ("Wed, 06 Mar 2024 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
    ],
)
def test_seconds_or_a_date(value: str, seconds: float | None) -> None:
    """Both forms of RFC 9110 10.2.3; a moment that has passed asks for no wait."""
    assert retry_after({"retry-after": value}, NOW) == seconds


@given(st.text(max_size=60))
def test_any_value_is_seconds_or_none(value: str) -> None:
    """No value raises, and none asks to wait a negative time."""
    seconds = retry_after({"retry-after": value}, NOW)
    assert seconds is None or seconds >= 0


def test_an_error_tells_a_person_what_and_where() -> None:
    """Its message says the kind of failure, `detail` the host and the reason."""
    error = TimedOut("slow.example", "no complete answer within 20 s")
    assert error.detail == "slow.example: no complete answer within 20 s"
    assert str(error) == "The answer was not complete in time. slow.example: no complete answer within 20 s"
    assert Refused("", "this is not an address").detail == "this is not an address"
