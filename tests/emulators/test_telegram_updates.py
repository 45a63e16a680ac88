"""Long polling: what waits, for how long, for whom."""

import asyncio
from datetime import timedelta

from tests.emulators.client import Client
from tests.emulators.telegram import TelegramEmulator


async def test_an_update_stays_until_it_is_confirmed(telegram: TelegramEmulator, client: Client) -> None:
    """Asked twice, it comes twice; a higher offset ends it."""
    await telegram.says(42, "/start")
    first = await client.result("getUpdates")
    assert await client.result("getUpdates") == first
    assert await client.result("getUpdates", offset=first[-1]["update_id"] + 1) == []


async def test_a_negative_offset_counts_from_the_end(telegram: TelegramEmulator, client: Client) -> None:
    """The last one is kept, all before it are forgotten."""
    for text in ("/one", "/two", "/three"):
        await telegram.says(42, text)
    last = await client.result("getUpdates", offset=-1)
    assert [update["message"]["text"] for update in last] == ["/three"]
    assert await client.result("getUpdates") == last


async def test_a_poll_waits_for_news(telegram: TelegramEmulator, client: Client) -> None:
    """What is said during the poll ends it."""
    poll = asyncio.create_task(client.call("getUpdates", timeout=20))
    await telegram.until_true(lambda: telegram.updates.polls == 1, "the poll")
    await telegram.says(42, "/start")
    assert (await poll)["result"][0]["message"]["text"] == "/start"


async def test_only_one_may_listen(client: Client, telegram: TelegramEmulator) -> None:
    """A second poll ends the first one with a conflict."""
    first = asyncio.create_task(client.call("getUpdates", timeout=20))
    await telegram.until_true(lambda: telegram.updates.polls == 1, "the first poll")
    await client.call("getUpdates", timeout=0)
    assert (await first)["error_code"] == 409


async def test_a_webhook_ends_a_poll(client: Client, telegram: TelegramEmulator) -> None:
    """In words of its own."""
    poll = asyncio.create_task(client.call("getUpdates", timeout=20))
    await telegram.until_true(lambda: telegram.updates.polls == 1, "the poll")
    await client.result("setWebhook", url="https://example.org/")
    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"


async def test_only_what_was_asked_for(telegram: TelegramEmulator, client: Client) -> None:
    """Kinds that are not allowed are not even kept; what is no list changes nothing; an empty one, all."""
    await client.call("getUpdates", allowed_updates=["callback_query", "no such kind"])
    await telegram.says(42, "/start")
    await client.call("getUpdates", allowed_updates="nonsense")
    await telegram.says(42, "/start")
    assert await client.result("getUpdates") == []
    await client.call("getUpdates", allowed_updates=[])
    await telegram.says(42, "/start")
    assert len(await client.result("getUpdates")) == 1


async def test_nothing_waits_for_ever(telegram: TelegramEmulator, client: Client) -> None:
    """A press is kept two and a half minutes, a message a day."""
    button = {"inline_keyboard": [[{"text": "b", "callback_data": "d"}]]}
    await client.sends(42, reply_markup=button)
    await telegram.presses(42, "b")
    await telegram.says(42, "/start")
    assert len(telegram.updates.pending) == 2
    telegram.clock.move(timedelta(minutes=3))
    assert len(telegram.updates.pending) == 1
    telegram.clock.move(timedelta(hours=24))
    assert await client.result("getUpdates") == []
