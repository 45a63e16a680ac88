"""The pool: hands jobs to worker processes, and kills the one that has taken too long."""

import asyncio
import pickle
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, ParamSpec, Protocol, Self, TypeVar

from jobs.workers.nursery import NoWorker, Nursery, Worker
from jobs.workers.wire import frame

_P = ParamSpec("_P")
_T = TypeVar("_T")

_GRACE = 2.0
"""Seconds after which a worker whose program is gone ends by itself."""


class Run(Protocol):
    """Runs a step somewhere else and waits for it: `Workers.run`, or asyncio.to_thread."""

    async def __call__(self, func: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """The step's result; what it raises is raised."""


class Unfinished(Exception):
    """The step did not come to an end; `detail` says why."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Workers:
    """Up to `most` worker processes, used as `async with Workers() as workers`.

    A process is started when it is first needed, and kept. `seconds` is what one step may take, from
    the moment a worker has it; `memory` in bytes is what a worker may take. `preload` names modules that
    are imported for all workers at once; what such a module calls `warm` is called, to read its tables.
    """

    def __init__(
        self, *, most: int = 2, seconds: float = 20, memory: int = 1 << 30, preload: Sequence[str] = ()
    ) -> None:
        self._seconds = seconds
        self._nursery = Nursery(memory, preload)
        self._free = asyncio.Semaphore(most)
        self._idle: list[Worker] = []

    async def __aenter__(self) -> Self:
        """Nothing is started yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the processes."""
        while self._idle:
            await self._idle.pop().end()
        await self._nursery.end()

    async def run(self, func: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """`func(*args, **kwargs)` in a worker; what it raises is raised. Also raises Unfinished.

        `func` is a function of a module, its arguments and its result are values of ours.
        """
        job = frame((self._seconds + _GRACE, func, args, kwargs))
        async with self._free:
            worker = await self._worker()
            try:
                done, value, swollen = await self._asked(worker, job)
            except BaseException:  # also when the caller gives up: nobody would take the answer
                await worker.end()
                raise
            if swollen:
                await worker.end()
            else:
                self._idle.append(worker)
        if not done:
            raise value
        return value  # type: ignore[no-any-return]  # what the function promises

    async def _worker(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if not worker.gone:
                return worker
            await worker.end()
        try:
            return await self._nursery.worker()
        except NoWorker as error:
            raise Unfinished("no worker process could be started") from error

    async def _asked(self, worker: Worker, job: bytes) -> tuple[bool, Any, bool]:
        try:
            async with asyncio.timeout(self._seconds):
                worker.writer.write(job)
                await worker.writer.drain()
                done, value, swollen = await worker.read()
        except TimeoutError as error:
            raise Unfinished(f"reading it takes longer than {self._seconds:g} s") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Unfinished("reading it ended the reader") from error
        except (pickle.UnpicklingError, AttributeError, TypeError, ValueError, EOFError) as error:
            raise Unfinished("reading it broke the reader") from error
        return bool(done), value if done or isinstance(value, Exception) else RuntimeError(), bool(swollen)
