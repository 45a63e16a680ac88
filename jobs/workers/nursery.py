"""Forks worker processes from one that has all they need, so that its memory is theirs as well.

    program -> mother (imports, tables; reads nothing of strangers) -> workers, one socket each

The mother is asked on a socket of her own, by a descriptor: that of the end of a pair on which the new worker
is to serve. She ends when the program does, and each worker when its pair is closed, or by its alarm.

Whoever takes a worker over, by a fault in a library that reads a document, is the same user as the program.
So of the program's environment, which may hold the key and tokens, the workers get none; and the program's
memory is closed to other processes of its user (`storage.secluded`).
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from jobs.workers.wire import LENGTH, MOST, untrusted
from storage.secluded import close_memory

_PASSED_ON = ("PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "HOME", "LD_LIBRARY_PATH")
"""What of our environment a worker needs, and no more."""
_START = 60.0
"""Seconds in which the mother must be there: imports and tables on a small, busy machine."""


class NoWorker(Exception):
    """No worker process could be started."""


@dataclass(slots=True)
class Worker:
    """One worker process, and the way to it."""

    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    handle: int | None
    """A descriptor that stands for the process and for no later one of its number; None on macOS."""

    @property
    def gone(self) -> bool:
        """Whether its end of the pair is closed."""
        return self.reader.at_eof() or self.writer.is_closing()

    async def read(self) -> Any:  # noqa: ANN401 - see untrusted
        """What it sent. Raises IncompleteReadError when it has ended."""
        return await _read(self.reader)

    async def end(self) -> None:
        """Kills the process and waits until it is gone, even if the caller is cancelled meanwhile."""
        await asyncio.shield(self._end())

    async def _end(self) -> None:
        with suppress(ProcessLookupError):
            if self.handle is not None:
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)
            elif not self.gone:  # else another process may have its number by now
                os.kill(self.pid, signal.SIGKILL)
        with suppress(ConnectionError):
            while await self.reader.read(1 << 16):  # what it was about to say; then its end
                pass
        if self.handle is not None:
            await _ended(self.handle)
            os.close(self.handle)
            self.handle = None
        self.writer.close()


class Nursery:
    """The mother of the workers, started when the first is asked for; `memory`, `preload` as in Workers."""

    def __init__(self, memory: int, preload: Sequence[str]) -> None:
        self._memory = memory
        self._preload = tuple(preload)
        self._mother: asyncio.subprocess.Process | None = None
        self._asking: socket.socket | None = None
        self._one_at_a_time = asyncio.Lock()

    async def worker(self) -> Worker:
        """A new worker process. Raises NoWorker."""
        async with self._one_at_a_time:
            for _ in range(2):  # the mother may have been killed by somebody else
                try:
                    async with asyncio.timeout(_START):
                        return await self._forked(await self._asked())
                except (OSError, TimeoutError, asyncio.IncompleteReadError):
                    await self.end()
        raise NoWorker

    async def end(self) -> None:
        """Ends the mother; workers end when their pairs are closed."""
        if self._asking is not None:
            self._asking.close()
            self._asking = None
        if self._mother is not None:
            with suppress(ProcessLookupError):
                self._mother.kill()
            await asyncio.shield(self._mother.wait())
            self._mother = None

    async def _asked(self) -> socket.socket:
        """The socket on which the mother is asked; she is started where there is none."""
        if self._asking is None:
            code = (
                f"import sys; sys.path[:] = {sys.path!r}\n"
                f"from jobs.workers.child import main; main({self._memory!r}, {self._preload!r})"
            )
            close_memory()
            self._asking, theirs = socket.socketpair()
            with theirs:
                self._mother = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-c",
                    code,
                    stdin=theirs.fileno(),
                    stdout=asyncio.subprocess.DEVNULL,
                    env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                )
        return self._asking

    async def _forked(self, asking: socket.socket) -> Worker:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(asking, [b"."], [theirs.fileno()])
            reader, writer = await asyncio.open_connection(sock=ours)
        except BaseException:
            ours.close()
            raise
        try:
            pid = await _read(reader)
            handle = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
        except BaseException:
            writer.close()
            raise
        return Worker(pid, reader, writer, handle)


async def _read(reader: asyncio.StreamReader) -> Any:  # noqa: ANN401 - see untrusted
    (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
    if length > MOST:
        raise ValueError("an endless answer")
    return untrusted(await reader.readexactly(length))


async def _ended(handle: int) -> None:
    """Waits until the process of a handle is gone."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_reader(handle, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(handle)
