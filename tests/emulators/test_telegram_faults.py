"""Faults on demand: which requests they meet, and what is left behind."""

import asyncio
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from tests.emulators.client import Client
from tests.emulators.telegram import (
    Fault,
    RefusedError,
    TelegramEmulator,
    blocked,
    chat_not_found,
    deactivated,
    dropped,
    flood,
    garbage,
    group_deactivated,
    group_deleted,
    hang,
    kicked,
    migrated,
    never_started,
    no_right_to_post,
    no_right_to_send,
    not_a_member,
    peer_id_invalid,
    refusal,
    slow,
    thread_not_found,
    topic_closed,
    trouble,
)

GROUP = -1001234567890


async def which_pass(client: Client, *messages: dict[str, Any]) -> list[bool]:
    """Which of the messages are taken, one after another."""
    return [
        (await client.call("sendMessage", **{"chat_id": 42, "text": "x"} | one))["ok"] for one in messages
    ]


class TestWhichRequests:
    """By method, chat, text and number."""

    async def test_a_chat(self, telegram: TelegramEmulator, client: Client) -> None:
        """Twice for one chat, never for another."""
        telegram.private(7)
        telegram.fail("sendMessage", flood(1), times=2, chat=42)
        assert await which_pass(client, {}, {"chat_id": 7}, {}, {}) == [False, True, False, True]

    async def test_a_text(self, telegram: TelegramEmulator, client: Client) -> None:
        """Only what says so, in a text or in a caption."""
        telegram.fail("*", trouble(), text="Nine", times=2)
        assert await which_pass(client, {"text": "Ten"}, {"text": "Nine people"}) == [True, False]
        assert not (await client.upload("sendDocument", chat_id=42, content=b"x", caption="Nine"))["ok"]
        assert await which_pass(client, {"text": "Nine people"}) == [True]

    async def test_the_third(self, telegram: TelegramEmulator, client: Client) -> None:
        """Those before it pass, and are counted only if they are meant."""
        telegram.fail("sendMessage", trouble(), nth=3, text="x")
        passed = await which_pass(client, {}, {"text": "y"}, {}, {}, {})
        assert passed == [True, True, True, False, True]

    async def test_any_method(self, telegram: TelegramEmulator, client: Client) -> None:
        """Whatever is asked next."""
        telegram.fail("*", trouble(502))
        assert (await client.call("getMe"))["error_code"] == 502
        assert (await client.call("getMe"))["ok"]

    async def test_several_one_after_another(self, telegram: TelegramEmulator, client: Client) -> None:
        """In the order in which they were asked for, until all is well again."""
        telegram.fail("sendMessage", flood(1))
        telegram.fail("sendMessage", trouble(504), times=99)
        codes = [(await client.call("sendMessage", chat_id=42, text="x"))["error_code"] for _ in range(3)]
        assert codes == [429, 504, 504]
        telegram.recover()
        assert await which_pass(client, {}) == [True]


class TestKinds:
    """What can go wrong, as a library sees it."""

    @pytest.mark.parametrize(
        ("error", "kind", "words"),
        [
            (blocked(), Forbidden, "Forbidden: bot was blocked by the user"),
            (deactivated(), Forbidden, "Forbidden: user is deactivated"),
            (never_started(), Forbidden, "Forbidden: bot can't initiate conversation with a user"),
            (kicked(), Forbidden, "Forbidden: bot was kicked from the supergroup chat"),
            (kicked("channel"), Forbidden, "Forbidden: bot was kicked from the channel chat"),
            (not_a_member("group"), Forbidden, "Forbidden: bot is not a member of the group chat"),
            (group_deleted(), Forbidden, "Forbidden: the group chat was deleted"),
            (chat_not_found(), BadRequest, "Chat not found"),
            (peer_id_invalid(), BadRequest, "Peer_id_invalid"),
            (group_deactivated(), BadRequest, "Group chat was deactivated"),
            (thread_not_found(), BadRequest, "Message thread not found"),
            (topic_closed(), BadRequest, "Topic_closed"),
            (no_right_to_send(), BadRequest, "Not enough rights to send text messages to the chat"),
            (no_right_to_post(), BadRequest, "Need administrator rights in the channel chat"),
            (migrated(GROUP), ChatMigrated, f"Group migrated to supergroup. New chat id: {GROUP}"),
        ],
        ids=str,
    )
    async def test_refusals_have_names(
        self,
        telegram: TelegramEmulator,
        bot: Bot,
        error: RefusedError,
        kind: type[TelegramError],
        words: str,
    ) -> None:
        """Each is the library's own kind of error, and nothing is sent."""
        telegram.fail("sendMessage", error)
        with pytest.raises(kind) as failed:
            await bot.send_message(42, "x")
        assert (type(failed.value), str(failed.value)) == (kind, words)
        assert telegram.texts(42) == []

    async def test_any_words(self, telegram: TelegramEmulator, client: Client) -> None:
        """What has no name yet."""
        telegram.fail("sendMessage", refusal(400, "Bad Request: SOMETHING_NEW", retry_after=3))
        body = await client.call("sendMessage", chat_id=42, text="x")
        assert (body["description"], body["parameters"]) == ("Bad Request: SOMETHING_NEW", {"retry_after": 3})

    @pytest.mark.parametrize("accepted", [False, True])
    @pytest.mark.parametrize("make", [dropped, trouble, garbage], ids=["dropped", "500", "garbage"])
    async def test_only_we_know_whether_it_was_carried_out(
        self, telegram: TelegramEmulator, bot: Bot, make: Any, accepted: bool
    ) -> None:
        """The bot sees the same error either way."""
        telegram.fail("sendMessage", make(accepted=accepted))
        with pytest.raises(TelegramError):
            await bot.send_message(42, "x")
        assert telegram.texts(42) == (["x"] if accepted else [])

    @pytest.mark.parametrize("accepted", [False, True])
    async def test_silence(self, telegram: TelegramEmulator, client: Client, accepted: bool) -> None:
        """No answer comes, until the emulator ends or the bot gives up."""
        telegram.fail("sendMessage", hang(accepted=accepted))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.call("sendMessage", chat_id=42, text="x"), 0.5)
        assert telegram.texts(42) == (["x"] if accepted else [])

    async def test_slowness(self, telegram: TelegramEmulator, client: Client) -> None:
        """The right answer comes, but late."""
        telegram.fail("sendMessage", slow(0.05))
        start = asyncio.get_running_loop().time()
        await client.sends(42)
        assert asyncio.get_running_loop().time() - start >= 0.05

    @pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")  # seconds become a timedelta
    @pytest.mark.parametrize(
        ("fault", "kind"), [(flood(7), RetryAfter), (trouble(502), NetworkError)], ids=["429", "502"]
    )
    async def test_floods_and_trouble(
        self, telegram: TelegramEmulator, bot: Bot, fault: Fault, kind: type[TelegramError]
    ) -> None:
        """As the library tells them apart."""
        telegram.fail("sendMessage", fault)
        with pytest.raises(kind):
            await bot.send_message(42, "x")

    async def test_an_outage(self, telegram: TelegramEmulator, client: Client) -> None:
        """Connections are refused; when it is back nothing is forgotten, and the address is the same."""
        await client.sends(42, "before")
        await telegram.goes_down()
        with pytest.raises(aiohttp.ClientError):
            await client.sends(42, "during")
        await telegram.comes_back()
        await client.sends(42, "after")
        assert telegram.texts(42) == ["before", "after"]
