"""Faults of Telegram's that the real desk stands behind: a token that is revoked, updates that come twice."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.commands.request import Reply, Request
from bot.desk import Desk
from bot.speaking import AT_ONCE, always, delivering
from storage.database import Database, now_utc
from storage.words import DeliveryState
from tests.bot.test_updates import Ears, a_stage
from tests.bot.transports.a_service import Service, a_service
from tests.builders import an_alert, queued
from tests.emulators.telegram import TelegramEmulator, trouble

PERSON = 42
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""What is stored of an update is tested on both kinds (tests/storage/test_updates.py)."""


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """Telegram."""
    async with TelegramEmulator() as made:
        yield made


@dataclass
class AtDesk(Ears):
    """The real desk."""

    desk: Desk | None = None

    async def answer(self, request: Request) -> Reply:
        """As the service does."""
        assert self.desk
        self.heard.append(request.text)
        return await self.desk.answer(request)


async def sends(service: Service) -> None:
    """The sender does what it can."""
    async with delivering(service.database, always(service.bot, AT_ONCE)) as sender:
        await sender.drain()


def wishes(database: Database) -> int:
    """How much the person asks for."""
    with database.read() as work:
        known = work.recipients.find("telegram", str(PERSON))
        return len(work.routes.of(known.id)) if known else 0


async def test_a_token_that_is_revoked_is_told_and_loses_nothing(
    database: Database, telegram: TelegramEmulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """The operator reads what to do; with the new token what waited is sent and answered, at once."""
    before = telegram.token
    async with a_service(database, telegram) as service:
        await telegram.says(PERSON, "/subscribe KP")
        await telegram.until(PERSON, contains="You are subscribed")
        await telegram.until_handled()
        known = service.recipient(PERSON)
        assert known
        with database.write() as work:
            alert = queued(work, known, alert=an_alert(sent=now_utc())).id
        telegram.revokes()
        await sends(service)
        await telegram.says(PERSON, "/subscribe CN")
        said: list[str] = []
        await telegram.until_true(lambda: _told(capsys, said, "ask @BotFather for the valid one"), "a word")
    logged = "".join((*said, *capsys.readouterr()))
    assert "Telegram refused the bot token" in logged, "the sender says why it waits"
    assert before not in logged
    with database.read() as work:
        (delivery,) = work.deliveries.of_alert(alert)
    assert delivery.state is DeliveryState.QUEUED
    assert len(telegram.texts(PERSON)) == 1
    async with a_service(database, telegram) as service:
        await sends(service)
        await telegram.until(PERSON, contains="Nine refugees face return")
        await telegram.until(PERSON, contains="China")
        await telegram.until_handled()
    assert sum("Nine refugees" in text for text in telegram.texts(PERSON)) == 1
    assert wishes(database) == 2


def _told(capsys: pytest.CaptureFixture[str], said: list[str], words: str) -> bool:
    said.extend(capsys.readouterr())
    return words in "".join(said)


async def by_line(telegram: TelegramEmulator) -> None:
    """A wish that is typed."""
    await telegram.says(PERSON, "/subscribe")


async def by_button(telegram: TelegramEmulator) -> None:
    """A wish that is pressed."""
    await telegram.presses(PERSON, "Everything urgent")


WAYS = pytest.mark.parametrize("wish", [by_line, by_button])
Wish = Callable[[TelegramEmulator], Awaitable[None]]


@WAYS
async def test_what_is_brought_again_acts_once(
    database: Database, telegram: TelegramEmulator, wish: Wish
) -> None:
    """Line or press, in the same moment, later, and after another start: what was taken back stays so."""
    async with a_stage(database, telegram, AtDesk(desk=Desk(database))) as stage:
        await telegram.says(PERSON, "/start")
        await telegram.until(PERSON, contains="Welcome")
        await telegram.until_handled()
        await wish(telegram)
        update = json.dumps(telegram.updates.pending[-1]).encode()
        assert await stage.post(update) == 200
        await telegram.until(PERSON, contains="You are subscribed")
        await telegram.until_handled()
        assert wishes(database) == 1
        await telegram.says(PERSON, "/unsubscribe")
        await telegram.until(PERSON, contains="Taken back")
        assert await stage.post(update) == 200
        await stage.until(lambda: stage.kept() == 0, "an empty table")
        read = telegram.texts(PERSON)
    async with a_stage(database, telegram, AtDesk(desk=Desk(database))) as stage:
        assert await stage.post(update) == 200
        await stage.until(lambda: stage.kept() == 0, "an empty table")
        assert stage.ears.heard == []
    assert telegram.texts(PERSON) == read
    assert sum("You are subscribed" in text for text in read) == 1
    assert wishes(database) == 0


@WAYS
async def test_what_was_not_confirmed_by_polling_acts_once(
    database: Database, telegram: TelegramEmulator, wish: Wish
) -> None:
    """Answered, but Telegram was not told: the next start is brought it again, and says how things stand."""
    async with a_service(database, telegram):
        await telegram.says(PERSON, "/start")
        await telegram.until(PERSON, contains="Welcome")
        await telegram.until_handled()
        telegram.fail("getUpdates", trouble(), times=99)
        await wish(telegram)
        await telegram.until(PERSON, contains="You are subscribed")
    assert telegram.updates.pending
    telegram.recover()
    async with a_service(database, telegram):
        await telegram.until(PERSON, contains="was done already")
        await telegram.until_handled()
    assert wishes(database) == 1
