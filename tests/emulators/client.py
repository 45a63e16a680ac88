"""A program that speaks the Bot API over plain HTTP, so that no library stands between."""

import io
from typing import Any

import aiohttp

from tests.emulators.telegram import TelegramEmulator


class Client:
    """Speaks with the bot's own token."""

    def __init__(self, telegram: TelegramEmulator, session: aiohttp.ClientSession) -> None:
        self._base = f"{telegram.api_url}{telegram.token}"
        self._session = session

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The whole answer, whatever its status."""
        return await self._answer(method, json=parameters)

    async def upload(
        self, method: str, *, name: str = "file.txt", kind: str = "document", content: bytes, **others: Any
    ) -> dict[str, Any]:
        """The whole answer to a form with a file in it."""
        form = aiohttp.FormData({key: str(value) for key, value in others.items()})
        form.add_field(kind, io.BytesIO(content), filename=name)  # a stream: bytes this big warn
        return await self._answer(method, data=form)

    async def result(self, method: str, **parameters: Any) -> Any:
        """What comes of it, if it is not refused."""
        body = await self.call(method, **parameters)
        assert body["ok"], body
        return body["result"]

    async def refusal(self, method: str, **parameters: Any) -> str:
        """The words of an error."""
        body = await self.call(method, **parameters)
        assert not body["ok"]
        return str(body["description"])

    async def sends(self, chat: int, text: str = "x", **others: Any) -> int:
        """A message's id."""
        message = await self.result("sendMessage", chat_id=chat, text=text, **others)
        return int(message["message_id"])

    async def _answer(self, method: str, **content: Any) -> dict[str, Any]:
        async with self._session.post(f"{self._base}/{method}", **content) as answer:
            body: dict[str, Any] = await answer.json()
            assert (answer.status == 200) is body["ok"]
            return body
