"""A night at the admins' desk: two admins and many readers on an emulated Telegram, and the service's loops.

The program's parts run as `vigil run` has them: transport, desk, launcher, progress, and one sender that
keeps to Telegram's pace. What admins do they do in their chats, and each press is counted.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from bot.config import TelegramConfig
from bot.desk import Desk
from bot.speaking import always, delivering
from bot.transports.telegram import TelegramTransport
from bot.voices import apology, telegram_pace
from jobs.deliver import Deliverer
from jobs.desk import Rules
from jobs.launch import Launcher
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.pace import Pace
from jobs.progress import Progress
from storage.database import Database, now_utc
from tests.emulators.telegram import FloodRules, TelegramEmulator
from tests.emulators.telegram.chats import Message

ANNA, BRUNO = 901, 902
FALSE_ALERT = "/appeal\nurgency: Immediate\nMissile on its way\nSeek shelter now. This is not a drill."
_PATIENCE = 60.0


@dataclass
class Shift:
    """Who is there, and what was done. Times are of the monotonic clock."""

    database: Database
    telegram: TelegramEmulator
    bot: TelegramTransport
    pace: Pace
    rules: Rules
    presses: int = 0
    """What admins have done, since they noticed."""
    pressed: float = 0.0
    """When they pressed last."""
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def press(self, admin: int, label: str, answer: str) -> Message:
        """An admin presses a button, and reads the answer."""
        before = len([one for one in self.telegram.said(admin) if answer in one.text])
        self.presses, self.pressed = self.presses + 1, time.monotonic()
        await self.telegram.presses(admin, label)
        return await self.telegram.until(admin, contains=answer, count=before + 1, patience=_PATIENCE)

    async def approved(self, words: str = FALSE_ALERT) -> None:
        """Anna writes it, Bruno approves it: one slip that two people made."""
        await self.telegram.says(ANNA, words)
        await self.telegram.until(ANNA, contains="URGENT APPEAL", patience=_PATIENCE)
        await self.telegram.says(BRUNO, "/appeal 1")
        await self.telegram.until(BRUNO, contains="URGENT APPEAL", patience=_PATIENCE)
        await self.telegram.presses(BRUNO, "Approve these words")
        await self.telegram.until(BRUNO, contains="goes out in", patience=_PATIENCE)

    async def take_back(self, admin: int = BRUNO, *, halts: bool = False) -> float:
        """From the message about the sending: correct, why, yes; with `halts`, stop before all else.

        Returns when it was noticed.
        """
        noticed, self.presses = time.monotonic(), 0
        if halts:
            await self.press(admin, "Stop", "Appeal 1 is halted")
        await self.press(admin, "Correct", "Why is it taken back?")
        await self.press(admin, "Not true", "CORRECTION · ")
        await self.press(admin, "Send the correction", "The correction goes to")
        return noticed

    def sends(self, pace: Pace | None = None) -> None:
        """From now on what is due goes out, as the service does it all the time."""
        self._tasks.append(asyncio.create_task(self._sending(pace or self.pace)))
        self._tasks.append(asyncio.create_task(self._keeping()))

    async def rests(self) -> None:
        """The program ends as it does when it is told to."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _sending(self, pace: Pace) -> None:
        async with delivering(self.database, always(self.bot, pace), told=self.rules.admins) as deliverer:
            while True:
                await self._drained(deliverer)

    async def _drained(self, deliverer: Deliverer) -> None:
        await deliverer.drain()
        await asyncio.sleep(min(0.1, deliverer.rests() or 0.1))

    async def _keeping(self) -> None:
        launcher = Launcher(self.database, self.rules, Limits())
        progress = Progress(self.database, self.rules)
        while True:
            await launcher.due(now_utc())
            await progress.look(now_utc())
            await asyncio.sleep(0.2)


@asynccontextmanager
async def a_shift(
    database: Database, people: int, *, per_second: float = 30.0, hurried: bool = False
) -> AsyncIterator[Shift]:
    """Two admins at their phones, and so many readers whose chats are 1,001 and following.

    `hurried`: a chat need not rest for a second between two messages, so that a test need not either.
    """
    async with TelegramEmulator() as telegram:
        for person in (ANNA, BRUNO, *range(1_001, 1_001 + people)):
            telegram.private(person)
        admins = Admins((("telegram", str(ANNA)), ("telegram", str(BRUNO))))
        rules = Rules(cooling_off=timedelta(seconds=0.2), admins=admins, per_second=per_second)
        desk = Desk(database, admins=admins, rules=rules)
        config = TelegramConfig(
            token=telegram.token, api_url=telegram.api_url, messages_per_second=per_second
        )

        async def gone(_address: str, _request: str) -> None:
            """Nobody leaves here."""

        pace = telegram_pace(config)
        pace.gap = 0.1 if hurried else pace.gap
        bot = TelegramTransport(
            telegram.token,
            api_url=telegram.api_url,
            answer=desk.answer,
            apology=apology,
            gone=gone,
            pace=pace,
        )
        await bot.start()
        if not hurried:
            telegram.gate.rules = FloodRules()
        shift = Shift(database, telegram, bot, pace, rules)
        try:
            yield shift
        finally:
            await shift.rests()
            await bot.stop()
