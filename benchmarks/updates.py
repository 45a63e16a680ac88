"""How many updates of Telegram's are handled a second, beside python-telegram-bot's own Application.

Ours is the real desk on SQLite: each person asks for /latest in an archive, and is answered. The peer's
handler says one word. Both ask the same server, a process of its own, which hands out a hundred at a time.
"""

import os
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes

from benchmarks import town
from benchmarks.crowd import FIRST, TOKEN, Crowd, at_once, before, until_answered
from benchmarks.measure import Row, Turn, spent
from bot.config import TelegramConfig
from bot.desk import Desk
from bot.voices import telegram
from storage.database import Database
from tests.builders import a_statement, kept

_TURNS = 3


async def rates(folder: Path, updates: int) -> str:
    """The rate beside the peer's."""
    ours: list[Turn] = []
    theirs: list[Turn] = []
    with town.database("sqlite", folder) as database:
        fill(database)
        for turn in range(_TURNS):
            first = FIRST + 2 * turn * updates
            with before(Crowd(at_once(first, updates))) as address:
                ours.append(await _timed(address, updates, answering(database, address)))
            with before(Crowd(at_once(first + updates, updates))) as address:
                theirs.append(await _timed(address, updates, _theirs(address)))
    row = Row("updates", "python-telegram-bot's Application", ours, theirs)
    return (
        f"updates a second through the real desk, {updates:,} people: {row.rates(row.ours):,.0f}; "
        f"{row.peer}: {row.rates(row.theirs):,.0f}; ratio {row.ratio:.2f} "
        f"({min(row.ratios):.2f}-{max(row.ratios):.2f}), in processor time {row.thrift:.2f}"
    )


def fill(database: Database) -> None:
    """An archive that there is something to be said of."""
    with database.write() as work:
        kept(work, *(a_statement(title=f"Nine refugees face return, day {day}") for day in range(40)))


@asynccontextmanager
async def answering(database: Database, address: str) -> AsyncIterator[None]:
    """The program's own bot and desk; how fast it may write is not limited."""
    bot = telegram(TelegramConfig(TOKEN, address), Desk(database))
    await bot.start()
    try:
        yield
    finally:
        await bot.stop()


@asynccontextmanager
async def _theirs(address: str) -> AsyncIterator[None]:
    async def latest(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message:
            await update.message.reply_text("heard")

    made = Application.builder().token(TOKEN).base_url(address).concurrent_updates(32).build()
    made.add_handler(CommandHandler("latest", latest))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        async with made:
            await made.start()
            assert made.updater
            await made.updater.start_polling()
            try:
                yield
            finally:
                await made.updater.stop()
                await made.stop()


async def _timed(address: str, updates: int, bot: AbstractAsyncContextManager[None]) -> Turn:
    before_it, start = spent(os.getpid()), time.perf_counter()
    async with bot:
        await until_answered(address, updates)
        return Turn(updates, time.perf_counter() - start, spent(os.getpid()) - before_it)
