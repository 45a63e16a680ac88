"""Collects what polls brought for a moment and writes it together: one commit for many sources."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_WINDOW = 0.05
_MOST = 50


class Batches(Generic[Item, Result]):
    """Writes items with `write`, which gets several and commits them whole, or raises and keeps none.

    `weight` says how much an item is: one that brings many entries goes with few others, so that
    other writers are not kept waiting. A batch that fails is tried again item by item, so that one
    bad item does not take the others with it.
    """

    def __init__(
        self, write: Callable[[Sequence[Item]], Sequence[Result]], weight: Callable[[Item], int]
    ) -> None:
        self._write = write
        self._weight = weight
        self._expected = 0
        self._load = 0
        """What all that waits weighs."""
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()

    @contextmanager
    def expected(self) -> Iterator[None]:
        """While it is open, an item is on its way: there is somebody to wait for."""
        self._expected += 1
        try:
            yield
        finally:
            self._expected -= 1
            self._look()

    async def add(self, item: Item) -> Result:
        """Returns when the item is written; raises what writing it raised."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._load += self._weight(item)
        self._look()
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            await self._collect()
            batch = self._take()
            try:
                await self._settle(batch)
            except BaseException:
                for _, future in batch:
                    future.cancel()
                raise

    async def _collect(self) -> None:
        """Waits a moment for others, but not when nobody is on the way or enough is here."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _WINDOW
        while not self._complete():
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(end):
                    await self._arrived.wait()
            except TimeoutError:
                return

    def _complete(self) -> bool:
        return not self._expected or self._load >= _MOST

    def _look(self) -> None:
        """Wakes the writer when there is something to do: to wake it each time costs more than to write."""
        if self._complete():
            self._arrived.set()

    def _take(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        room, number = _MOST, 0
        while number < len(self._waiting) and room > 0:
            room -= self._weight(self._waiting[number][0])
            number += 1
        batch, self._waiting = self._waiting[:number], self._waiting[number:]
        self._load = sum(self._weight(item) for item, _ in self._waiting)
        return batch

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await asyncio.to_thread(self._write, [item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - it is handed to whoever asked for it to be written
            if len(batch) > 1:
                for one in batch:
                    await self._settle([one])
            elif not batch[0][1].done():
                batch[0][1].set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
