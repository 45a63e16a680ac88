"""Goes along when a room is replaced by another one, and takes what the old one asked for there."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot.transports.matrix_invitations import Invitations
from bot.transports.matrix_outcome import FAILURES, Refused
from bot.transports.matrix_server import Homeserver
from bot.transports.matrix_upgrades import Tombstone, is_successor, tombstone

log = structlog.get_logger()

_KNOWN_WITHIN = 60.0
"""Seconds until a sync has told of a room that was entered."""


class Following:
    """The rooms of one account that were closed. `moved` hears the old and the new, and by which event."""

    def __init__(
        self,
        server: Homeserver,
        invitations: Invitations,
        moved: Callable[[str, str, str], Awaitable[bool]],
    ) -> None:
        self._server = server
        self._invitations = invitations
        self._moved = moved
        self._closed: dict[str, Tombstone] = {}
        """By the room that is to take its place."""
        self._arriving: set[str] = set()
        """An invitation may come beside the word that the room was replaced."""

    def sees(self, room: str, source: Mapping[str, Any]) -> asyncio.Task[None] | None:
        """Follow, if the event says that the room was replaced."""
        closed = tombstone(room, source)
        if closed is None or self._closed.get(closed.replacement) == closed:
            return None
        self._closed[closed.replacement] = closed
        self._invitations.expect(closed.replacement, room)
        return asyncio.create_task(self._enter(closed))

    async def entered(self, room: str) -> None:
        """The bot was invited, and went in: perhaps where it was waiting to be let in."""
        closed = self._closed.get(room)
        if closed is not None:
            await self._arrive(closed)

    async def _enter(self, closed: Tombstone) -> None:
        try:
            await self._server.join(closed.replacement, closed.sender.partition(":")[2])
        except Refused as refused:
            log.warning("a room was replaced, and the bot is not let in yet", error=refused.code)
        except FAILURES as error:
            log.warning("a room was replaced, and was not followed yet", error=type(error).__name__)
        else:
            await self._arrive(closed)

    async def _arrive(self, closed: Tombstone) -> None:
        if closed.replacement in self._arriving:
            return
        self._arriving.add(closed.replacement)
        try:
            state = await self._server.state(closed.replacement)
            if not is_successor(closed, state):
                log.warning("a room was said to be replaced by one that does not bear it out; not followed")
                await self._server.leave(closed.replacement)
                return
            async with asyncio.timeout(_KNOWN_WITHIN):  # what is sent before would count as sent to nowhere
                while closed.replacement not in self._server.rooms:  # noqa: ASYNC110 - a sync tells nobody
                    await asyncio.sleep(0.05)
            await self._moved(closed.room, closed.replacement, closed.event)
            await self._server.leave(closed.room)
            log.info("a room was replaced; the bot went along")
        except (Refused, *FAILURES) as error:
            self._arriving.discard(closed.replacement)
            log.warning("a room was replaced, and was not followed yet", error=type(error).__name__)
