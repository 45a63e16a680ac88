"""Two programs on one token, or on one database: one listens, the other says who does, and waits."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from bot import speaking
from bot.transports import telegram_polling
from storage.database import Database
from tests.bot.transports.test_telegram import Voice, a_bot, a_transport
from tests.emulators.telegram import TelegramEmulator


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """Telegram."""
    async with TelegramEmulator() as made:
        yield made


async def test_a_second_program_on_one_database_says_who_listens_and_waits(
    database: Database,
    telegram: TelegramEmulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is asked of Telegram meanwhile; it listens once the first has ended."""
    monkeypatch.setattr(speaking, "_LOCK_RETRY", 0.05)
    monkeypatch.setattr("bot.transports.telegram.START_WITHIN", 0.1)
    alone = {"alone": lambda: speaking.the_only_one(database, "listens", "another process listens here")}
    first, second = Voice(), Voice()
    other = a_transport(telegram, second, **alone)
    async with a_bot(telegram, first, **alone):
        asked = len(telegram.calls)
        await other.start()
        await asyncio.sleep(0.1)
        assert [name for name, _ in telegram.calls[asked:] if name != "getupdates"] == []
        await telegram.says(42, "/first")
        await telegram.until(42, contains="heard /first")
    await telegram.says(42, "/second")
    await telegram.until(42, contains="heard /second")
    await other.stop()
    assert [one.text for one in (*first.heard, *second.heard)] == ["/first", "/second"]
    said = "".join(capsys.readouterr())
    assert "another process listens here" in said
    held_by = f"process {os.getpid()} on" if database.engine.dialect.name == "sqlite" else "of the database"
    assert held_by in said


def test_who_holds_a_lock_is_told_while_it_is_held(database: Database) -> None:
    """And nobody does where nobody ever did."""
    assert database.lock_holder("never") == "nobody"
    with database.sender_lock("telegram") as mine:
        assert mine
        assert database.lock_holder("telegram") != "nobody"


async def test_who_came_later_to_a_token_leaves_it_to_the_first(
    telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each poll of one ends the other's (409): the newcomer waits, and does not take every second update."""
    monkeypatch.setattr(telegram_polling, "AGAIN_AFTER", 0.05)
    monkeypatch.setattr(telegram_polling, "SETTLED_AFTER", 0.3)
    first, second = Voice(), Voice()
    async with a_bot(telegram, first):
        await asyncio.sleep(0.4)
        polls = telegram.updates.polls
        async with a_bot(telegram, second):
            await telegram.until_true(lambda: telegram.updates.polls >= polls + 4, "a dispute")
            await asyncio.sleep(0.3)
            for number in range(3):
                await telegram.says(42, f"/{number}")
                await telegram.until(42, contains=f"heard /{number}")
    assert [one.text for one in first.heard] == ["/0", "/1", "/2"]
    assert second.heard == []
    assert "another program that polls" in "".join(capsys.readouterr())


async def test_a_webhook_elsewhere_is_named(
    telegram: TelegramEmulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its host, and not its path, which may be secret."""
    async with a_bot(telegram, Voice()):
        telegram.webhook.set("https://other.example/secret-path")
        telegram.updates.abort_poll()
        await telegram.until_true(
            lambda: "getwebhookinfo" in [name for name, _ in telegram.calls[-2:]], "a look"
        )
        await asyncio.sleep(0.1)
    said = "".join(capsys.readouterr())
    assert "a webhook at other.example" in said
    assert "secret-path" not in said
