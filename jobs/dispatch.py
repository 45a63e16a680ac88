"""Gives the sources that are due to nodes, in batches: with the claim the job, in one transaction."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.engine import Connection

from storage.database import Database
from storage.records import Source
from storage.sources import GIVEN_FOR

log = structlog.get_logger()

BATCH = 20
"""Sources in a job, as many as one round asks at a time: one a job would be more queueing than polling."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Sources, by their ids, that are given to one node until then: what the job is a function of."""

    ids: tuple[int, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """`ready` tells what is due and may be asked; `put` queues batches within a transaction."""

    database: Database
    ready: Callable[[datetime], Sequence[Source]]
    put: Callable[[Connection, Sequence[Batch]], None]

    def dispatch(self, now: datetime) -> int:
        """Queues what is due by now; returns how many sources. May run twice at once: each is given once."""
        found = self.ready(now)
        if not found:
            return 0
        until = now + GIVEN_FOR
        with self.database.write() as work:
            ids = work.sources.give([one.id for one in found], until, now)
            self.put(work.connection, [Batch(some, until) for some in _parts(ids)])
        return len(ids)

    def is_over(self, then: datetime, now: datetime) -> bool:
        """Whether all that was given at that moment has been asked, or is given anew."""
        until = then + GIVEN_FOR
        with self.database.read() as work:
            return now > until or not work.sources.are_given(until)


def _parts(ids: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for start in range(0, len(ids), BATCH):
        yield tuple(ids[start : start + BATCH])
