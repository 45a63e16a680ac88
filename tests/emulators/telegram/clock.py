"""Telegram's time: it runs, or stands still, and a test may move it."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Seconds since 1970. From `start` on (now, if not given) it runs, unless it is to stand still.

    Everything that depends on time reads this clock: dates of messages, the 48 hours within which
    a message may be deleted, flood rules, how long updates are kept. Only pauses on the wire
    (long polls, a webhook's retries) are real.
    """

    def __init__(self, start: datetime | None = None, *, running: bool = True) -> None:
        self._start = start.timestamp() if start else time.time()
        self._running_since = time.monotonic() if running else None

    def now(self) -> float:
        """The time in seconds."""
        passed = 0.0 if self._running_since is None else time.monotonic() - self._running_since
        return self._start + passed

    def date(self) -> int:
        """The time as the Bot API writes it: whole seconds."""
        return int(self.now())

    def read(self) -> datetime:
        """The time as Python writes it."""
        return datetime.fromtimestamp(self.now(), UTC)

    def move(self, by: timedelta | float) -> None:
        """Let time pass, without waiting."""
        self._start += by.total_seconds() if isinstance(by, timedelta) else by
