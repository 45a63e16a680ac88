"""Which date is of writing, which of posting, which is a deadline."""

from datetime import date

import pytest

from jobs.steps.extract.blocks import blocks
from jobs.steps.extract.dates import dates_in
from jobs.steps.extract.dating import deadline, posted, written


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Nov 9, 2020", date(2020, 11, 9)),
        ("9th of November 2020", date(2020, 11, 9)),
        ("2015년 12월 8일", date(2015, 12, 8)),
        ("2019年5月9日", date(2019, 5, 9)),
        ("le 4 juin 2018", date(2018, 6, 4)),
        ("10 de marzo de 2020", date(2020, 3, 10)),
        ("2016. 3. 1.", date(2016, 3, 1)),
        ("24.12.2021", date(2021, 12, 24)),
    ],
)
def test_dates_are_read_as_printed(text: str, value: date) -> None:
    """English, Korean, Japanese, French, Spanish and numeric forms."""
    assert [found.value for found in dates_in(text)] == [value]


@pytest.mark.parametrize("text", ["31 February 2020", "2015-13-40", "we may 3 times", "tel 02-723-1672"])
def test_what_is_no_date_is_left_alone(text: str) -> None:
    """Impossible days, phone numbers and the verb "may" are no dates."""
    assert dates_in(text) == []


def test_a_copy_stamp_is_the_posting_date_and_never_the_writing_date() -> None:
    """The board's stamp says when it was copied here."""
    read = blocks(
        "A title\n\n1 December 2015\n\nText.\n\n"
        "[이 게시물은 관리자님에 의해 2015-12-08 15:47:51 news에서 복사 됨]"
    )
    assert posted(read) == date(2015, 12, 8)
    assert written("A title", read) == date(2015, 12, 1)


def test_a_deadline_is_the_last_day_for_what_is_asked() -> None:
    """That "Before" and "by" make one; dates of rallies, hand-overs and registrations do not."""
    read = blocks("Please send appeals before 15 July 2014.\n\nRegister for the rally by 1 July 2014.")
    assert deadline(read, date(2014, 6, 3)) == date(2014, 7, 15)
    assert deadline(blocks("The letter will be delivered by 1 July 2014."), date(2014, 6, 3)) is None


def test_a_deadline_without_a_year_lies_ahead() -> None:
    """That "Before 10 January" in December is next year's."""
    assert deadline(blocks("Send letters before 10 January."), date(2013, 12, 1)) == date(2014, 1, 10)
