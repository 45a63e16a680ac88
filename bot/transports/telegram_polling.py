"""Fetches updates by long polling, and confirms them once they have been handled.

python-telegram-bot's own Updater confirms what it has only put into memory, and removes a webhook
unasked; here an update that a killed program had not answered comes again at the next start.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeGuard

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, TelegramError

from bot.transports.pauses import pauses
from bot.transports.telegram_incoming import ALLOWED_UPDATES
from bot.transports.telegram_intake import Intake
from bot.transports.telegram_trouble import holder, report

log = structlog.get_logger()

LONG_POLL = 25
"""Seconds that Telegram may hold a request open."""
MOST_AT_ONCE = 100
"""Updates that one answer of Telegram holds (Bot API, getUpdates); after so many there are probably more."""
GRACE = 1.0
"""Seconds that slow answers may keep us from asking for, and so confirming, further updates."""
SHORT_GRACE = 0.05
"""The same while others wait: whoever asks without end may hold up nobody."""
SETTLED_AFTER = 25.0
"""Seconds of undisputed polling after which we are the one who was here before."""
AGAIN_AFTER = 1.0
AFTER_THE_OTHER = 60.0
"""Seconds between two attempts of a program that finds another one at work.

A newer request ends the one that waits (Bot API, getUpdates). So whoever has polled undisputed for a while
goes on within a second, and the newcomer waits: else the two would take turns, each with half of the updates.
"""


class Polling:
    """The stream of one bot's updates. `take` starts the handling of one and returns its task, if any.

    With an `intake`, what takes longer than the grace is kept before it is confirmed, and not lost.
    """

    def __init__(
        self, bot: Bot, take: Callable[[Update], asyncio.Task[None] | None], intake: Intake | None = None
    ) -> None:
        self._bot = bot
        self._take = take
        self._intake = intake
        self._next = 0
        self._open: dict[int, asyncio.Task[None]] = {}
        self._unkept: dict[int, tuple[Update, asyncio.Task[None]]] = {}
        """What takes long and could not be kept: from there on nothing is confirmed, Telegram keeps it."""
        self._begun: set[int] = set()
        """What was begun and not confirmed for their sake, should it be brought again."""
        self._since = 0.0
        """Since when we poll and nobody disputes it, by the loop's clock."""
        self._disputed = 0
        """Conflicts in a row, while we have not polled for a while without one."""

    async def run(self) -> None:
        """Fetch and hand on until cancelled; failures are logged, waited out and never raised.

        Begun again, it begins with what was not confirmed.
        """
        self._next, self._unkept, self._begun = 0, {}, set()
        waits = pauses()
        failing = False
        self._since = asyncio.get_running_loop().time()
        while True:
            try:
                updates = await self._fetch()
                if failing:
                    log.info("telegram answers again")
                failing, waits = False, pauses()
                await self._handle(updates)
            except Conflict as error:
                failing = True
                await asyncio.sleep(report(error, self._yields(), await holder(self._bot)))
            except Exception as error:  # noqa: BLE001 - whatever it is, the bot must go on listening
                failing = True
                await asyncio.sleep(report(error, next(waits)))

    def _yields(self) -> float:
        """Seconds to leave to another program: few, if we were here before it."""
        now = asyncio.get_running_loop().time()
        if now - self._since > SETTLED_AFTER:
            self._disputed = 0
            return AGAIN_AFTER
        self._disputed += 1
        pause = AGAIN_AFTER if self._disputed == 1 else AFTER_THE_OTHER
        self._since = now + pause
        return pause

    async def confirm(self) -> None:
        """Tell Telegram what has been handled; what has not comes again at the next start."""
        unfinished = [number for number, task in self._open.items() if not task.done() or task.cancelled()]
        offset = min(unfinished, default=self._next)
        if offset:
            await self._bot.get_updates(offset=offset, limit=1, timeout=0, allowed_updates=ALLOWED_UPDATES)

    @property
    def _offset(self) -> int:
        """What is below is confirmed."""
        return min(self._unkept, default=self._next)

    async def _fetch(self) -> tuple[Update, ...]:
        try:
            found = await self._bot.get_updates(
                offset=self._offset, timeout=0 if self._unkept else LONG_POLL, allowed_updates=ALLOWED_UPDATES
            )
        except TelegramError:
            raise
        except Exception as error:  # noqa: BLE001 - one that the library cannot read must not block the rest
            log.error("telegram sent an update that cannot be read", error=type(error).__name__)  # noqa: TRY400 - a traceback may quote a chat
            return await self._fetch_readable()
        if all(_is_numbered(one.update_id if one else None) for one in found):
            return found
        return await self._fetch_readable()

    async def _fetch_readable(self) -> tuple[Update, ...]:
        asked: dict[str, Any] = {"offset": self._offset, "timeout": 0}
        answer = await self._bot._post("getUpdates", asked)  # noqa: SLF001 - the only way to the raw updates
        updates: list[Update] = []
        for raw in answer if isinstance(answer, list) else []:
            number = raw.get("update_id") if isinstance(raw, dict) else None
            if not _is_numbered(number):
                log.error("telegram sent something that is no update")
                continue
            try:
                updates.append(Update.de_json(raw, self._bot))
            except Exception:  # noqa: BLE001 - see above
                updates.append(Update(number))
        if not updates:
            await asyncio.sleep(AGAIN_AFTER)  # nothing can be confirmed: it comes again at once
        return tuple(updates)

    async def _handle(self, updates: tuple[Update, ...]) -> None:
        self._open = {number: task for number, task in self._open.items() if not task.done()}
        begun: list[tuple[Update, asyncio.Task[None]]] = []
        for update in updates:
            number = update.update_id
            is_back = number in self._begun or (
                self._intake is not None and self._intake.is_resumed(update.update_id)
            )
            task = None if is_back else self._take(update)
            if task is not None:
                self._open[number] = task
                begun.append((update, task))
            self._begun.add(number)
            self._next = max(self._next, number + 1) if self._unkept else number + 1
        if self._open:
            more = len(updates) >= MOST_AT_ONCE
            await asyncio.wait(set(self._open.values()), timeout=SHORT_GRACE if more else GRACE)
        if self._intake:
            await self._hold(self._intake, [*self._unkept.values(), *begun])
        self._begun = {number for number in self._begun if number >= self._offset}
        if self._unkept:
            await asyncio.sleep(AGAIN_AFTER)

    async def _hold(self, intake: Intake, begun: list[tuple[Update, asyncio.Task[None]]]) -> None:
        """Have kept what takes long; what cannot be is not to be confirmed, until it was answered."""
        slow = [(update, task) for update, task in begun if not task.done()]
        held = await asyncio.gather(*(intake.hold(*one) for one in slow), return_exceptions=True)
        self._unkept = {
            update.update_id: (update, task)
            for (update, task), error in zip(slow, held, strict=True)
            if isinstance(error, Exception) and not task.done()
        }
        if self._unkept:
            log.error("telegram.not_confirmed", updates=len(self._unkept), remedy="see why nothing is kept")


def _is_numbered(number: object) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool)
