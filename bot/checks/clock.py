"""Compares this machine's clock with those of the servers that answered."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from bot.checks.finding import Finding, fine, note, wrong

TOLERATED = timedelta(seconds=60)
REMEDY = "set it with `timedatectl set-ntp true`: what is fresh, late or expired is told by it"

DOUBT = "compare it with a clock you trust: `date --utc`"


def check_clock(ahead: Mapping[str, timedelta]) -> Finding:
    """How far our clock is ahead, by server. Wrong only when most of them say so: one may be odd itself."""
    if not ahead:
        return note("clock", "could not be compared: no server told its time")
    middle = timedelta(seconds=median(one.total_seconds() for one in ahead.values()))
    early, late = middle > TOLERATED, middle < -TOLERATED
    apart = {name: one for name, one in ahead.items() if abs(one) > TOLERATED}
    same_way = [one for one in apart.values() if (one > timedelta()) == early]
    servers = f"{len(ahead)} server{'' if len(ahead) == 1 else 's'}"
    if (early or late) and len(same_way) * 2 > len(ahead):
        way = "ahead of" if early else "behind"
        return wrong("clock", f"{spoken(abs(middle))} {way} {len(same_way)} of {servers}", REMEDY)
    if not apart:
        return fine("clock", f"agrees with {servers}")
    state = f"agrees with {len(ahead) - len(apart)} of {servers}, not with {', '.join(sorted(apart))}"
    return fine("clock", state) if len(apart) * 2 < len(ahead) else note("clock", state, DOUBT)


def check_zone(name: str, now: datetime) -> Finding:
    """Where digests are sent at eight in the morning, and what the time is there."""
    return fine(
        "time zone", f"{name}, where it is {now.astimezone(ZoneInfo(name)):%H:%M}; digests leave at 08:00"
    )


def spoken(length: timedelta) -> str:
    """3 min 20 s; 2 h 5 min; 4 d 1 h: the two largest parts."""
    seconds = round(length.total_seconds())
    parts = [
        (seconds // 86400, "d"),
        (seconds // 3600 % 24, "h"),
        (seconds // 60 % 60, "min"),
        (seconds % 60, "s"),
    ]
    first = next((at for at, (count, _) in enumerate(parts) if count), 3)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count or unit == "s")
