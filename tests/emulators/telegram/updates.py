"""What waits for the bot: long polling, offsets that confirm, one reader at a time.

Kinds, how long each is kept and in which order a webhook gets them are those of the Bot API server
(`add_update`). A higher offset, or a webhook's 2xx, is the only thing that ends an update before
its time, so a killed bot gets again what it had not confirmed.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.refusals import conflict

ALL_KINDS = frozenset({
    "message", "edited_message", "channel_post", "edited_channel_post", "inline_query",
    "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query", "poll",
    "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost",
    "removed_chat_boost", "message_reaction", "message_reaction_count", "business_connection",
    "business_message", "edited_business_message", "deleted_business_messages", "purchased_paid_media",
    "managed_bot", "guest_message",
})  # fmt: skip
ONLY_WHEN_ASKED_FOR = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KINDS_BY_DEFAULT = ALL_KINDS - ONLY_WHEN_ASKED_FOR
_KEPT_SECONDS = {"inline_query": 30, "callback_query": 150}
_KEPT_SECONDS_OTHERWISE = 86_400
LONGEST_POLL = 50
MOST_AT_ONCE = 100


class Updates:
    """Updates that wait to be confirmed. `allowed` is what the bot last asked for.

    `webhook` is the address they are sent to, "" for none; `polls` counts the calls of getUpdates;
    `changed` is called whenever updates have come or gone.
    """

    def __init__(self, clock: Clock, changed: Callable[[], object]) -> None:
        self.allowed = KINDS_BY_DEFAULT
        self.webhook = ""
        self.polls = 0
        self._clock = clock
        self._changed = changed
        self._pending: list[dict[str, Any]] = []
        self._ends: dict[int, float] = {}
        self._last = 1000
        self._arrived = asyncio.Event()
        self._aborted = False

    @property
    def pending(self) -> list[dict[str, Any]]:
        """What is not yet confirmed, oldest first, without what nobody fetched in time."""
        now = self._clock.now()
        self._pending = [one for one in self._pending if self._ends[one["update_id"]] > now]
        return self._pending

    def allow(self, kinds: Any) -> None:
        """Ask for some kinds; an empty list means the default, what is no list changes nothing."""
        if isinstance(kinds, list):
            named = frozenset(str(kind).lower() for kind in kinds) & ALL_KINDS
            self.allowed = named or KINDS_BY_DEFAULT

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Queue an update, unless the bot did not ask for its kind."""
        if kind not in self.allowed:
            return
        self._last += 1
        self._ends[self._last] = self._clock.now() + _KEPT_SECONDS.get(kind, _KEPT_SECONDS_OTHERWISE)
        self._pending.append({"update_id": self._last, kind: content})
        self._arrived.set()
        self._changed()

    def forget(self, number: int) -> None:
        """One update has been taken."""
        self._pending = [one for one in self._pending if one["update_id"] != number]
        self._changed()

    def drop(self) -> None:
        """Forget everything that waits."""
        self._pending = []
        self._changed()

    def abort_poll(self) -> None:
        """End the poll that waits, because a webhook was set."""
        self._aborted = True
        self._arrived.set()

    async def read(self, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """Forget what is below `offset`, then wait for what is there; a newer reader ends an older one."""
        if self.webhook:
            raise conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        self.polls += 1
        me = self.polls
        self._aborted = False
        self._arrived.set()  # wakes the older reader, if there is one
        self._confirm(offset)
        end = asyncio.get_running_loop().time() + min(seconds, LONGEST_POLL)
        while not self.pending and (left := end - asyncio.get_running_loop().time()) > 0:
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), left)
            except TimeoutError:
                break
            self._check_still_reading(me)
        return self.pending[: min(max(limit, 1), MOST_AT_ONCE)]

    def _check_still_reading(self, me: int) -> None:
        if self._aborted:
            raise conflict("terminated by setWebhook request")
        if me != self.polls:
            raise conflict(
                "terminated by other getUpdates request; make sure that only one bot instance is running"
            )

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            self._pending = [one for one in self._pending if one["update_id"] >= offset]
        elif offset < 0:
            self._pending = self._pending[offset:]
        self._changed()


def line_of(update: dict[str, Any]) -> tuple[str, Any]:
    """Updates of one line reach a webhook in order: messages of one chat, presses of one person."""
    kind = next(name for name in update if name != "update_id")
    content = update[kind]
    chat, sender = content.get("chat"), content.get("from")
    if kind in {"inline_query", "callback_query", "chosen_inline_result"} or chat is None:
        return kind, (sender or {}).get("id")
    return kind.removeprefix("edited_"), chat["id"]
