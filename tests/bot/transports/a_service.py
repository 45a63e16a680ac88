"""The bot as it is wired: Telegram emulated, everything behind it real."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.config import TelegramConfig
from bot.desk import Desk
from bot.transports.telegram import TelegramTransport
from bot.voices import telegram as wired
from jobs.notices import Admins
from storage.database import Database
from storage.people import Recipient, Route
from tests.emulators.telegram import TelegramEmulator


@dataclass(frozen=True)
class Service:
    """A bot that answers, and what it has stored."""

    bot: TelegramTransport
    telegram: TelegramEmulator
    database: Database

    def recipient(self, address: str | int) -> Recipient | None:
        """What is stored about a chat or a topic."""
        with self.database.read() as work:
            return work.recipients.find("telegram", str(address))

    def routes(self, address: str | int) -> list[Route]:
        """What it asked for."""
        known = self.recipient(address)
        with self.database.read() as work:
            return list(work.routes.of(known.id)) if known else []

    def nothing_is_stored(self) -> bool:
        """Whether there is no row about anybody."""
        with self.database.read() as work:
            return work.recipients.traces() == {}


@asynccontextmanager
async def a_service(
    database: Database,
    telegram: TelegramEmulator,
    *,
    admins: tuple[int, ...] = (),
    rooms: tuple[int, ...] = (),
    **settings: Any,
) -> AsyncIterator[Service]:
    """The service, listening."""
    people, chats = (tuple(("telegram", str(number)) for number in some) for some in (admins, rooms))
    told = Admins(people, rooms=chats)
    config = TelegramConfig(telegram.token, telegram.api_url, **settings)
    bot = wired(config, Desk(database, admins=told))
    await bot.start()
    try:
        yield Service(bot, telegram, database)
    finally:
        await bot.stop()
