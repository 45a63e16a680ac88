"""The whole life of an appeal, told as two admins and a subscriber live it on Telegram."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.desk import Desk
from bot.transports.telegram import TelegramTransport
from bot.voices import AT_ONCE, always, apology, delivering
from jobs.desk import Rules
from jobs.launch import Launcher
from jobs.limits import Limits
from jobs.notices import Admins
from storage.database import Database, now_utc
from tests.builders import a_reader, a_route
from tests.emulators.telegram import TelegramEmulator
from tests.flow.program import Program
from tests.flow.story import ADMIN, PERSON, rung, subscribe

ANNA, BRUNO = 901, 902
APPEAL = (
    "/appeal\ncountries: KP\nto: the foreign ministry\nurgency: Immediate\nurl: https://northlight.example/act\n"
    "Write today: nine face return\nAsk that the nine may go where they are safe.\nBe polite."
)
COOLING = 1.0


@dataclass
class Office:
    """Telegram, the bot, and who sends what is due."""

    database: Database
    telegram: TelegramEmulator
    bot: TelegramTransport
    rules: Rules

    async def sends(self) -> None:
        """What is due goes out, as the service does it all the time."""
        await Launcher(self.database, self.rules, Limits()).due(now_utc())
        async with delivering(self.database, always(self.bot, AT_ONCE), told=self.rules.admins) as deliverer:
            await deliverer.drain()

    async def cools(self) -> None:
        """The cooling-off passes."""
        await asyncio.sleep(COOLING + 0.05)
        await self.sends()

    async def reads(self, person: int, words: str, count: int = 1) -> str:
        """The newest message in a chat that holds the words, once it has come."""
        return (await self.telegram.until(person, contains=words, count=count, patience=60)).text


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    """Two admins, one subscriber."""
    async with TelegramEmulator() as telegram:
        for person in (ANNA, BRUNO, PERSON):
            telegram.private(person)
        with database.write() as work:
            a_reader(work, a_route(), address=str(PERSON))
        admins = Admins((("telegram", str(ANNA)), ("telegram", str(BRUNO))))
        rules = Rules(cooling_off=timedelta(seconds=COOLING), admins=admins)
        desk = Desk(database, admins=admins, rules=rules)

        async def gone(_address: str, _request: str) -> None:
            """Nobody leaves here."""

        bot = TelegramTransport(
            telegram.token, api_url=telegram.api_url, answer=desk.answer, apology=apology, gone=gone
        )
        await bot.start()
        try:
            yield Office(database, telegram, bot, rules)
        finally:
            await bot.stop()


async def test_an_appeal_from_its_first_word_to_its_correction(office: Office) -> None:
    """Written, read, stopped in time, approved anew, sent, found to be wrong, taken back."""
    telegram = office.telegram
    await telegram.says(ANNA, APPEAL)
    shown = await office.reads(ANNA, "URGENT APPEAL")
    assert "1 recipient, about 1 s" in await office.reads(ANNA, "Audience")
    await telegram.presses(ANNA, "Approve these words")
    await office.reads(ANNA, "Somebody else has to read and approve it")

    await telegram.says(BRUNO, "/appeals")
    await office.reads(BRUNO, "Write today")
    await telegram.presses(BRUNO, "1")
    assert await office.reads(BRUNO, "URGENT APPEAL") == shown
    await telegram.presses(BRUNO, "Approve these words")
    await office.reads(BRUNO, "goes out in 1 s")
    await office.sends()
    await office.reads(ANNA, "Appeal 1 is approved, and about to be sent")
    await telegram.presses(ANNA, "Stop")
    await office.reads(ANNA, "it is a draft again")
    await office.cools()
    assert telegram.texts(PERSON) == []

    await telegram.says(BRUNO, "/appeal 1 text: Ask that the nine may go where they are safe.")
    await office.reads(BRUNO, "URGENT APPEAL", count=2)
    await telegram.says(ANNA, "/appeal 1")
    shown = await office.reads(ANNA, "URGENT APPEAL", count=2)
    assert "Be polite" not in shown
    await telegram.presses(ANNA, "Approve these words")
    await office.reads(ANNA, "goes out in 1 s")
    await office.cools()
    (read,) = telegram.said(PERSON)
    assert read.text == shown, "what was approved is what is read, to the letter"
    assert not read.silent
    assert "An appeal by the people who run this watch." in read.text
    for admin in (ANNA, BRUNO):
        await office.reads(admin, "Appeal 1 is being sent")

    await telegram.says(BRUNO, "/appeal 1")
    await office.reads(BRUNO, "sent 1 of 1")
    await telegram.presses(BRUNO, "Correct")
    await office.reads(BRUNO, "Why is it taken back?")
    await telegram.presses(BRUNO, "Not true")
    await office.reads(BRUNO, "CORRECTION")
    await telegram.presses(BRUNO, "Send the correction")
    await office.reads(BRUNO, "The correction goes to 1 recipient")
    await office.sends()
    first, correction = telegram.said(PERSON)
    assert correction.text.startswith("CORRECTION")
    assert "Do not act on it, and do not pass it on." in correction.text
    assert (correction.reply_to, correction.silent) == (first.id, False)
    assert first.text.startswith("CALLED OFF"), "and it is struck where it stands"
    with office.database.read() as work:
        acts = [str(one.act) for one in work.audit.all()]
        assert work.audit.broken() is None
    assert acts == [
        *("written", "approved", "cooling", "stopped"),
        *("edited", "approved", "cooling", "sent", "corrected"),
    ]


async def test_killed_in_its_cooling_off_and_again_while_it_is_queued_it_goes_out_once(
    vigil: Program, telegram: TelegramEmulator
) -> None:
    """The next start goes on where it was; nobody gets it twice."""
    telegram.private(ADMIN)
    vigil.later(timedelta())
    await vigil.serve()
    await subscribe(telegram)
    await telegram.says(ADMIN, "/appeal\nurgency: Immediate\nNine face return\nWrite today.")
    await telegram.until(ADMIN, contains="URGENT APPEAL", patience=60)
    await telegram.presses(ADMIN, "Approve these words")
    await telegram.until(ADMIN, contains="goes out in 1 min", patience=60)
    await vigil.stop(signal.SIGKILL)
    vigil.later(timedelta(minutes=1))
    await vigil.dies("an appeal is queued")
    assert rung(telegram) == 0
    await vigil.serve()
    await telegram.until(PERSON, contains="URGENT APPEAL", patience=60)
    assert await vigil.stop() == 0
    assert rung(telegram) == 1
    code, out, err = await vigil.run("admin", "audit", "--verify")
    assert code == 0, err
    assert [line.split("  ")[3].split()[0] for line in out.splitlines()[:-1]] == [
        *("written", "approved", "cooling", "sent"),
    ]
    assert "each as it was written" in out
