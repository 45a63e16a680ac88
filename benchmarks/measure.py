"""Times and processor times, in turns that ours and the peer's take, and the rows that come of them."""

import os
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Turn:
    """One measured turn: how many were done, in how many seconds, with how many of a processor."""

    done: int
    seconds: float
    spent: float

    @property
    def rate(self) -> float:
        """How many a second."""
        return self.done / self.seconds

    @property
    def thrift(self) -> float:
        """How many in a second of one processor."""
        return self.done / self.spent


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: ours and the peer's turns, taken by turns, and the ratio to be reached."""

    what: str
    peer: str
    ours: Sequence[Turn]
    theirs: Sequence[Turn]
    reach: float | None = None
    by_processor: bool = False
    """Whether the ratio is that of processor times: where one core is measured, not a machine."""

    @property
    def ratios(self) -> list[float]:
        """Ours to theirs, of each pair of turns."""
        pairs = zip(self.ours, self.theirs, strict=True)
        if self.by_processor:
            return [one.thrift / other.thrift for one, other in pairs]
        return [one.rate / other.rate for one, other in pairs]

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return statistics.median(self.ratios)

    @property
    def thrift(self) -> float:
        """The median of the ratios of processor times."""
        pairs = zip(self.ours, self.theirs, strict=True)
        return statistics.median(one.thrift / other.thrift for one, other in pairs)

    def rates(self, turns: Sequence[Turn]) -> float:
        """The median of as many a second."""
        return statistics.median(one.thrift if self.by_processor else one.rate for one in turns)


async def timed(work: Callable[[], Awaitable[int]]) -> Turn:
    """One turn of something in this process and in its children that are alive before and after."""
    before, start = spent(os.getpid()), time.perf_counter()
    done = await work()
    return Turn(done, time.perf_counter() - start, spent(os.getpid()) - before)


def on_one_core(work: Callable[[], int]) -> Turn:
    """One turn of something that computes in this thread alone."""
    before, start = time.process_time(), time.perf_counter()
    done = work()
    return Turn(done, time.perf_counter() - start, time.process_time() - before)


def spent(process: int) -> float:
    """Processor seconds of a process and its living children, the benchmark's server and peer aside."""
    if not _PROC.is_dir():  # no Linux: what the workers take is not seen
        return time.process_time()
    return sum(_spent(one) for one in (process, *workers_of(process)))


def workers_of(process: int) -> list[int]:
    """The worker processes of a Vigil, and the one from which they were forked."""
    found: list[int] = []
    for path in _PROC.glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(fields[1]) == process and b"jobs.workers" in (path / "cmdline").read_bytes():
                found += [int(path.name), *workers_of(int(path.name))]
        except OSError:  # it is gone
            continue
    return found


def consumed(roots: Iterable[int]) -> float:
    """Processor seconds of these processes and all that descend from them, also of those that have ended."""
    times: dict[int, float] = {}
    children: dict[int, list[int]] = {}
    for path in _PROC.glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:  # it is gone
            continue
        times[int(path.name)] = sum(map(int, fields[11:15])) / _TICKS
        children.setdefault(int(fields[1]), []).append(int(path.name))
    found, waiting = 0.0, list(roots)
    while waiting:
        one = waiting.pop()
        found += times.get(one, 0.0)
        waiting += children.get(one, ())
    return found


def memory(process: int) -> int:
    """Bytes of memory of one process, shared pages counted by their share."""
    for line in (_PROC / str(process) / "smaps_rollup").read_text(encoding="utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise OSError("the system does not tell the memory of a process")


def _spent(process: int) -> float:
    if process == os.getpid():
        return time.process_time()
    try:
        text = (_PROC / str(process) / "stat").read_text(encoding="utf-8")
    except OSError:  # it is gone
        return 0.0
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
