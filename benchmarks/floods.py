"""What a flood of commands does to who asks beside it, and to memory; the desk is the real one, on SQLite.

A bystander asks now and then. His delay, from when Telegram has his line until it has the answer, is told
beside that in quiet, by turns. One person's flood is limited for that person. Of a flood of many nobody is:
each asks once, and all stand in one line: a bystander waits as they do once more come than can be answered.
"""

import os
import statistics
import time
from pathlib import Path

from benchmarks import town
from benchmarks.crowd import (
    FIRST,
    Crowd,
    Line,
    before,
    delays,
    now_and_then,
    steadily,
    together,
    until_answered,
)
from benchmarks.measure import memory
from benchmarks.updates import answering, fill
from storage.database import Database

ONE = 1_000
"""Commands of one person, all at once."""
_TURNS = 3
_BYSTANDER, _NOISY = 7, 42
_ASKS, _EVERY = 12, 0.5
"""How often he asks, and after how many seconds each time: few enough for nobody to limit him."""
_START = 10_000_000
"""Update numbers of one turn: no update comes twice."""


async def by_one(folder: Path) -> str:
    """A bystander beside one person who says a thousand things at once, and alone."""
    quiet: list[list[float]] = []
    loud: list[list[float]] = []
    with town.database("sqlite", folder) as database:
        fill(database)
        await _asked(database, [], 0)  # what is imported and cached on the way is no part of a turn
        held = memory(os.getpid())
        for turn in range(1, _TURNS + 1):
            quiet.append(await _asked(database, [], 2 * turn))
            loud.append(await _asked(database, [(0.0, _NOISY)] * ONE, 2 * turn + 1))
        grown = memory(os.getpid()) - held
    return (
        f"{ONE:,} commands at once from one person, {_TURNS} times: {_told(quiet, loud)}; memory "
        f"{held / 1e6:.0f} MB before, {grown / 1e6:+.1f} MB after all"
    )


async def by_many(folder: Path, seconds: int, per_second: int) -> str:
    """So many new people a second, for so long: whether all are answered, and what memory comes to."""
    people = seconds * per_second
    with town.database("sqlite", folder) as database:
        fill(database)
        quiet = await _asked(database, [], 0)
        every = max(_EVERY, seconds / _ASKS)
        lines = together(steadily(FIRST, people, per_second), now_and_then(_BYSTANDER, _ASKS, every))
        with before(Crowd(lines, _BYSTANDER, _START)) as address:
            async with answering(database, address):
                start = time.perf_counter()
                await until_answered(address, people // 4)
                early = memory(os.getpid())
                await until_answered(address, people + 1)
                loud = await delays(address, _ASKS)
                took, late = time.perf_counter() - start, memory(os.getpid())
    return (
        f"{per_second} a second from as many people, for {seconds} s: all {people:,} answered after "
        f"{took:.1f} s; {_told([quiet], [loud])}; memory {early / 1e6:.0f} MB after a quarter, "
        f"{late / 1e6:.0f} MB at the end"
    )


async def _asked(database: Database, flood: list[Line], turn: int) -> list[float]:
    """The bystander's delays beside the flood."""
    lines = together(flood, now_and_then(_BYSTANDER, _ASKS, _EVERY))
    with before(Crowd(lines, _BYSTANDER, (turn + 1) * _START)) as address:
        async with answering(database, address):
            return await delays(address, _ASKS)


def _told(quiet: list[list[float]], loud: list[list[float]]) -> str:
    """Medians of the turns, the ratio of each pair, and the worst."""
    pairs = zip(loud, quiet, strict=True)
    ratios = [statistics.median(one) / statistics.median(other) for one, other in pairs]
    calm, beside = (statistics.median(one for turn in turns for one in turn) for turns in (quiet, loud))
    worst = max(one for turn in loud for one in turn)
    spread = f" ({min(ratios):.2f}-{max(ratios):.2f})" if len(ratios) > 1 else ""
    return (
        f"a bystander is answered after {1000 * beside:.0f} ms, in quiet {1000 * calm:.0f} ms, ratio "
        f"{statistics.median(ratios):.2f}{spread}, at worst {1000 * worst:.0f} ms"
    )
