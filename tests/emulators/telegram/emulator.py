"""The emulator as tests hold it: the server, what its people do, and what its chats have seen."""

import asyncio
import secrets
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from tests.emulators.telegram.chats import Chat, Message, Sight
from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.faults import Fault, Order, refused
from tests.emulators.telegram.flood import NO_FLOOD_RULES, FloodGate, FloodRules
from tests.emulators.telegram.methods.menus import menu_seen_by
from tests.emulators.telegram.people import People
from tests.emulators.telegram.refusals import RefusedError
from tests.emulators.telegram.server import Server
from tests.emulators.telegram.updates import Updates
from tests.emulators.telegram.webhook import Webhook
from tests.emulators.telegram.world import World

PATIENCE = 5.0
"""Seconds that `until` waits before it fails and shows the conversation."""
LOOKING_EVERY = 0.05
WEBHOOK_PAUSE = 0.01
"""Real seconds for each second that a webhook's retry would wait."""


class TelegramEmulator(People):
    """A Telegram of our own on 127.0.0.1, with one bot. `port` 0 takes a free one.

    `flood` says which flood rules hold (none, if not given), `clock` what time it is, `inline` whether
    the bot has inline mode, `webhook_pause` how long a second is to a webhook that is tried again.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        flood: FloodRules = NO_FLOOD_RULES,
        clock: Clock | None = None,
        inline: bool = False,
        webhook_pause: float = WEBHOOK_PAUSE,
        number: int = 123456789,
    ) -> None:
        self.token = f"{number}:AA{secrets.token_urlsafe(24)}"
        self.username = "emulated_bot"
        self.clock = clock or Clock()
        account = {
            "id": number,
            "is_bot": True,
            "first_name": "Emulated",
            "username": self.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": inline,
        }
        self.world = World(account, self.clock)
        self.updates = Updates(self.clock, self._news)
        self.gate = FloodGate(flood, self.clock)
        self._changed = asyncio.Event()
        self._server = Server(
            self.token,
            self.world,
            self.updates,
            self.gate,
            port=port,
            pause=webhook_pause,
            changed=self._changed.set,
        )

    async def __aenter__(self) -> Self:
        await self._server.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.close()

    def _news(self) -> None:
        """Updates have come or gone."""
        self._changed.set()
        self._server.webhook.wake()

    @property
    def api_url(self) -> str:
        """The base of a bot's addresses, up to the token: ends in /bot."""
        return f"http://127.0.0.1:{self._server.port}/bot"

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """Every request so far: method (in lower case) and parameters."""
        return self._server.calls

    @property
    def fetched(self) -> list[str]:
        """Ids of the files that the bot has fetched."""
        return self._server.fetched

    @property
    def times(self) -> list[float]:
        """When each of them came, on our clock."""
        return self._server.times

    @property
    def webhook(self) -> Webhook:
        """Where updates are sent, and how that went."""
        return self._server.webhook

    # What goes wrong

    def fail(
        self,
        method: str,
        fault: Fault | RefusedError,
        *,
        times: int = 1,
        chat: int | str | None = None,
        text: str = "",
        nth: int = 1,
    ) -> None:
        """Let requests of `method` ("*" for any) fail so, `times` times from the `nth` on.

        Only those are meant, and counted, that go to `chat` and whose text or caption contains `text`.
        """
        as_fault = refused(fault) if isinstance(fault, RefusedError) else fault
        self._server.faults.add(Order(as_fault, method.lower(), times, chat, text, nth - 1))

    def recover(self) -> None:
        """Whatever was still to fail does not fail any more."""
        self._server.faults.cancel()

    def revokes(self) -> None:
        """BotFather gives the bot another `token`; from now on the one before is refused (401)."""
        number, _, _ = self.token.partition(":")
        self.token = self._server.token = f"{number}:AA{secrets.token_urlsafe(24)}"

    async def goes_down(self) -> None:
        """Stop listening and sending: connections are refused, but nothing is forgotten."""
        await self._server.close()

    async def comes_back(self) -> None:
        """Listen again, at the same address."""
        await self._server.open()

    # What its people see

    def chat(self, number: int) -> Chat:
        """A chat that is there already."""
        return self.world.chats[number]

    def texts(self, number: int) -> list[str]:
        """What the bot has said in the chat, as it reads now."""
        return [message.text for message in self.said(number)]

    def said(self, number: int) -> list[Message]:
        """The bot's messages in the chat, oldest first, without those it deleted."""
        chat = self.world.chats.get(number)
        return chat.said_by(self.world.bot["id"]) if chat else []

    def seen(self, number: int) -> list[Sight]:
        """Everything that ever stood in the chat, also what was edited or deleted, and for how long."""
        chat = self.world.chats.get(number)
        return list(chat.sights()) if chat else []

    def menu(self, number: int, person: int | None = None) -> list[str]:
        """The commands that somebody is offered in the chat."""
        shown = menu_seen_by(self.world, self.world.chats[number], person or self._anybody(number))
        return [one["command"] for one in shown]

    # Waiting

    async def until(
        self, chat: int, *, contains: str = "", count: int = 1, patience: float = PATIENCE
    ) -> Message:
        """The newest message of the bot's that contains the text, once there are `count` of such."""
        found: list[Message] = []

        def there() -> bool:
            found[:] = [message for message in self.said(chat) if contains in message.text]
            return len(found) >= count

        await self.until_true(there, f"{contains!r} in chat {chat}", patience, chat)
        return found[-1]

    async def until_true(
        self, there: Callable[[], bool], what: str, patience: float = PATIENCE, chat: int | None = None
    ) -> None:
        """Wait for anything: looked for after every request and update, and now and then in between."""
        end = asyncio.get_running_loop().time() + patience
        while not there():
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), LOOKING_EVERY)
            except TimeoutError:
                if asyncio.get_running_loop().time() >= end:
                    seen = self.transcript(chat) if chat is not None else ""
                    raise AssertionError(f"waited {patience} s in vain for {what}\n{seen}") from None

    async def answer_to(self, press: str, patience: float = PATIENCE) -> str:
        """What a press was answered with, once it was: a text, a link, or "" for nothing."""
        await self.until_true(lambda: self.world.presses[press] is not None, "an answer to a press", patience)
        return self.world.presses[press] or ""

    async def until_handled(self, patience: float = PATIENCE) -> None:
        """Wait until the bot has confirmed every update."""
        await self.until_true(lambda: not self.updates.pending, "confirmation", patience)
