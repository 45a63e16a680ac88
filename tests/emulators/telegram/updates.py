"""The queue behind getUpdates: long polling, offsets that confirm, one reader at a time."""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.emulators.telegram.faults import RefusedError

KINDS_BY_DEFAULT = frozenset(
    {"message", "edited_message", "channel_post", "callback_query", "my_chat_member", "inline_query"}
)


class Updates:
    """Updates that wait to be confirmed. `allowed` is what the bot last asked for.

    `polls` counts the calls of getUpdates; `confirmed` is called whenever updates may have gone.
    """

    def __init__(self, confirmed: Callable[[], object]) -> None:
        self._confirmed = confirmed
        self.allowed = KINDS_BY_DEFAULT
        self.pending: list[dict[str, Any]] = []
        self.webhook = ""
        self._last = 1000
        self.polls = 0
        self._arrived = asyncio.Event()

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Queue an update, unless the bot did not ask for its kind."""
        if kind not in self.allowed:
            return
        self._last += 1
        self.pending.append({"update_id": self._last, kind: content})
        self._arrived.set()

    async def read(self, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """Forget what is below `offset`, then wait for what is there; a newer reader ends an older one."""
        if self.webhook:
            raise RefusedError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self.polls += 1
        me = self.polls
        self._arrived.set()  # wakes the older reader, if there is one
        self._confirm(offset)
        end = asyncio.get_running_loop().time() + seconds
        while not self.pending and (left := end - asyncio.get_running_loop().time()) > 0:
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), left)
            except TimeoutError:
                break
            if me != self.polls:
                raise RefusedError(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
        return self.pending[: min(max(limit, 1), 100)]

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            self.pending = [update for update in self.pending if update["update_id"] >= offset]
        elif offset < 0:
            self.pending = self.pending[offset:]
        self._confirmed()
