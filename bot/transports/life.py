"""The listening of a transport: it begins when the platform answers, and ends with the program."""

import asyncio
from collections.abc import Coroutine

from storage.database import Hold

LOOK_EVERY = 5.0
"""Seconds between two looks at whether a lock is held still."""


class Life:
    """One task. What it does says `ready` once it listens."""

    def __init__(self) -> None:
        self._ready = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether it listens, or the program has gone on without: what is refused now is waited out."""
        return self._ready.is_set()

    def ready(self) -> None:
        """It listens."""
        self._ready.set()

    async def begin(self, live: Coroutine[None, None, None], within: float) -> bool:
        """Start `live`; return whether it was ready within so many seconds, or raise what ended it."""
        self.task = asyncio.create_task(live)
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({self.task, ready}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self.task.done():
            ended, self.task = self.task, None
            ended.result()
        in_time = self.has_begun
        self._ready.set()
        return in_time

    async def end(self) -> bool:
        """Stop it, however far it is; return whether there was anything to stop."""
        if self.task is None:
            return False
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.task = None
        return True


async def while_held(listens: Coroutine[None, None, None], hold: Hold | None) -> None:
    """Run `listens` to its end, or until the lock is lost; None is no lock, and never is."""
    if hold is None:
        await listens
        return
    task = asyncio.create_task(listens)
    try:
        while not (await asyncio.wait({task}, timeout=LOOK_EVERY))[0]:
            if not await asyncio.to_thread(hold.is_held):
                return
        task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
