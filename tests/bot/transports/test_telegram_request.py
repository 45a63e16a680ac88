"""Requests over aiohttp: what is told apart, and what is never told."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import pytest
from telegram import Bot, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.transports.telegram_request import (
    AiohttpRequest,
    FloodError,
    NeverSentError,
    ServerTroubleError,
    WithoutTokens,
    keys,
    posted,
)
from bot.transports.telegram_tokens import without_tokens
from tests.emulators.telegram import Fault, TelegramEmulator, dropped, flood, garbage, hang, refusal, trouble

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz-_01234"


@contextlib.asynccontextmanager
async def a_bot(telegram: TelegramEmulator, *, token: str = "", **settings: object) -> AsyncIterator[Bot]:
    """python-telegram-bot's own Bot, over our request."""
    request = AiohttpRequest(**settings)  # type: ignore[arg-type]  # each test names what it sets
    bot = Bot(token or telegram.token, base_url=telegram.api_url, request=request)
    await request.initialize()
    try:
        yield bot
    finally:
        await request.shutdown()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """A Telegram of our own, with person 42 in it."""
    async with TelegramEmulator() as emulator:
        emulator.private(42)
        yield emulator


class TestErrors:
    """Each failure is an error of its own kind, as the library and we expect it."""

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (refusal(400, "Bad Request: chat not found"), BadRequest),
            (refusal(403, "Forbidden: bot was blocked by the user"), Forbidden),
            (flood(3), FloodError),
            (trouble(502), ServerTroubleError),
            (dropped(accepted=True), NetworkError),
            (garbage(), TelegramError),
        ],
        ids=["bad request", "forbidden", "flood", "trouble", "dropped", "garbage"],
    )
    async def test_kinds(self, telegram: TelegramEmulator, fault: Fault, kind: type[TelegramError]) -> None:
        """The very kind, and not one that is treated otherwise."""
        telegram.fail("sendMessage", fault)
        async with a_bot(telegram) as bot:
            with pytest.raises(TelegramError) as failed:
                await bot.send_message(42, "hello")
        assert type(failed.value) is kind

    async def test_of_what_was_said_the_number_is_read_and_an_answer_without_one_is_no_answer(
        self, telegram: TelegramEmulator
    ) -> None:
        """The message may be there, so it is neither sent nor refused."""
        async with a_bot(telegram) as bot:
            number = await posted(bot, "sendMessage", {"chat_id": 42, "text": "hello", "reply_markup": None})
            assert [message.id for message in telegram.said(42)] == [number]
            with pytest.raises(NetworkError) as failed:
                await posted(bot, "getWebhookInfo", {})
            assert type(failed.value) is NetworkError
            with pytest.raises(BadRequest):
                await posted(bot, "sendMessage", {"chat_id": 43, "text": "hello"})

    def test_buttons_are_said_as_the_library_says_them(self) -> None:
        """Whatever a button does."""
        rows = [
            [
                InlineKeyboardButton("Act", callback_data="a"),
                InlineKeyboardButton("Text", url="https://a.test/"),
            ],
            [
                InlineKeyboardButton("Pass on", switch_inline_query="7"),
                InlineKeyboardButton("Copy", copy_text=CopyTextButton("words")),
            ],
        ]
        markup = InlineKeyboardMarkup(rows)
        assert keys(markup) == markup.to_dict()

    async def test_no_connection_was_never_sent(self, telegram: TelegramEmulator) -> None:
        """A refused connection is told apart from a missing answer."""
        await telegram.goes_down()
        async with a_bot(telegram) as bot:
            with pytest.raises(NeverSentError):
                await bot.send_message(42, "hello")

    async def test_no_answer_is_a_timeout(self, telegram: TelegramEmulator) -> None:
        """Silence ends after the time that was set."""
        telegram.fail("sendMessage", hang(accepted=True))
        async with a_bot(telegram, read_timeout=0.05) as bot:
            with pytest.raises(TimedOut):
                await bot.send_message(42, "hello")
        assert telegram.texts(42) == ["hello"]

    async def test_after_a_failure_the_next_request_goes_through(self, telegram: TelegramEmulator) -> None:
        """A broken connection is not used again."""
        telegram.fail("sendMessage", dropped(accepted=False))
        async with a_bot(telegram) as bot:
            with pytest.raises(NetworkError):
                await bot.send_message(42, "lost")
            await bot.send_message(42, "hello")
        assert telegram.texts(42) == ["hello"]


class TestProxy:
    """Through a proxy, names included."""

    @pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
    async def test_socks(self, telegram: TelegramEmulator, scheme: str) -> None:
        """The request goes through, and the proxy is given the name to resolve, as Tor needs it."""
        names: list[bytes] = []
        async with (
            a_socks_server(telegram, names) as port,
            a_bot(telegram, proxy=f"{scheme}://127.0.0.1:{port}") as bot,
        ):
            bot._base_url = bot.base_url.replace("127.0.0.1", "telegram.invalid")
            assert (await bot.get_me()).username == telegram.username
        assert names == [b"telegram.invalid"]

    async def test_a_proxy_that_is_down(self, telegram: TelegramEmulator) -> None:
        """Nothing was sent."""
        async with a_bot(telegram, proxy="socks5://127.0.0.1:9") as bot:
            with pytest.raises(NeverSentError):
                await bot.get_me()


@contextlib.asynccontextmanager
async def a_socks_server(telegram: TelegramEmulator, names: list[bytes]) -> AsyncIterator[int]:
    """SOCKS 5 (RFC 1928) without authentication; whatever is asked for, it connects to the emulator."""
    target = int(telegram.api_url.rsplit(":", 1)[1].removesuffix("/bot"))
    writers: list[asyncio.StreamWriter] = []

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            sink.write(data)
        sink.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        writer.write(b"\x05\x00")
        *_, kind = await reader.readexactly(4)
        assert kind == 3, "an address was resolved before the proxy was asked"
        (length,) = await reader.readexactly(1)
        names.append(await reader.readexactly(length))
        await reader.readexactly(2)
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        there, back = await asyncio.open_connection("127.0.0.1", target)
        writers.extend((writer, back))
        await asyncio.gather(pump(reader, back), pump(there, writer), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for writer in writers:
            writer.close()


class TestSecrets:
    """The token stays where it belongs."""

    async def test_no_error_quotes_the_token(
        self, telegram: TelegramEmulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Whatever fails, neither the error nor its causes nor the log carry the token."""
        caplog.set_level(logging.DEBUG)
        faults = [garbage(), trouble(), dropped(accepted=False), refusal(400, "Bad Request: no")]
        async with a_bot(telegram) as bot:
            for fault in faults:
                telegram.fail("sendMessage", fault)
            errors: list[BaseException] = []
            for _ in faults:
                with pytest.raises(TelegramError) as failed:
                    await bot.send_message(42, "hello")
                errors.append(failed.value)
            await telegram.goes_down()
            with pytest.raises(TelegramError) as failed:
                await bot.send_message(42, "hello")
            errors.append(failed.value)
        told = "".join(f"{error!r} {error} {error.__cause__!r} {error.__context__!r}" for error in errors)
        assert telegram.token not in told

    async def test_a_wrong_token(self, telegram: TelegramEmulator) -> None:
        """Refused as such."""
        async with a_bot(telegram, token=TOKEN) as bot:
            with pytest.raises(InvalidToken) as failed:
                await bot.get_me()
        assert TOKEN not in str(failed.value)

    def test_a_handler_with_the_filter_writes_no_token(self) -> None:
        """Message, arguments and traceback alike."""
        written: list[str] = []

        class Keeping(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                written.append(self.format(record))

        handler = Keeping()
        handler.addFilter(WithoutTokens())
        logger = logging.getLogger("vigil.test.tokens")
        logger.addHandler(handler)
        logger.warning("POST %s", f"https://api.example/bot{TOKEN}/getMe")
        logger.error("failed", exc_info=ValueError(TOKEN))
        logger.removeHandler(handler)
        assert TOKEN not in "".join(written)
        assert "ValueError" in written[1]

    @pytest.mark.parametrize(
        "text", ["12:30", "2015-12-08T07:00:00Z", "https://example.org:8080/a_b-c", "mid:1"]
    )
    def test_other_texts_stay(self, text: str) -> None:
        """Only what looks like a token goes."""
        assert without_tokens(text) == text
        assert without_tokens(f"{text} {TOKEN}") == f"{text} <token>"
