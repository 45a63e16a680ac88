"""Hostile sources end in time and by name, and those beside them are read on time."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from jobs.fetch import Fetcher
from jobs.parser import PRELOAD, Parser
from jobs.polled import Polled
from jobs.workers import Workers
from storage.database import Database
from storage.vault import Vault
from storage.words import SourceState
from tests.builders import NOON, a_source
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch
from tests.names import on_loopback

_BOMB = gzip.compress(b"<rss>" + b" " * 50_000_000, compresslevel=9)


async def drip(request: web.Request) -> web.StreamResponse:
    """A byte now and then, without end."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.05)


async def bomb(_: web.Request) -> web.Response:
    """Fifty kilobytes that are fifty megabytes."""
    return web.Response(body=_BOMB, headers={"Content-Encoding": "gzip", "Content-Type": "application/xml"})


async def flood(request: web.Request) -> web.StreamResponse:
    """As much as is taken."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"<item>" * 10_000)


async def loop(_: web.Request) -> web.Response:
    """Always elsewhere."""
    return web.Response(status=302, headers={"Location": "/loop"})


async def billion(_: web.Request) -> web.Response:
    """Entities of entities of entities."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    body = f'<!DOCTYPE rss [<!ENTITY e0 "ha">{entities}]><rss><channel><title>&e11;</title></channel></rss>'
    return web.Response(text=body, content_type="application/rss+xml")


async def bombs(_: web.Request) -> web.Response:
    """The same as a file, which nobody says is packed."""
    return web.Response(body=_BOMB, headers={"Content-Type": "application/octet-stream"})


HOSTILE = {"bombs": bombs, "drip": drip, "bomb": bomb, "flood": flood, "loop": loop, "billion": billion}


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch that waits a second for a source, and takes a megabyte."""
    async with (
        a_watch(database) as made,
        Fetcher(allow_private=True, timeout=1, max_bytes=1_000_000, gap=0) as strict,
    ):
        yield replace(made, fetcher=strict)


async def test_hostile_sources_end_and_the_others_are_on_time(watch: Watch) -> None:
    """Drip, bomb, flood, loop and entities: each has a state, and the call beside them rings meanwhile.

    The next day, after a restart, they are asked again, end again, and what is new beside them is read.
    """
    app = web.Application()
    for name, handler in HOSTILE.items():
        app.router.add_get(f"/{name}", handler)
    watch.publish("/feed", rss(item(*CALL, NOON, "1")))
    async with TestServer(app) as server:
        hostile = [a_source(name=name, url=str(server.make_url(f"/{name}"))) for name in HOSTILE]
        watch.over(*hostile, a_source(url=f"{watch.site.url}/feed"))
        for day in (1, 2):
            polled, last = await in_time(watch)
            found = {one.source.name: one.source for one in polled}
            assert {name: found[name].state for name in HOSTILE} == {
                **dict.fromkeys(HOSTILE, SourceState.FAILING),
                "billion": SourceState.DEGRADED,
            }
            assert all(found[name].detail and found[name].next_due for name in HOSTILE)
            assert (found["drip"].failures, found["northlight"].state) == (day, SourceState.OK)
            assert [len(one.alerts) for one in polled if one.source.name == "northlight"] == [2 - day]
            assert last < 30, "none holds the others up for long"
            watch.later(days=1)
            watch.publish("/feed", rss(item(*POST, watch.now, "2"), item(*CALL, NOON, "1")))
            watch.restart()


async def in_time(watch: Watch) -> tuple[tuple[Polled, ...], float]:
    """All sources polled, and after how many seconds the last was done."""
    clock = asyncio.get_running_loop().time
    begun, done = clock(), dict[str, float]()
    with watch.database.read() as work:
        sources = work.sources.all()
    polled = await watch.poller.all(
        sources, watch.now, lambda one: done.update({one.source.name: clock() - begun})
    )
    return polled, max(done.values())


@pytest.fixture
async def few_seconds(tmp_path: Path, vault: Vault) -> AsyncIterator[Watch]:
    """A watch whose workers have a second for a feed."""
    database = Database(f"sqlite:///{tmp_path / 'vigil.db'}", vault)
    database.prepare()
    async with a_watch(database) as made, Workers(seconds=1, preload=PRELOAD) as workers:
        # The first job waits for the tables to be read, which is no matter of the feed.
        await workers.run(sorted, [2, 1])
        yield replace(made, parser=Parser(workers.run))
    database.close()


async def test_a_feed_that_takes_too_long_to_read_is_told_and_others_go_on(few_seconds: Watch) -> None:
    """Its worker is killed at each poll, before and after a restart; mended, it is read, and rings."""
    watch = few_seconds
    call = rss(item(*CALL, NOON, "1"))
    watch.publish("/endless", call.replace("<item>", f"<item><author>{'a' * 400_000}</author>", 1))
    watch.over_feed("/endless", "endless")
    watch.over_feed()
    for day in (1, 2):
        watch.publish("/feed", rss(item(f"{POST[0]} {day}", POST[1], watch.now, str(day))))
        watch.restart()
        assert await watch.polls_due() == ["endless", "northlight"]
        endless, good = watch.source("endless"), watch.source()
        assert (endless.state, endless.failures) == (SourceState.NOT_A_FEED, day)
        assert "bytes: reading it takes longer than 1 s" in endless.detail
        assert (good.state, watch.held()) == (SourceState.OK, day)
        watch.later(days=1)
    assert watch.heard() == [("ill", "endless")]
    watch.publish("/endless", call)
    watch.restart()
    watch.now = NOON + timedelta(hours=1)
    mended = await watch.polls("endless")
    assert (mended.source.state, mended.source.failures, len(mended.alerts)) == (SourceState.OK, 0, 1)


_INSIDE = {
    "literal": "127.0.0.1", "short": "127.1", "number": "2130706433", "mapped": "[::ffff:127.0.0.1]",
    "nat64": "[64:ff9b::7f00:1]", "cgnat": "100.64.0.1", "link-local": "169.254.169.254", "name": "localhost",
    "dns": "www.ngo.example",
}  # fmt: skip


async def test_no_source_reaches_into_our_own_network(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """However its address is spelled: refused at each poll, by name, before a socket opens; others go on."""
    on_loopback(monkeypatch)
    port = watch.site.url.rpartition(":")[2]
    watch.over(*(a_source(name=name, url=f"http://{host}:{port}/feed") for name, host in _INSIDE.items()))
    async with Fetcher(gap=0) as guarded:
        watch.fetcher = guarded
        for _ in range(2):
            watch.restart()
            assert await watch.polls_due() == sorted(_INSIDE)
            for name in _INSIDE:
                found = watch.source(name)
                assert (found.state, "not a public address" in found.detail) == (SourceState.FAILING, True)
            watch.later(days=1)
    assert watch.site.asked == []
