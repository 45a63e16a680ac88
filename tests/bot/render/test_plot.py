"""The plot of /stats: what is drawn stands where the numbers are, and reads without a word."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image

from bot.render.plot import HIGH, WIDE, Day, _clock, _round_up, drawn

TODAY = date(2026, 3, 10)
RED, BLUE, WHITE = (181, 54, 28), (125, 156, 184), (255, 255, 255)


def shown(*days: Day) -> Image.Image:
    """The picture of these days."""
    picture = Image.open(BytesIO(drawn(days)))
    assert (picture.format, picture.size) == ("PNG", (WIDE, HIGH))
    return picture.convert("RGB")


def colours(picture: Image.Image, column: int) -> list[tuple[int, int, int]]:
    """What a column of the picture shows from above, each colour once in a row."""
    found: list[tuple[int, int, int]] = []
    for row in range(HIGH):
        colour = picture.getpixel((column, row))
        assert isinstance(colour, tuple)
        if colour in {RED, BLUE, WHITE} and (not found or found[-1] != colour):
            found.append((colour[0], colour[1], colour[2]))
    return found


def test_each_day_stands_in_its_place() -> None:
    """Urgent ones at the foot, others above; below, half of the messages under 95 in 100."""
    minute = timedelta(minutes=1)
    days = (
        Day(TODAY - timedelta(days=1)),
        Day(TODAY, urgent=2, other=1, half=minute, most=10 * minute),
    )
    picture = shown(*days)
    quarter = 92 + (WIDE - 92 - 24) // 4
    assert colours(picture, quarter) == [WHITE], "nothing rang on the first"
    second = colours(picture, quarter + (WIDE - 92 - 24) // 2)
    assert second == [WHITE, BLUE, RED, WHITE, BLUE, RED, WHITE]


def test_more_is_higher_and_longer_is_higher() -> None:
    """Twice as many alerts, or a longer wait, reach further up."""

    def top(day: Day, above: int, below: int) -> int:
        picture = shown(Day(TODAY, urgent=10, half=timedelta(hours=1), most=timedelta(hours=5)), day)
        column = 92 + 3 * (WIDE - 92 - 24) // 4
        return next(row for row in range(above, below) if picture.getpixel((column, row)) in {RED, BLUE})

    assert top(Day(TODAY, urgent=8), 0, 300) < top(Day(TODAY, urgent=4), 0, 300)
    soon, late = (
        Day(TODAY, half=timedelta(seconds=one), most=timedelta(seconds=2 * one)) for one in (5, 500)
    )
    assert top(late, 310, HIGH) < top(soon, 310, HIGH)


@pytest.mark.parametrize("number", [1, 2, 31, 366])
def test_any_number_of_days_is_drawn(number: int) -> None:
    """A year as well, and the greatest numbers, in a file that is quickly sent."""
    longest = timedelta(days=3)
    days = [
        Day(TODAY - timedelta(days=back), 10**back % 997, 10_000, longest, longest) for back in range(number)
    ]
    assert len(drawn(days[::-1])) < 40_000
    assert drawn([]) is not None


def test_an_axis_ends_where_numbers_are_round() -> None:
    """And times are told by the clock."""
    assert [_round_up(one) for one in (0, 1, 3, 5, 9, 10, 11, 41, 999, 4_812)] == [
        *(1, 1, 4, 6, 10, 10, 20, 60, 1_000, 6_000)
    ]
    assert [_clock(one) for one in (1, 60, 600, 86_400)] == ["0:00:01", "0:01:00", "0:10:00", "24:00:00"]
