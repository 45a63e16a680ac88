"""Finds dates as documents print them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from jobs.steps.extract.data import table
from jobs.steps.extract.numbers import number

_FILE = "dates.toml"
_HAN_DATE = re.compile(
    r"(?P<y>[一二〇○零两三四五六七八九]{4})年(?P<m>[一二三四五六七八九十]{1,2})月(?P<d>[一二三四五六七八九十廿]{1,3})日"
)
_DAY_ONLY = re.compile(r"(?<![\d年년])(?<!年\s)(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]")
_DIGIT = re.compile(r"\d")
_DAY = re.compile(r"(?<!\w)\d{1,2}(?!\d)")
_WORD_BEFORE = re.compile(r"[^\W\d_]{3,12}\.?\s{1,3}\Z")
_NUMERIC = re.compile(
    r"(?<![\d./-])(?P<y>(?:19|20)\d\d)\s?(?P<s>[-./])\s?(?P<m>\d{1,2})\s?(?P=s)\s?(?P<d>\d{1,2})(?![\d/])"
    r"|(?<!\d)(?P<cy>(?:19|20)\d\d)\s?[年년](?:[(（][^()（）]{2,8}[)）])?\s?(?P<cm>\d{1,2})\s?[月월]\s?(?P<cd>\d{1,2})\s?[日일]"
    r"|(?<![\d./-])(?P<sd>\d{1,2})(?P<t>[./])(?P<sm>\d{1,2})(?P=t)(?P<sy>(?:19|20)\d\d)(?!\d)"
)
_SHORT = re.compile(r"(?<![\d./:-])(?P<y>\d\d)(?P<s>[-./])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?![\d./:-])")


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text and where it stands; `exact` is False when the year was not printed."""

    value: date
    start: int
    end: int
    exact: bool = True


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def moved(value: date, year: int) -> date:
    """The same day of another year; the date itself where that year has no such day."""
    return _made(year, value.month, value.day) or value


@cache
def _months() -> dict[str, int]:
    return {name: number for number, names in enumerate(table(_FILE)["months"], 1) for name in names}


@cache
def _named() -> re.Pattern[str]:
    month = "|".join(sorted((re.escape(name) for name in _months()), key=len, reverse=True))
    day = r"\d{1,2}(?:st|nd|rd|th|er|º|\.)?"
    return re.compile(
        rf"(?<!\w)(?:(?P<d1>{day})(?:\s+(?:of|de|day\ of))?\s+(?P<m1>{month})\.?,?(?:\s+(?:of|"
        rf"de|del))?(?:\s+(?P<y1>(?:19|20)\d\d))?"
        rf"|(?P<m2>{month})\.?\s+(?P<d2>{day})(?!\d)(?:,?\s+(?P<y2>(?:19|20)\d\d))?)(?!\w)",
        re.IGNORECASE,
    )


def _named_in(text: str) -> Iterator[re.Match[str]]:
    """Dates whose month has a name, looked for at the numbers that may be their days."""
    end = 0
    for day in _DAY.finditer(text):
        if day.start() < end:
            continue
        month = _WORD_BEFORE.search(text, max(end, day.start() - 16), day.start())
        found = _named().match(text, month.start()) if month else None
        found = found or _named().match(text, day.start())
        if found:
            end = found.end()
            yield found


def dates_in(text: str, year: int | None = None) -> list[Found]:
    """All calendar dates of a text in order; one without a year takes `year` where it is given."""
    return list(_remembered(text, year)) if len(text) < _SHORT_TEXT else _dates_in(text, year)


_SHORT_TEXT = 500
"""Characters up to which the dates of a text are kept for the next reader of the same text."""


@lru_cache(maxsize=256)
def _remembered(text: str, year: int | None) -> tuple[Found, ...]:
    return tuple(_dates_in(text, year))


def _dates_in(text: str, year: int | None) -> list[Found]:
    found = _han_dates(text) if "年" in text else []
    if not _DIGIT.search(text):  # every other date has one, and most sentences have none
        return found
    for match in _NUMERIC.finditer(text):
        y, m, d = (
            match[a] or match[b] or match[c]
            for a, b, c in (("y", "cy", "sy"), ("m", "cm", "sm"), ("d", "cd", "sd"))
        )
        value = _made(int(y), int(m), int(d)) or (_made(int(y), int(d), int(m)) if match["sd"] else None)
        if value:
            found.append(Found(value, match.start(), match.end()))
    if year is not None and ("月" in text or "월" in text):
        found += _days_without_year(text, year, found)
    if "mes de" in text:
        found += _formal_dates(text)
    return sorted([*found, *_named_dates(text, year)], key=lambda item: item.start)


def _formal_dates(text: str) -> Iterator[Found]:
    """Spanish dates as deeds have them: "a los 6 días del mes de junio de 2017"."""
    for match in _FORMAL.finditer(text):
        month = _months().get(match["m"].lower())
        if month and (value := _made(int(match["y"]), month, int(match["d"]))):
            yield Found(value, match.start("d"), match.end())


_FORMAL = re.compile(
    r"(?P<d>\d{1,2}) días del mes de (?P<m>[a-z]{4,10}) (?:de|del) (?:año )?(?P<y>(?:19|20)\d\d)"
)


def _days_without_year(text: str, year: int, taken: list[Found]) -> Iterator[Found]:
    """Korean and Japanese days that are printed without a year: 9月15日."""
    for match in _DAY_ONLY.finditer(text):
        value = _made(year, int(match["m"]), int(match["d"]))
        if value and not any(item.start <= match.start() < item.end for item in taken):
            yield Found(value, match.start(), match.end(), exact=False)


def _named_dates(text: str, year: int | None) -> Iterator[Found]:
    """Dates whose month has a name."""
    months = _months()
    for match in _named_in(text):
        name = (match["m1"] or match["m2"]).lower()
        if name == "may" and match["m2"] == "may":
            continue
        printed = match["y1"] or match["y2"]
        if not printed and year is None:
            continue
        day = int(re.sub(r"\D", "", match["d1"] or match["d2"]))
        if value := _made(int(printed) if printed else year or 1, months[name], day):
            yield Found(value, match.start(), match.end(), exact=bool(printed))


def _han_dates(text: str) -> list[Found]:
    """Dates in Chinese numerals: 二〇一〇年十一月十五日."""
    found = []
    for match in _HAN_DATE.finditer(text):
        year = number("".join("〇" if char in "○零" else char for char in match["y"]))
        month, day = number(match["m"]), number(match["d"].replace("廿", "二十"))
        if value := _made(year or 1, month or 0, day or 0):
            found.append(Found(value, match.start(), match.end()))
    return found


def short_dates_in(text: str) -> list[Found]:
    """Dates of a board row: as `dates_in`, and with a year of two digits (16-11-24 is 24 November 2016)."""
    found = dates_in(text)
    for match in _SHORT.finditer(text):
        if value := _made(2000 + int(match["y"]), int(match["m"]), int(match["d"])):
            found.append(Found(value, match.start(), match.end()))
    return sorted(found, key=lambda item: item.start)
