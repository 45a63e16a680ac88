"""When a source is asked again: never later than promised, never sooner than its server bears."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from storage.records import Source
from storage.words import SourceState

_JITTER = 0.1
"""How much of `every` a poll may come early: it is an upper bound, so chance only shortens it."""
_CROWD = 0.8
"""And how much at most where many may be due at once: after a first start, or an outage."""
_LATEST_START = 0.98
_LONGEST_PAUSE = timedelta(hours=6)
_LONGEST_WISH = timedelta(days=1)
_GONE_FOR = timedelta(days=7)
_HEAD = 65_536
_BLOCK = 2_000
_SECONDS = re.compile(r"\d{1,9}")
_AGE = re.compile(r"(?:^|[\s,])max-age\s?=\s?\"?(\d{1,10})")
_REVALIDATE = re.compile(r"\bno-(?:cache|store)\b")
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")


def next_due(source: Source, fresh: float, now: datetime, luck: float) -> datetime:
    """When a source that answered is asked again; `luck` is a chance in [0, 1).

    `every` is what subscribers were promised, so no hint makes it longer. `fresh` seconds, for which
    the server says that nothing new can be had, move the poll towards the end of what is allowed.
    A source that was never asked, or that is overdue, may be one of a crowd: it comes back as much
    earlier as it is late, so that the crowd disperses in one round.
    """
    late = 1.0
    if source.last_polled and source.next_due:
        late = (now - source.next_due).total_seconds() / source.every
    if late > _JITTER:
        start = 1 - min(late, _CROWD)
    else:
        start = min(max(1 - _JITTER, fresh / source.every), _LATEST_START)
    return now + timedelta(seconds=source.every * (start + (1 - start) * luck))


def later(source: Source, now: datetime, pause: float | None, luck: float) -> datetime:
    """When a source that did not answer as it should is asked again: later each time, and never never.

    `source` as it is after the failure. `pause` is what the server asked for: it is kept to, up to a
    day; a longer one is more likely a mistake, and a watch that is blind for longer is none.
    """
    every = timedelta(seconds=source.every)
    if source.state is SourceState.GONE:
        return now + max(_GONE_FOR, every) * (0.9 + 0.1 * luck)
    doubled: timedelta = every * 2 ** min(source.failures - 1, 16)
    wait = min(doubled, max(_LONGEST_PAUSE, every))
    wished = min(timedelta(seconds=pause or 0), _LONGEST_WISH)
    # Everybody who was sent away comes back at a time of his own.
    return now + max(wait * (0.8 + 0.2 * luck), wished + every * _JITTER * luck)


def fresh_for(headers: Mapping[str, str], hints: Mapping[str, list[int]], now: datetime) -> float:
    """Seconds for which, as the server or the feed says, asking again brings nothing new."""
    ttl = (hints.get("ttl") or [0])[0]
    return max(_cached(headers, now), float(ttl), _skipped(hints, now))


def _cached(headers: Mapping[str, str], now: datetime) -> float:
    """RFC 9111 4.2: max-age, else Expires; less the Age that the answer already had in a cache."""
    control = headers.get("cache-control", "").lower()
    if _REVALIDATE.search(control):
        return 0.0
    said = headers.get("age", "").strip()
    age = float(said) if _SECONDS.fullmatch(said) else 0.0
    lasts = _AGE.search(control)
    if lasts:
        return max(0.0, float(lasts.group(1)) - age)
    expires = _date(headers["expires"]) if "expires" in headers else None
    if expires is None:
        return 0.0
    sent = _date(headers.get("date", "")) or now
    return max(0.0, (expires - sent).total_seconds() - age)


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _skipped(hints: Mapping[str, list[int]], now: datetime) -> float:
    """Seconds until the first hour in which the feed may change, 0 where it never may."""
    hours, days = hints.get("skip_hours") or [], hints.get("skip_days") or []
    if not (hours or days):
        return 0.0
    start = now.astimezone(UTC)
    for ahead in range(7 * 24):
        moment = start + timedelta(hours=ahead)
        if moment.hour not in hours and moment.weekday() not in days:
            whole = moment.replace(minute=0, second=0, microsecond=0)
            return max(0.0, (whole - start).total_seconds())
    return 0.0


def hints_of(body: bytes) -> dict[str, list[int]]:
    """What a feed says about its rhythm: RSS 2.0 ttl, skipHours and skipDays, and mod_syndication."""
    head = re.split(rb"<(?:item|entry)[\s>]", body[:_HEAD], maxsplit=1)[0]
    found = {
        "ttl": [ttl] if (ttl := _ttl(head)) else [],
        "skip_hours": sorted({int(hour) % 24 for hour in _inside(head, b"skipHours", rb"\d{1,2}")}),
        "skip_days": sorted(
            _DAYS.index(day.lower())
            for day in set(_inside(head, b"skipDays", rb"[A-Za-z]{6,9}"))
            if day.lower() in _DAYS
        ),
    }
    return {name: values for name, values in found.items() if values}


def _ttl(head: bytes) -> int:
    minutes = re.search(rb"<ttl>\s{0,9}(\d{1,6})\s{0,9}</ttl>", head)
    if minutes:
        return int(minutes.group(1)) * 60
    period = re.search(rb"<sy:updatePeriod>\s{0,99}(\w{5,7})\s{0,99}</sy:updatePeriod>", head)
    if not period:
        return 0
    times = re.search(rb"<sy:updateFrequency>\s{0,99}(\d{1,5})\s{0,99}</sy:updateFrequency>", head)
    return _PERIODS.get(period.group(1).decode().lower(), 0) // max(1, int(times.group(1)) if times else 1)


def _inside(head: bytes, element: bytes, value: bytes) -> list[bytes]:
    start = head.find(b"<" + element + b">")
    end = head.find(b"</" + element + b">", start, start + _BLOCK)
    return re.findall(rb">\s{0,99}(" + value + rb")\s{0,99}<", head[start:end]) if -1 < start < end else []
