"""Telegram, emulated: chats with people in them, and a server that fails when it is told to."""

import asyncio
from datetime import timedelta
from typing import ClassVar, Self

from bot.transports.telegram import TelegramTransport
from tests.contracts.transports.harness import Can, Harness, Trouble, Verb, says
from tests.emulators.telegram import Fault, Message, TelegramEmulator, dropped, flood, refusal, trouble

_METHODS = {Verb.SEND: "sendMessage", Verb.EDIT: "editMessageText", Verb.WITHDRAW: "deleteMessage"}
_TOO_OLD = "Bad Request: message can't be deleted for everyone"
_REFUSALS = {
    Verb.SEND: [("sendMessage", "Bad Request: message is too long")],
    Verb.EDIT: [("editMessageText", "Bad Request: message can't be edited")],
    Verb.WITHDRAW: [("deleteMessage", _TOO_OLD), ("editMessageText", "Bad Request: message can't be edited")],
}
_FAULTS: dict[Trouble, Fault] = {
    Trouble.FLOOD: flood(7),
    Trouble.DOWN: trouble(500),
    Trouble.SILENCE: dropped(accepted=True),
}


class TelegramHarness(Harness):
    """The Telegram transport against tests/emulators/telegram."""

    name = "telegram"
    cannot: ClassVar = {Can.RECOGNISE: "sendMessage takes no key"}

    def __init__(self) -> None:
        super().__init__()
        self._telegram = TelegramEmulator()
        self._chats = iter(range(424_242_001, 424_243_000))
        self._down = False

    async def __aenter__(self) -> Self:
        await self._telegram.__aenter__()
        self._bot = TelegramTransport(
            self._telegram.token,
            api_url=self._telegram.api_url,
            answer=self.answer,
            apology=lambda language: says(f"sorry ({language})"),
            gone=self._gone,
        )
        self.transport = self._bot
        await self._bot.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._bot.stop()
        await self._telegram.__aexit__(None, None, None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The token, whole and its secret half."""
        return (self._telegram.token, self._telegram.token.partition(":")[2])

    def reader(self, *, group: bool = False) -> str:
        """A private chat, or a group."""
        number = next(self._chats)
        if group:
            self._telegram.group(-number)
            return str(-number)
        self._telegram.private(number)
        return str(number)

    def reads(self, address: str) -> list[str]:
        """The bot's messages as they read now."""
        return self._telegram.texts(int(address))

    def reachable(self, address: str) -> list[str]:
        """Telegram shows no reader the earlier versions of a message."""
        return self.reads(address)

    def sounds(self, address: str) -> list[bool]:
        """What was not sent silently."""
        return [not message.silent for message in self._said(address)]

    def belongs(self, address: str) -> str:
        """A reply quotes it."""
        chat = self._telegram.chat(int(address))
        above = self._said(address)[-1].reply_to
        found = chat.find(above) if above else None
        return found.now.text if found else ""

    def count(self, address: str) -> int:
        """Deleted ones too."""
        chat = self._telegram.chat(int(address))
        return sum(message.sender == self._telegram.world.bot["id"] for message in chat.messages)

    def offered(self, address: str) -> list[str]:
        """Every button in the chat."""
        return [label for message in self._said(address) for label in message.buttons]

    async def asks(self, address: str, line: str) -> None:
        """Written in the chat."""
        await self._telegram.says(int(address), line)
        await self._telegram.until_handled()

    async def chooses(self, address: str, label: str) -> None:
        """The newest button of that label."""
        await self._telegram.presses(int(address), label)
        await self._telegram.until_handled()

    async def fails(self, trouble: Trouble, verb: Verb, address: str) -> str:
        """By the chat's state where there is one, else by an error on demand."""
        chat = int(address)
        match trouble:
            case Trouble.NO_CONNECTION:
                await self._telegram.goes_down()
                self._down = True
                await asyncio.sleep(0.05)  # until the transport has noticed that open connections ended
            case Trouble.GONE:
                self._telegram.blocks(chat)
            case Trouble.MOVED:
                return str(self._telegram.upgrades(chat, -1_000_000_000_000 + chat).id)
            case Trouble.REFUSED:
                for method, words in _REFUSALS[verb]:
                    self._telegram.fail(method, refusal(400, words), chat=chat)
            case _:
                self._telegram.fail(_METHODS[verb], _FAULTS[trouble], chat=chat)
        return address

    async def recovers(self) -> None:
        """Telegram listens again."""
        if self._down:
            await self._telegram.comes_back()
            self._down = False

    def floods_after(self, messages: int, address: str) -> None:
        """429 for the message after."""
        self._telegram.fail("sendMessage", flood(3), chat=int(address), nth=messages + 1)

    def deletes(self, address: str, number: int) -> None:
        """As a person, or an admin, can."""
        self._said(address)[number].deleted_at = self._telegram.clock.now()

    def ages(self, address: str) -> None:
        """Telegram deletes nothing that is older than 48 hours."""
        del address  # time passes everywhere
        self._telegram.clock.move(timedelta(hours=49))

    def _said(self, address: str) -> list[Message]:
        return self._telegram.said(int(address))

    async def _gone(self, address: str, request_id: str) -> None:
        """Nobody is told: what a chat's leaving means is tried elsewhere."""
