"""Keeps what Telegram need not bring again until it is answered: enciphered, many in one transaction."""

import asyncio
from dataclasses import dataclass, field

import structlog

from storage.database import Database, now_utc

log = structlog.get_logger()

_AGAIN_AFTER = 1.0
_CLOSE_WITHIN = 3.0
"""Seconds."""


@dataclass(slots=True)
class _Arrival:
    """An update on its way to the disk: what it is known by, its bytes, and who waits for it."""

    known_as: str
    body: str = field(repr=False)
    kept: asyncio.Future[int | None]


class Keeping:
    """The updates of one bot that were acknowledged and wait to be answered, in one database.

    What comes while a transaction is written shares the next one, so that two hundred updates a second
    are a few dozen commits.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._arrivals: list[_Arrival] = []
        self._answered: list[int] = []
        self._writer: asyncio.Task[None] | None = None

    async def keep(self, known_as: str, body: str) -> int | None:
        """Return the number of the update once it is durable; None if it was taken before.

        Raises what the database does, when the update is not kept. Who stops waiting for it must not
        acknowledge it: it may be durable all the same, and is answered after the next start.
        """
        arrival = _Arrival(known_as, body, asyncio.get_running_loop().create_future())
        self._arrivals.append(arrival)
        self._write()
        return await arrival.kept

    def answered(self, number: int) -> None:
        """It has served: it is taken out with the next transaction."""
        self._answered.append(number)
        self._write()

    async def waiting(self) -> tuple[tuple[int, str | None], ...]:
        """What a program that was stopped had not answered: number and body, the oldest first.

        None for a body that cannot be read any more.
        """
        return await asyncio.to_thread(self._waiting)

    async def close(self) -> None:
        """Write down what is still to be written, if the database takes it in time."""
        if self._writer:
            await asyncio.wait({self._writer}, timeout=_CLOSE_WITHIN)

    def _write(self) -> None:
        if self._writer is None:
            self._writer = asyncio.create_task(self._turns())

    async def _turns(self) -> None:
        """One transaction after another, until nothing is left to write."""
        try:
            while self._arrivals or self._answered:
                arrivals, self._arrivals = self._arrivals, []
                answered, self._answered = self._answered, []
                if not await self._turn(arrivals, answered):
                    self._answered = [*answered, *self._answered]
                    await asyncio.sleep(_AGAIN_AFTER)
        finally:
            self._writer = None

    async def _turn(self, arrivals: list[_Arrival], answered: list[int]) -> bool:
        """One transaction, and a word to all who wait for it; False where the database did not take it."""
        try:
            numbers = await asyncio.to_thread(self._written, arrivals, answered)
        except Exception as error:
            log.exception("telegram.updates_not_kept", updates=len(arrivals))
            for one in arrivals:
                if not one.kept.done():  # who waited may have gone
                    one.kept.set_exception(error)
            return False
        for one, number in zip(arrivals, numbers, strict=True):
            if not one.kept.done():
                one.kept.set_result(number)
        return True

    def _written(self, arrivals: list[_Arrival], answered: list[int]) -> list[int | None]:
        with self._database.write() as work:
            now = now_utc()
            if answered:
                work.updates.remove(answered)
            return [
                work.updates.add(one.body, now)
                if work.requests.begin("telegram", one.known_as, now)
                else None
                for one in arrivals
            ]

    def _waiting(self) -> tuple[tuple[int, str | None], ...]:
        with self._database.read() as work:
            return work.updates.waiting(now_utc())
