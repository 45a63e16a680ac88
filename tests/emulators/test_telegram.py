"""The emulator against a foreign client: is it as strict as Telegram, and as forgetful as asked?"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.emulators.telegram import FloodRules, TelegramEmulator, flood

GROUP = -1001234567890


class Client:
    """Speaks the Bot API over plain HTTP."""

    def __init__(self, telegram: TelegramEmulator, session: aiohttp.ClientSession) -> None:
        self._base = f"{telegram.api_url}{telegram.token}"
        self._session = session

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The whole answer, whatever its status."""
        async with self._session.post(f"{self._base}/{method}", json=parameters) as answer:
            body: dict[str, Any] = await answer.json()
            assert (answer.status == 200) is body["ok"]
            return body

    async def refusal(self, method: str, **parameters: Any) -> str:
        """The words of an error."""
        body = await self.call(method, **parameters)
        assert not body["ok"]
        return str(body["description"])


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


class TestStrictness:
    """What the real server refuses is refused here, in its words."""

    @pytest.mark.parametrize(
        ("message", "words"),
        [
            ({"text": ""}, "Bad Request: message text is empty"),
            ({"text": " \n"}, "Bad Request: text must be non-empty"),
            ({"text": "x" * 4097}, "Bad Request: message is too long"),
            ({"text": "😀" * 2049}, "Bad Request: message is too long"),
            (
                {"text": "<b>x", "parse_mode": "HTML"},
                "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
            ),
            ({"text": "x", "chat_id": 43}, "Bad Request: chat not found"),
            ({"text": "x", "chat_id": "@somewhere"}, "Bad Request: chat not found"),
            ({"text": "x", "message_thread_id": 5}, "Bad Request: message thread not found"),
        ],
        ids=["empty", "blank", "long", "emoji", "markup", "unknown chat", "name", "thread"],
    )
    async def test_messages(self, client: Client, message: dict[str, Any], words: str) -> None:
        """Empty, too long, badly marked up, or to nobody."""
        assert await client.refusal("sendMessage", **{"chat_id": 42} | message) == words

    async def test_the_limit_is_that_of_the_parsed_text(self, client: Client) -> None:
        """Markup does not count."""
        text = "<b>" + "x" * 4096 + "</b>"
        assert (await client.call("sendMessage", chat_id=42, text=text, parse_mode="HTML"))["ok"]

    @pytest.mark.parametrize("data", ["x" * 65, "한" * 22])
    async def test_callback_data(self, client: Client, data: str) -> None:
        """1 to 64 bytes."""
        markup = {"inline_keyboard": [[{"text": "b", "callback_data": data}]]}
        words = await client.refusal("sendMessage", chat_id=42, text="x", reply_markup=markup)
        assert words == "Bad Request: BUTTON_DATA_INVALID"

    async def test_editing(self, client: Client) -> None:
        """The same again is no edit, and a message must be there."""
        sent = (await client.call("sendMessage", chat_id=42, text="x"))["result"]["message_id"]
        again = await client.refusal("editMessageText", chat_id=42, message_id=sent, text="x")
        assert again.startswith("Bad Request: message is not modified")
        missing = await client.refusal("editMessageText", chat_id=42, message_id=99, text="y")
        assert missing == "Bad Request: message to edit not found"

    async def test_who_cannot_be_reached(self, telegram: TelegramEmulator, client: Client) -> None:
        """Blocked, kicked, deactivated, moved, closed."""
        telegram.private(1)
        telegram.blocks(1)
        telegram.deactivates(42)
        telegram.group(GROUP, topics={7})
        telegram.closes_topic(GROUP, 7)
        telegram.group(-5)
        telegram.upgrades(-5, GROUP - 1)
        telegram.kicks(GROUP - 1)
        words = [await client.refusal("sendMessage", chat_id=chat, text="x") for chat in (1, 42, GROUP - 1)]
        assert words == [
            "Forbidden: bot was blocked by the user",
            "Forbidden: user is deactivated",
            "Forbidden: bot was kicked from the supergroup chat",
        ]
        closed = await client.refusal("sendMessage", chat_id=GROUP, message_thread_id=7, text="x")
        assert closed == "Bad Request: TOPIC_CLOSED"
        moved = await client.call("sendMessage", chat_id=-5, text="x")
        assert moved["parameters"] == {"migrate_to_chat_id": GROUP - 1}

    async def test_the_token(self, telegram: TelegramEmulator) -> None:
        """Another token is nobody's."""
        async with aiohttp.ClientSession() as session, session.get(f"{telegram.api_url}1:x/getMe") as answer:
            assert answer.status == 401

    @pytest.mark.parametrize(
        ("command", "language"),
        [
            ({"command": "Start", "description": "x"}, ""),
            ({"command": "start", "description": ""}, ""),
            (None, "eng"),
        ],
    )
    async def test_menus(self, client: Client, command: dict[str, str] | None, language: str) -> None:
        """Names in lower case, a description each, languages of two letters."""
        commands = [command] if command else []
        assert not (await client.call("setMyCommands", commands=commands, language_code=language))["ok"]

    async def test_limits(self) -> None:
        """Twenty messages a minute in a group, if limits are on."""
        async with (
            TelegramEmulator(flood=FloodRules(chat_burst=None)) as telegram,
            aiohttp.ClientSession() as session,
        ):
            telegram.group(GROUP)
            client = Client(telegram, session)
            answers = [await client.call("sendMessage", chat_id=GROUP, text="x") for _ in range(21)]
        assert [answer["ok"] for answer in answers] == [True] * 20 + [False]
        assert answers[-1]["parameters"]["retry_after"] > 1


class TestUpdates:
    """Long polling."""

    async def test_an_update_stays_until_it_is_confirmed(
        self, telegram: TelegramEmulator, client: Client
    ) -> None:
        """Asked twice, it comes twice; a higher offset ends it."""
        await telegram.says(42, "/start")
        first = (await client.call("getUpdates"))["result"]
        again = (await client.call("getUpdates"))["result"]
        assert first == again
        assert (await client.call("getUpdates", offset=first[-1]["update_id"] + 1))["result"] == []

    async def test_a_poll_waits_for_news(self, telegram: TelegramEmulator, client: Client) -> None:
        """What is said during the poll ends it."""
        poll = asyncio.create_task(client.call("getUpdates", timeout=20))
        await telegram.until_true(lambda: telegram.updates.polls == 1, "the poll")
        await telegram.says(42, "/start")
        assert (await poll)["result"][0]["message"]["text"] == "/start"

    async def test_only_one_may_listen(self, client: Client, telegram: TelegramEmulator) -> None:
        """A second poll ends the first one with a conflict."""
        first = asyncio.create_task(client.call("getUpdates", timeout=20))
        await telegram.until_true(lambda: telegram.updates.polls == 1, "the first poll")
        await client.call("getUpdates", timeout=0)
        assert (await first)["error_code"] == 409

    async def test_only_what_was_asked_for(self, telegram: TelegramEmulator, client: Client) -> None:
        """Kinds that are not allowed are not even kept."""
        await client.call("getUpdates", allowed_updates=["callback_query"])
        await telegram.says(42, "/start")
        assert (await client.call("getUpdates"))["result"] == []

    async def test_beside_a_webhook_there_are_none(self, client: Client) -> None:
        """One way or the other."""
        await client.call("setWebhook", url="https://example.org/")
        assert (await client.call("getUpdates"))["error_code"] == 409


class TestPeople:
    """What a test can see and do."""

    async def test_the_bot_does_not_overhear(self, telegram: TelegramEmulator, client: Client) -> None:
        """In a group a bot in privacy mode gets commands only."""
        telegram.group(GROUP)
        await telegram.says(GROUP, "good morning")
        await telegram.says(GROUP, "/latest")
        texts = [update["message"]["text"] for update in (await client.call("getUpdates"))["result"]]
        assert texts == ["/latest"]

    async def test_a_conversation_reads_like_one(self, telegram: TelegramEmulator, client: Client) -> None:
        """Lines, buttons, edits."""
        await telegram.says(42, "/latest")
        markup = {"inline_keyboard": [[{"text": "Next", "callback_data": "/latest 2"}]]}
        sent = await client.call("sendMessage", chat_id=42, text="page 1", reply_markup=markup)
        await telegram.presses(42, "Next")
        await client.call(
            "editMessageText", chat_id=42, message_id=sent["result"]["message_id"], text="page 2"
        )
        assert telegram.transcript(42) == "person 42:\n    /latest\nbot (edited 1x):\n    page 2"

    async def test_a_missing_button_fails_the_test(self, telegram: TelegramEmulator) -> None:
        """With the conversation to look at."""
        with pytest.raises(AssertionError, match="no button 'Next'"):
            await telegram.presses(42, "Next")

    async def test_waiting_in_vain_fails_the_test(self, telegram: TelegramEmulator) -> None:
        """And says what for."""
        with pytest.raises(AssertionError, match="'hello' in chat 42"):
            await telegram.until(42, contains="hello", patience=0.01)

    async def test_a_fault_is_as_often_as_ordered(self, telegram: TelegramEmulator, client: Client) -> None:
        """Twice for one chat, never for another."""
        telegram.private(7)
        telegram.fail("sendMessage", flood(1), times=2, chat=42)
        chats = (42, 7, 42, 42)
        answers = [(await client.call("sendMessage", chat_id=chat, text="x"))["ok"] for chat in chats]
        assert answers == [False, True, False, True]
