"""Watches this machine's clock: what is fresh or over is judged by it, and a wrong one silences calls."""

import socket
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
    """Collects what servers say the time is; tells admins that ours is wrong, and that it is not.

    Each `machine` has a word of its own about its clock: nodes on several do not contradict each other.
    """

    database: Database
    admins: Admins
    wake: Callable[[], None] = lambda: None
    machine: str = field(default_factory=socket.gethostname)
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
        name = f"{CLOCK_WRONG_SINCE} {self.machine}"
        since = work.moments.get(name)
        if (wrong is None) == (since is None):
            return False
        if wrong is None:
            work.moments.drop(name)
            log.warning("clock.right")
            event = Event(EventKind.CLOCK_RIGHT, now, title=self.machine)
        else:
            work.moments.put(name, now)
            seconds = round(wrong.total_seconds())
            log.error("clock.wrong", ahead=seconds, servers=servers, remedy="timedatectl set-ntp true")
            counts = {"seconds": seconds, "servers": servers}
            event = Event(EventKind.CLOCK, now, title=self.machine, counts=counts)
        announce(work, (event,), self.admins, now)
        return True
