"""Webhooks: what an address must be like, and how updates reach a receiver that does not always answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, Update

from tests.emulators.client import Client
from tests.emulators.telegram import SECRET_HEADER, TelegramEmulator, flood

BREAK_OFF = 599
"""A receiver with this answer gives none, and ends the connection."""
SECRET = "only-Telegram_knows-1"


@dataclass
class Receiver:
    """A bot's own web server. It answers 200, unless other answers were laid out for it."""

    heard: list[str] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        """Hear an update, or fail to."""
        update = await request.json()
        text = str(update.get("message", {}).get("text"))
        self.tries.append(text)
        self.bodies.append(update)
        self.secrets.append(request.headers.get(SECRET_HEADER))
        if text in self.gates:
            await self.gates[text].wait()
        answer = self.answers.pop(0) if self.answers else web.Response()
        if answer.status == BREAK_OFF and request.transport:
            request.transport.close()
        if answer.status == 200:
            self.heard.append(text)
        return answer

    async def elsewhere(self, _: web.Request) -> web.Response:
        """Answer well, but not where an update should have come."""
        return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver on loopback."""
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    app.router.add_get("/elsewhere", made.elsewhere)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


class TestSetting:
    """setWebhook, deleteWebhook, getWebhookInfo."""

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"url": "nonsense://"}, "invalid webhook URL specified"),
            ({"url": "https://example.org:port/"}, "invalid webhook URL specified"),
            ({"url": "http://example.org/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
            (
                {"url": "https://example.org:8080/"},
                "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
            ),
            ({"secret_token": "x" * 257}, "secret token is too long"),
            ({"secret_token": "not so secret"}, "secret token contains unallowed characters"),
        ],
        ids=["no address", "no port", "http", "port", "long secret", "odd secret"],
    )
    async def test_what_is_refused(
        self, telegram: TelegramEmulator, client: Client, given: dict[str, str], words: str
    ) -> None:
        """A bad one is not set, and one that was set before is gone."""
        await client.result("setWebhook", url="https://example.org/before")
        refusal = await client.refusal("setWebhook", **{"url": "https://example.org/", **given})
        assert refusal == f"Bad Request: {words}"
        assert telegram.updates.webhook == ""

    async def test_what_it_says(self, client: Client) -> None:
        """Beside the result there is a word on what happened."""
        hook = {"url": "https://example.org:8443/", "secret_token": SECRET}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("setWebhook", hook),
            ("setWebhook", hook),
            ("setWebhook", hook | {"max_connections": "1"}),
            ("deleteWebhook", {}),
            ("setWebhook", {"url": ""}),
        ]
        said = [(await client.call(method, **given))["description"] for method, given in calls]
        assert said == [
            "Webhook was set",
            "Webhook is already set",
            "Webhook was set",
            "Webhook was deleted",
            "Webhook is already deleted",
        ]

    async def test_beside_it_there_is_no_polling(self, client: Client) -> None:
        """One way or the other."""
        await client.result("setWebhook", url="https://example.org/")
        assert (await client.refusal("getUpdates")).startswith("Conflict: can't use getUpdates method while")
        await client.result("deleteWebhook")
        assert await client.result("getUpdates") == []

    async def test_what_is_known_of_it(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """As python-telegram-bot reads it; the secret is not told. Elsewhere than here nothing is sent."""
        await bot.set_webhook(
            "https://example.org/", max_connections=7, allowed_updates=["message"], secret_token=SECRET
        )
        await telegram.says(42, "/start")
        info = await bot.get_webhook_info()
        assert (info.url, info.max_connections, info.pending_update_count) == ("https://example.org/", 7, 1)
        assert info.allowed_updates == ("message",)
        assert SECRET not in str(info.to_dict())

    async def test_what_waits_can_be_dropped(self, telegram: TelegramEmulator, client: Client) -> None:
        """Only if that is asked for."""
        await telegram.says(42, "/start")
        await client.result("setWebhook", url="https://example.org/")
        assert len(telegram.updates.pending) == 1
        await client.result("deleteWebhook", drop_pending_updates=True)
        assert telegram.updates.pending == []


class TestDelivery:
    """What the receiver gets."""

    async def test_updates_arrive_in_order_with_the_secret(
        self, telegram: TelegramEmulator, client: Client, receiver: Receiver
    ) -> None:
        """Also those that waited before it was set; what was taken is confirmed; a library can read it."""
        await telegram.says(42, "/before")
        await client.result("setWebhook", url=receiver.url, secret_token=SECRET)
        for number in range(5):
            await telegram.says(42, f"/{number}")
        await telegram.until_handled()
        assert receiver.heard == ["/before", "/0", "/1", "/2", "/3", "/4"]
        assert set(receiver.secrets) == {SECRET}
        assert Update.de_json(receiver.bodies[0]).effective_chat
        numbers = [body["update_id"] for body in receiver.bodies]
        assert numbers == sorted(numbers)

    async def test_without_a_secret_there_is_no_header(
        self, telegram: TelegramEmulator, client: Client, receiver: Receiver
    ) -> None:
        """Not even an empty one."""
        await client.result("setWebhook", url=receiver.url)
        await telegram.says(42, "/start")
        await telegram.until_handled()
        assert receiver.secrets == [None]

    async def test_it_is_tried_until_it_is_taken(
        self, telegram: TelegramEmulator, client: Client, receiver: Receiver
    ) -> None:
        """A redirect is no answer either; the next of the chat waits; what went wrong can be asked for."""
        start = telegram.clock.date()
        receiver.answers = [web.Response(status=status) for status in (500, 404)]
        receiver.answers.insert(1, web.Response(status=302, headers={"Location": "/elsewhere"}))
        await client.result("setWebhook", url=receiver.url)
        await telegram.says(42, "/first")
        await telegram.says(42, "/second")
        await telegram.until_handled()
        assert receiver.tries == ["/first"] * 4 + ["/second"]
        info = await client.result("getWebhookInfo")
        assert info["last_error_message"] == "Wrong response from the webhook: 404 Not Found"
        assert start <= info["last_error_date"] <= telegram.clock.date()
        assert info["pending_update_count"] == 0

    async def test_pauses_grow(self, telegram: TelegramEmulator, client: Client, receiver: Receiver) -> None:
        """Again at once, then after 2, 4, 8 ... seconds, or when the receiver says."""
        pauses: list[float] = []

        async def pause(seconds: float) -> None:
            pauses.append(round(seconds / telegram.webhook.pause))

        telegram.webhook.sleep = pause
        receiver.answers = [web.Response(status=500) for _ in range(8)]
        receiver.answers.append(web.Response(status=503, headers={"Retry-After": "25"}))
        await client.result("setWebhook", url=receiver.url)
        await telegram.says(42, "/start")
        await telegram.until_handled()
        assert pauses == [0, 2, 4, 8, 16, 32, 60, 60, 25]

    async def test_one_chat_does_not_hold_up_another(
        self, telegram: TelegramEmulator, client: Client, receiver: Receiver
    ) -> None:
        """While a receiver thinks about one chat, others are delivered."""
        receiver.gates["/slow"] = asyncio.Event()
        await client.result("setWebhook", url=receiver.url)
        await telegram.says(42, "/slow")
        await telegram.says(42, "/after")
        await telegram.says(7, "/other")
        await telegram.until_true(lambda: receiver.heard == ["/other"], "the other chat")
        receiver.gates["/slow"].set()
        await telegram.until_handled()
        assert receiver.heard == ["/other", "/slow", "/after"]

    async def test_but_one_connection_is_one(
        self, telegram: TelegramEmulator, client: Client, receiver: Receiver
    ) -> None:
        """max_connections=1 makes a receiver's life simple."""
        receiver.gates["/slow"] = asyncio.Event()
        await client.result("setWebhook", url=receiver.url, max_connections=1)
        await telegram.says(42, "/slow")
        await telegram.says(7, "/other")
        await telegram.until_true(lambda: receiver.tries == ["/slow"], "the first")
        receiver.gates["/slow"].set()
        await telegram.until_handled()
        assert receiver.heard == ["/slow", "/other"]

    async def test_nobody_listens(self, telegram: TelegramEmulator, client: Client) -> None:
        """It is kept, and said so; polling gets it in the end."""
        await client.result("setWebhook", url="http://127.0.0.1:9/hook")
        await telegram.says(42, "/start")
        await telegram.until_true(lambda: bool(telegram.webhook.last_error_message), "an error")
        info = await client.result("getWebhookInfo")
        assert (info["last_error_message"], info["pending_update_count"]) == ("Connection refused", 1)
        await client.result("deleteWebhook")
        assert len(await client.result("getUpdates")) == 1

    async def test_no_answer_is_none(
        self, telegram: TelegramEmulator, client: Client, receiver: Receiver
    ) -> None:
        """Whether the connection ends or nothing comes: it is tried again, so it may be heard twice."""
        receiver.answers = [web.Response(status=BREAK_OFF)]
        await client.result("setWebhook", url=receiver.url)
        await telegram.says(42, "/first")
        await telegram.until_handled()
        assert telegram.webhook.last_error_message == "Webhook connection closed"
        telegram.webhook.patience = 0.05
        receiver.gates["/second"] = asyncio.Event()
        await telegram.says(42, "/second")
        await telegram.until_true(lambda: receiver.tries.count("/second") == 2, "a second try")
        receiver.gates["/second"].set()
        await telegram.until_handled()
        assert telegram.webhook.last_error_message == "Read timeout expired"

    async def test_an_outage_loses_nothing(
        self, telegram: TelegramEmulator, client: Client, receiver: Receiver
    ) -> None:
        """What was said while Telegram was away is delivered when it is back."""
        await client.result("setWebhook", url=receiver.url)
        await telegram.goes_down()
        await telegram.says(42, "/start")
        assert receiver.tries == []
        await telegram.comes_back()
        await telegram.until_handled()
        assert receiver.heard == ["/start"]

    async def test_gone_for_a_day_is_gone(
        self, telegram: TelegramEmulator, client: Client, receiver: Receiver
    ) -> None:
        """23 hours of 410 end the webhook."""
        receiver.answers = [web.Response(status=410) for _ in range(99)]
        await client.result("setWebhook", url=receiver.url)
        await telegram.says(42, "/start")
        await telegram.until_true(lambda: len(receiver.tries) > 1, "tries")
        telegram.clock.move(timedelta(hours=23, minutes=1))
        await telegram.until_true(lambda: not telegram.updates.webhook, "the end")


class TestAnswers:
    """A method named in the answer is carried out."""

    @pytest.mark.parametrize("form", [True, False], ids=["form", "JSON"])
    async def test_it_is_a_call(
        self, telegram: TelegramEmulator, client: Client, receiver: Receiver, form: bool
    ) -> None:
        """As JSON or as a form; it needs no second connection."""
        call = {"method": "sendMessage", "chat_id": 42, "text": "Welcome"}
        written = "method=sendMessage&chat_id=42&text=Welcome"
        receiver.answers = [web.Response(text=written) if form else web.json_response(call)]
        await client.result("setWebhook", url=receiver.url)
        await telegram.says(42, "/start")
        await telegram.until(42, contains="Welcome")
        await telegram.until_handled()
        assert [method for method, _ in telegram.calls] == ["setwebhook", "sendmessage"]

    @pytest.mark.parametrize(
        "answer",
        [
            {"method": "deleteWebhook"},
            {"method": "getMe"},
            {"method": "sendMessage", "chat_id": 42, "text": ""},
            ["no", "object"],
        ],
        ids=str,
    )
    async def test_some_are_not(
        self, telegram: TelegramEmulator, client: Client, receiver: Receiver, answer: Any
    ) -> None:
        """What asks, what would end the webhook, and what is refused come to nothing, and nobody is told."""
        receiver.answers = [web.json_response(answer)]
        await client.result("setWebhook", url=receiver.url)
        await telegram.says(42, "/start")
        await telegram.until_handled()
        assert telegram.updates.webhook == receiver.url
        assert telegram.texts(42) == []
        assert receiver.tries == ["/start"]

    async def test_a_fault_swallows_it(
        self, telegram: TelegramEmulator, client: Client, receiver: Receiver
    ) -> None:
        """Its result is told nobody, so its failure is not noticed either."""
        telegram.fail("sendMessage", flood(3))
        receiver.answers = [web.json_response({"method": "sendMessage", "chat_id": 42, "text": "x"})]
        await client.result("setWebhook", url=receiver.url)
        await telegram.says(42, "/start")
        await telegram.until_handled()
        assert telegram.texts(42) == []
