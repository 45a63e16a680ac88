"""Reads hours and time zones as people write them: "22:00-07:00", "8", "Asia/Seoul", "서울", "UTC+9"."""

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global

from bot.commands.mistake import Mistake
from bot.speech import Speech, languages
from jobs.steps.clock import zone_of
from storage.terms import fold

_HOUR = re.compile(
    r"(?P<before>오전|오후|낮|밤|새벽|아침|저녁)?\s?(?P<hours>\d{1,2})(?:[:.h시]\s?(?P<minutes>\d{2})?분?)?"
    r"\s?(?P<after>[ap]\.?m?\.?)?",
    re.IGNORECASE,
)
_HALVES = {"오전": 0, "새벽": 0, "아침": 0, "오후": 12, "낮": 12, "저녁": 12, "밤": 12, "a": 0, "p": 12}
"""Hours after midnight at which the half of the day begins that is written with an hour."""
_BETWEEN = re.compile(r"\s+(?:to|and|until|till|bis)\s+|\s*(?:-|–|—|~|〜|부터)\s*")
_AROUND = re.compile(r"^(?:from|between)\s+|\s*까지$", re.IGNORECASE)
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
        hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
        half = found["before"] or (found["after"] or "")[:1].lower()
        if half and 1 <= hours <= 12:
            hours = _in_half(hours, half)
        elif half:
            hours = 24  # 22pm
        if hours < 24 and minutes < 60:
            return hours * 60 + minutes
    raise Mistake("“{word}” is no time of day. Write it so: {example}", word=text[:40], example=example)


def hour_first(words: Sequence[str], example: str) -> tuple[int, list[str]]:
    """Return the hour that the first words are, in minutes after midnight, and the words that follow it."""
    for count in (3, 2):  # "오전 7시 30분", "10 pm"
        with suppress(Mistake):
            return hour(" ".join(words[:count]), example), list(words[count:])
    return hour(words[0], example), list(words[1:])


def is_hour_first(words: Sequence[str]) -> bool:
    """Say whether the first words are meant for an hour."""
    return bool(words) and (words[0][0].isdigit() or words[0] in _HALVES)


def _in_half(hours: int, half: str) -> int:
    """Return the hour after midnight of one that is written with its half of the day: "10pm", "오후 10시"."""
    if (half, hours) in {("낮", 11), ("밤", 12)} or (half == "밤" and hours < 6):
        return hours % 12  # 낮 11시 is before noon, 밤 12시 and 밤 1시 after midnight
    return hours % 12 + _HALVES[half]


def hours(text: str, example: str) -> tuple[int, int]:
    """Return from and until when; raises Mistake for what is no two hours, or twice the same."""
    ends = _BETWEEN.split(_AROUND.sub("", text.strip()))
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
