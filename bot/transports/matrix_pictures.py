"""Shows pictures in Matrix rooms, enciphered where the room is: uploaded once for either kind of room."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.newest import Newest
from bot.transports.matrix_server import Homeserver
from storage.records import Picture

Load = Callable[[str], Awaitable[bytes | None]]
"""The bytes of the picture with this digest; None where they are not kept any more."""


class Pictures:
    """The pictures that one account sends.

    An enciphered one has its key in the event that shows it (Client-Server API, "Sending encrypted
    attachments"): whoever gets the event reads it, and they are all told the same.
    """

    def __init__(self, server: Homeserver, load: Load) -> None:
        self._server = server
        self._load = load
        self._uploaded: Newest[tuple[str, bool], dict[str, Any]] = Newest(100)
        """By digest, and whether it is enciphered."""
        self._uploading = asyncio.Lock()

    async def content(self, picture: Picture, room: str) -> dict[str, Any] | None:
        """The content of an m.image for this room; None where the bytes are not kept any more.

        Raises what the homeserver refuses, or does.
        """
        ciphered = self._server.is_ciphered(room)
        where = await self._where(picture, ciphered=ciphered)
        if where is None:
            return None
        told = {"w": picture.width, "h": picture.height, "mimetype": picture.kind, "size": picture.size}
        named = {"body": picture.name, "filename": picture.name}
        return {"msgtype": "m.image", **named, "info": told, "m.mentions": {}, **where}

    async def _where(self, picture: Picture, *, ciphered: bool) -> dict[str, Any] | None:
        async with self._uploading:  # the others wait, and need no upload
            known = self._uploaded.get((picture.digest, ciphered))
            if known is not None:
                return known
            data = await self._load(picture.digest)
            if data is None:
                return None
            uri, keys = await self._server.upload(data, picture.kind, picture.name, ciphered=ciphered)
            where: dict[str, Any] = {"file": {"url": uri, **keys}} if ciphered else {"url": uri}
            self._uploaded.put((picture.digest, ciphered), where)
            return where
