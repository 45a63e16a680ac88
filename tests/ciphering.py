"""A person on Matrix whose client enciphers: matrix-nio once more, with another device and another store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nio import AsyncClient, AsyncClientConfig

from tests.synapse import Person


@asynccontextmanager
async def a_human(person: Person, folder: Path) -> AsyncIterator[AsyncClient]:
    """The person with a client that enciphers, on a device and in a store of its own."""
    folder.mkdir()  # noqa: ASYNC240 - nobody else waits
    config = AsyncClientConfig(pickle_key="human", max_timeouts=0, max_limit_exceeded=3)
    client = AsyncClient(person.server.url, person.user, store_path=str(folder), config=config)
    await client.login(person.password)
    task = asyncio.create_task(client.sync_forever(2000, full_state=True))
    try:
        yield client
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await client.close()
        client.store.database.close()
