"""Keeps the beat of the service, and tells admins of a time in which there was none."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from jobs.limits import Limits
from jobs.notices import Admins, announce
from jobs.steps.telling import is_well
from storage.database import Database, Work
from storage.moments import ALIVE, DOWN_FROM, DOWN_TO
from storage.people import Event
from storage.words import EventKind

log = structlog.get_logger()

EVERY = 60.0
"""Seconds between two beats."""
_LONG = timedelta(minutes=10)
"""A shorter break is a restart, and nothing is late by it: sources are asked that seldom."""
_PATIENCE = timedelta(minutes=15)
"""How long the word waits for the first round to end: a source that never answers must not keep it back."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Beats into the database, so that the next start knows how long nothing did."""

    database: Database
    admins: Admins
    limits: Limits
    now: Callable[[], datetime]
    wake: Callable[[], None] = lambda: None

    async def beat(self) -> None:
        """One beat. After a break it remembers when that was; what was missed is told when it is known."""
        if await asyncio.to_thread(self._beat):
            self.wake()

    def _beat(self) -> bool:
        now = self.now()
        with self.database.write() as work:
            last = work.moments.get(ALIVE)
            if last is not None and now - last >= _LONG:
                # Down again before the word was out: it is one time, from the first of it.
                work.moments.put(DOWN_FROM, work.moments.get(DOWN_FROM) or last)
                work.moments.put(DOWN_TO, now)
                log.warning("service.was_down", since=last.isoformat())
            work.moments.put(ALIVE, now)
            return self._tell(work, now)

    def _tell(self, work: Work, now: datetime) -> bool:
        since, until = work.moments.get(DOWN_FROM), work.moments.get(DOWN_TO)
        if since is None or until is None:
            return False
        if _still_late(work, until, now) and now - until < _PATIENCE:
            return False
        counts = _caught_up(work, since, until, self.limits)
        event = Event(EventKind.OUTAGE, until, since=since, counts=counts)
        announce(work, (event,), self.admins, now)
        work.moments.drop(DOWN_FROM)
        work.moments.drop(DOWN_TO)
        return True


def _still_late(work: Work, until: datetime, now: datetime) -> bool:
    """Whether a source that was due has not been asked since the end of the outage."""
    return any(
        one.last_polled is None or one.last_polled < until for one in work.sources.due(now, given=True)
    )


def _caught_up(work: Work, since: datetime, until: datetime, limits: Limits) -> dict[str, int]:
    asked = [one for one in work.sources.all() if one.last_polled and one.last_polled >= until]
    return {
        "asked": len(asked),
        "troubled": sum(not is_well(one) for one in asked),
        **work.caught_up(since, until, until - limits.window),
    }
