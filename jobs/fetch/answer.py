"""What came back from an address, or why nothing did, one exception for each treatment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer, whatever its status. No address in it carries credentials."""

    url: str
    """What was asked for."""
    final_url: str
    """Where the answer came from, after redirects."""
    status: int
    headers: Mapping[str, str]
    """Keys in lower case; of a repeated field the first value, of Link all of them."""
    body: bytes
    permanent_url: str | None = None
    """`final_url` when every redirect on the way was 301 or 308 (RFC 9110 15.4.2, 15.4.9), else None.

    Also None for an address with credentials: the configured one must stay.
    """


class FetchError(Exception):
    """The address gave no answer."""

    def __init__(self, host: str, why: str) -> None:
        """`host` without credentials; `why` completes "example.org: ..."."""
        self.detail = f"{host}: {why}" if host else why
        super().__init__(f"{type(self).__doc__} {self.detail}")


class Refused(FetchError):
    """The address is one that must not be asked."""


class Elsewhere(Refused):
    """The address leads away from its own site."""


class TooLarge(FetchError):
    """The answer is larger than allowed."""


class TimedOut(FetchError):
    """The answer was not complete in time."""


class Unreachable(FetchError):
    """The host could not be talked to."""


class LeftAlone(FetchError):
    """The place wants to be left alone, until `until`."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(host, f"not asked: its server asked us to wait until {until:%Y-%m-%d %H:%M} UTC")
        self.until = until


_SECONDS = re.compile(r"\d{1,9}")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait as asked by the Retry-After field, None without one that can be read.

    RFC 9110 10.2.3: a number of seconds or a date; a date that has passed means 0. `headers` have
    lower-case keys. No cap is applied here.
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    until = _date(value)
    return None if until is None else max(0.0, (until - now).total_seconds())


def clock_ahead(headers: Mapping[str, str], received: datetime) -> timedelta | None:
    """How far our clock is ahead of the server's, by its Date field (RFC 9110 6.6.1); None without one.

    What a cache has kept says so in its Age field (RFC 9111 5.1), and was dated by so much earlier.
    """
    sent = _date(headers.get("date", ""))
    if sent is None:
        return None
    age = headers.get("age", "").strip()
    return received - sent - timedelta(seconds=int(age) if _SECONDS.fullmatch(age) else 0)


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
