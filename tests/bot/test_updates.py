"""Telegram brings updates to our server: what is acknowledged is durable, and each acts once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from bot.commands.request import Reply, Request
from bot.render.message import Message, Paragraph, Span
from bot.transports.telegram import TelegramTransport
from bot.transports.telegram_keeping import Keeping
from bot.transports.telegram_webhook import PATH, SECRET_HEADER, Address
from bot.updates import routes
from bot.voices import telegram_buttons
from bot.web import serving
from storage.database import Database
from storage.tables.program import updates
from storage.vault import Vault
from tests.emulators.telegram import TelegramEmulator
from tests.storage.test_updates import WORDS

SECRET = "a-word_between-Telegram-and-us"


def says(text: str) -> Message:
    """One paragraph."""
    return Message((Paragraph((Span(text),)),))


@dataclass
class Ears:
    """The commands behind the transport; a line that begins with /slow waits for the gate."""

    heard: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: Request) -> Reply:
        """Hear a line and repeat it."""
        self.heard.append(request.text)
        if request.text.startswith("/slow"):
            await self.gate.wait()
        return Reply((says(f"heard {request.text}"),))

    async def gone(self, address: str, request_id: str) -> None:
        """Nobody leaves here."""


@dataclass
class Stage:
    """Telegram, our server, the bot behind it, and what it has heard."""

    telegram: TelegramEmulator
    ears: Ears
    url: str
    database: Database
    bot: TelegramTransport

    def kept(self) -> int:
        """How many updates wait to be answered."""
        with self.database.read() as work:
            return work.connection.scalar(sa.select(sa.func.count()).select_from(updates)) or 0

    async def until(self, there: Callable[[], bool], what: str) -> None:
        """Wait for it."""
        await self.telegram.until_true(there, what)

    async def post(self, body: bytes | AsyncIterator[bytes], **headers: str) -> int:
        """What a request to our webhook is answered with; signed, unless other headers are given."""
        sent = headers or {SECRET_HEADER: SECRET}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body, headers=sent) as answer,
        ):
            return answer.status


def a_transport(
    telegram: TelegramEmulator, database: Database, ears: Ears, url: str = ""
) -> TelegramTransport:
    """A bot that is brought its updates, or polls where it has no address."""
    return TelegramTransport(
        telegram.token,
        api_url=telegram.api_url,
        answer=ears.answer,
        apology=says,
        gone=ears.gone,
        buttons=telegram_buttons(database),
        keeping=Keeping(database),
        webhook=Address(url, SECRET) if url else None,
    )


@asynccontextmanager
async def a_stage(database: Database, telegram: TelegramEmulator, ears: Ears) -> AsyncIterator[Stage]:
    """The server listens first, so that its address is known; its route leads to the bot made after it."""
    made: list[Stage] = []

    async def pass_on(request: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
        hook = made[0].bot.webhook
        assert hook
        (route,) = routes(hook)
        handler: Any = route.handler  # type: ignore[attr-defined]
        answer: aiohttp.web.StreamResponse = await handler(request)
        return answer

    async with serving("web", ("127.0.0.1", 0), [aiohttp.web.post(PATH, pass_on)]) as (host, port):
        url = f"http://{host}:{port}{PATH}"
        bot = a_transport(telegram, database, ears, url)
        made.append(Stage(telegram, ears, url, database, bot))
        assert bot.webhook
        bot.webhook.served.set()
        await bot.start()
        await telegram.until_true(lambda: telegram.updates.webhook == url, "the webhook")
        yield made[0]
        await bot.stop()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """Telegram."""
    async with TelegramEmulator() as made:
        yield made


@pytest.fixture
async def stage(database: Database, telegram: TelegramEmulator) -> AsyncIterator[Stage]:
    """On each kind of database."""
    async with a_stage(database, telegram, Ears()) as made:
        yield made


async def test_what_is_said_is_brought_and_answered(stage: Stage) -> None:
    """With Telegram's secret, in order; once it is answered nothing of it is kept."""
    for word in ("/one", "/two", "/three"):
        await stage.telegram.says(42, word)
    await stage.telegram.until(42, contains="heard /three")
    await stage.telegram.until_handled()
    assert stage.ears.heard == ["/one", "/two", "/three"]
    await stage.until(lambda: stage.kept() == 0, "an empty table")
    assert stage.telegram.webhook.last_error_message == ""


async def test_it_is_acknowledged_when_it_is_durable_and_not_when_it_is_answered(stage: Stage) -> None:
    """A slow answer keeps no connection of Telegram's; till it is given the update is kept, enciphered."""
    await stage.telegram.says(42, "/slow")
    await stage.telegram.until_handled()
    assert stage.kept() == 1
    stage.ears.gate.set()
    await stage.telegram.until(42, contains="heard /slow")
    await stage.until(lambda: stage.kept() == 0, "an empty table")


@pytest.mark.parametrize("by", ["webhook", "polling"])
async def test_what_a_stopped_program_had_acknowledged_is_answered_by_the_next(
    database: Database, telegram: TelegramEmulator, by: str
) -> None:
    """Also where it polls from then on: Telegram will not bring it again."""
    async with a_stage(database, telegram, Ears()) as stage:
        await telegram.says(42, "/slow")
        await telegram.until_handled()
    assert telegram.texts(42) == []
    again = Ears()
    again.gate.set()
    if by == "polling":
        bot = a_transport(telegram, database, again)
        await bot.start()
        await telegram.until(42, contains="heard /slow")
        await bot.stop()
        assert telegram.updates.webhook == "", "switched"
    else:
        async with a_stage(database, telegram, again) as stage:
            await telegram.until(42, contains="heard /slow")
            await stage.until(lambda: stage.kept() == 0, "an empty table")
    assert again.heard == ["/slow"]
    with database.read() as work:
        assert work.connection.scalar(sa.select(sa.func.count()).select_from(updates)) == 0


async def test_what_a_polling_program_confirms_before_it_has_answered_is_kept(
    database: Database, telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow answer holds up nobody, and is given after the next start if need be; once."""
    monkeypatch.setattr("bot.transports.telegram_polling.GRACE", 0.05)
    bot = a_transport(telegram, database, Ears())
    await bot.start()
    await telegram.says(42, "/slow")
    await telegram.says(7, "/quick")
    await telegram.until(7, contains="heard /quick")
    await telegram.until_handled()
    with database.read() as work:
        assert work.connection.scalar(sa.select(sa.func.count()).select_from(updates)) == 1
    await bot.stop()
    assert telegram.texts(42) == []
    again = Ears()
    again.gate.set()
    bot = a_transport(telegram, database, again)
    await bot.start()
    await telegram.until(42, contains="heard /slow")
    await telegram.until_handled()
    await bot.stop()
    assert again.heard == ["/slow"]
    with database.read() as work:
        assert work.connection.scalar(sa.select(sa.func.count()).select_from(updates)) == 0


async def test_what_cannot_be_kept_is_not_confirmed(
    database: Database, telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full while an answer takes long: killed now, Telegram brings it again. It is begun once."""
    monkeypatch.setattr("bot.transports.telegram_polling.GRACE", 0.05)
    monkeypatch.setattr("bot.transports.telegram_polling.AGAIN_AFTER", 0.05)
    wrote = Database.write

    def refuses(_: Database) -> Any:
        raise OSError("no space left on device")

    ears = Ears()
    bot = a_transport(telegram, database, ears)
    await bot.start()
    monkeypatch.setattr(Database, "write", refuses)
    await telegram.says(42, "/slow")
    await telegram.says(7, "/quick")
    await telegram.until(7, contains="heard /quick")
    await asyncio.sleep(0.5)
    assert telegram.updates.pending[0]["message"]["text"] == "/slow", "it is Telegram's still"
    await telegram.says(8, "/later")
    await telegram.until(8, contains="heard /later")
    monkeypatch.setattr(Database, "write", wrote)
    await telegram.until_handled()
    with database.read() as work:
        assert work.connection.scalar(sa.select(sa.func.count()).select_from(updates)) == 1
    ears.gate.set()
    await telegram.until(42, contains="heard /slow")
    await bot.stop()
    assert sorted(ears.heard) == ["/later", "/quick", "/slow"]


async def test_what_another_bot_was_told_is_not_answered_by_this_one(
    database: Database, telegram: TelegramEmulator
) -> None:
    """The token was changed: to this bot nobody has spoken. With the old one again it is answered."""
    async with a_stage(database, telegram, Ears()) as stage:
        await telegram.says(42, "/slow")
        await telegram.until_handled()
        telegram.private(7)
    telegram.updates.drop()
    async with TelegramEmulator(number=777) as elsewhere:
        again = Ears()
        again.gate.set()
        async with a_stage(database, elsewhere, again) as stage:
            await elsewhere.says(7, "/hello")
            await elsewhere.until(7, contains="heard /hello")
            assert again.heard == ["/hello"]
            await stage.until(lambda: stage.kept() == 1, "the other's alone")
    back = Ears()
    back.gate.set()
    async with a_stage(database, telegram, back):
        await telegram.until(42, contains="heard /slow")


async def test_a_row_that_cannot_be_read_keeps_no_other_from_its_answer(
    database: Database, telegram: TelegramEmulator
) -> None:
    """Nor is it tried for ever."""
    async with a_stage(database, telegram, Ears()) as stage:
        for person in (1, 2):
            await telegram.says(person, "/slow")
        await telegram.until_handled()
    with database.write() as work:
        first = sa.select(sa.func.min(updates.c.id)).scalar_subquery()
        work.connection.execute(sa.update(updates).where(updates.c.id == first).values(sealed=b"\x01x"))
    again = Ears()
    again.gate.set()
    async with a_stage(database, telegram, again) as stage:
        await telegram.until(2, contains="heard /slow")
        await stage.until(lambda: stage.kept() == 0, "an empty table")
    assert telegram.texts(1) == []


async def test_the_same_update_twice_acts_once(stage: Stage, database: Database) -> None:
    """Its acknowledgement may be lost on the way; also after another start, and at the same moment."""
    update = WORDS.replace("/subscribe", "/once").encode()
    said = b'{"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": {"id": 42, "type": "private"}, '
    said += b'"from": {"id": 42, "is_bot": false, "first_name": "P"}, "text": "/once"}}'
    stage.telegram.private(42)
    assert await stage.post(update) == 200, "nothing for us to do, and no reason to bring it again"
    assert await asyncio.gather(*(stage.post(said) for _ in range(3))) == [200, 200, 200]
    await stage.telegram.until(42, contains="heard /once")
    assert await stage.post(said) == 200
    await stage.bot.stop()
    again = Ears()
    async with a_stage(database, stage.telegram, again) as later:
        assert await later.post(said) == 200
    assert (stage.ears.heard, again.heard) == (["/once"], [])


@pytest.mark.parametrize("word", ["", "wrong", SECRET[:-1], SECRET.upper(), "비밀"])
async def test_who_does_not_know_the_secret_finds_nothing(stage: Stage, word: str) -> None:
    """Silence those too a bot is here; nothing is kept."""
    headers = {SECRET_HEADER: word} if word.isascii() else {SECRET_HEADER: word.encode().decode("latin-1")}
    assert await stage.post(b'{"update_id": 1}', **(headers if word else {"X-Other": "1"})) == 404
    async with aiohttp.ClientSession() as session, session.get(stage.url) as answer:
        assert answer.status == 404
    assert stage.kept() == 0


async def test_what_is_too_large_is_refused(stage: Stage) -> None:
    """With a length that says so, or without one."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 10_000

    assert await stage.post(b"x" * 300_000) == 413
    assert await stage.post(pieces()) == 413
    assert (stage.ears.heard, stage.kept()) == ([], 0)


async def test_what_does_not_come_in_time_is_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that dribbles holds no place for long."""
    monkeypatch.setattr("bot.web._READ_WITHIN", 0.1)

    async def dribbles() -> AsyncIterator[bytes]:
        yield b'{"update_id": '
        await asyncio.sleep(5)
        yield b"1}"

    assert await stage.post(dribbles()) == 408


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b"[]", b'{"update_id": "x"}', b'{"update_id": 1, "message": 5}']
)
async def test_what_cannot_be_read_does_not_come_for_ever(stage: Stage, body: bytes) -> None:
    """It is Telegram that says it, so it is acknowledged; and nothing is done."""
    assert await stage.post(body) == 200
    assert (stage.ears.heard, stage.kept()) == ([], 0)


async def test_what_cannot_be_kept_is_not_acknowledged(
    stage: Stage, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram brings it again until the database takes it."""
    wrote = Database.write

    def refuses(_: Database) -> Any:
        raise OSError("no space left on device")

    monkeypatch.setattr(Database, "write", refuses)
    await stage.telegram.says(42, "/patient")
    await stage.until(lambda: "503" in stage.telegram.webhook.last_error_message, "a refusal")
    monkeypatch.setattr(Database, "write", wrote)
    await stage.telegram.until(42, contains="heard /patient", patience=10)
    assert stage.ears.heard == ["/patient"]
    del database


async def test_what_is_brought_to_a_node_that_does_not_answer_is_answered_by_the_one_that_does(
    stage: Stage, database: Database
) -> None:
    """Behind one proxy any of them may be asked: it keeps the update, and acknowledges it. Each acts once."""
    other = a_transport(stage.telegram, database, Ears(), stage.url)
    assert other.webhook
    stage.telegram.private(42)
    said = b'{"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": {"id": 42, "type": "private"}, '
    said += b'"from": {"id": 42, "is_bot": false, "first_name": "P"}, "text": "/elsewhere"}}'
    typed = b'{"update_id": 8, "inline_query": {"id": "1", "query": "pri", "offset": "", '
    typed += b'"from": {"id": 42, "is_bot": false, "first_name": "P"}}}'
    async with serving("web", ("127.0.0.1", 0), routes(other.webhook)) as (host, port):
        there = replace(stage, url=f"http://{host}:{port}{PATH}")
        assert [await there.post(said), await there.post(said), await there.post(typed)] == [200, 200, 200]
        assert stage.kept() <= 1, "what is typed in other chats is never kept"
    await stage.telegram.until(42, contains="heard /elsewhere")
    assert await stage.post(said) == 200
    await stage.until(lambda: stage.kept() == 0, "an empty table")
    assert stage.ears.heard == ["/elsewhere"]
    await other.stop()


async def test_inline_words_are_never_kept(stage: Stage) -> None:
    """What is typed in other chats is answered or not, and typed again."""
    stage.telegram.world.bot["supports_inline_queries"] = True
    await stage.telegram.asks_inline(42, "prison")
    await stage.telegram.until_handled()
    assert stage.kept() == 0


def test_the_secret_is_one_that_telegram_takes() -> None:
    """Made from our key: 1 to 256 letters, digits, _ and - (Bot API, setWebhook)."""
    word = Vault.from_secret(bytes(32)).trace("telegram webhook", "1:token")
    assert len(word) == 64
    assert word.isalnum()
