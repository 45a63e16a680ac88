"""A person's time: when their clock shows an hour next, and when their quiet hours end.

Hours are minutes after midnight on the person's own clock. Where it is set forward it never shows some of
them: what was to be at such an hour is at the moment of the change. Where it is set back it shows some
twice: the first time counts for what is to be done, both for what is quiet.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_LAST_END = timedelta(hours=12)
"""So much later than in UTC a day ends in the far west."""


@cache
def zone_of(name: str) -> tzinfo | None:
    """The zone of an IANA name ("Asia/Seoul") or an offset ("+05:45"); None for what is neither."""
    offset = _OFFSET.fullmatch(name)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # not there, no name at all, a folder
        return None


def over_everywhere(day: date) -> datetime:
    """When the day has ended on every clock on earth."""
    return datetime.combine(day + _DAY, time(), UTC) + _LAST_END


def next_at(minutes: int, zone: tzinfo, now: datetime, *, weekday: int | None = None) -> datetime:
    """The next moment after `now` at which the clock there shows so many minutes after midnight; in UTC.

    With `weekday`, on that day of the week, Monday being 0.
    """
    day = now.astimezone(zone).date()
    for _ in range(9):
        at = _moments(datetime.combine(day, time(minutes // 60, minutes % 60)), zone)[0]
        if at > now and weekday in (None, day.weekday()):
            return at
        day += _DAY
    raise AssertionError("each of nine days has such an hour")


def is_quiet(start: int, end: int, zone: tzinfo, now: datetime) -> bool:
    """Whether the clock there shows an hour from `start` to before `end`; over midnight where `end` is less.

    Nothing is quiet where both are the same.
    """
    local = now.astimezone(zone)
    shown = local.hour * 60 + local.minute
    return start <= shown < end if start <= end else shown >= start or shown < end


def quiet_until(start: int, end: int, zone: tzinfo, now: datetime) -> datetime | None:
    """When the quiet hours end that are now; None where none are. In UTC."""
    if not is_quiet(start, end, zone, now):
        return None
    today = now.astimezone(zone).date()
    days = (today, today + _DAY)
    ends = [at for day in days for at in _moments(datetime.combine(day, time(end // 60, end % 60)), zone)]
    return min(at for at in ends if at > now)


def moments_of(local: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """When the clock there shows this, in UTC: twice where it is set back over it, never where forward."""
    read = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    shown = (at for at in read if at.astimezone(zone).replace(tzinfo=None) == local)
    return tuple(dict.fromkeys(shown))


def beyond_gap(local: datetime, zone: tzinfo) -> datetime:
    """What the clock there shows in place of a time that it is set forward over."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone).replace(tzinfo=None)


def name_of(zone: tzinfo, at: datetime | None = None) -> str:
    """What `zone_of` knows a zone by; one without a name by its offset, which is that of `at`."""
    key = getattr(zone, "key", "")
    if key:
        return str(key)
    offset = zone.utcoffset(at) or timedelta()
    minutes = abs(int(offset.total_seconds())) // 60
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}" if minutes else "Etc/UTC"


def _moments(local: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """When the clock there shows this, twice where it is set back over it; else when it would have."""
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early < late:
        return early, late
    if early == late:
        return (early,)
    # It is never shown. The moment of the change lies between the two readings of it.
    at = late
    while at.astimezone(zone).replace(tzinfo=None) < local:
        at += _MINUTE
    return (at,)
