"""Takes the columns of a text apart: names printed side by side become lines, column by column."""

import re
from collections.abc import Iterator

_GAP = re.compile(r"\s{2,}|\t+")
_LEAST = 4  # lines of columns
_WIDEST = 60  # characters of a cell
_NUMBERS = re.compile(r"[\d\s./:,-]*")


def unfolded(text: str) -> str:
    """The text with every run of lines in columns, of names rather than of data, set one below the other."""
    if not re.search(r"\S(?:\s{2,}|\t)\S", text):
        return text
    lines = text.splitlines()
    found: list[str] = []
    at = 0
    while at < len(lines):
        rows = list(_rows(lines, at))
        if len(rows) >= _LEAST and _names(rows):
            found += _by_column(rows)
        else:
            found += lines[at : at + max(1, len(rows))]
        at += max(1, len(rows))
    return "\n".join(found)


def _rows(lines: list[str], at: int) -> Iterator[list[str]]:
    """The cells of the lines from `at` on that have as many columns as the first; the last may have fewer."""
    columns = 0
    while at < len(lines) and lines[at].strip():
        cells = [cell.strip() for cell in _GAP.split(lines[at].strip())]
        if columns and len(cells) < columns and (len(cells) > 1 or columns > 1):
            following = lines[at + 1] if at + 1 < len(lines) else ""
            if not following.strip():
                yield cells
            return
        if len(cells) < 2 or (columns and len(cells) != columns):
            return
        columns = len(cells)
        yield cells
        at += 1


def _names(rows: list[list[str]]) -> bool:
    """Whether the cells can be names: no numbers, dates, sentences or country column among them."""
    cells = [cell for row in rows for cell in row]
    if any(len(cell) > _WIDEST or _NUMBERS.fullmatch(cell) or not cell[0].isalnum() for cell in cells):
        return False
    if any(cell[-1] in ".:!?;," and len(cell.split()) > 3 for cell in cells):
        return False
    second = [row[-1] for row in rows if len(row) > 1]
    repeated = len(set(second)) < len(second)  # a column of countries or towns names some of them twice
    return not repeated and sum(len(cell.split()) == 1 for cell in second) < len(second) / 2


def _by_column(rows: list[list[str]]) -> Iterator[str]:
    for column in range(max(len(row) for row in rows)):
        yield ""
        yield from (row[column] for row in rows if column < len(row))
