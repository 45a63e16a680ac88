"""Lets answers to people leave out of the account's one budget: ahead of what is sent of our own accord.

A person waits for an answer, and nobody waits for a digest. But a crowd that asks without end must not keep
a call from anybody: answers have a part of each second, and leave a part of a group's minute alone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jobs.pace import Pace, Place

_LOOK = 0.25
"""Seconds until it is looked again, at the latest: what others send in the meantime changes the wait."""


class Answers:
    """The answers of one account, whose `pace` its sender has as well."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Waits until one message, an answer, may leave for this address; it is on its way meanwhile."""
        place = self._pace.place(address)
        await self._until(place)
        slot = self._pace.leaves(place, answers=True)
        try:
            yield
        finally:
            self._pace.answered(slot)

    async def _until(self, place: Place) -> None:
        while True:
            if wait := self._pace.wait_in(place):
                await asyncio.sleep(min(wait, _LOOK))
            elif wait := self._pace.wait_to_answer():
                await self._ahead(min(wait, _LOOK))
            else:
                return

    async def _ahead(self, seconds: float) -> None:
        """Waits while the sender leaves room."""
        self._pace.ahead += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            self._pace.ahead -= 1
