"""Keeps the requests of one chat in order while chats run side by side, and no person's pile too high."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable
from contextlib import AbstractAsyncContextManager

from bot.newest import Newest

_REMEMBERED = 10_000
"""People whose pace is known; of more than so many at a time the quietest are let off."""
Work = Callable[[], Awaitable[None]]


class Inbox:
    """Runs work per chat in the order it came; `most_at_once` chats side by side.

    `most_per_person` is how many requests of one person may wait or run at the same time, and how many may
    come at once; after that `per_second`. Every answer is a message, and what a platform lets us send is
    one budget for everybody: whoever asks without end must not use up what others are warned with.
    """

    def __init__(self, *, most_per_person: int = 20, per_second: float = 1.0, most_at_once: int = 32) -> None:
        self._most_per_person = most_per_person
        self._per_second = per_second
        self._due: Newest[Hashable, float] = Newest(_REMEMBERED)
        """When, by the loop's clock, a person has paid for all that was taken of theirs."""
        self._turn: AbstractAsyncContextManager[None] = asyncio.Semaphore(most_at_once)
        self._last: dict[str, asyncio.Task[None]] = {}
        self._pending: Counter[Hashable] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, chat: str, person: Hashable | None, work: Work) -> asyncio.Task[None] | None:
        """Start or queue the work; None if the person has too much waiting already, or asks too fast.

        Work of nobody's (`person` None) is always taken.
        """
        if person is not None:
            if self._pending[person] >= self._most_per_person or not self._may(person):
                return None
            self._pending[person] += 1
        task = asyncio.create_task(self._run(self._last.get(chat), work))
        self._last[chat] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._forget(chat, person, done))
        return task

    def _may(self, person: Hashable) -> bool:
        """Whether one more is within the person's pace; counts it if so."""
        now = asyncio.get_running_loop().time()
        due = max(now, self._due.get(person) or now) + 1 / self._per_second
        if due - now > self._most_per_person / self._per_second:
            return False
        self._due.put(person, due)
        return True

    async def close(self, seconds: float) -> None:
        """Let what runs come to its end for so long, then cancel the rest."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, before: asyncio.Task[None] | None, work: Work) -> None:
        if before is not None:
            await asyncio.wait({before})
        async with self._turn:
            await work()

    def _forget(self, chat: str, person: Hashable | None, done: asyncio.Task[None]) -> None:
        self._tasks.discard(done)
        if person is not None:
            self._pending[person] -= 1
            if not self._pending[person]:
                del self._pending[person]
        if self._last.get(chat) is done:
            del self._last[chat]
