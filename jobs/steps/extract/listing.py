"""Lines and items of a page that shows several documents, and how a title and its date are told."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from jobs.steps.extract.blocks import collapse
from jobs.steps.extract.data import pattern, table
from jobs.steps.extract.dates import short_dates_in

FILE = "listing.toml"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, and whether an empty one stands before it."""

    text: str
    gap: bool
    index: int


@dataclass(frozen=True, slots=True)
class Item:
    """One of the documents that a listing shows."""

    title: str
    text: str
    when: date | None = None


def lines_of(text: str) -> list[Line]:
    """The lines of a text that hold something."""
    found: list[Line] = []
    gap = True
    for index, raw in enumerate(_CARD.sub(r"\g<day> \g<month>", text).splitlines()):
        if not raw.strip():
            gap = True
            continue
        line = _LINK.sub(r"\g<text>", raw.rstrip()) if "](" in raw else raw.rstrip()
        more = _more_behind().search(line, max(0, len(line) - _TAIL))
        if more and more.start() > _BEFORE_MORE:
            found.append(Line(line[: more.start()].rstrip(), gap, index))
            line, gap = more["more"], False
        found.append(Line(line, gap, index))
        gap = False
    return found


@cache
def _more_behind() -> re.Pattern[str]:
    """A link to the rest of an item behind the end of its preview: "... by noon. [Read more]"."""
    words = "|".join(word for word in table(FILE)["more"] if " " in word or not word.isascii())
    return re.compile(
        rf"(?<=[.…!?。」”’\])])\s{{0,3}}[\[(]?(?P<more>{words})[\])]?[\s.»→>›]{{0,6}}$", re.IGNORECASE
    )


_CARD = re.compile(
    r"(?m)^[^\S\n]{0,8}(?P<day>\d{1,2})[^\S\n]{0,8}\n\s{0,8}(?P<month>[^\W\d_]{3,12}\.?,?[^\S\n]{1,3}(?:19|20)\d\d)"
    r"[^\S\n]{0,8}$"
)
"""A day printed large above its month, as on a leaf of a calendar."""
_TAIL = 110  # characters at the end of a line in which such a link stands
_BEFORE_MORE = 12  # characters of a preview
_LINK = re.compile(r"(?<!!)\[(?P<text>(?:[^\[\]]|\[[^\[\]]{1,30}\]){2,200})\]\([^()\s]{1,300}\)")
"""A link in Markdown."""


BESIDE = 12  # characters beside the date of a line that is no more than a date


def meta(text: str) -> bool:
    """A line of an item's data: its date with a few words, or a byline between dots."""
    text = collapse(text)
    dates = short_dates_in(text) if len(text) <= 90 else []
    if dates:
        rest = text[: dates[0].start] + text[dates[-1].end :]
        return len(re.findall(r"[^\W\d_]+", rest)) <= 7
    return len(text) <= 60 and " · " in text


def day_alone(text: str) -> bool:
    """Whether a cell or line is a day and nothing else but an hour: "05.21", "21 May 2019, 09:12"."""
    plain = text.strip(" ()[].,·|")
    if not plain or len(plain) > _DAY or not any(char.isdecimal() for char in plain):
        return False
    if _BARE_DAY.fullmatch(plain):
        return True
    dates = short_dates_in(plain)
    if len(dates) != 1:
        return False
    rest = _HOUR.sub("", plain[: dates[0].start] + plain[dates[0].end :])
    return len(rest.strip(" ,.()[]|·-–")) <= 1


_DAY = 36  # characters of a day with its hour
_BARE_DAY = re.compile(r"(?:0?[1-9]|1[0-2])(?P<mark>[-./])(?:0?[1-9]|[12]\d|3[01])|\d{1,2}:\d{2}(?::\d{2})?")
_HOUR = re.compile(
    r"(?<!\d)(?:오전|오후|上午|下午|午前|午後)?\s?\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?",
    re.IGNORECASE,
)


def dated_item(lines: list[Line]) -> Item:
    """An item under its title: its date, the longest form of its title, its text."""
    title, rest, when, data = clean_title(lines[0].text), lines[1:], None, ""
    if rest and meta(rest[0].text):
        dates = short_dates_in(rest[0].text)
        data = collapse(rest[0].text)
        for item in reversed(dates):
            data = f"{data[: item.start]}{data[item.end :]}"
        when, rest = (dates[0].value if dates else None), rest[1:]
    cut = title.rstrip("….").strip()
    if (
        rest
        and cut != title
        and collapse(rest[0].text).lower().startswith(cut.lower()[: max(12, len(cut) - 2)])
    ):
        longer = collapse(rest[0].text)
        title, rest = (clean_title(longer), rest[1:]) if len(longer) < 260 else (title, rest)
    more = pattern(FILE, "more")
    body = "\n\n".join(line.text for line in rest if not more.fullmatch(line.text.strip(" .…»→[]")))
    return Item(title, f"{title}\n\n{data.strip(' ·|-–,')}\n\n{body}", when)


def closes(lines: list[Line], position: int) -> bool:
    """A byline closes a post where a title follows; under a title it opens one."""
    following = lines[position + 1] if position + 1 < len(lines) else None
    before = collapse(lines[position - 1].text) if position else ""
    return following is not None and is_title(collapse(following.text)) and len(before) > 120


_UNSPACED = re.compile(r"[\u3040-\u9fff]{4}")
_SIGNS = 7  # signs of a title in a script without spaces


def is_title(text: str) -> bool:
    """Whether a line may be the title of an item."""
    count = len(text.split())
    unspaced = _UNSPACED.search(text) is not None and len(text) >= _SIGNS
    if not (2 <= count <= 28 or unspaced) or len(text) > 180 or text[-1] in ".,;:。：；":
        return False
    return (text[0].isupper() or not text[0].isascii() or text[0] in '“‘"[(0123456789') and not pattern(
        FILE, "chrome"
    ).fullmatch(text)


def clean_title(text: str) -> str:
    """A title without what a board adds to it."""
    title = collapse(text)
    title = re.sub(
        r"^(?:공지|Notice|\[?(?:Featured|Pinned|Sticky)\]?|\[(?:공지|Notice)\])\s+",
        "",
        title,
        flags=re.IGNORECASE,
    )
    title = re.sub(r"\s*[\[(]\d{1,4}[\])]$|\s*댓글\s*\d+개?$|\s\+\d{1,3}$", "", title)
    return title.strip(" |·•-–—,;:")
