"""A Telegram for each test, and what speaks to it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from telegram import Bot

from tests.emulators.client import Client
from tests.emulators.telegram import TelegramEmulator


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """A Telegram of our own, with person 42 in it."""
    async with TelegramEmulator() as emulator:
        emulator.private(42)
        yield emulator


@pytest.fixture
async def client(telegram: TelegramEmulator) -> AsyncIterator[Client]:
    """A program with the right token."""
    async with aiohttp.ClientSession() as session:
        yield Client(telegram, session)


@pytest.fixture
async def bot(telegram: TelegramEmulator) -> AsyncIterator[Bot]:
    """python-telegram-bot's own, as it comes."""
    async with Bot(telegram.token, base_url=telegram.api_url) as made:
        yield made
