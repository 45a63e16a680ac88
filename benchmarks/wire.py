"""How near the wire's speed messages are sent: our request class, python-telegram-bot's own, and bare posts.

All say the same text to the same server, a process of its own, with as many under way: ours as the program
does, the library by its Bot.send_message and its own request class. Nothing is written down meanwhile: what
that costs is measured by `delivery`.
"""

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

import aiohttp
from aiohttp import web
from telegram import Bot, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.request import BaseRequest, HTTPXRequest

from benchmarks.crowd import TOKEN
from benchmarks.measure import Row, Turn, timed
from bot.transports.telegram_request import AiohttpRequest, hush_libraries, posted

UNDER_WAY = 20
_TURNS = 5
_TEXT = "<b>URGENT · Nine refugees face return</b>\n" + "Nine refugees face imminent return. " * 15
_SAID = {"chat_id": 42, "text": _TEXT, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
_ANSWER = (
    b'{"ok":true,"result":{"message_id":2,"date":1,"chat":{"id":42,"type":"private","first_name":"A"},'
    b'"from":{"id":123456789,"is_bot":true,"first_name":"Bench","username":"bench_bot"},"text":"x"}}'
)
Send = Callable[[], Awaitable[object]]


async def measure(messages: int) -> str:
    """So many of each in every turn, but a tenth of them by the library's own class."""
    hush_libraries()
    bare: list[Turn] = []
    ours: list[Turn] = []
    theirs: list[Turn] = []
    with _server() as address:
        own, library = AiohttpRequest(), HTTPXRequest(connection_pool_size=UNDER_WAY, pool_timeout=60.0)
        async with aiohttp.ClientSession() as session, own, library:

            async def post() -> None:
                async with session.post(f"{address}{TOKEN}/sendMessage", json=_SAID) as answer:
                    await answer.read()

            ways = (
                (post, messages, bare),
                (_ours(address, own), messages, ours),
                (_theirs(address, library), messages // 10, theirs),
            )
            for send, _, _ in ways:  # connections are made, modules imported
                await _sent(send, UNDER_WAY)
            for _ in range(_TURNS):
                for send, count, turns in ways:
                    turns.append(await timed(lambda send=send, count=count: _sent(send, count)))  # type: ignore[misc]  # of its defaults
    beside = Row("messages", "bare aiohttp posts", ours, bare)
    library_beside = Row("messages", "bare aiohttp posts", theirs, bare)
    faster = Row("messages", "python-telegram-bot's own request class", ours, theirs)
    return (
        f"messages a second, {UNDER_WAY} under way: {beside.peer} {beside.rates(bare):,.0f}; by our request "
        f"class {beside.rates(ours):,.0f}, ratio {_told(beside)}; by {faster.peer} "
        f"{faster.rates(theirs):,.0f}, ratio {_told(library_beside)}; ours to it {_told(faster)}"
    )


def _told(row: Row) -> str:
    least, most = min(row.ratios), max(row.ratios)
    return f"{row.ratio:.2f} ({least:.2f}-{most:.2f}, in processor time {row.thrift:.2f})"


def _ours(address: str, request: AiohttpRequest) -> Send:
    bot = _bot(address, request)
    return lambda: posted(bot, "sendMessage", dict(_SAID))


def _theirs(address: str, request: HTTPXRequest) -> Send:
    bot, no_preview = _bot(address, request), LinkPreviewOptions(is_disabled=True)
    return lambda: bot.send_message(42, _TEXT, parse_mode=ParseMode.HTML, link_preview_options=no_preview)


def _bot(address: str, request: BaseRequest) -> Bot:
    return Bot(TOKEN, base_url=address, request=request, get_updates_request=AiohttpRequest())


async def _sent(send: Send, count: int) -> int:
    left = iter(range(count))

    async def some() -> None:
        for _ in left:
            await send()

    await asyncio.gather(*(some() for _ in range(UNDER_WAY)))
    return count


@contextmanager
def _server() -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/bot"
    finally:
        process.terminate()
        process.join()


def _serve(told: Connection) -> None:
    asyncio.run(_serving(told))


async def _serving(told: Connection) -> None:
    async def called(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=_ANSWER, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", called)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    told.send(runner.addresses[0][1])
    await asyncio.Event().wait()
