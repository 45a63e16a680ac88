"""Shows pictures in Telegram's chats: uploaded once, sent to everybody else by the name that it got there."""

import asyncio
from collections.abc import Awaitable, Callable

from telegram import Bot, ReplyParameters
from telegram.error import BadRequest

from bot.newest import Newest
from storage.records import Picture

UPLOAD_WITHIN = 60.0
"""Seconds: five megabytes by a slow road."""

Load = Callable[[str], Awaitable[bytes | None]]
"""The bytes of the picture with this digest; None where they are not kept any more."""


class Pictures:
    """The pictures that one bot sends."""

    def __init__(self, bot: Bot, load: Load) -> None:
        self._bot = bot
        self._load = load
        self._known: Newest[str, str] = Newest(100)
        """What Telegram calls a picture that it has (file_id), by digest."""
        self._uploading = asyncio.Lock()

    async def send(
        self, picture: Picture, chat: int, thread: int | None, above: ReplyParameters
    ) -> int | None:
        """Send it without a sound; the number of the message, None where its bytes are not kept any more."""
        known = self._known.get(picture.digest)
        if known is not None:
            try:
                return await self._post(picture, known, chat, thread, above)
            except BadRequest as error:
                if "file" not in str(error).lower():
                    raise
                self._known.drop(picture.digest)  # Telegram knows it no more
        async with self._uploading:  # the others wait, and need no upload
            known = self._known.get(picture.digest)
            if known is None:
                data = await self._load(picture.digest)
                return None if data is None else await self._post(picture, data, chat, thread, above)
        return await self._post(picture, known, chat, thread, above)

    async def _post(
        self, picture: Picture, what: str | bytes, chat: int, thread: int | None, above: ReplyParameters
    ) -> int:
        message = await self._bot.send_photo(
            chat,
            what,
            filename=picture.name,
            message_thread_id=thread,
            disable_notification=True,
            reply_parameters=above,
            read_timeout=UPLOAD_WITHIN,
        )
        if message.photo:
            self._known.put(picture.digest, message.photo[-1].file_id)
        return message.message_id
