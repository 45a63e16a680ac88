"""Sources that have news: the whole way from the question to statements, cases and alerts on the disk."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from benchmarks import parse
from benchmarks.lemon import NAME, Lemon
from benchmarks.material import ENTRIES, feed
from benchmarks.measure import Row, Turn, on_one_core, timed
from benchmarks.server import address, told
from benchmarks.watch import Watch, watching
from storage.database import now_utc
from storage.records import Source

FIRSTS = 3
FEEDS = 25
"""Feeds of one first poll."""
STAGES = 6
_READ_ALONE = 20


async def rows(port: int, folder: Path, peer: Lemon, now: datetime) -> list[Row]:
    """Measures first polls, then polls of the same feeds with one new entry each."""
    urls = [address(port, "feed", n) for n in range(FIRSTS * FEEDS)]
    bodies = [feed(n, now, newer=1) for n in range(_READ_ALONE)]
    first: list[Turn] = []
    first_peer: list[Turn] = []
    ours: list[Turn] = []
    theirs: list[Turn] = []
    alone: list[Turn] = []
    async with watching(folder) as watch:
        await _warm(watch, bodies[0])
        for turn in range(FIRSTS):
            part = urls[: (turn + 1) * FEEDS]
            known = {source.url for source in watch.sources()} if turn else set()
            new = tuple(source for source in watch.over(part) if source.url not in known)
            first.append(await timed(_round(watch, new, ENTRIES)))
            peer.begin(part[turn * FEEDS :])
            first_peer.append(await asyncio.to_thread(peer.update, FEEDS * ENTRIES))
        peer.begin(urls)
        await asyncio.to_thread(peer.update)
        for stage in range(1, STAGES):
            told(port, "stage", stage)
            watched = watch.sources()
            ours.append(await timed(_round(watch, watched, 1)))
            theirs.append(await asyncio.to_thread(peer.update, len(urls) * (ENTRIES + stage)))
            alone.append(on_one_core(lambda: parse.peer(bodies)))
    return [
        Row("1 new entry among 20, all steps", parse.PEER, ours, alone, 4),
        Row("1 new entry among 20, all steps", NAME, ours, theirs, 8),
        Row("first poll, 20 new entries each", NAME, first, first_peer, 1.5),
    ]


def _round(watch: Watch, sources: tuple[Source, ...], each: int) -> Callable[[], Awaitable[int]]:
    async def run() -> int:
        assert await watch.round(sources) == each * len(sources)
        return len(sources)

    return run


async def _warm(watch: Watch, body: bytes) -> None:
    """In life the workers have been there for long."""
    listed, source = watch.poller.parser.shown, Source("warm", "http://127.0.0.1/")
    await asyncio.gather(*(listed(body, {}, source.url, source, now_utc()) for _ in range(4)))
