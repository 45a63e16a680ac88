"""The whole life of an appeal, told as two admins and a subscriber live it on Telegram."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.desk import Desk
from bot.speaking import AT_ONCE, always, delivering
from bot.transports.telegram import TelegramTransport
from bot.voices import apology
from jobs.desk import Rules
from jobs.launch import Launcher
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.steps.picture import cleaned
from storage.database import Database, now_utc
from tests.builders import a_reader, a_route
from tests.emulators.telegram import TelegramEmulator
from tests.flow.program import Program
from tests.flow.story import ADMIN, PERSON, rung, subscribe
from tests.pictures import PHOTO

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
            telegram.token,
            api_url=telegram.api_url,
            answer=desk.answer,
            apology=apology,
            gone=gone,
            load=desk.picture,
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
    labels = [button.label for row in telegram.said(ANNA)[-1].now.buttons for button in row]
    assert labels == ["Drop the draft"], "whoever wrote it is not offered to approve it"

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
    assert first.text.startswith("TAKEN BACK"), "and it is struck where it stands"
    with office.database.read() as work:
        acts = [str(one.act) for one in work.audit.all()]
        assert work.audit.broken() is None
    assert acts == [
        *("written", "approved", "cooling", "stopped"),
        *("edited", "approved", "cooling", "sent", "corrected"),
    ]


async def test_in_two_languages_with_a_picture_each_gets_what_was_previewed(office: Office) -> None:
    """To the letter and the byte, but for what the admin's phone had written beside the picture."""
    telegram, korean = office.telegram, PERSON + 1
    telegram.private(korean)
    with office.database.write() as work:
        a_reader(work, a_route(), address=str(korean), language="ko")
    await telegram.says(ANNA, APPEAL)
    await office.reads(ANNA, "URGENT APPEAL")
    await telegram.says(ANNA, "/appeal 1 ko\n오늘 쓰십시오: 아홉 명이 송환 위기\n편지를 쓰십시오.")
    await office.reads(ANNA, "긴급 호소")
    await telegram.sends(ANNA, b"%PDF a letter", "/appeal 1", kind="document")
    await office.reads(ANNA, "This is no picture that can be shown everywhere")
    await telegram.sends(ANNA, PHOTO, "/appeal 1")
    await office.reads(ANNA, "Picture: 8 × 12")
    await office.reads(ANNA, "긴급 호소", count=3)
    await telegram.says(BRUNO, "/appeal 1")
    shown = {"en": await office.reads(BRUNO, "URGENT APPEAL"), "ko": await office.reads(BRUNO, "긴급 호소")}
    await telegram.presses(BRUNO, "Approve these words")
    await office.reads(BRUNO, "goes out in 1 s")
    await office.cools()
    for person, language in ((PERSON, "en"), (korean, "ko")):
        words, picture = telegram.said(person)
        assert words.text == shown[language]
        assert picture.file is not None
        assert picture.file.content == cleaned(PHOTO).data
        assert picture.reply_to == words.id
    sent = [given["photo"] for method, given in telegram.calls if method == "sendphoto"]
    assert sum(not isinstance(one, str) for one in sent) <= 1, "the previews had uploaded it"
    await telegram.says(BRUNO, "/correct 1 false yes")
    await office.reads(BRUNO, "The correction goes to 2 recipients")
    await office.sends()
    for person in (PERSON, korean):
        assert all(one.file is None for one in telegram.said(person)), "what is struck shows nothing"


async def test_killed_before_its_moment_a_scheduled_appeal_goes_out_at_it_once(
    vigil: Program, telegram: TelegramEmulator
) -> None:
    """Also in the transaction by which it begins to cool off: the next start begins anew with that."""
    telegram.private(ADMIN)
    vigil.later(timedelta())
    await vigil.serve()
    await subscribe(telegram)
    at = (vigil.now() + timedelta(hours=5)).replace(second=0, microsecond=0)
    appeal = f"/appeal\nurgency: Immediate\nat: {at:%Y-%m-%dT%H:%M} UTC\nNine face return\nWrite today."
    await telegram.says(ADMIN, appeal)
    await telegram.until(ADMIN, contains="URGENT APPEAL", patience=60)
    await telegram.presses(ADMIN, "Approve these words")
    await telegram.until(ADMIN, contains="once more before it goes", patience=60)
    await vigil.stop(signal.SIGKILL)
    vigil.later(at - vigil.now() - timedelta(seconds=40))
    await vigil.dies("an appeal is approved")
    await vigil.serve()
    await telegram.until(ADMIN, contains="and about to be sent", patience=60)
    assert rung(telegram) == 0
    vigil.later(timedelta(seconds=70))
    await telegram.until(PERSON, contains="URGENT APPEAL", patience=60)
    assert await vigil.stop() == 0
    assert rung(telegram) == 1


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
