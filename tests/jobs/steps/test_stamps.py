"""Reading printed dates."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.stamps import find_day, posted_day, read_stamp

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-05T09:12:40+09:00", datetime(2024, 3, 5, 0, 12, 40, tzinfo=UTC)),
        ("Tue, 05 Mar 2024 09:12:40 +0900", datetime(2024, 3, 5, 0, 12, 40, tzinfo=UTC)),
        ("Tue, 05 Mar 2024 09:12:40 KST", datetime(2024, 3, 5, 0, 12, 40, tzinfo=UTC)),
        ("Tues, 5 March 2024 14:00 EST", datetime(2024, 3, 5, 19, tzinfo=UTC)),
        ("05 Mar 24 06:00 GMT", datetime(2024, 3, 5, 6, tzinfo=UTC)),
        ("20240305T091240+0900", datetime(2024, 3, 5, 0, 12, 40, tzinfo=UTC)),
        ("20240305T0912Z", datetime(2024, 3, 5, 9, 12, tzinfo=UTC)),
        ("2024-03-05 15:47", datetime(2024, 3, 5, 15, 47, tzinfo=UTC)),
    ],
)
def test_moments(text: str, moment: datetime) -> None:
    """RFC 3339, RFC 822 and their usual slips give a moment in UTC."""
    stamp = read_stamp(text)
    assert stamp is not None
    assert (stamp.moment, stamp.date_only) == (moment, False)


def test_a_moment_without_a_zone_says_so() -> None:
    """Only a printed offset makes an hour certain."""
    zoned, bare = read_stamp("2024-03-05T09:12:40Z"), read_stamp("5 Mar 2024 09:12:40")
    assert zoned is not None
    assert bare is not None
    assert (zoned.zoned, bare.zoned) == (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "2024.03.05",
        "2024/3/5",
        "2024년 3월 5일",
        "2024年3月5日",
        "5 March 2024",
        "March 5th, 2024",
        "Mar. 5, 2024",
        "05.03.2024",
        "5 de marzo de 2024",
        "5. März 2024",
        "le 5 mars 2024",
        "5 марта 2024",
        "24-03-05",
    ],
)
def test_days(text: str) -> None:
    """A day as people print it, in their languages."""
    assert find_day(text) == date(2024, 3, 5)
    stamp = read_stamp(text.removeprefix("le "))
    assert stamp is not None
    assert stamp.date_only


@pytest.mark.parametrize(
    "text",
    [
        "5 March 2024 " * 10,
        "2024-02-30T09:12:40Z",
        "Tue, 32 Mar 2024 09:12:40 +0900",
        "2024-03-05T25:00:00Z",
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    """A page of text, a day or an hour that there is not, a zone beyond the world: unknown, and no error."""
    stamp = read_stamp(text)
    assert stamp is None or stamp.date_only


def test_east_asian_boards_write_the_year_first() -> None:
    """24.03.05 is the fifth of March there, and the 24th of a month elsewhere."""
    assert find_day("24.03.05", language="ko") == date(2024, 3, 5)
    assert find_day("24.03.05", language="de") == date(2005, 3, 24)


def test_a_day_and_month_is_the_last_one_there_was() -> None:
    """In January "12-08" is last December's; 29 February is of a year that has it, else of none."""
    assert find_day("12-08", now=NOW) == date(2023, 12, 8)
    assert find_day("02-29", now=NOW.replace(month=3)) == date(2024, 2, 29)
    assert find_day("02-29", now=NOW.replace(year=2023, month=3)) is None
    assert find_day("13-45", now=NOW) is None
    assert find_day("12.08", now=NOW, language="en") is None


def test_a_day_that_does_not_exist_is_none() -> None:
    """The thirtieth of February is no date, and neither is a telephone number."""
    assert find_day("2024-02-30") is None
    assert find_day("02-735-5001") is None


def test_the_order_of_day_and_month() -> None:
    """Day first, but for American English and where only one order is possible."""
    assert find_day("03/05/2024") == date(2024, 5, 3)
    assert find_day("03/05/2024", language="en-US") == date(2024, 3, 5)
    assert find_day("03/25/2024") == date(2024, 3, 25)


def test_boards_shorten_what_is_recent() -> None:
    """An hour alone is today; a month and day are the last such day."""
    assert find_day("09:12", now=NOW) == date(2024, 1, 10)
    assert find_day("12-08", now=NOW) == date(2023, 12, 8)
    assert find_day("09:12") is None


def test_only_a_labelled_line_is_a_posting_date() -> None:
    """A sentence that speaks of a date is not the date of the page."""
    assert posted_day("제목\n작성일 2024-03-05\n본문") == date(2024, 3, 5)
    assert posted_day("Published on: 5 March 2024") == date(2024, 3, 5)
    assert posted_day("The trial is set for 5 March 2024.") is None


@given(st.text(max_size=120))
def test_any_text_is_a_stamp_or_none(text: str) -> None:
    """No text raises, and every moment is in UTC."""
    stamp = read_stamp(text)
    assert stamp is None or stamp.moment.tzinfo is UTC
    day = find_day(text, now=NOW)
    assert day is None or isinstance(day, date)
