"""Lets few addresses be asked at a time, and none that wants to be left alone."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from jobs.fetch import LeftAlone
from jobs.pauses import Pauses, host_of
from storage.records import Source


@dataclass(slots=True)
class Turns:
    """The turns of one source or page. `place` is taken only while an address is asked.

    So those who wait for a slow host, or for linked pages, keep nobody else from asking.
    """

    pauses: Pauses
    place: AbstractAsyncContextManager[object]
    now: Callable[[], datetime]
    began: float | None = None
    """When the first of its addresses was asked, by the loop's clock."""

    @asynccontextmanager
    async def at(self, url: str) -> AsyncIterator[None]:
        """One turn; raises LeftAlone where a pause holds by now."""
        async with self.place:
            until = self.pauses.until(url, self.now())
            if until:
                raise LeftAlone(host_of(url), until)
            if self.began is None:
                self.began = asyncio.get_running_loop().time()
            yield


def apart(numbered: Sequence[tuple[int, Source]]) -> list[tuple[int, Source]]:
    """The first of each host, then the second of each: many on one slow host take all places from nobody."""
    met: Counter[str] = Counter()
    rounds = []
    for number, source in numbered:
        host = host_of(source.asked)
        rounds.append((met[host], number, source))
        met[host] += 1
    return [(number, source) for _, number, source in sorted(rounds, key=lambda one: one[:2])]
