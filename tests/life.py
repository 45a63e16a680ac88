"""Writes docs/appeal.md: the whole life of an appeal, as two admins and a reader live it.

python -m tests.life        writes it anew; a test says when it is not true any more

Anna is on Telegram (emulated, everything behind it is real), Bruno sits at the terminal. The clock is set
by hand.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import sqlalchemy as sa
from rich.console import Console

from bot.announce import Announcer, Transport
from bot.desk import TERMINAL, Desk
from bot.transports.console import ConsoleTransport
from bot.transports.telegram import TelegramTransport
from bot.voices import apology
from jobs.deliver import Deliverer
from jobs.desk import Rules
from jobs.launch import Launcher
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.pace import Pace
from jobs.progress import SOONEST, Progress
from storage.database import Database
from storage.tables.people import recipients
from storage.vault import Vault
from tests.builders import NOON, a_reader, a_route
from tests.documents import ROOT
from tests.emulators.telegram import TelegramEmulator, blocked
from tests.emulators.telegram.chats import Message

PAGE = ROOT / "docs" / "appeal.md"
ANNA, READER = 901, 1_001
READERS = range(READER, READER + 120)
AT_FIRST = 75
"""So many are reached until it is looked how far it is."""
APPEAL = (
    "/appeal\ncountries: KP\nto: the foreign ministry of China\nby: 2026-03-20\n"
    "url: https://northlight.example/act\nurgency: Immediate\n"
    "Write today: nine face return\nAsk the ministry to let the nine go where they are safe."
)
HEAD = """# The life of an appeal

Made by `python -m tests.life` from an invented matter, and checked by a test. Anna is on Telegram; Bruno
sits at the terminal, where what was printed stays printed; 120 people have asked for everything urgent, one
of whom has blocked the bot since. What begins with `>` was typed, what stands in brackets are buttons, and a
message that is *changed* stands where it stood before.
"""


@dataclass
class Life:
    """Who is there, what time it is, and what was written down of it."""

    database: Database
    telegram: TelegramEmulator
    bot: TelegramTransport
    console: ConsoleTransport
    printed: StringIO
    rules: Rules
    now: datetime = NOON
    _told: list[str] = field(default_factory=list)
    _known: dict[tuple[int, int], str] = field(default_factory=dict)
    _read: int = 0

    def scene(self, title: str, what: str) -> None:
        """A heading, and what happens."""
        self._told.append(f"## {title}\n\n{what}\n")

    def passes(self, seconds: float) -> None:
        """Time goes by."""
        self.now += timedelta(seconds=seconds)

    async def anna(self, text: str, waits_for: str) -> None:
        """Anna writes a line."""
        before = self._count(waits_for)
        await self.telegram.says(ANNA, text)
        self._typed("Anna, on Telegram", text)
        await self._answered(waits_for, before)

    async def bruno(self, text: str) -> None:
        """Bruno types a line at the terminal."""
        await self.console.say(text)
        self._noted()

    async def sends(self) -> None:
        """What is due goes out on both transports."""
        await Launcher(self.database, self.rules, Limits()).due(self.now)
        await self._delivers()
        self._noted()

    async def looks(self) -> None:
        """It is looked how far it is, and shown."""
        await Progress(self.database, self.rules).look(self.now)
        await self._delivers()
        self._noted()

    def rest(self, *, but: int) -> None:
        """All readers but so many have to be left alone for a while, so that there is something to see."""
        rests = sa.update(recipients).where(recipients.c.id.between(but + 1, len(READERS)))
        with self.database.write() as work:
            work.connection.execute(rests.values(rests=self.now + timedelta(hours=1)))

    def wake(self) -> None:
        """They may be written to."""
        with self.database.write() as work:
            work.connection.execute(sa.update(recipients).values(rests=None))

    def page(self) -> str:
        """All that was written down."""
        return "\n".join([HEAD, *self._told])

    async def _delivers(self) -> None:
        speaking: tuple[Transport, ...] = (self.bot, self.console)
        for transport in speaking:
            pace = Pace(1e9, gap=0)
            sender = Deliverer(
                self.database, Announcer(transport), pace, lambda: self.now, admins=self.rules.admins
            )
            await sender.drain()

    def _count(self, words: str) -> int:
        return sum(words in text for text in self.telegram.texts(ANNA))

    async def _answered(self, words: str, before: int) -> None:
        await self.telegram.until(ANNA, contains=words, count=before + 1, patience=60)
        await self.telegram.until_handled(60)
        self._noted()

    def _noted(self) -> None:
        """What is new in each chat, then what has changed."""
        for person, name in ((ANNA, "Anna, on Telegram"), (READER, "A reader, on Telegram")):
            shown = {(person, one.id): _shown(one) for one in self.telegram.said(person)}
            for key, text in shown.items():
                if key not in self._known:
                    self._block(f"{name}", text)
            for key, text in shown.items():
                if self._known.get(key, text) != text:
                    self._block(f"{name} · *changed*", text)
            self._known |= shown
        text = self.printed.getvalue()[self._read :]
        self._read += len(text)
        if text.strip():
            self._block("Bruno, at the terminal", text.strip("\n"))

    def _typed(self, who: str, text: str) -> None:
        self._block(who, f"> {text}")

    def _block(self, title: str, text: str) -> None:
        lines = "\n".join(line.rstrip() for line in text.splitlines())
        self._told.append(f"**{title}**\n\n```text\n{lines}\n```\n")


def _shown(message: Message) -> str:
    rows = (" ".join(f"[{button.label}]" for button in row) for row in message.now.buttons)
    return "\n".join((message.text, "", *rows)).rstrip()


async def lived() -> str:
    """The page, from the first word to the last."""
    async with _a_life() as life:
        life.scene("Anna writes it", "On her phone, in one message. Somebody else has to approve it.")
        await life.anna(APPEAL, "URGENT APPEAL · Write today")
        life.scene("Bruno reads and approves it", "He is told that it waits, and opens it from there.")
        await life.sends()
        await life.bruno("1")
        await life.bruno("1")
        life.passes(1)
        await life.sends()
        life.scene("It goes out", "A minute has passed in which each of them could have stopped it.")
        life.passes(59)
        life.rest(but=AT_FIRST)
        await life.sends()
        life.passes(SOONEST)
        await life.looks()
        life.passes(3)
        life.wake()
        await life.sends()
        life.passes(1)
        await life.looks()
        life.scene("It was wrong", "The nine are safe. Bruno takes it back: what, why, yes.")
        life.passes(1_200)
        await life.bruno("/correct 1")
        await life.bruno("/correct 1 outdated")
        await life.bruno("1")
        life.passes(8)
        await life.sends()
        life.passes(1)
        await life.looks()
        life.scene("Afterwards", "What is on record: marks in place of names.")
        await life.bruno("/appeal 1")
        await life.bruno("/audit")
        return life.page()


@asynccontextmanager
async def _a_life() -> AsyncIterator[Life]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/sample.db", Vault.from_secret(bytes(range(32))))
        database.prepare()
        with database.write() as work:
            for one in READERS:
                a_reader(work, a_route(), address=str(one))
        admins = Admins((("telegram", str(ANNA)), TERMINAL))
        rules = Rules(admins=admins)
        desk = Desk(database, admins=admins, rules=rules)
        printed = StringIO()

        async def gone(_address: str, _request: str) -> None:
            """Nobody leaves here."""

        async with TelegramEmulator(number=123_456_789) as telegram:
            for person in (ANNA, *READERS):
                telegram.private(person)
            telegram.fail("sendMessage", blocked(), chat=READERS[2], times=9)
            bot = TelegramTransport(
                telegram.token, api_url=telegram.api_url, answer=desk.answer, apology=apology, gone=gone
            )
            screen = Console(file=printed, width=100)
            life = Life(
                database,
                telegram,
                bot,
                ConsoleTransport(desk.answer, console=screen, now=lambda: life.now),
                printed,
                rules,
            )
            with patch("bot.transports.telegram_answering.now_utc", lambda: life.now):
                await bot.start()
                try:
                    yield life
                finally:
                    await bot.stop()
        database.close()


def page() -> str:
    """The document."""
    return asyncio.run(lived())


if __name__ == "__main__":
    Path(PAGE).write_text(page(), encoding="utf-8")
