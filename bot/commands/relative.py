"""Times that are said from today on, in English and Korean: "last month", "3 days ago", 최근 7일, 작년 11월.

A week begins on Monday (ISO 8601). "The last 7 days" and today are counted together.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from storage.terms import fold

_LONGEST = 5
"""Words of "since the last three months"."""
_FEW = {
    word: number
    for number, words in enumerate(
        (
            "a an one 한 일",
            "two 두",
            "three 세 석 삼",
            "four 네 넉",
            "five 다섯",
            "six 여섯 육",
            "seven 일곱",
            "eight 여덟",
            "nine 아홉",
            "ten 열",
            "eleven 열한",
            "twelve 열두",
        ),
        start=1,
    )
    for word in words.split()
}
_UNITS = {
    **dict.fromkeys(["day", "days", "일", "일간"], "day"),
    **dict.fromkeys(["week", "weeks", "주", "주일", "주간"], "week"),
    **dict.fromkeys(["month", "months", "달", "달간", "개월", "개월간"], "month"),
    **dict.fromkeys(["year", "years", "해", "년", "년간"], "year"),
}
_DAYS_AGO = {
    **dict.fromkeys(["today", "오늘"], 0),
    **dict.fromkeys(["yesterday", "어제"], 1),
    **dict.fromkeys(["그저께", "그제"], 2),
}
_NAMED = {
    **dict.fromkeys(["올해", "금년"], ("year", 0)),
    "이달": ("month", 0),
    "작년": ("year", 1),
    "재작년": ("year", 2),
}
_BACK = {"this": 0, "current": 0, "이번": 0, "last": 1, "previous": 1, "지난": 1, "저번": 1, "지지난": 2}
_DAYS = {"하루": "1일", "이틀": "2일", "사흘": "3일", "나흘": "4일", "열흘": "10일", "보름": "15일"}
"""Days have names of their own."""
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul"),
            *("august aug", "september sep sept", "october oct", "november nov", "december dec"),
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR_OF = {
    **dict.fromkeys(["올해", "금년", "this year"], 0),
    **dict.fromkeys(["작년", "지난해", "last year"], 1),
    **dict.fromkeys(["재작년", "지지난해"], 2),
}
"""How many years back a month is whose year is said; of others the last one that is over is meant."""
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NUMBER = rf"\d{{1,3}}|{'|'.join(sorted(_FEW, key=len, reverse=True))}"
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_ENGLISH = re.compile(
    rf"(?P<side>since|before|until|till)?(?:\b ?the )? ?"
    rf"(?:(?P<days>today|yesterday)|(?P<back>this|current|last|previous) (?P<one>week|month|year)"
    rf"|(?:last|past) (?P<number>{_NUMBER}) (?P<rolling>{_UNIT})|past (?P<whole>week|month|year)"
    rf"|(?P<ago>{_NUMBER}) (?P<unit>{_UNIT}) ago"
    rf"|(?P<month>{_MONTH}) (?P<of>(?:this|last) year)|last (?P<past>{_MONTH}))"
)
_KOREAN = re.compile(
    rf"(?:(?P<days>오늘|어제|그저께|그제)|(?P<named>{'|'.join(_NAMED)})"
    rf"|(?P<back>이번|지난|저번|지지난)(?P<one>주|달|해)"
    rf"|(?:최근|지난)(?P<number>{_NUMBER})(?P<rolling>{_UNIT})"
    rf"|(?P<ago>{_NUMBER})(?P<unit>{_UNIT})전"
    rf"|(?P<of>작년|재작년|올해|금년|지난해|지지난해)(?P<month>1[0-2]|[1-9])월|지난(?P<past>1[0-2]|[1-9])월)"
    rf"(?:(?P<since>부터|이후)|(?P<before>이전)|(?P<until>까지)|에는|에|엔|은|는|의|동안)?"
)
_SIDES = {"till": "until"}


@dataclass(frozen=True, slots=True)
class Time:
    """Days from `first` on, and before `end`; `side` says that only one of the two counts."""

    first: date
    end: date
    side: str = ""
    """"since" the first day on, "before" it, "until" the last day, or "" for the time itself."""

    @property
    def bounds(self) -> tuple[date | None, date | None]:
        """From which day on, and before which."""
        if self.side == "since":
            return self.first, None
        if self.side:
            return None, self.first if self.side == "before" else self.end
        return self.first, self.end


def time_at(words: Sequence[str], today: date) -> tuple[int, Time | None]:
    """Return how many of the first words say a time from today on, and which; 0 and None for none."""
    for count in range(min(_LONGEST, len(words)), 0, -1):
        said = [fold(word).rstrip(".,?!") for word in words[:count]]
        korean = "".join(_DAYS.get(word, word) for word in said)
        match = _ENGLISH.fullmatch(" ".join(said)) or _KOREAN.fullmatch(korean)
        if match:
            try:
                return count, _time(match.groupdict(), today)
            except (ValueError, OverflowError):  # before the calendar begins
                return 0, None
    return 0, None


def _time(said: dict[str, str | None], today: date) -> Time:
    side = said.get("side") or next((one for one in ("since", "before", "until") if said.get(one)), "")
    first, end = _span(said, today)
    return Time(first, end, _SIDES.get(side, side))


def _span(said: dict[str, str | None], today: date) -> tuple[date, date]:
    if days := said.get("days"):
        return _unit("day", _DAYS_AGO[days], today)
    if named := said.get("named"):
        return _unit(*_NAMED[named], today)
    if month := said.get("month") or said.get("past"):
        return _month(int(_MONTHS.get(month, month)), said.get("of"), today)
    if back := said.get("back"):
        return _unit(_UNITS[said["one"] or ""], _BACK[back], today)
    if rolling := said.get("rolling") or said.get("whole"):
        number = _counted(said.get("number") or "1")
        return _before(_UNITS[rolling], number, today), today + timedelta(days=1)
    return _unit(_UNITS[said["unit"] or ""], _counted(said["ago"] or ""), today)


def _month(month: int, of: str | None, today: date) -> tuple[date, date]:
    """A month of this year or of one before; where none is said, the last such month that is over."""
    back = _YEAR_OF[of] if of else int(month >= today.month)
    first = date(today.year - back, month, 1)
    return first, _months_before(first, -1)


def _counted(number: str) -> int:
    return int(number) if number.isdecimal() else _FEW[number]


def _unit(unit: str, back: int, today: date) -> tuple[date, date]:
    """The whole day, week, month or year so many before the one in which today is."""
    if unit == "day":
        first = today - timedelta(days=back)
        return first, first + timedelta(days=1)
    if unit == "week":
        first = today - timedelta(days=today.weekday() + 7 * back)
        return first, first + timedelta(days=7)
    if unit == "month":
        first = _months_before(today.replace(day=1), back)
        return first, _months_before(first, -1)
    return date(today.year - back, 1, 1), date(today.year - back + 1, 1, 1)


def _before(unit: str, number: int, today: date) -> date:
    """The first day of the last so many days, weeks, months or years."""
    if unit in {"day", "week"}:
        return today - timedelta(days=number * (7 if unit == "week" else 1) - 1)
    first = _months_before(today.replace(day=1), number * (12 if unit == "year" else 1))
    last = _months_before(first, -1) - timedelta(days=1)
    return min(first.replace(day=min(today.day, last.day)) + timedelta(days=1), today)


def _months_before(first: date, number: int) -> date:
    """The first of the month so many before this one."""
    months = first.year * 12 + first.month - 1 - number
    return date(months // 12, months % 12 + 1, 1)
