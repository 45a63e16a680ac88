"""How many updates of Telegram's are handled a second, beside python-telegram-bot's own Application.

Ours is the real desk on SQLite: each person asks for /latest in an archive, and is answered. The peer's
handler says one word. Both ask the same server, a process of its own, which hands out a hundred at a time.
`flood` asks at a steady rate for as long as is wanted and tells our memory at its beginning and its end.
"""

import asyncio
import json
import multiprocessing
import os
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes

from benchmarks import town
from benchmarks.measure import Row, Turn, memory, spent
from bot.config import TelegramConfig
from bot.desk import Desk
from bot.voices import telegram
from storage.database import Database
from tests.builders import a_statement, kept

TOKEN = "123456789:" + "A" * 35
_TURNS = 3
_AT_ONCE = 100
_FIRST = 1_000_000_000
_BOT = {"id": 123456789, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
_ANSWERS: dict[str, object] = {
    "getme": _BOT,
    "getmycommands": [],
    "getmydescription": {"description": ""},
    "getmyshortdescription": {"short_description": ""},
    "getwebhookinfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
}
"""What else the two ask; anything is well received."""


def measure(folder: Path, updates: int, seconds: int, per_second: int) -> str:
    """The rate beside the peer's, then a flood; a line each."""
    for part in ("rate", "flood"):
        (folder / part).mkdir()
    row = asyncio.run(_rates(folder / "rate", updates))
    grown = asyncio.run(flood(folder / "flood", seconds, per_second))
    return (
        f"updates a second through the real desk, {updates:,} people: {row.rates(row.ours):,.0f}; "
        f"{row.peer}: {row.rates(row.theirs):,.0f}; ratio {row.ratio:.2f} "
        f"({min(row.ratios):.2f}-{max(row.ratios):.2f}), in processor time {row.thrift:.2f}\n{grown}"
    )


async def _rates(folder: Path, updates: int) -> Row:
    ours: list[Turn] = []
    theirs: list[Turn] = []
    with town.database("sqlite", folder) as database:
        _fill(database)
        for turn in range(_TURNS):
            first = _FIRST + 2 * turn * updates
            with _server(first, updates) as address:
                ours.append(await _timed(address, updates, _ours(database, address)))
            with _server(first + updates, updates) as address:
                theirs.append(await _timed(address, updates, _theirs(address)))
    return Row("updates", "python-telegram-bot's Application", ours, theirs)


async def flood(folder: Path, seconds: int, per_second: int) -> str:
    """So many new people a second, for so long: whether all are answered, and what memory comes to."""
    people = seconds * per_second
    with town.database("sqlite", folder) as database, _server(_FIRST, people, per_second) as address:
        _fill(database)
        async with _ours(database, address):
            start = time.perf_counter()
            await _until(address, people // 4)
            before = memory(os.getpid())
            await _until(address, people)
            took, after = time.perf_counter() - start, memory(os.getpid())
    return (
        f"{per_second} a second for {seconds} s: all {people:,} answered after {took:.1f} s; memory "
        f"{before / 1e6:.0f} MB after a quarter, {after / 1e6:.0f} MB at the end"
    )


def _fill(database: Database) -> None:
    with database.write() as work:
        kept(work, *(a_statement(title=f"Nine refugees face return, day {day}") for day in range(40)))


@asynccontextmanager
async def _ours(database: Database, address: str) -> AsyncIterator[None]:
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
    before, start = spent(os.getpid()), time.perf_counter()
    async with bot:
        await _until(address, updates)
        return Turn(updates, time.perf_counter() - start, spent(os.getpid()) - before)


async def _until(address: str, answered: int) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{address.removesuffix('/bot')}/answered") as told:
                if int(await told.text()) >= answered:
                    return
            await asyncio.sleep(0.02)


@contextmanager
def _server(first: int, updates: int, per_second: int = 0) -> Iterator[str]:
    """The address of a Bot API where so many people say something, all at once or so many a second."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(theirs, first, updates, per_second), daemon=True
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/bot"
    finally:
        process.terminate()
        process.join()


def _serve(told: Connection, first: int, updates: int, per_second: int) -> None:
    asyncio.run(_serving(told, first, updates, per_second))


async def _serving(told: Connection, first: int, updates: int, per_second: int) -> None:
    began = time.monotonic()
    answered: set[int] = set()

    async def called(request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2].lower()
        said = await _parameters(request)
        if method == "getupdates":
            result: object = await _updates(said)
        elif method == "sendmessage":
            result = _message(answered, said)
        else:
            result = _ANSWERS.get(method, True)
        return web.json_response({"ok": True, "result": result})

    async def _updates(said: dict[str, Any]) -> list[dict[str, Any]]:
        offset = max(1, int(said.get("offset") or 1))
        for _ in range(100):
            there = int((time.monotonic() - began) * per_second) if per_second else updates
            last = min(there, updates, offset + _AT_ONCE - 1)
            if offset <= last:
                return [_update(number, first) for number in range(offset, last + 1)]
            await asyncio.sleep(0.02)
        return []

    async def count(_: web.Request) -> web.Response:
        return web.Response(text=str(len(answered)))

    app = web.Application()
    app.router.add_get("/answered", count)
    app.router.add_route("*", "/{rest:.*}", called)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    told.send(runner.addresses[0][1])
    await asyncio.Event().wait()


async def _parameters(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        found: dict[str, Any] = json.loads(await request.read())
        return found
    return dict(await request.post()) | dict(request.query)


def _message(answered: set[int], said: dict[str, Any]) -> dict[str, Any]:
    chat = int(said["chat_id"])
    answered.add(chat)
    return {
        "message_id": 2,
        "date": 1,
        "chat": {"id": chat, "type": "private", "first_name": "A"},
        "text": "x",
    }


def _update(number: int, first: int) -> dict[str, Any]:
    person = first + number
    sender = {"id": person, "is_bot": False, "first_name": "A", "language_code": "en"}
    chat = {"id": person, "type": "private", "first_name": "A"}
    entity = {"type": "bot_command", "offset": 0, "length": 7}
    said = {"message_id": 1, "date": 1, "chat": chat, "from": sender, "text": "/latest", "entities": [entity]}
    return {"update_id": number, "message": said}
