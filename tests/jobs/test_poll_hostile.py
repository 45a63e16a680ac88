"""Hostile sources end in time and by name, and those beside them are read on time."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from jobs.fetch import Fetcher
from storage.database import Database
from storage.words import SourceState
from tests.builders import NOON, a_source
from tests.feeds import item, rss
from tests.jobs.watching import CALL, Watch, a_watch

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


HOSTILE = {"drip": drip, "bomb": bomb, "flood": flood, "loop": loop, "billion": billion}


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch that waits a second for a source, and takes a megabyte."""
    async with (
        a_watch(database) as made,
        Fetcher(allow_private=True, timeout=1, max_bytes=1_000_000, gap=0) as strict,
    ):
        yield replace(made, fetcher=strict)


async def test_hostile_sources_end_and_the_others_are_on_time(watch: Watch) -> None:
    """Drip, bomb, flood, loop and entities: each has a state, and the call beside them rings meanwhile."""
    app = web.Application()
    for name, handler in HOSTILE.items():
        app.router.add_get(f"/{name}", handler)
    watch.publish("/feed", rss(item(*CALL, NOON, "1")))
    async with TestServer(app) as server:
        hostile = [a_source(name=name, url=str(server.make_url(f"/{name}"))) for name in HOSTILE]
        watch.over(*hostile, a_source(url=f"{watch.site.url}/feed"))
        clock = asyncio.get_running_loop().time
        begun, done = clock(), {}
        with watch.database.read() as work:
            sources = work.sources.all()
        polled = await watch.poller.all(
            sources, watch.now, lambda one: done.update({one.source.name: clock() - begun})
        )
    found = {one.source.name: one.source for one in polled}
    assert {name: found[name].state for name in HOSTILE} == {
        **dict.fromkeys(("drip", "bomb", "flood", "loop"), SourceState.FAILING),
        "billion": SourceState.DEGRADED,
    }
    assert all(found[name].detail and found[name].next_due for name in HOSTILE)
    assert [len(one.alerts) for one in polled if one.source.name == "northlight"] == [1]
    assert max(done.values()) < 30, "none holds the others up for long"
