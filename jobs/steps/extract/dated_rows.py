"""Takes a listing apart whose items bear dates: a board, dates above or below a title, rules between."""

import re
from dataclasses import replace
from itertools import pairwise

from jobs.steps.extract.blocks import collapse
from jobs.steps.extract.board import Table
from jobs.steps.extract.data import pattern
from jobs.steps.extract.dates import short_dates_in
from jobs.steps.extract.listing import BESIDE, FILE, Item, Line, clean_title, dated_item, is_title, meta


def ruled(lines: list[Line]) -> list[Item]:
    """Items between lines of dashes, each with its title first; the page's own head is left out."""
    parts: list[list[Line]] = [[]]
    for line in lines:
        if _RULE.match(line.text.strip()):
            parts.append([])
        else:
            parts[-1].append(line)
    parts = [part for part in parts if part]
    titled = [part for part in parts[1:] if is_title(collapse(part[0].text)) and len(part) > 1]
    if len(titled) < 3 or len(titled) < len(parts) - 2:
        return []
    head = _pinned(parts[0])
    return [_below_its_date(part) or dated_item(part) for part in ([head] if head else []) + titled]


def _below_its_date(part: list[Line]) -> Item | None:
    """An item with its date in a line of its own above its title; None where there is none."""
    above = collapse(part[0].text)
    dates = short_dates_in(above)
    bare = bool(dates) and len(above) - (dates[0].end - dates[0].start) <= BESIDE
    undated = _UNDATED.match(above) is not None
    if len(part) < 3 or not (bare or undated) or not is_title(collapse(part[1].text)) or meta(part[1].text):
        return None
    return replace(dated_item(part[1:]), when=dates[0].value if bare else None)


_UNDATED = re.compile(
    r"(?:undated|no date|without date|sans date|non daté|sin fecha|без даты)\b", re.IGNORECASE
)


def _pinned(lines: list[Line]) -> list[Line]:
    """The item that stands under the head of a page, behind "[Featured]" or above a line of its own data."""
    for position, line in enumerate(lines[:-1]):
        if re.fullmatch(
            r"\[?(?:featured|pinned|sticky|notice|공지|top)\]?", line.text.strip(), re.IGNORECASE
        ):
            return lines[position + 1 :]
    for position in range(len(lines) - 1):
        if meta(lines[position + 1].text) and is_title(collapse(lines[position].text)):
            return lines[position:]
    return []


def dated(lines: list[Line]) -> list[Item]:
    """Titles each with a line of its date beneath, and a text that follows."""
    starts = [
        position
        for position in range(len(lines) - 1)
        if is_title(collapse(lines[position].text))
        and meta(lines[position + 1].text)
        and short_dates_in(lines[position + 1].text)
        and not short_dates_in(lines[position].text)
        and not _BYLINE.fullmatch(collapse(lines[position].text))
        and (
            lines[position].gap
            or position < _HEAD
            or _ended(lines[position - 1])
            or _category(lines[position - 1])
        )
    ]
    if len(starts) < 3:
        return []
    bounds = [*starts[1:], len(lines)]
    return [dated_item(lines[start:end]) for start, end in zip(starts, bounds, strict=True)]


def _ended(line: Line) -> bool:
    return pattern(FILE, "more").fullmatch(line.text.strip(" .…»→[]")) is not None


def _category(line: Line) -> bool:
    """Whether a line above a title only says of what sort it is: "NEWS", "Press releases"."""
    text = collapse(line.text)
    return line.gap and len(text) <= _SORT and len(text.split()) <= 3 and text[-1] not in ".,;:!?。"


_SORT = 24  # characters
_BYLINE = re.compile(
    r"(?:posted|published|written|publié|publicado|escrito|rédigé|опубликовано|글쓴이|작성자|投稿者|作者|by|por|par)"
    r"(?:\s|:|：).{1,80}",
    re.IGNORECASE,
)
"""Who put an item there, and when."""


def under_dates(lines: list[Line]) -> list[Item]:
    """Titles each with its date above, and a text that follows."""
    starts = [
        position
        for position in range(len(lines) - 2)
        if (dates := short_dates_in(collapse(lines[position].text)))
        and len(lines[position].text) - (dates[0].end - dates[0].start) <= BESIDE
        and is_title(collapse(lines[position + 1].text))
        and not meta(lines[position + 1].text)
        and lines[position].gap
    ]
    if len(starts) < 3:
        return []
    bounds = [*starts[1:], len(lines)]
    found = []
    for start, end in zip(starts, bounds, strict=True):
        item = dated_item(lines[start + 1 : end])
        found.append(replace(item, when=short_dates_in(lines[start].text)[0].value))
    return found


def marked(lines: list[Line]) -> list[Item]:
    """Items under headings in Markdown: "## Title"; what stands above the first is the page's own."""
    starts = [at for at, line in enumerate(lines) if _MARKED.match(line.text.strip())]
    level = [len(lines[at].text.strip().split(" ", 1)[0]) for at in starts]
    starts = [
        at for at, depth in zip(starts, level, strict=True) if depth == max(set(level), key=level.count)
    ]
    if len(starts) < 3:
        return []
    bounds = [*starts[1:], len(lines)]
    cut = [
        [replace(line, text=line.text.strip().strip("#*_ ")) for line in lines[start:end]]
        for start, end in zip(starts, bounds, strict=True)
    ]
    when = sum(len(part) > 1 and meta(part[1].text) for part in cut)
    return [dated_item(part) for part in cut] if when >= 0.6 * len(cut) else []


_MARKED = re.compile(r"#{1,4}\s\S.{2,200}$")


def dated_below(lines: list[Line]) -> list[Item]:
    """Posts of a title and a text, each with its date in a line of its own at the end."""
    ends = [
        at
        for at, line in enumerate(lines)
        if (dates := short_dates_in(collapse(line.text)))
        and len(collapse(line.text)) - (dates[0].end - dates[0].start) <= BESIDE
    ]
    if len(ends) < 3:
        return []
    found, start = [], 0
    for end in ends:
        titles = [
            at
            for at in range(start, end - 1)
            if lines[at].gap and is_title(collapse(lines[at].text)) and not lines[at + 1].gap
        ]
        if not titles:
            return []
        part = lines[titles[-1] : end]
        when = short_dates_in(lines[end].text)[0].value
        found.append(replace(dated_item(part), when=when))
        start = end + 1
    spans = [end - start for start, end in pairwise(ends)]
    return found if max(spans) <= _POST and _newest_first(found) else []


_POST = 12  # lines of a post on a page of previews


def lined(lines: list[Line]) -> list[Item]:
    """A page of lines that are a title and its date, before or behind it, and little else."""
    found, led, closed = Table(), 0, 0
    for line in lines:
        text = _without_cells(collapse(_BULLET_SIGN.sub("", line.text)))
        dates = short_dates_in(text)
        if len(dates) != 1 or len(text) > 200:
            found.beneath(line)
            continue
        before = text[: dates[0].start].lstrip(" |·-–,:").rstrip(" (|·-–,:[")
        after = text[dates[0].end :].lstrip(" )|·-–,:]").rstrip(" |·-–,:")
        title = before or after
        if not (before and after) and _named(title):
            found.add(Item(clean_title(title), title, dates[0].value))
            led += not before
            closed += not after
        else:
            found.beneath(line)
    regular = len(found.items) in {led, closed} and _newest_first(found.items)
    enough = _LED if regular else _LINED
    return found.items if len(found.items) >= 4 and len(found.items) >= enough * len(lines) else []


_LINED = 0.6  # of the lines of a page are rows
_LED = 0.3  # where each begins or ends with its date, the newest first: a chronology goes the other way


def _without_cells(text: str) -> str:
    """A line of cells with no more than its longest and its date: writers and counters are left out."""
    cells = re.split(r"\s+[·‧|]\s+", text) if len(text) <= 240 else []
    if len(cells) < 3:
        return text
    dates = [cell for cell in cells if short_dates_in(cell) and len(cell) <= _CELL]
    others = [cell for cell in cells if cell not in dates]
    return f"{max(others, key=len)} | {dates[0]}" if len(dates) == 1 and others else text


_CELL = 28  # characters of a cell with a date and a time


def _newest_first(items: list[Item]) -> bool:
    """Whether the dates of the rows fall."""
    days = [item.when for item in items if item.when]
    return len(days) > 1 and days[0] > days[-1] and all(one >= other for one, other in pairwise(days))


def _named(title: str) -> bool:
    return len(title.split()) >= 3 or (len(title) >= 5 and not title.isascii())


_BULLET_SIGN = re.compile(r"^\s*(?:[•·▪◦‣∙●○■□*]|[-–—](?=\s)|\d{1,4}[.)](?!\d|\s\d{1,2}(?!\d)))\s*")
_HEAD = 5
"""Lines at the top of a page that are its name and menu."""
_RULE = re.compile(r"[-_=*~─━]{8,}$")
