"""The pool: hands jobs to worker processes, and kills the one that has taken too long."""

import asyncio
import pickle
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, ParamSpec, Protocol, Self, TypeVar

from jobs.workers.wire import LENGTH, MOST, frame, untrusted

_P = ParamSpec("_P")
_T = TypeVar("_T")

_START = 60.0
"""Seconds in which a worker must be there: imports on a small, busy machine."""
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
    a worker imports before it takes its first job.
    """

    def __init__(
        self, *, most: int = 2, seconds: float = 20, memory: int = 1 << 30, preload: Sequence[str] = ()
    ) -> None:
        self._seconds = seconds
        self._memory = memory
        self._preload = tuple(preload)
        self._free = asyncio.Semaphore(most)
        self._idle: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> Self:
        """Nothing is started yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the processes."""
        while self._idle:
            await _end(self._idle.pop())

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
                await _end(worker)
                raise
            if swollen:
                await _end(worker)
            else:
                self._idle.append(worker)
        if not done:
            raise value
        return value  # type: ignore[no-any-return]  # what the function promises

    async def _worker(self) -> asyncio.subprocess.Process:
        while self._idle:
            worker = self._idle.pop()
            if worker.returncode is None:
                return worker
            await _end(worker)
        code = (
            f"import sys; sys.path[:] = {sys.path!r}\n"
            f"from jobs.workers.child import main; main({self._memory!r}, {self._preload!r})"
        )
        pipe = asyncio.subprocess.PIPE
        worker = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdin=pipe, stdout=pipe)
        try:
            async with asyncio.timeout(_START):
                await _read(worker)
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            await _end(worker)
            raise Unfinished("no worker process could be started") from error
        except BaseException:
            await _end(worker)
            raise
        return worker

    async def _asked(self, worker: asyncio.subprocess.Process, job: bytes) -> tuple[bool, Any, bool]:
        assert worker.stdin is not None  # noqa: S101 - it was started with pipes
        try:
            async with asyncio.timeout(self._seconds):
                worker.stdin.write(job)
                await worker.stdin.drain()
                done, value, swollen = await _read(worker)
        except TimeoutError as error:
            raise Unfinished(f"reading it takes longer than {self._seconds:g} s") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Unfinished("reading it ended the reader") from error
        except (pickle.UnpicklingError, AttributeError, TypeError, ValueError, EOFError) as error:
            raise Unfinished("reading it broke the reader") from error
        return bool(done), value if done or isinstance(value, Exception) else RuntimeError(), bool(swollen)


async def _read(worker: asyncio.subprocess.Process) -> Any:  # noqa: ANN401 - see untrusted
    assert worker.stdout is not None  # noqa: S101 - it was started with pipes
    (length,) = LENGTH.unpack(await worker.stdout.readexactly(LENGTH.size))
    if length > MOST:
        raise ValueError("an endless answer")
    return untrusted(await worker.stdout.readexactly(length))


async def _end(worker: asyncio.subprocess.Process) -> None:
    """Kills the process and waits until it is gone, even if the caller is cancelled meanwhile."""
    with suppress(ProcessLookupError):
        worker.kill()
    if worker.stdin is not None:
        worker.stdin.close()
    await asyncio.shield(worker.wait())
