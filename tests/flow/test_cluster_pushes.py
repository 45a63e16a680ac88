"""What a hub pushes comes to a node that is reached from outside, and does nothing else.

`make test-cluster` runs it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.database import now_utc
from tests.emulators.hub import Hub, a_hub
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, item, rss
from tests.flow.federation import Federation
from tests.flow.program import free_port
from tests.flow.story import PERSON, TEXT, TITLE, rung
from tests.flow.test_cluster_failures import until
from tests.postgres import PostgresServer, a_postgres_server

pytestmark = pytest.mark.cluster


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of this test's own."""
    with a_postgres_server() as made:
        yield made


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    """What the source names."""
    async with a_hub() as made:
        yield made


async def test_a_push_to_a_node_that_does_not_poll_rings_once_though_it_comes_to_two(
    tmp_path: Path, site: Site, telegram: TelegramEmulator, hub: Hub, server: PostgresServer
) -> None:
    """Both are killed as soon as they have said that they have it; it is polled besides."""
    ports = [free_port(), free_port()]
    topic = f"{site.url}/feed"
    site.places["/feed"].headers["Link"] = hub.links(topic)
    server.make("pushes", like="template1")
    given = {"database": server.url("pushes"), "api_url": telegram.api_url, "token": telegram.token}
    federation = Federation(tmp_path, 3, {"northlight": topic}, **given)
    telegram.private(PERSON)
    federation.nodes[0].subscribed(PERSON)
    one, other, works = federation.nodes
    for node, port in ((one, ports[0]), (other, ports[1])):
        file = node.folder / "config.toml"
        reached = f'[web]\nlisten = "127.0.0.1:{port}"\npublic_url = "http://127.0.0.1:{ports[0]}"\n'
        file.write_text(file.read_text() + reached)
    try:
        await works.serve("--roles", "poll,send,answer,keep")
        await one.serve("--roles", "web")
        await other.serve("--roles", "web")
        callback = await hub.until_active(topic)
        there = callback.replace(str(ports[0]), str(ports[1]))
        hub.active[topic, there] = hub.active[topic, callback]
        news = rss(item(TITLE, TEXT, now_utc(), "call"))
        assert await asyncio.gather(*(hub.pushes(topic, news) for _ in range(2))) == [[202, 202]] * 2
        await one.kill()
        await other.kill()
        site.publish("/feed", news)
        await until(lambda: rung(telegram))
        with works.database() as database, database.write() as work:
            source = work.sources.by_name("northlight")
            assert source
            work.sources.due_by(source.id, now_utc())
        asked = len(site.asked)
        await until(lambda: len(site.asked) > asked)
        await asyncio.sleep(1)
        await works.until("sent")
        assert rung(telegram) == 1
    finally:
        await federation.end()
