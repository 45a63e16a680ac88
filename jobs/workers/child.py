"""The worker processes and the mother from whom they are forked; see `nursery`."""

import gc
import importlib
import os
import resource
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from jobs.workers.wire import LENGTH, frame, trusted

_NICENESS = 5
"""Sending goes before reading where they share a core."""
_STATUS = Path("/proc/self/status")
_SWOLLEN = 300_000
"""Kilobytes of memory after which a worker lets another take its place."""


def main(memory: int, preload: Sequence[str]) -> None:
    """The mother of the workers: forks one for each socket that comes on standard input, until its end.

    `memory` in bytes, all that a worker may take; `preload` are modules, as in Workers.
    """
    asked = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # out of reach of whatever a library reads or prints
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the program's to handle
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a worker
    for name in preload:
        getattr(importlib.import_module(name), "warm", _nothing)()
    gc.collect()
    gc.freeze()  # the tables of words stay: the collector need not look through them with every job
    while True:
        told, handles, _, _ = socket.recv_fds(asked, 1, 1)
        if not told:
            return
        with socket.socket(fileno=handles[0]) as line:
            if os.fork() == 0:
                asked.close()
                try:
                    serve(line, memory)
                finally:
                    os._exit(0)  # what is the mother's to do at her end is not done for each


def _nothing() -> None:
    """What a module without tables does to be ready."""


def serve(line: socket.socket, memory: int) -> None:
    """A worker: takes jobs and answers them until the other end is closed; `memory` is all it may take."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _limit(memory)
    jobs, answers = line.makefile("rb"), line.makefile("wb")
    _send(answers, frame(os.getpid()))
    while header := jobs.read(LENGTH.size):
        (length,) = LENGTH.unpack(header)
        seconds, step, positional, named = trusted(jobs.read(length))
        # Should the program be killed meanwhile, nobody else would end this process.
        signal.setitimer(signal.ITIMER_REAL, seconds)
        answer = _answer(step, positional, named)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(answers, answer)


def _answer(step: Any, positional: Any, named: Any) -> bytes:  # noqa: ANN401 - any step
    """The frame of (done, result or exception, whether another process should be next)."""
    try:
        return frame((True, step(*positional, **named), _swollen()))
    except Exception as error:  # noqa: BLE001 - whatever a step raises is raised again where it was asked for
        ours = type(error).__module__.startswith("jobs.") or type(error).__module__ == "builtins"
        said = error if ours else RuntimeError(repr(error)[:500])
    try:
        return frame((False, said, _swollen()))
    except Exception:  # noqa: BLE001 - one that holds what cannot be sent
        return frame((False, RuntimeError(repr(said)[:500]), True))


def _swollen() -> bool:
    return _peak() > _SWOLLEN


def _peak() -> int:
    """Kilobytes that this process has taken at most.

    Not `ru_maxrss` where it can be helped: Linux hands the parent's down (getrusage(2)), and a program
    that is large itself would have a new worker for every job.
    """
    try:
        status = _STATUS.read_text(encoding="ascii")
    except OSError:  # no Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0])


def _send(answers: BinaryIO, answer: bytes) -> None:
    answers.write(answer)
    answers.flush()


def _limit(memory: int) -> None:
    """A document that eats memory ends here and not the machine."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
