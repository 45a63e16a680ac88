"""Draws how the watch did, as a picture: alerts by day, and how long their messages took.

There are no words in it, so that it needs no font of any language: days as 03-10, times as 0:02:41. What is
drawn is said beside it. To be called in a thread: it takes some hundredths of a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

WIDE, HIGH = 900, 620
_LEFT, _RIGHT, _TOP, _BETWEEN, _BELOW = 92, 24, 24, 44, 46
_PANEL = (HIGH - _TOP - _BETWEEN - _BELOW) // 2
_TEXT = 20
_PAPER, _INK, _LINES = "#ffffff", "#333333", "#d8d8d8"
_URGENT, _OTHER = "#b5361c", "#7d9cb8"
"""Told apart by how dark they are as well."""
_TICKS = (1, 10, 60, 600, 3_600, 21_600, 86_400)
"""Seconds at which a line is drawn."""
_DAYS_NAMED = 8


@dataclass(frozen=True, slots=True)
class Day:
    """What is drawn of one day."""

    day: date
    urgent: int = 0
    other: int = 0
    half: timedelta | None = None
    """Within how long half of its messages were there."""
    most: timedelta | None = None
    """The same of 95 in 100."""


def drawn(days: Sequence[Day]) -> bytes:
    """Return a PNG of these days, in their order, WIDE by HIGH."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - dear, and seldom asked for

    picture = Image.new("RGB", (WIDE, HIGH), _PAPER)
    sheet = _Sheet(ImageDraw.Draw(picture), ImageFont.load_default(_TEXT), tuple(days))
    sheet.counts()
    sheet.times()
    sheet.named()
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The paper, and where what stands on it."""

    pen: "ImageDraw.ImageDraw"
    font: "ImageFont.FreeTypeFont | ImageFont.ImageFont"
    days: tuple[Day, ...]

    @property
    def width(self) -> float:
        """Of one day."""
        return (WIDE - _LEFT - _RIGHT) / max(1, len(self.days))

    def middle(self, place: int) -> float:
        """Of the day in this place."""
        return _LEFT + (place + 0.5) * self.width

    def counts(self) -> None:
        """A bar for each day, the urgent ones at its foot."""
        foot, most = _TOP + _PANEL, max((one.urgent + one.other for one in self.days), default=0)
        top = _round_up(most)
        for part in (0, top // 2, top) if top > 1 else (0, top):
            self.line(foot - part / max(1, top) * (_PANEL - _TEXT), f"{part}")
        for place, one in enumerate(self.days):
            at = float(foot)
            for count, colour in ((one.urgent, _URGENT), (one.other, _OTHER)):
                high = count / max(1, top) * (_PANEL - _TEXT)
                if count:
                    self.bar(place, at - max(1.0, high), at, colour)
                at -= high

    def times(self) -> None:
        """From half of the messages to 95 in 100; each line across is some times the one below."""
        foot = _TOP + _PANEL + _BETWEEN + _PANEL
        longest = max((one.most.total_seconds() for one in self.days if one.most), default=0.0)
        top = next((one for one in _TICKS if one >= max(60.0, longest)), _TICKS[-1])

        def height(took: timedelta | float) -> float:
            seconds = took.total_seconds() if isinstance(took, timedelta) else took
            return foot - log(min(max(1.0, seconds), top)) / log(top) * (_PANEL - _TEXT)

        for tick in _TICKS:
            if tick <= top:
                self.line(height(tick), _clock(tick))
        for place, one in enumerate(self.days):
            if one.half is not None and one.most is not None:
                self.bar(place, height(one.most), height(one.half) + 1, _OTHER)
                self.bar(place, height(one.half) - 2, height(one.half) + 2, _URGENT)

    def named(self) -> None:
        """Some of the days, the last among them."""
        step = max(1, -(-len(self.days) // _DAYS_NAMED))
        for place in range(len(self.days) - 1, -1, -step):
            text = f"{self.days[place].day:%m-%d}"
            self.pen.text((self.middle(place), HIGH - _BELOW + 8), text, _INK, self.font, anchor="ma")

    def line(self, height: float, text: str) -> None:
        """A line across, and what it stands for."""
        self.pen.line((_LEFT, height, WIDE - _RIGHT, height), _LINES)
        self.pen.text((_LEFT - 8, height), text, _INK, self.font, anchor="rm")

    def bar(self, place: int, top: float, foot: float, colour: str) -> None:
        """Of the day in this place; never too thin to be seen."""
        half = max(1.0, self.width * 0.36)
        middle = self.middle(place)
        self.pen.rectangle((middle - half, top, middle + half, foot), colour)


def _round_up(count: int) -> int:
    """Return the next number with one digit that counts, or a half of ten: where an axis may end."""
    size = 1
    while count > 10 * size:
        size *= 10
    return next(step * size for step in (1, 2, 4, 6, 8, 10) if step * size >= count)


def _clock(seconds: int) -> str:
    return f"{seconds // 3_600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
