"""Sources that have nothing new, against bare aiohttp asking as many at a time: its limit is ours."""

import asyncio
import hashlib
from pathlib import Path

import aiohttp

from benchmarks.lemon import NAME, Lemon
from benchmarks.measure import Row, Turn, timed
from benchmarks.server import address, told
from benchmarks.watch import IN_FLIGHT, watching

SOURCES = 1_000
_FEW = 100
_ROUNDS = 5
_APART = 0.5
"""Seconds between two rounds: in life they are minutes, and no host is asked twice at once."""
_BARE = "bare aiohttp"


async def rows(port: int, folder: Path, peer: Lemon) -> list[Row]:
    """Measures both kinds of nothing new."""
    body = hashlib.sha256(told(port, "body")).hexdigest()
    ours, bare, theirs = await _turns(port, folder / "same", peer, "same", {"etag": '"v"'})
    found = [
        Row("304, a round of 1,000 sources", _BARE, ours, bare, 0.5),
        Row("304, a round of 1,000 sources", NAME, ours, theirs),
    ]
    ours, bare, theirs = await _turns(port, folder / "body", peer, "body", {"body_hash": body})
    found += [
        Row("200, unchanged, of 1,000 sources", _BARE, ours, bare, 0.35),
        Row("200, unchanged, of 1,000 sources", NAME, ours, theirs),
    ]
    return found


async def _turns(
    port: int, folder: Path, peer: Lemon, kind: str, known: dict[str, str]
) -> tuple[list[Turn], list[Turn], list[Turn]]:
    """Turns of ours, of bare aiohttp, and of the peer, which has fewer sources."""
    urls = [address(port, kind, n) for n in range(SOURCES)]
    peer.begin(urls[:_FEW])
    peer.update()
    ours, bare, theirs = [], [], []
    async with watching(folder) as watch, aiohttp.ClientSession() as session:
        watched = watch.over(urls, **known)

        async def one_round() -> int:
            assert await watch.round(watched) == 0
            return len(urls)

        async def limit() -> int:
            return await _ask_all(session, urls, known.get("etag", ""))

        await limit()
        await one_round()
        for _ in range(_ROUNDS):
            await asyncio.sleep(_APART)
            bare.append(await timed(limit))
            await asyncio.sleep(_APART)
            watched = watch.sources()
            ours.append(await timed(one_round))
            theirs.append(await asyncio.to_thread(peer.update))
    return ours, bare, theirs


async def _ask_all(session: aiohttp.ClientSession, urls: list[str], etag: str) -> int:
    gate = asyncio.Semaphore(IN_FLIGHT)
    headers = {"If-None-Match": etag} if etag else {}

    async def one(url: str) -> None:
        async with gate, session.get(url, headers=headers) as answer:
            await answer.read()

    await asyncio.gather(*(one(url) for url in urls))
    return len(urls)
