"""Takes a listing apart by the line of data that each item has: above its title, beneath, or at its end."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from jobs.steps.extract.blocks import collapse
from jobs.steps.extract.data import pattern, words
from jobs.steps.extract.dates import short_dates_in
from jobs.steps.extract.listing import FILE, Item, Line, dated_item, day_alone, is_title

_FEWEST = 3  # items of a listing that nothing else shows


@dataclass(frozen=True, slots=True)
class Stamp:
    """A line of data: where it stands, its day where it has one, the words beside it."""

    at: int
    end: int
    """The last line of it: two may stand one below the other."""
    when: date | None
    sort: str


def stamped(lines: list[Line]) -> list[Item]:
    """The items of a page whose lines of data all stand in the same place beside a title."""
    stamps = _stamps(lines, _read)
    if len(stamps) < _FEWEST:
        stamps = _stamps(lines, _undated)
    if len(stamps) < _FEWEST or _told_forward(stamps, lines):
        return []
    best: dict[int, Stamp] = {}
    tight = -1
    for place in (_above, _below, _below_sort, _at_end):
        found = _titles(lines, stamps, place)
        near = sum(_near(lines, title, stamp) for title, stamp in found.items())
        if (len(found), near) > (len(best), tight):
            best, tight = found, near
    if len(best) < max(_FEWEST, len(stamps) - 1):
        return []
    items = _cut(lines, best)
    return [] if _one_with_others(items) else items


def _one_with_others(items: list[Item]) -> bool:
    """Whether a page shows one text, and below it the titles of others."""
    first, *others = sorted((len(item.text) - len(item.title) for item in items), reverse=True)
    return first > _WHOLE and others[len(others) // 2] < _PREVIEW


_WHOLE, _PREVIEW = 1500, 120  # characters of a text that is shown whole; of less than a preview


def _stamps(lines: list[Line], read_of: Callable[[str], tuple[date | None, str] | None]) -> list[Stamp]:
    """The lines of data of a page, those that stand together as one."""
    found: list[Stamp] = []
    for at, line in enumerate(lines):
        read = read_of(line.text)
        if read is None:
            continue
        when, sort = read
        if found and found[-1].end == at - 1 and not line.gap:
            last = found[-1]
            found[-1] = Stamp(last.at, at, last.when or when, f"{last.sort}\n\n{sort}".strip())
        else:
            found.append(Stamp(at, at, when, sort))
    return found


def _read(text: str) -> tuple[date | None, str] | None:
    """The day and the other words of a line of data; None for any other line."""
    text = collapse(text).strip("*_#| ")
    if not text or len(text) > _LONGEST or text[-1] in "。!?":
        return None
    ago = pattern(FILE, "ago").match(text) if not text.isascii() or _AGO.search(text.lower()) else None
    dates = short_dates_in(text) if ago is None and any(char.isdecimal() for char in text) else []
    if ago:
        when, parts = None, [text[ago.end() :]]
    elif dates:
        when = dates[0].value
        parts = [text[: dates[0].start], text[dates[0].end :]]
    elif day_alone(text):
        return None, ""
    else:
        return None
    pieces = [piece.strip(" ,.:;()[]") for part in parts for piece in _CUT.split(_CLOCK.sub("|", part))]
    pieces = [piece for piece in pieces if piece and not piece.isdecimal()]
    if not all(map(_label, pieces)):
        return None
    led = [piece for piece in pieces if pattern(FILE, "lead").match(piece.lower())]
    return when, "\n\n".join([" ".join(piece for piece in pieces if piece not in led), *led]).strip()


def _undated(text: str) -> tuple[None, str] | None:
    """The words of a line that says where a post is filed, on a page that prints no days."""
    text = collapse(text)
    return (None, text) if len(text) <= _LONGEST and _FILED.match(text) else None


_FILED = re.compile(
    r"(?:filed under|posted in|categor(?:y|ies)|tags?|publicado en|publié dans|"
    r"рубрика|분류|카테고리|태그|カテゴリ)\s?[:：|]?\s.{2,}",
    re.IGNORECASE,
)
_LONGEST = 90  # characters
_AGO = re.compile(r"\b(?:ago|now|(?:yester|to)day|il y a|hier|hace|ayer|hoy|vor|gestern|heute|ontem|hoje)\b")
_CUT = re.compile(r"\s*[|·•‧∙／/»›]\s*|\s[–—-]\s|\t|\s{2,}")
_CLOCK = re.compile(
    r"(?<!\d)(?:at |à |a las |um |в |오전 |오후 )?\d{1,2}[:.]\d{2}(?::\d{2})?"
    r"(?:\s?[ap]\.?m\.?)?(?:\s(?:UTC|GMT|KST|Uhr))?(?!\d)",
    re.IGNORECASE,
)


def _label(piece: str) -> bool:
    """Whether words beside a day are a sort, a writer or a counter rather than a title."""
    if pattern(FILE, "lead").match(piece.lower()) or pattern(FILE, "byline").fullmatch(piece):
        return len(piece.split()) <= _LED
    if len(piece) > _LABEL or len(piece.split()) > _WORDS:
        return False
    return piece.rsplit(maxsplit=1)[-1].lower() not in words(FILE, "small")


_LABEL, _WORDS, _LED = 26, 3, 10  # characters and words of a label; words behind "Posted by"


def _told_forward(stamps: list[Stamp], lines: list[Line]) -> bool:
    """Whether the days go from the oldest to the newest and nothing leads on: events told in their order."""
    days = [stamp.when for stamp in stamps if stamp.when]
    if len(days) < 2 or days[0] >= days[-1] or not all(one <= other for one, other in pairwise(days)):
        return False
    return sum(_leads_on(line) for line in lines) < _FEWEST


def _leads_on(line: Line) -> bool:
    return pattern(FILE, "more").fullmatch(line.text.strip(" .…»→>[]").lower()) is not None


_Place = Callable[[list[Line], Stamp, int], int]
"""Where the title stands to which a line of data belongs; given is where the line of data before it ends."""


def _above(_lines: list[Line], stamp: Stamp, before: int) -> int:
    return stamp.at - 1 if stamp.at - 1 > before else -1


def _below(_lines: list[Line], stamp: Stamp, _before: int) -> int:
    return stamp.end + 1


def _below_sort(lines: list[Line], stamp: Stamp, _before: int) -> int:
    """Behind a line that only says of what sort the item is."""
    at = stamp.end + 2
    return at if at < len(lines) and _label(collapse(lines[at - 1].text)) else -1


def _at_end(lines: list[Line], stamp: Stamp, before: int) -> int:
    """The first line of a post whose line of data is the last."""
    if before >= 0:
        return next((at for at in range(before + 1, stamp.at) if not _leads_on(lines[at])), -1)
    starts = [at for at in range(stamp.at) if lines[at].gap and _may_be_title(lines[at])]
    return starts[-1] if starts else -1


def _titles(lines: list[Line], stamps: list[Stamp], place: _Place) -> dict[int, Stamp]:
    """The lines that are titles if titles stand in a place."""
    taken = {at for stamp in stamps for at in range(stamp.at, stamp.end + 1)}
    found: dict[int, Stamp] = {}
    before = -1
    for stamp in stamps:
        at = place(lines, stamp, before)
        before = stamp.end
        if 0 <= at < len(lines) and at not in taken and _may_be_title(lines[at]):
            found.setdefault(at, stamp)
    heads = [collapse(lines[at].text) for at in found]
    if len(set(heads)) < _DISTINCT * len(heads) or all(map(_label, heads)):
        return {}
    return found


_DISTINCT = 0.9


def _may_be_title(line: Line) -> bool:
    text = _bare(line.text)
    dates = short_dates_in(text)
    return bool(text) and is_title(text) and not _leads_on(line) and not (dates and dates[0].start < 2)


def _bare(text: str) -> str:
    """A line without the signs that make it a heading in Markdown."""
    return collapse(text).strip("*#_ ")


def _near(lines: list[Line], title: int, stamp: Stamp) -> bool:
    """Whether no empty line stands between a title and its data."""
    first, last = sorted((title, stamp.at))
    return not any(line.gap for line in lines[first + 1 : last + 1])


def _cut(lines: list[Line], titles: dict[int, Stamp]) -> list[Item]:
    """The item of each title: up to the next one, its line of data or its sort where they stand above."""
    starts = sorted(titles)
    tops = [_top(at, titles[at]) for at in starts]
    sorted_above = [_sort_above(lines, top) for top in tops]
    if sum(sorted_above) > len(tops) / 2:
        tops = [top - sort for top, sort in zip(tops, sorted_above, strict=True)]
    found = []
    for at, top, end in zip(starts, tops, [*tops[1:], len(lines)], strict=True):
        stamp = titles[at]
        data = range(stamp.at, stamp.end + 1)
        sort = [collapse(lines[n].text) for n in range(top, at) if n not in data]
        body = [lines[n] for n in range(at + 1, end) if n not in data]
        foot = next((n for n, line in enumerate(body) if _foot(line)), len(body))
        item = dated_item([replace(lines[at], text=_bare(lines[at].text)), *body[:foot]])
        told = "\n\n".join([*sort, stamp.sort]).strip()
        text = f"{item.title}\n\n{told}{item.text[len(item.title) :]}" if told else item.text
        found.append(replace(item, text=text, when=stamp.when or item.when))
    return found


def _top(at: int, stamp: Stamp) -> int:
    """Where an item begins: at its title, or at its line of data above it."""
    return stamp.at if stamp.at < at and stamp.end >= at - 2 else at


def _sort_above(lines: list[Line], top: int) -> bool:
    """Whether the line above an item says of what sort it is; the heading of a page does so only once."""
    above = lines[top - 1] if top else None
    return above is not None and above.gap and _label(_bare(above.text)) and not _leads_on(above)


def _foot(line: Line) -> bool:
    """Whether a line stands below the last item: a link to more of them, the numbers of pages."""
    text = collapse(line.text).strip(" .…»›→←«[]")
    return bool(_PAGES.fullmatch(text) or pattern(FILE, "chrome").fullmatch(text))


_PAGES = re.compile(
    r"(?:[\[(]?\d{1,4}[\])]?|[<>«»‹›…|·]|\.\.\.|\w{3,12})(?:\s+(?:[\[(]?\d{1,4}[\])]?|[<>«»‹›…|·]|\.\.\.)){2,20}(?:\s+\w{2,12}){0,2}"
)
