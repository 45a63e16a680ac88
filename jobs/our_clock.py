"""Watches this machine's clock: what is fresh or over is judged by it, and a wrong one silences calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from jobs.fetch import clock_ahead
from jobs.notices import Admins, announce
from jobs.steps.our_clock import wrong_by
from storage.database import Database, Work
from storage.moments import CLOCK_WRONG_SINCE
from storage.people import Event
from storage.words import EventKind

log = structlog.get_logger()

EVERY = 300.0
"""Seconds between two looks."""
_ENOUGH = 25
"""Hosts that are listened to between two looks: to read every date would cost more than it tells."""


@dataclass(slots=True)
class OurClock:
    """Collects what servers say the time is; tells admins that ours is wrong, and that it is not."""

    database: Database
    admins: Admins
    wake: Callable[[], None] = lambda: None
    _ahead: dict[str, timedelta] = field(default_factory=dict)

    def heard(self, host: str, headers: Mapping[str, str], now: datetime) -> None:
        """An answer came: `headers` in lower case, `now` by our clock."""
        if len(self._ahead) >= _ENOUGH or host in self._ahead:
            return
        ahead = clock_ahead(headers, now)
        if ahead is not None:
            self._ahead[host] = ahead

    def look(self, now: datetime) -> None:
        """Judges what was heard since the last look, where that is enough to judge by."""
        heard, self._ahead = self._ahead, {}
        if not heard:
            return
        wrong = wrong_by(heard.values())
        if wrong is None and len(heard) < 2:
            return
        with self.database.write() as work:
            told = self._tell(work, wrong, len(heard), now)
        if told:
            self.wake()

    def _tell(self, work: Work, wrong: timedelta | None, servers: int, now: datetime) -> bool:
        since = work.moments.get(CLOCK_WRONG_SINCE)
        if (wrong is None) == (since is None):
            return False
        if wrong is None:
            work.moments.drop(CLOCK_WRONG_SINCE)
            log.warning("clock.right")
            event = Event(EventKind.CLOCK_RIGHT, now)
        else:
            work.moments.put(CLOCK_WRONG_SINCE, now)
            seconds = round(wrong.total_seconds())
            log.error("clock.wrong", ahead=seconds, servers=servers, remedy="timedatectl set-ntp true")
            event = Event(EventKind.CLOCK, now, counts={"seconds": seconds, "servers": servers})
        announce(work, (event,), self.admins, now)
        return True
