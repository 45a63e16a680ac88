"""Reads hours and time zones as people write them: "22:00-07:00", "8", "Asia/Seoul", "서울", "UTC+9"."""

import re
from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global

from bot.commands.mistake import Mistake
from bot.speech import Speech, languages
from jobs.steps.clock import zone_of
from storage.terms import fold

_HOUR = re.compile(r"(\d{1,2})(?:[:.h시](\d{2})?분?)?")
_BETWEEN = re.compile(r"\s+(?:to|bis)\s+|\s*(?:-|–|—|~|〜|부터)\s*")
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\-−])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_FURTHEST = 14 * 60
"""Minutes: no clock is further from UTC."""
_LONGEST = 60
_ALSO = {
    "Asia/Seoul": (
        *(
            "kst",
            "korea",
            "한국",
            "busan",
            "부산",
            "incheon",
            "인천",
            "daegu",
            "대구",
            "daejeon",
            "대전",
            "gwangju",
            "광주",
        ),
        *("ulsan", "울산", "sejong", "세종", "suwon", "수원", "jeju", "제주"),
    ),
    "Asia/Tokyo": ("jst", "osaka", "오사카"),
}
"""What people write who live by these clocks, and what the tz database does not name."""


def hour(text: str, example: str) -> int:
    """Return minutes after midnight; raises Mistake for what is no hour."""
    found = _HOUR.fullmatch(text.strip())
    if found:
        hours, minutes = int(found[1]), int(found[2] or 0)
        if hours < 24 and minutes < 60:
            return hours * 60 + minutes
    raise Mistake("“{word}” is no time of day. Write it so: {example}", word=text[:40], example=example)


def hours(text: str, example: str) -> tuple[int, int]:
    """Return from and until when; raises Mistake for what is no two hours, or twice the same."""
    ends = _BETWEEN.split(text.strip())
    if len(ends) != 2:
        raise Mistake("From when until when? Write it so: {example}", example=example)
    start, end = (hour(one, example) for one in ends)
    if start == end:
        raise Mistake("From when until when? Write it so: {example}", example=example)
    return start, end


def shown(minutes: int) -> str:
    """Return an hour as a clock shows it: "07:05"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def zone(text: str) -> str:
    """Return the zone's name, or its offset as "+05:45"; raises Mistake for what is neither."""
    wanted = fold(text[:_LONGEST]).strip()
    offset = _OFFSET.fullmatch(wanted)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes <= _FURTHEST and int(offset[3] or 0) < 60:
            sign = "+" if offset[1] == "+" else "-"
            return f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    found = _known().get(wanted.replace("_", " "))
    if found and zone_of(found):
        return found
    raise Mistake(
        "“{word}” is no time zone that I know. Write a large city near you, or the difference: {example}",
        word=text[:40],
        example="Asia/Seoul, Paris, +09:00",
    )


@cache
def _known() -> dict[str, str]:
    """Zones by their names and by their cities, and by countries that have but one; folded.

    In every language that is spoken here.
    """
    known: dict[str, str] = {}
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    for name in sorted(names, key=lambda name: (name.count("/"), name)):
        known.setdefault(fold(name).replace("_", " "), name)
        known.setdefault(fold(name.rpartition("/")[2]).replace("_", " "), name)
    for language in languages():
        for name, said in Speech(language).locale.time_zones.items():
            if name in names and "city" in said:
                known.setdefault(fold(said["city"]), name)
        for territory, zones in get_global("territory_zones").items():
            if len(zones) == 1 and zones[0] in names and territory in Speech(language).locale.territories:
                known.setdefault(fold(Speech(language).locale.territories[territory]), zones[0])
    for name, words in _ALSO.items():
        for word in words:
            known.setdefault(fold(word), name)
    return known | {"utc": "Etc/UTC", "gmt": "Etc/UTC"}
