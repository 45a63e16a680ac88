"""Polling against bare aiohttp (unchanged sources) and against feedparser (sources with new entries).

Run by `make bench`. The server is a process of its own; every figure is the best of three rounds,
and the machine's noise shows in the spread that is printed beside it.
"""

import asyncio
import hashlib
import io
import multiprocessing
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import feedparser
import structlog
from aiohttp import web
from rich.console import Console
from rich.table import Table

from jobs.fetch import Fetcher
from jobs.poll import Poller
from storage.database import Database, now_utc
from storage.records import Source
from storage.vault import Vault

SOURCES = 1_000
FEEDS = 40
ROUNDS = 3
_APART = 0.5
"""Seconds between two rounds: in life they are minutes, and no host is asked twice at once."""


def feed(number: int) -> bytes:
    """A feed of twenty ordinary entries."""
    now = now_utc() - timedelta(hours=1)
    items = "".join(
        f"<item><title>Report {number}-{n}: figures on the border</title><guid>{number}-{n}</guid>"
        f"<pubDate>{now:%a, %d %b %Y %H:%M:%S} +0000</pubDate><link>http://127.0.0.1/{number}/{n}</link>"
        f"<description>{'The figures rest on interviews with people who crossed. ' * 20}</description></item>"
        for n in range(20)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{items}</channel></rss>'.encode()
    )


def serve(ports: "multiprocessing.Queue[int]") -> None:
    """The server: /same answers 304 to who has the validator, /feed/N a feed, /body/N always the same one."""
    body = feed(0)

    async def answer(request: web.Request) -> web.Response:
        if request.path.startswith("/body"):
            return web.Response(body=body, content_type="application/rss+xml")
        if request.headers.get("If-None-Match") == '"v"':
            return web.Response(status=304, headers={"ETag": '"v"'})
        number = int(request.path.rsplit("/", 1)[1])
        return web.Response(body=feed(number), content_type="application/rss+xml", headers={"ETag": '"v"'})

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "0.0.0.0", 0).start()  # noqa: S104 - all of 127.0.0.0/8, to spread hosts
        ports.put(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


async def timed(work: Callable[[], Awaitable[int]]) -> tuple[float, float]:
    """Units a second: the best round, and the worst."""
    rates = []
    for _ in range(ROUNDS):
        await asyncio.sleep(_APART)
        start = time.perf_counter()
        done = await work()
        rates.append(done / (time.perf_counter() - start))
    return max(rates), min(rates)


async def measure(port: int, folder: Path) -> list[tuple[str, str, float, float, float]]:
    """Rows of the table: what, peer, our best and worst rate, the peer's best."""
    database = Database(f"sqlite:///{folder / 'bench.db'}", Vault.from_secret(bytes(32)))
    database.prepare()
    unchanged = [
        Source(name=f"s{n}", url=f"http://127.0.{n // 250}.{n % 250 + 1}:{port}/same/{n}")
        for n in range(SOURCES)
    ]
    with database.write() as work:
        watched = work.sources.configure(unchanged)
        for source in watched:
            work.sources.save(replace(source, etag='"v"'))
        watched = work.sources.all()
    fetcher = Fetcher(allow_private=True)
    rows = []
    async with fetcher, aiohttp.ClientSession() as session:
        poller = Poller(database, fetcher)

        async def ours() -> int:
            return len(await poller.all(watched, now_utc()))

        async def bare() -> int:
            gate = asyncio.Semaphore(20)

            async def one(source: Source) -> None:
                async with gate, session.get(source.url, headers={"If-None-Match": '"v"'}) as answer:
                    await answer.read()

            await asyncio.gather(*(one(source) for source in watched))
            return len(watched)

        peer, _ = await timed(bare)
        best, worst = await timed(ours)
        rows.append(("304 round, sources/s, durable", "bare aiohttp", best, worst, peer))
        async with session.get(f"http://127.0.0.1:{port}/body/0") as answer:
            digest = hashlib.sha256(await answer.read()).hexdigest()
        with database.write() as work:
            work.sources.configure(
                replace(source, url=source.url.replace("/same/", "/body/")) for source in unchanged
            )
            for source in work.sources.all():
                work.sources.save(replace(source, etag="", last_modified="", body_hash=digest))
            watched = work.sources.all()
        peer, _ = await timed(bare)
        best, worst = await timed(ours)
        rows.append(("200 with an unchanged body, sources/s", "bare aiohttp", best, worst, peer))

        bodies = [feed(n) for n in range(FEEDS)]

        async def parsed() -> int:
            for body in bodies:
                feedparser.parse(io.BytesIO(body))
            return len(bodies)

        peer, _ = await timed(parsed)
        turn = iter(range(ROUNDS))

        async def first() -> int:
            start = next(turn) * FEEDS
            new = [
                Source(name=f"n{n}", url=f"http://127.1.0.{n % 250 + 1}:{port}/feed/{n}")
                for n in range(start, start + FEEDS)
            ]
            with database.write() as work:
                known = work.sources.configure([*new])
            polled = await poller.all(known, now_utc())
            assert sum(one.new for one in polled) == FEEDS * 20
            return len(polled)

        best, worst = await timed(first)
        rows.append(("first poll, 20 new entries, feeds/s", "feedparser, parse only", best, worst, peer))
    database.close()
    return rows


def main() -> None:
    """Measures and prints the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(ports,), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory(prefix="vigil-bench-") as folder:
        rows = asyncio.run(measure(ports.get(timeout=20), Path(folder)))
    server.terminate()
    table = Table("what", "ours (worst)", "peer", "peer's", "ratio", box=None)
    for what, peer, best, worst, theirs in rows:
        table.add_row(what, f"{best:,.0f} ({worst:,.0f})", peer, f"{theirs:,.0f}", f"{best / theirs:.2f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
