"""A Bot API in a process of its own, before which a crowd says things: who, and when.

The clock of what is said begins when the bot first asks for updates. Each line is /latest, said by its person
in private.
"""

import asyncio
import json
import multiprocessing
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import aiohttp
from aiohttp import web

TOKEN = "123456789:" + "A" * 35
FIRST = 1_000_000_000
"""The number of a person."""
_AT_ONCE = 100
_BOT = {"id": 123456789, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
_ANSWERS: dict[str, object] = {
    "getme": _BOT,
    "getmycommands": [],
    "getmydescription": {"description": ""},
    "getmyshortdescription": {"short_description": ""},
    "getwebhookinfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
}
"""What else bots ask; anything is well received."""

Line = tuple[float, int]
"""When somebody says something, in seconds, and who."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is said, in order; `watched` is whose answers are timed, `start` the first update's number."""

    lines: Sequence[Line]
    watched: int = 0
    start: int = 1


def at_once(first: int, people: int) -> list[Line]:
    """So many people, each once, all at the beginning."""
    return [(0.0, first + number) for number in range(people)]


def steadily(first: int, people: int, per_second: float) -> list[Line]:
    """So many people, each once, so many a second."""
    return [(number / per_second, first + number) for number in range(people)]


def now_and_then(person: int, times: int, every: float) -> list[Line]:
    """One person, again and again."""
    return [(number * every, person) for number in range(1, times + 1)]


def together(*some: Sequence[Line]) -> list[Line]:
    """All of them, as they come."""
    return sorted(line for one in some for line in one)


@contextmanager
def before(crowd: Crowd) -> Iterator[str]:
    """The address of a Bot API, ending in /bot, before which the crowd speaks."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(theirs, crowd), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/bot"
    finally:
        process.terminate()
        process.join()


async def until_answered(address: str, people: int) -> None:
    """Until so many different people have had an answer."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{address.removesuffix('/bot')}/answered") as told:
                if int(await told.text()) >= people:
                    return
            await asyncio.sleep(0.02)


async def delays(address: str, times: int) -> list[float]:
    """Seconds that each of so many answers to the watched person took, once all are there."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{address.removesuffix('/bot')}/delays") as told:
                found: list[float] = await told.json()
            if len(found) >= times:
                return found
            await asyncio.sleep(0.1)


def _serve(told: Connection, crowd: Crowd) -> None:
    asyncio.run(_serving(told, crowd))


class _Telegram:
    """What the crowd has said by now, and who was answered."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.began = 0.0
        self.answered: set[int] = set()
        self.delays: list[float] = []
        self._waiting = deque(at for at, person in crowd.lines if person == crowd.watched)

    async def updates(self, said: dict[str, Any]) -> list[dict[str, Any]]:
        """Those from the offset on, a hundred at most; a poll that finds none is held for two seconds."""
        self.began = self.began or time.monotonic()
        lines, start = self.crowd.lines, self.crowd.start
        at = max(0, int(said.get("offset") or 0) - start)
        for _ in range(200):
            now = time.monotonic() - self.began
            last = at
            while last < len(lines) and last < at + _AT_ONCE and lines[last][0] <= now:
                last += 1
            if last > at:
                return [_update(start + number, lines[number][1]) for number in range(at, last)]
            await asyncio.sleep(0.01)
        return []

    def message(self, said: dict[str, Any]) -> dict[str, Any]:
        """An answer has come."""
        chat = int(said["chat_id"])
        self.answered.add(chat)
        if chat == self.crowd.watched and self._waiting:
            self.delays.append(time.monotonic() - self.began - self._waiting.popleft())
        shown = {"id": chat, "type": "private", "first_name": "A"}
        return {"message_id": 2, "date": 1, "chat": shown, "text": "x"}


async def _serving(told: Connection, crowd: Crowd) -> None:
    telegram = _Telegram(crowd)

    async def called(request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2].lower()
        said = await _parameters(request)
        if method == "getupdates":
            result: object = await telegram.updates(said)
        elif method == "sendmessage":
            result = telegram.message(said)
        else:
            result = _ANSWERS.get(method, True)
        return web.json_response({"ok": True, "result": result})

    async def count(_: web.Request) -> web.Response:
        return web.Response(text=str(len(telegram.answered)))

    async def took(_: web.Request) -> web.Response:
        return web.json_response(telegram.delays)

    app = web.Application()
    app.router.add_get("/answered", count)
    app.router.add_get("/delays", took)
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


def _update(number: int, person: int) -> dict[str, Any]:
    sender = {"id": person, "is_bot": False, "first_name": "A", "language_code": "en"}
    chat = {"id": person, "type": "private", "first_name": "A"}
    entity = {"type": "bot_command", "offset": 0, "length": 7}
    said = {"message_id": 1, "date": 1, "chat": chat, "from": sender, "text": "/latest", "entities": [entity]}
    return {"update_id": number, "message": said}
