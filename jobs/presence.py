"""Says of this program that it is at work, so that all nodes can be seen from each of them."""

import asyncio
import os
from dataclasses import dataclass, field

import structlog

from storage.database import Database, now_utc
from storage.nodes import Node

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two words on PostgreSQL, where there may be others."""
EVERY_ALONE = 60.0
LATE_AFTER = 15.0
"""Seconds after which a node on PostgreSQL has missed several words: it hangs, or was killed."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Comes round until it is cancelled; then says that the node has left."""

    database: Database
    node: Node
    every: float = field(init=False)

    def __post_init__(self) -> None:
        """One machine's disk need not turn for this every few seconds."""
        object.__setattr__(self, "every", EVERY if self.database.is_shared else EVERY_ALONE)

    async def keep(self) -> None:
        """A database that is away is tried again: nothing but this word depends on it."""
        come = self._arrive
        try:
            while True:
                try:
                    await asyncio.to_thread(come)
                    come = self._come_round
                except Exception as error:  # noqa: BLE001 - whatever it is, it may be over in a moment
                    log.warning("node.not_told", error=type(error).__name__)
                await asyncio.sleep(self.every)
        finally:
            await asyncio.shield(asyncio.to_thread(self._leave))

    def _arrive(self) -> None:
        """Those that were killed on this machine are seen to be dead; of others only time tells."""
        machine, _, _ = self.node.place.rpartition(":")
        with self.database.write() as work:
            for one in work.nodes.all(now_utc()):
                where, _, process = one.node.place.rpartition(":")
                if where == machine and not _is_alive(int(process)):
                    work.nodes.leave(one.node.name)
            work.nodes.come_round(self.node, now_utc())

    def _come_round(self) -> None:
        with self.database.write() as work:
            work.nodes.come_round(self.node, now_utc())

    def _leave(self) -> None:
        with self.database.write() as work:
            work.nodes.leave(self.node.name)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
