"""Reads the table of a board, a row for each item: number, sort, title, writer, date, counter."""

import re
from dataclasses import dataclass, field, replace

from jobs.steps.extract.blocks import collapse
from jobs.steps.extract.data import pattern
from jobs.steps.extract.dates import short_dates_in
from jobs.steps.extract.listing import FILE, Item, Line, clean_title, day_alone, is_title

_NUMBER = re.compile(r"\[?(?:\d{1,5}|공지|Notice|NOTICE|Featured|置顶|置頂)\]?")
_NUMBERED = re.compile(rf"(?P<number>{_NUMBER.pattern})\s*(?:[|\t]|\s{{2,}})\s*(?P<rest>\S.*)$")
_DOTTED = re.compile(rf"(?P<number>{_NUMBER.pattern})[.)]?\s(?P<rest>[^·‧・]{{4,200}}\s[·‧・]\s.{{4,120}})$")
"""A row whose cells stand between dots: "214 Title · writer · 2019-05-21 · 1,240"."""
_BETWEEN = re.compile(r"\s*[|\t]\s*|\s{2,}")
_DOTS = re.compile(r"\s[·‧・]\s")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")


def rows(lines: list[Line]) -> list[Item]:
    """Rows of a board's table: those that begin with a number or 공지, or all that stand under its heads."""
    found, head = Table(), Head()
    for line in lines:
        text = line.text.strip().strip("|").strip()
        if named := Head.of(cells_of(text)):
            head = named
        elif item := _row(text, head):
            found.add(item)
        elif not _RULE.fullmatch(text):
            found.beneath(line)
    return found.items if len(found.items) >= 2 else _bare_rows(lines)


_RULE = re.compile(r"[\s|:=_-]*")
"""The line between the heads of a table and its rows."""


def cells_of(text: str) -> list[str]:
    """The cells of a line, between bars, tabs or wide gaps."""
    return [cell.strip() for cell in _BETWEEN.split(text)]


@dataclass(frozen=True, slots=True)
class Head:
    """The heads of a table: how many, and which of them is that of the titles and of the sorts."""

    size: int = 0
    title: int = -1
    sort: int = -1

    @classmethod
    def of(cls, cells: list[str]) -> "Head | None":
        """The heads that a line is; None for any other line."""
        if not 2 <= len(cells) <= _HEADS or any(len(cell) > _LABEL for cell in cells):
            return None
        titles = [at for at, cell in enumerate(cells) if pattern(FILE, "head_title").fullmatch(cell)]
        dates = sum(pattern(FILE, "head_date").fullmatch(cell) is not None for cell in cells)
        sorts = [at for at, cell in enumerate(cells) if pattern(FILE, "head_sort").fullmatch(cell)]
        return cls(len(cells), titles[0], sorts[0] if sorts else -1) if titles and dates else None


_HEADS = 8  # columns of a table


def _row(text: str, head: Head) -> Item | None:
    """The item of a row; None for a line that is none."""
    match = _NUMBERED.match(text) or _DOTTED.match(text)
    if match is None and not head.size:
        return None
    if match and match.re is _DOTTED:
        cells = [match["number"], *map(str.strip, _DOTS.split(match["rest"]))]
    else:
        cells = cells_of(text)
    shape = head if len(cells) == head.size else Head()
    cells = cells if shape.size else [cell for cell in cells if cell]
    when = _when(cells)
    if when is None or len(cells) < (_LEAST if match else min(head.size, max(_LEAST, head.size - 1))):
        return None
    at = shape.title if shape.size else _title_of(cells, numbered=match is not None)
    if at < 0 or not any(char.isalpha() for char in cells[at]):
        return None
    title = clean_title(cells[at])
    sort = cells[shape.sort] if shape.sort >= 0 else " ".join(cells[1:at]) if match and at > 1 else ""
    dates = short_dates_in(cells[when])
    return Item(title, f"{title}\n\n{sort}" if sort else title, dates[0].value if dates else None)


_LEAST = 3  # cells of a numbered row


def _when(cells: list[str]) -> int | None:
    """Which cell holds the day or the hour."""
    days = [at for at, cell in enumerate(cells) if short_dates_in(cell)]
    alone = [at for at in days if day_alone(cells[at])] or days
    bare = [at for at, cell in enumerate(cells) if day_alone(cell) or _CLOCK.search(cell)]
    return next(iter(reversed(alone or bare)), None)


def _title_of(cells: list[str], *, numbered: bool) -> int:
    """Which cell is the title: the first, or the one behind a sort that is much shorter."""
    at = 1 if numbered else 0
    while at + 1 < len(cells) and (
        day_alone(cells[at])
        or (_is_sort(cells[at]) and is_title(cells[at + 1]) and not _CLOCK.search(cells[at + 1]))
    ):
        at += 1
    return at


def _is_sort(cell: str) -> bool:
    """Whether a cell is of the sort that stands before titles: "[성명]", "Statement"."""
    plain = cell.strip("[]【】〈〉<>() ")
    return 0 < len(plain) <= _LABEL and (cell != plain or not is_title(cell)) and len(plain.split()) <= _WORDS


_LABEL, _WORDS = 20, 3  # characters and words of a label


def _bare_rows(lines: list[Line]) -> list[Item]:
    """Rows without a number under no heads: three lines or more of as many cells, one of them the day."""
    found: dict[int, list[Item]] = {}
    for line in lines:
        cells = cells_of(line.text.strip().strip("|"))
        when = _when(cells) if _LEAST <= len(cells) <= _HEADS else None
        if when is None or not day_alone(cells[when]):
            continue
        titles = [cell for at, cell in enumerate(cells) if at != when and is_title(cell)]
        if titles:
            title = clean_title(max(titles, key=len))
            dates = short_dates_in(cells[when])
            found.setdefault(len(cells), []).append(Item(title, title, dates[0].value if dates else None))
    most = max(found.values(), key=len, default=[])
    length = sum(len(item.title) + len(_WIDE.findall(item.title)) for item in most)
    return most if len(most) >= _LEAST and length >= _TITLE * len(most) else []


_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TITLE = 22  # characters of a title, on the average: names are shorter


@dataclass(slots=True)
class Table:
    """The rows of a page, and which of them the lines beneath tell of."""

    items: list[Item] = field(default_factory=list)
    told: int = -1
    """The row of which the running lines tell: the last, or one whose title stands again above them."""
    heads: dict[str, list[int]] = field(default_factory=dict)
    """The rows whose titles begin so."""

    def add(self, item: Item) -> None:
        """A row."""
        self.told = len(self.items)
        self.heads.setdefault(item.title[:_SAME].lower(), []).append(self.told)
        self.items.append(item)

    def beneath(self, line: Line) -> None:
        """A line beneath the rows: the title of one again, or text of it where it is longer than a menu's."""
        text = _AGAIN_NUMBER.sub("", collapse(line.text))
        alike = self.heads.get(text[:_SAME].lower(), ()) if len(text) >= _SAME else ()
        again = next((at for at in alike if _same_title(self.items[at].title, text)), None)
        if again is not None:
            self.told, row = again, self.items[again]
            if row.title.endswith(("…", "...")):
                self.items[again] = replace(row, title=clean_title(text), text=clean_title(text))
        elif self.items and len(line.text) > (_PREVIEW_UNSPACED if _UNSPACED.search(line.text) else _PREVIEW):
            row = self.items[self.told]
            self.items[self.told] = replace(row, text=f"{row.text}\n\n{line.text.strip()}")


def _same_title(title: str, text: str) -> bool:
    """Whether a line is the title of a row, or the whole of one that is cut there."""
    head = title.rstrip("….").strip().lower()
    return text.lower().startswith(head) and len(text) < len(head) + _LONGER


_AGAIN_NUMBER = re.compile(r"^(?:\[?\d{1,5}\]?[.)]?\s+|[■▶●◆□▷]\s?)")
_SAME = 10  # characters with which a title begins
_LONGER = 80  # characters by which a title may be longer than it is cut in its row
_PREVIEW = 40  # characters
_PREVIEW_UNSPACED = 18
_UNSPACED = re.compile(r"[\u3040-\u9fff]{4}")
