"""The Matrix transport as the tests run it: an account of its own on a real Synapse, and a store folder."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.commands.request import Reply, Request
from bot.config import MatrixConfig
from bot.render.message import Message
from bot.transports.chats import Reactions
from bot.transports.matrix import MatrixTransport
from storage.vault import Vault
from tests.ciphering import Remembered
from tests.contracts.transports.harness import says
from tests.synapse import Person

VAULT = Vault.from_secret(bytes(range(32)))


class Bot:
    """One account with a store of its own; each start is a new program."""

    def __init__(self, folder: Path, account: Person, url: str = "") -> None:
        self.account = account
        self.store = folder / "store"
        self.config = MatrixConfig(
            url or account.server.url, account.user, password=account.password, store=self.store
        )
        self.heard: list[Request] = []
        self.gone: list[str] = []
        self.returned: list[str] = []
        self.seen: list[Reactions] = []
        self.knows = False
        """Whether something is stored about whatever room lets it in."""
        self.replies: dict[str, Message] = {}
        self.identities = Remembered()
        self.is_strict = False
        self.moved: list[tuple[str, str]] = []
        self.shown: list[tuple[str, str]] = []
        self.devices = 0
        """How often it was another device than before."""

    @asynccontextmanager
    async def runs(self, **more: Any) -> AsyncIterator[MatrixTransport]:
        """The transport, from its start to its end."""
        transport = MatrixTransport(
            replace(self.config, strict=self.is_strict),
            VAULT,
            answer=self._answer,
            apology=lambda _: says("sorry"),
            gone=self._gone,
            returned=self._returned,
            moved=self._moved,
            seen=self._seen,
            another_device=self._another_device,
            verifying=self._verifying,
            identities=self.identities,
            **more,
        )
        await transport.start()
        try:
            yield transport
        finally:
            await transport.stop()

    async def _answer(self, request: Request) -> Reply:
        self.heard.append(request)
        return Reply((self.replies.get(request.text) or says(f"heard {request.text}"),))

    async def _returned(self, address: str, _: str) -> bool:
        self.returned.append(address)
        return self.knows

    async def _seen(self, reactions: Reactions, _: str) -> None:
        self.seen.append(reactions)

    async def _moved(self, before: str, after: str, _: str) -> bool:
        self.moved.append((before, after))
        return True

    async def _another_device(self) -> None:
        self.devices += 1

    async def _verifying(self, pictures: str, numbers: str) -> None:
        self.shown.append((pictures, numbers))

    async def _gone(self, address: str, _: str) -> None:
        self.gone.append(address)


async def until(happened: Callable[[], Any]) -> None:
    """Wait for what happens soon."""
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 - a server tells nobody
            await asyncio.sleep(0.02)


def texts(person: Person, room: str, sender: str) -> list[str]:
    """What the sender has said in the room in the clear."""
    said = [one for one in person.events(room) if one["type"] == "m.room.message"]
    return [one["content"]["body"] for one in said if one["sender"] == sender and one["content"]]
