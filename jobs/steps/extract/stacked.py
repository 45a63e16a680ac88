"""Takes a listing apart whose rows were copied with each cell in a line of its own."""

from collections import Counter
from datetime import date
from itertools import pairwise

from jobs.steps.extract.blocks import collapse
from jobs.steps.extract.dates import short_dates_in
from jobs.steps.extract.listing import Item, Line, clean_title, day_alone, is_title

_FEWEST = 3  # rows
_CELLS = range(3, 8)  # lines of a row
_CELL = 200  # characters


def stacked(lines: list[Line]) -> list[Item]:
    """Rows of number, title, writer, date: dates come at one distance, the title is the longest cell before.

    A line between two rows that is longer than a cell belongs to no table, and so there is none.
    """
    dates = [at for at, line in enumerate(lines) if day_alone(line.text)]
    if len(dates) < _FEWEST:
        return []
    step, often = Counter(later - one for one, later in pairwise(dates)).most_common(1)[0]
    if step not in _CELLS or often < len(dates) - 1 or dates[-1] - dates[0] != step * (len(dates) - 1):
        return []
    if any(len(line.text) > _CELL for line in lines[dates[0] : dates[-1]]):
        return []
    found = []
    for at in dates:
        cells = [collapse(line.text) for line in lines[max(0, at - step + 1) : at]]
        titles = [cell for cell in cells if is_title(cell)]
        if not titles:
            return []
        title = clean_title(max(titles, key=len))
        found.append(Item(title, title, _day(lines[at].text)))
    return found if _alike(lines, dates, step) else []


def _day(text: str) -> date | None:
    dates = short_dates_in(text)
    return dates[0].value if dates else None


def _alike(lines: list[Line], dates: list[int], step: int) -> bool:
    """Whether one place beside the dates holds figures in every row: a number, a counter."""
    return any(
        all(
            0 <= at + away < len(lines) and lines[at + away].text.strip(" ,.").replace(",", "").isdecimal()
            for at in dates
        )
        for away in range(1 - step, step)
        if away
    )
