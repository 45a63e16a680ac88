"""A person on Matrix whose client enciphers: matrix-nio once more, with another device and another store."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from nio import AsyncClient, AsyncClientConfig

from bot.transports.matrix_identity import Account, Standing, sign
from tests.synapse import Person


class Remembered:
    """Keeps the keys of accounts in memory, as the database does."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}

    async def identity(self, user: str) -> str | None:
        """The keys of this account."""
        return self.keys.get(user)

    async def keep_identity(self, user: str, text: str) -> None:
        """Keep them."""
        self.keys[user] = text


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


async def confirms(person: Person, client: AsyncClient, identities: Remembered | None = None) -> Remembered:
    """The person's device is signed by cross-signing keys, which are made where there are none yet."""
    kept = identities or Remembered()

    async def ask(method: str, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        told = person.server.ask(method, path, dict(body), client.access_token, fails=True)
        return (401 if "session" in told else 400 if "errcode" in told else 200), told

    assert await sign(ask, Account(person.user, client.device_id, person.password), kept) is Standing.SIGNED
    return kept
