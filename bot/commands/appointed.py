"""Reads when an appeal is to go out, as an admin types it: "2026-12-01T08:00 Asia/Seoul"."""

import re
from datetime import datetime, timedelta

from bot.commands import clocks
from bot.commands.mistake import Mistake
from bot.speech import Speech
from jobs.steps.clock import beyond_gap, moments_of, name_of, zone_of

_WRITTEN = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T \t]{1,3}(\d{1,2}:\d{2})[ \t]{0,3}(.{0,60})", re.ASCII | re.IGNORECASE
)
_FURTHEST = timedelta(days=366)
_EXAMPLE = "at: 2026-12-01T08:00 Asia/Seoul"


def appointed(typed: str, speech: Speech, now: datetime) -> tuple[datetime | None, str]:
    """Return the moment in UTC and the clock it is named by; (None, "") where nothing is typed.

    Without a clock it is the person's own, else the operator's. Raises Mistake for what is no moment, has
    passed, is more than a year ahead, or is a time that the clock never shows, or twice, on that day.
    """
    if not typed:
        return None, ""
    found = _WRITTEN.fullmatch(typed)
    try:
        local = datetime.strptime(f"{found[1]} {found[2]}", "%Y-%m-%d %H:%M") if found else None  # noqa: DTZ007 - a clock's own
    except ValueError:
        local = None
    if found is None or local is None:
        raise Mistake("“{word}” is no moment. Write it so: {example}", word=typed[:40], example=_EXAMPLE)
    name = _clock(found[3].strip(), local, speech)
    at = _moment(local, name)
    if at <= now:
        raise Mistake("{moment} has passed already.", moment=_told(at, name, speech))
    if at > now + _FURTHEST:
        raise Mistake("{moment} is more than a year ahead.", moment=_told(at, name, speech))
    return at, name


def _clock(typed: str, local: datetime, speech: Speech) -> str:
    if typed.upper() == "Z":
        return "Etc/UTC"
    return clocks.zone(typed) if typed else name_of(speech.timezone, local)


def _moment(local: datetime, name: str) -> datetime:
    zone = zone_of(name)
    assert zone is not None  # noqa: S101 - it was read as one
    found = moments_of(local, zone)
    if len(found) == 1:
        return found[0]
    day, hour = local.date().isoformat(), f"{local:%H:%M}"
    if not found:
        raise Mistake(
            "On {date} the clock of {zone} is set forward over {time}: it never shows that. Write for "
            "instance {example}",
            date=day,
            zone=name,
            time=hour,
            example=f"at: {beyond_gap(local, zone):%Y-%m-%dT%H:%M} {name}",
        )
    first, second = (f"at: {local:%Y-%m-%dT%H:%M}{_offset(at.astimezone(zone))}" for at in found)
    raise Mistake(
        "On {date} the clock of {zone} is set back, and shows {time} twice. Say which one: first {first}, "
        "then {second}",
        date=day,
        zone=name,
        time=hour,
        first=first,
        second=second,
    )


def _offset(at: datetime) -> str:
    return at.isoformat()[-6:]


def _told(at: datetime, name: str, speech: Speech) -> str:
    return speech.moment(at, zone_of(name))
