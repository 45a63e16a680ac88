"""Lets each message that was claimed leave in its moment, or not at all any more."""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from jobs.pace import Pace, Place, Slot

AHEAD = 0.07
"""Seconds before its moment in which a message is claimed: it leaves then, and not a transaction later."""
_FRESH = 5.0
"""Seconds after a turn began within which its attempts leave without another look at the lock."""
_LOOK = 0.05
"""Seconds until it is looked again, at the latest: an answer may come that a place depends on."""


class TakenOver(Exception):
    """We were stopped in between: another one sends by now, and has settled what we were about to."""


@dataclass(slots=True)
class Gate:
    """Before it waits what is claimed.

    `is_shut`: whether nothing may leave any more; `alone`: whether the sender's lock is held still.
    """

    pace: Pace
    is_shut: Callable[[], bool]
    alone: Callable[[], bool]
    _claimed: dict[asyncio.Task[None], int] = field(default_factory=dict)

    def claim(self, task: asyncio.Task[None], messages: int) -> None:
        """This task is going to send so many messages."""
        self._claimed[task] = messages
        self._count()

    def let_go(self, task: asyncio.Task[None]) -> None:
        """It has sent them, or never will."""
        if self._claimed.pop(task, None) is not None:
            self._count()

    async def passes(self, place: Place, messages: int, began: float) -> tuple[Slot, ...]:
        """Waits until so many messages may leave for this place, and lets them; () where none may any more.

        `began`: when they were claimed, by the monotonic clock. Raises TakenOver.
        """
        while not self.is_shut():
            if time.monotonic() - began > _FRESH:
                if not await asyncio.to_thread(self.alone):
                    raise TakenOver
                began = time.monotonic()  # not before: a database that is slow would have us look for ever
            elif wait := self.pace.wait_for(messages):
                await asyncio.sleep(min(wait, _LOOK))
            else:
                if task := asyncio.current_task():
                    self.let_go(task)
                return tuple(self.pace.leaves(place) for _ in range(messages))
        return ()

    def _count(self) -> None:
        self.pace.claimed = sum(self._claimed.values())


GIVE_WITHIN = 2.0
"""Seconds for which nothing leaves while what is under way ends, so that the account can be given over."""


@dataclass(slots=True)
class Giving:
    """An account goes to another program between two messages: none leaves while the last ones arrive.

    One that hangs would hold up all others for as long as it is waited for. Then they go on meanwhile, and
    the account goes once it has ended.
    """

    goes: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic
    _since: float | None = None
    _hang: set[object] = field(default_factory=set)

    def waits(self, under_way: Collection[object]) -> bool:
        """Whether nothing may leave, as the account is about to go."""
        if not self.goes():
            self._since, self._hang = None, set()
            return False
        self._hang.intersection_update(under_way)
        if self._hang:
            return False
        self._since = self.clock() if self._since is None else self._since
        if under_way and self.clock() - self._since > GIVE_WITHIN:
            self._since, self._hang = None, set(under_way)
            return False
        return True
