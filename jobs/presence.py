"""Says of this program that it is at work, so that all nodes can be seen from each of them."""

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from storage import clock
from storage.database import Database, now_utc
from storage.nodes import Node

log = structlog.get_logger()

EVERY = 2.0
"""Seconds between two words on PostgreSQL, where there may be others."""
EVERY_ALONE = 60.0
HUNG_AFTER = 9.0
"""Seconds after which what a node's sessions hold is taken from it: it missed four words.

As long as a cut cable is waited for (`storage.connecting`), and about as long as the queue waits for a node.
"""
LATE_AFTER = 6.0
"""Seconds after which a node on PostgreSQL has missed several words: it hangs, or was killed."""


_RIGHT = timedelta(seconds=0.5)
_WRONG = timedelta(seconds=5)
_SET_IT = "set this machine's clock by NTP; until then the database's counts"


@dataclass(slots=True)
class Presence:
    """Comes round until it is cancelled; then says that the node has left.

    In a thread of its own: a node whose hands are full is not hung.
    """

    database: Database
    node: Node
    every: float = field(init=False)
    _last: float = field(default=-HUNG_AFTER, init=False)
    """When we came round last, by the monotonic clock."""

    def __post_init__(self) -> None:
        """One machine's disk need not turn for this every few seconds."""
        self.every = EVERY if self.database.is_shared else EVERY_ALONE

    async def keep(self) -> None:
        """A database that is away is tried again: nothing but this word depends on it."""
        come, loop = self._arrive, asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "presence") as thread:
            try:
                while True:
                    try:
                        await loop.run_in_executor(thread, come)
                        come = self._come_round
                    except Exception as error:  # noqa: BLE001 - whatever it is, it may be over in a moment
                        log.warning("node.not_told", error=type(error).__name__)
                    await asyncio.sleep(self.every)
            finally:
                await asyncio.shield(loop.run_in_executor(thread, self._leave))

    def _arrive(self) -> None:
        """Those that were killed on this machine are seen to be dead; of others only time tells.

        So are those that had our own number: a container's machine is always called so, and its process 1.
        """
        machine, _, _ = self.node.place.rpartition(":")
        with self.database.write() as work:
            for one in work.nodes.all(now_utc()):
                where, _, process = one.node.place.rpartition(":")
                if one.node.place == self.node.place or (where == machine and not _is_alive(int(process))):
                    work.nodes.leave(one.node.name)
            work.nodes.come_round(self.node, now_utc())

    def _come_round(self) -> None:
        keep_time(self.database)
        with self.database.write() as work:
            work.nodes.come_round(self.node, now_utc())
        began, self._last = self._last, time.monotonic()
        if self._last - began < 2 * self.every:  # else it was the database, or we, who stood still
            self._end_hung()

    def _end_hung(self) -> None:
        with self.database.write() as work:
            ended = work.nodes.end_hung(HUNG_AFTER)
        for place in ended:
            log.error("node.taken_for_hung", node=place, silent_for=HUNG_AFTER, remedy="end its process")

    def _leave(self) -> None:
        with self.database.write() as work:
            work.nodes.leave(self.node.name)


def keep_time(database: Database) -> None:
    """Nodes live by the database's clock: what one queues is due at once for another, too.

    One that is right within half a second is left as it is.
    """
    ahead = database.clock_ahead() if database.is_shared else None
    if ahead is None or abs(ahead - clock.behind()) < _RIGHT:
        return
    if abs(ahead) > _WRONG:
        log.warning("clock.differs", behind_the_database_by=round(ahead.total_seconds(), 1), remedy=_SET_IT)
    clock.live_by(ahead if abs(ahead) > _RIGHT else timedelta())


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
