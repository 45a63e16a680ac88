"""Finds calendar dates and weekdays in a cut text and says how far from a given day they are."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial

from jobs.steps.lexicon.cldr import said
from jobs.steps.lexicon.tokens import Tokens, fold

_LOCALES = ("en", "fr", "es", "ru", "ar", "ar_SY", "ar_DZ", "de", "pt", "uk")
_HAN_DIGITS = {char: n for n, char in enumerate("〇一二三四五六七八九十")} | {"零": 0, "廿": 20}
_YEAR = range(1945, 2100)
_SUFFIXES = ("st", "nd", "rd", "th", "er")
_LINKS = frozenset({"of", "de", "du", "del", "the", "من"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A date in the text and its tokens. `exact` is False where only the day of a month was said."""

    day: date
    first: int
    last: int
    exact: bool = True


@cache
def _months() -> dict[str, int]:
    """Folded names of months, with their case forms and English abbreviations."""
    names: dict[str, int] = {"sept": 9}
    for code in _LOCALES:
        months = said(code).months
        for form in ("format", "stand-alone"):
            widths = ("wide", "abbreviated") if code == "en" else ("wide",)
            for width in widths:
                for number, name in months[form][width].items():
                    names.setdefault(fold(name).rstrip("."), number)
    # "may" and "mars" are words too; they only count beside a number, which the caller demands.
    return names


def dates_in(tokens: Tokens, today: date) -> list[Mention]:
    """Every date of a text: "17 October 2024", "10월 17일", "十月九日", "9 октября", "2024-10-17".

    A date without a year is taken in the year that brings it nearest to `today`; a day without a
    month ("17일") in the month that does so.
    """
    return list(tokens.once((dates_in, today), partial(_dates_in, today=today)))


def _dates_in(tokens: Tokens, today: date) -> list[Mention]:
    found: list[Mention] = []
    words = tokens.words
    months = _months()
    read = 0
    for at, word in enumerate(words):
        if at < read or not (word in months or word[0].isdigit() or word in _HAN_DIGITS):
            continue  # most words begin no date
        mention = _named(tokens, at, months, today) or _counted(tokens, at, today) or _plain(tokens, at)
        if mention is not None:
            found.append(mention)
            read = mention.last + 1
    return found


def _named(tokens: Tokens, at: int, months: dict[str, int], today: date) -> Mention | None:
    """Dates whose month has a name, the day before or after it."""
    words = tokens.words
    day = _day(words[at])
    if day:
        month_at = at + 1 + (at + 1 < len(words) and words[at + 1] in _LINKS)
        if month_at < len(words) and words[month_at] in months:
            return _dated(tokens, at, month_at, months[words[month_at]], day, today)
    elif words[at] in months and at + 1 < len(words):
        day = _day(words[at + 1])
        if day:
            return _dated(tokens, at, at + 1, months[words[at]], day, today)
    return None


def _dated(  # the parts of a date and where they stood
    tokens: Tokens, first: int, last: int, month: int, day: int, today: date
) -> Mention | None:
    after = last + 1
    if after < len(tokens.words) and tokens.words[after] in _LINKS:
        after += 1
    year = _number(tokens.words[after]) if after < len(tokens.words) else 0
    if year in _YEAR:
        return _mention(year, month, day, first, after)
    return _nearest_year(month, day, today, first, last)


def _counted(tokens: Tokens, at: int, today: date) -> Mention | None:
    """East Asian dates: year 年/년, month 月/월, day 日/일/號, each with its number before it."""
    words = tokens.words
    if not (words[at][0].isdigit() or words[at] in _HAN_DIGITS):
        return None
    parts: dict[str, int] = {}
    here, last = at, at
    while here < len(words) and here - at < 14:
        number, after = _han_number(words, here)
        if after == here or after >= len(words):
            break
        unit = {"年": "y", "년": "y", "月": "m", "월": "m", "日": "d", "일": "d", "号": "d"}.get(words[after])
        if unit is None or unit in parts:
            break
        parts[unit] = number
        here, last = after + 1, after
        if unit == "d":
            break
    if "d" not in parts or not 1 <= parts["d"] <= 31:
        return None
    if "m" in parts:
        if parts.get("y") in _YEAR:
            return _mention(parts["y"], parts["m"], parts["d"], at, last)
        return _nearest_year(parts["m"], parts["d"], today, at, last)
    if last + 1 < len(words) and words[last + 1] in {"间", "간", "째", "前", "后", "目", "일"}:
        return None
    return _nearest_month(parts["d"], today, at, last)


def _han_number(words: list[str], at: int) -> tuple[int, int]:
    """The number that begins at a token, and the token after it."""
    if words[at].isdecimal() and len(words[at]) <= 4:
        return int(words[at]), at + 1
    total, here = 0, at
    while here < len(words) and here - at < 4 and words[here] in _HAN_DIGITS:
        value = _HAN_DIGITS[words[here]]
        total = (
            (total or 1) * 10
            if value == 10
            else total * 10 + value
            if here - at and total < 10
            else total + value
        )
        here += 1
    return total, here


def _plain(tokens: Tokens, at: int) -> Mention | None:
    """ISO 8601 dates, which the cutting leaves as three numbers joined by hyphens."""
    if at + 2 >= len(tokens.words) or len(tokens.words[at]) != 4:
        return None
    if tokens.text[tokens.ends[at] : tokens.starts[at + 1]] != "-":
        return None
    year, month, day = (_number(word) for word in tokens.words[at : at + 3])
    return _mention(year, month, day, at, at + 2) if year in _YEAR else None


def _nearest_year(month: int, day: int, today: date, first: int, last: int) -> Mention | None:
    found = [m for y in (-1, 0, 1) if (m := _mention(today.year + y, month, day, first, last))]
    return min(found, key=lambda m: abs(m.day - today), default=None)


def _nearest_month(day: int, today: date, first: int, last: int) -> Mention | None:
    near = [today + timedelta(days=n) for n in range(-15, 16)]
    found = next((d for d in sorted(near, key=lambda d: abs(d - today)) if d.day == day), None)
    return Mention(found, first, last, exact=False) if found else None


def _mention(year: int, month: int, day: int, first: int, last: int) -> Mention | None:
    try:
        return Mention(date(year, month, day), first, last)
    except ValueError:
        return None


def _number(word: str) -> int:
    return int(word) if word.isdecimal() and len(word) <= 4 else 0


def _day(word: str) -> int:
    for suffix in _SUFFIXES:
        word = word.removesuffix(suffix)
    number = _number(word) if len(word) <= 2 else 0
    return number if 1 <= number <= 31 else 0
