"""The network between a node and the database fails, as a pulled cable: nobody is told, packets are lost.

`make test-cluster` runs it, where network namespaces can be made.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site
from tests.flow.conftest import TOLD
from tests.flow.federation import Federation
from tests.flow.test_cluster_failures import (
    READERS,
    TAKEOVER,
    judge,
    ordinary,
    publish,
    read,
    settled,
    subscribe,
    until,
)
from tests.flow.wires import SERVER, Unavailable, Wires, wired
from tests.postgres import PostgresServer, a_postgres_server

pytestmark = pytest.mark.cluster


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of this test's own: it moves to another machine."""
    with a_postgres_server() as made:
        yield made


@pytest.fixture
async def wires(server: PostgresServer, site: Site, telegram: TelegramEmulator) -> AsyncIterator[Wires]:
    """The machine of the database and that of a node."""
    ports = {urlsplit(url).port or 0 for url in (site.url, telegram.api_url)}
    async with AsyncExitStack() as stack:
        try:
            made = await stack.enter_async_context(wired(server, *ports))
        except Unavailable as error:
            pytest.skip(str(error))
        yield made


@pytest.fixture
async def federation(
    tmp_path: Path, site: Site, telegram: TelegramEmulator, server: PostgresServer, wires: Wires
) -> AsyncIterator[Federation]:
    """Two nodes: the first one beyond the cable, the other one beside the database."""
    name = f"network_{time.monotonic_ns()}"
    server.make(name, like="template1")
    sources = ordinary(site)
    made = Federation(
        tmp_path, 2, sources, database=server.url(name), api_url=telegram.api_url, token=telegram.token
    )
    subscribe(made, telegram)
    far = made.nodes[0]
    far.within, far.afresh = wires.within, True
    file = far.folder / "config.toml"
    file.write_text(file.read_text().replace(server.url(name), f"postgresql://postgres@{SERVER}/{name}"))
    yield made
    await made.end()
    server.drop(name)


async def test_a_node_that_is_cut_off_from_the_database_is_replaced_and_comes_back(
    federation: Federation,
    site: Site,
    telegram: TelegramEmulator,
    wires: Wires,
    record_property: Callable[..., None],
) -> None:
    """It holds the account, and is in the middle of sending: it sends nothing after another one took over."""
    far, near = federation.nodes
    await far.serve()
    await until(lambda: federation.holder("telegram") is far)
    await near.serve()
    publish(site, federation, 0)
    await until(lambda: any(read(telegram, reader) for reader in READERS))
    wires.cut()
    took = await until(lambda: federation.holder("telegram") is near, TAKEOVER + 5)
    record_property(
        TOLD, f"another node holds the account of one that is cut off after {took:.1f} s (reach 15)"
    )
    publish(site, federation, 1)
    await until(lambda: settled(federation, 2), 90)
    assert far.service
    assert far.service.returncode is None, "it waits for the database"
    wires.mend()
    await until(lambda: "deliver.lock_lost" in far.log() or "deliver.failed" in far.log(), 60)
    await near.kill()
    publish(site, federation, 2)
    await until(lambda: settled(federation, 3), 90)
    assert federation.holder("telegram") is far
    judge(federation, telegram, 3)
    assert took <= TAKEOVER


async def test_a_node_that_is_cut_off_can_be_stopped(federation: Federation, wires: Wires) -> None:
    """It waits for no answer that never comes."""
    far, _ = federation.nodes
    await far.serve()
    wires.cut()
    await asyncio.sleep(2)
    began = time.monotonic()
    await far.stop()
    assert time.monotonic() - began < 40
