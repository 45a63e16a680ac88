"""Reads the dates that publishers print on entries, rows and pages."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_tz
from functools import cache

from jobs.steps.lexicon.cldr import said

MOST_EASTERN = timedelta(hours=14)
"""No zone is further ahead of UTC (tz database, Pacific/Kiritimati)."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment in UTC. `date_only`: the day is known, the hour is not. `zoned`: an offset was printed."""

    moment: datetime
    date_only: bool = False
    zoned: bool = True


_ZONES = {
    # RFC 822 5.1 knows the American ones; these are what feeds elsewhere write. Ambiguous ones stay out.
    "KST": 9, "JST": 9, "CET": 1, "CEST": 2, "BST": 1, "WEST": 1, "EET": 2, "EEST": 3, "MSK": 3,
    "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "ICT": 7, "PKT": 5,
}  # fmt: skip
_ZONE_NAME = re.compile(r"\b([A-Z]{3,4})\s{0,3}$")
_ZONED = re.compile(r"[+-]\d{2}:?\d{2}\b|\b(?:UTC?|GMT|Z|[ECMP][SD]T)\b")
_BASIC = re.compile(
    r"\s{0,9}((?:19|20)\d{2})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?\s{0,9}"
)
"""ISO 8601 in its basic form, as calendars write it."""
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_W3CDTF = re.compile(
    r"\s{0,9}(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:T|\s{1,3})(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s{0,3}(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?\s{0,9}",
    re.IGNORECASE,
)


def read_stamp(text: str) -> Stamp | None:
    """The moment that a feed or an attribute states: W3CDTF (RFC 3339) or RFC 822 with its usual slips.

    Midnight sharp is what publishers write who know only the day, so it counts as `date_only`; the day
    is then the one they printed, whatever the zone. None when there is no date in `text`.
    """
    if len(text) > 100:
        return None
    return _w3cdtf(text) or _rfc822(text) or _day(text)


def find_day(text: str, *, language: str = "", now: datetime | None = None) -> date | None:
    """The first calendar date in a short printed text; `now` lets "09:12" and "12-08" mean something."""
    return next((day for day, _ in _days(text[:400], language)), None) or _this_year(text, now, language)


def find_days(text: str, *, language: str = "") -> list[tuple[date, str]]:
    """Every calendar date in `text` with the very words it was read from."""
    return list(_days(text, language))


def _w3cdtf(text: str) -> Stamp | None:
    match = _W3CDTF.fullmatch(text) or _BASIC.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    clock = (int(hour or 0), int(minute or 0), min(int(second or 0), 59))
    return _stamp((int(year), int(month), int(day), *clock), _offset(zone), timed=hour is not None)


def _rfc822(text: str) -> Stamp | None:
    try:
        parts = parsedate_tz(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if parts is None:
        return None
    offset = parts[9] if _ZONED.search(text) else None
    named = _ZONE_NAME.search(text)
    if named and named.group(1) in _ZONES:
        offset = _ZONES[named.group(1)] * 3600
    year, month, day, hour, minute, second = parts[:6]
    return _stamp((year, month, day, hour, minute, min(second, 59)), offset, timed=bool(_CLOCK.search(text)))


def _day(text: str) -> Stamp | None:
    day = find_day(text)
    return None if day is None else Stamp(datetime(day.year, day.month, day.day, tzinfo=UTC), date_only=True)


def _stamp(parts: tuple[int, ...], offset: int | None, *, timed: bool) -> Stamp | None:
    year, month, day, hour, minute, second = parts
    try:
        if not timed or (hour, minute, second) == (0, 0, 0):
            return Stamp(datetime(year, month, day, tzinfo=UTC), date_only=True, zoned=offset is not None)
        zone = timezone(timedelta(seconds=offset or 0))
        local = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        return Stamp(local.astimezone(UTC), zoned=offset is not None)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> int | None:
    """Seconds east of UTC, None when no zone was written."""
    if zone is None:
        return None
    if zone.upper() in {"Z", "UTC", "GMT"}:
        return 0
    digits = zone[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds


_EAST_ASIAN = frozenset({"ko", "ja", "zh"})
_YEAR = r"((?:19|20)\d{2})"
_END = r"(?!\d)"
_NUMERIC = re.compile(rf"(?<!\d){_YEAR}\s?([-./])\s?(\d{{1,2}})\s?\2\s?(\d{{1,2}}){_END}")
_CJK = re.compile(rf"{_YEAR}\s?[年년]\s?(\d{{1,2}})\s?[月월]\s?(\d{{1,2}})\s?[日일]")
_DAY_FIRST = re.compile(rf"(?<![\d./-])(\d{{1,2}})([-./])\s?(\d{{1,2}})\2\s?{_YEAR}{_END}")
_SHORT = re.compile(r"(?<![\d./:-])(\d{2})([-./])(\d{2})\2(\d{2})(?![\d./:-])")
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|[.º°])?\s{{0,3}}(?:of\s|de\s)?([^\W\d_]{{3,14}})\.?,?\s{{1,3}}(?:del?\s)?{_YEAR}{_END}",
)
_MONTH_DAY = re.compile(rf"([^\W\d_]{{3,14}})\.?\s{{1,3}}(\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,3}}{_YEAR}{_END}")
_TODAY = re.compile(r"\s{0,9}\d{1,2}:\d{2}(?::\d{2})?\s{0,9}")
_MONTH_AND_DAY = re.compile(r"\s{0,9}(\d{2})([-.])(\d{2})\.?\s{0,9}")

_MONTH_LANGUAGES = [
    "en",
    "es",
    "fr",
    "de",
    "it",
    "pt",
    "nl",
    "sv",
    "nb",
    "da",
    "ru",
    "uk",
    "pl",
    "cs",
    "ro",
    "tr",
    "ca",
    "eu",
    "fi",
    "hu",
    "id",
    "vi",
]


@cache
def _months() -> dict[str, int]:
    """Month names of many languages (CLDR), lower case, without the dot; the earlier language wins."""
    table: dict[str, int] = {"sept": 9}
    for language in _MONTH_LANGUAGES:
        months = said(language).months
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in months[context][width].items():
                    table.setdefault(name.lower().rstrip("."), number)
    return table


def _month(name: str) -> int:
    return _months().get(name.lower(), 0)


def _swapped(a: int, b: int, language: str) -> tuple[int, int]:
    """Month and day of "a/b/yyyy": the order is American where the language says so or b is no month."""
    if b > 12 or (language.lower() == "en-us" and a <= 12):
        return a, b
    return b, a


_Reading = Callable[[re.Match[str], str], tuple[int, int, int]]
_READINGS: tuple[tuple[re.Pattern[str], _Reading], ...] = (
    (_CJK, lambda m, _: (int(m[1]), int(m[2]), int(m[3]))),
    (_NUMERIC, lambda m, _: (int(m[1]), int(m[3]), int(m[4]))),
    (_DAY_MONTH, lambda m, _: (int(m[3]), _month(m[2]), int(m[1]))),
    (_MONTH_DAY, lambda m, _: (int(m[3]), _month(m[1]), int(m[2]))),
    (_DAY_FIRST, lambda m, language: (int(m[4]), *_swapped(int(m[1]), int(m[3]), language))),
    (_SHORT, lambda m, language: _short(m[1], m[2], m[3], m[4], language)),
)


def _short(a: str, mark: str, b: str, c: str, language: str) -> tuple[int, int, int]:
    """Boards write 16-11-24 year first; with dots or strokes only East Asian ones do."""
    if mark == "-" or language[:2].lower() in _EAST_ASIAN:
        return 2000 + int(a), int(b), int(c)
    return 2000 + int(c), *_swapped(int(a), int(b), language)


def _days(text: str, language: str) -> Iterator[tuple[date, str]]:
    """Every date in the order of the text."""
    found: list[tuple[int, date, str]] = []
    for pattern, reading in _READINGS:
        for match in pattern.finditer(text):
            try:
                found.append((match.start(), date(*reading(match, language)), match.group()))
            except ValueError:
                continue
    yield from ((day, words) for _, day, words in sorted(found, key=lambda hit: hit[0]))


def _this_year(text: str, now: datetime | None, language: str) -> date | None:
    """Boards shorten what is recent: "09:12" is today, "12-08" the last 8 December."""
    if now is None:
        return None
    if _TODAY.fullmatch(text):
        return now.date()
    match = _MONTH_AND_DAY.fullmatch(text)
    if not match or (match[2] == "." and language[:2].lower() not in _EAST_ASIAN):
        return None
    for year in (now.year, now.year - 1):
        try:
            day = date(year, int(match[1]), int(match[3]))
        except ValueError:
            continue
        if day <= (now + MOST_EASTERN).date():
            return day
    return None


_LABEL = re.compile(
    r"(?:작성일자?|등록일자?|게시일자?|날짜|입력|掲載日|公開日|投稿日|更新日|发布(?:时间|日期)?|發布(?:時間|日期)?|日期"
    r"|date(?:\sposted)?|posted(?:\son)?|published(?:\son)?|publi[ée]e?\sle|publicado(?:\sel|\sem)?|fecha|data"
    r"|veröffentlicht(?:\sam)?|datum|pubblicato(?:\sil)?|опубликовано|дата|опубліковано)\s{0,3}[:：|]?\s{0,3}",
    re.IGNORECASE,
)
_STAMP_LINE = 80
_STAMP_LINES = 400


def posted_day(text: str, *, language: str = "") -> date | None:
    """The day in the first short line that labels one as that of posting ("작성일 2015-12-08").

    Looks at the first and last 400 lines. The date must follow the label at once, so that a sentence
    that speaks of a date is none.
    """
    lines = text.split("\n")
    for line in (*lines[:_STAMP_LINES], *lines[_STAMP_LINES:][-_STAMP_LINES:]):
        if len(line) > _STAMP_LINE:
            continue
        for label in _LABEL.finditer(line):
            found = find_days(line[label.end() :][:40], language=language)
            if found and line[label.end() :].find(found[0][1]) <= 12:
                return found[0][0]
    return None
