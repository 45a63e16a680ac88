"""Tells whether polling goes on at this node, where the queue shares it out: what the watchdog is to know."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from storage.database import Database
from storage.queue import scheduled, waiting

POLL = "poll"
GIVE = "give"
"""The entry of the schedule that gives sources to nodes."""
WITHIN = 120.0
"""Seconds within which something must have moved: a node has its hands full for that long at most."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What this node is doing, and when it last began or ended a job of each name. `clock` counts seconds."""

    clock: Callable[[], float] = time.monotonic
    now: Counter[str] = field(default_factory=Counter)
    moved: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """One job of this name."""
        self.now[name] += 1
        self.moved[name] = self.clock()
        try:
            yield
        finally:
            self.now[name] -= 1
            self.moved[name] = self.clock()


@dataclass(slots=True)
class Moves:
    """Looks whether what waits is taken, and whether what is due is given out."""

    database: Database
    roles: frozenset[str]
    doing: Doing
    _last: int = -1
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.doing.clock()
        self.doing.moved.setdefault(POLL, self._since)

    def look(self) -> bool:
        """False once polling stands still by this node's fault. Raises what the database raises."""
        now = self.doing.clock()
        with self.database.read() as work:
            last, is_done = scheduled(work.connection, GIVE)
            jobs = [one for one in waiting(work.connection) if one.role == POLL and not one.taken]
        if last != self._last:
            self._last, self._since = last, now
        return self._gives(now, is_done=is_done) and self._polls(
            now, max((one.oldest.total_seconds() for one in jobs), default=0.0)
        )

    def _gives(self, now: float, *, is_done: bool) -> bool:
        """Who gives sources out holds up all others while it hangs, and is the one to be ended."""
        if "keep" not in self.roles or now - self._since <= WITHIN:
            return True
        return is_done and not self.doing.now[GIVE]

    def _polls(self, now: float, oldest: float) -> bool:
        """Where more waits than all can do it waits for long: but each takes another one now and then."""
        if POLL not in self.roles or oldest <= WITHIN:
            return True
        return now - self.doing.moved[POLL] <= WITHIN
