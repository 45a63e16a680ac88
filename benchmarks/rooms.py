"""How fast many Matrix rooms are told, beside bare matrix-nio; how soon it starts with them, how large.

Ours is durable: each message is written down before and after it is sent. The peer is nio's own client, which
follows the rooms as ours does, and sends the very same events with as many at a time: how long a homeserver
takes for one depends on what stands in it. Who begins changes with each turn.
"""

import asyncio
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from nio import AsyncClient, AsyncClientConfig, RoomSendResponse

from benchmarks import town
from benchmarks.measure import memory
from bot.announce import Announcer
from bot.commands.request import Reply, Request
from bot.config import LogConfig, MatrixConfig
from bot.logs import set_up
from bot.render.alert import alert_message
from bot.render.matrix import parts
from bot.speech import Speech
from bot.transports.matrix import MatrixTransport
from bot.voices import apology, matrix_pace
from jobs.deliver import MOST_AT_ONCE, Deliverer
from jobs.pace import Pace
from jobs.steps.match import aim_of
from storage.database import Database, now_utc
from storage.matching import Timing, Turn
from storage.people import Route
from storage.tables.log import deliveries
from storage.vault import Vault
from storage.words import DeliveryState
from tests.ciphering import Remembered, a_human
from tests.synapse import Person, Synapse, a_synapse

_TURNS = 6
_VAULT = Vault.from_secret(bytes(32))
_MESSAGE = "m.room.message"
_REACH = 0.9
_START, _SIZE = 10.0, 250_000_000


def measure(folder: Path, rooms: int, many: int, limited: int) -> None:
    """A line each: `rooms` are written to and started with, `many` held in memory, `limited` told slowly."""
    set_up(LogConfig(level="error"))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for ciphered in (False, True):
        with a_synapse() as server, tempfile.TemporaryDirectory(dir=folder) as name:
            print(asyncio.run(_sending(server, Path(name), rooms, ciphered=ciphered)), flush=True)
    if many:
        with a_synapse() as server, tempfile.TemporaryDirectory(dir=folder) as name:
            print(_holding(server, Path(name), many), flush=True)
    if limited:
        # What Synapse has where nobody sets anything (rc_message).
        limit = {"per_second": 0.2, "burst_count": 10}
        with a_synapse(rc_message=limit) as server, tempfile.TemporaryDirectory(dir=folder) as name:
            print(asyncio.run(_limited(server, Path(name), limited, limit)), flush=True)


@dataclass
class _Place:
    """The bot, and somebody who is with it in so many rooms."""

    bot: Person
    person: Person
    rooms: list[str]


def _settled(bot: Person, person: Person, rooms: int, *, ciphered: bool) -> _Place:
    made = [person.room(bot.user, encrypted=ciphered) for _ in range(rooms)]
    for room in made:
        bot.joins(room)
    return _Place(bot, person, made)


def _wishes(database: Database, rooms: list[str]) -> None:
    with database.write() as work:
        for room in rooms:
            work.routes.add(work.recipients.ensure("matrix", room, "en", now_utc()).id, Route())


def _call(database: Database, name: str) -> dict[str, Any]:
    """An urgent call is queued for everybody; the event in which they read it."""
    with database.write() as work:
        alert = town.called(work, name)
        aim, turn = aim_of(alert), Turn(1, now_utc())
        work.matching.queue(alert.id, aim, work.matching.reach(aim), Timing(turn, turn, turn))
    (part,) = parts(alert_message(alert, Speech(), now_utc()))
    return part.content(rings=True)


def _waiting(database: Database) -> int:
    of = sa.select(sa.func.count()).where(deliveries.c.state != DeliveryState.SENT)
    with database.read() as work:
        return int(work.connection.scalar(of) or 0)


async def _drained(database: Database, sender: Deliverer, rooms: int) -> int:
    """Until every room is told; one that had to wait is told later, and counted once."""
    while _waiting(database):
        await sender.drain()
    return rooms


async def _nothing(*_: object) -> None:
    return None


async def _silence(_: Request) -> Reply:
    return Reply(())


async def _stays(*_: object) -> bool:
    return False


def _transport(place: _Place, folder: Path) -> MatrixTransport:
    return MatrixTransport(
        MatrixConfig(
            place.bot.server.url, place.bot.user, password=place.bot.password, store=folder / "store"
        ),
        _VAULT,
        answer=_silence,
        apology=apology,
        gone=_nothing,
        returned=_stays,
        moved=_stays,
        seen=_nothing,
        another_device=_nothing,
        verifying=_nothing,
        identities=Remembered(),
    )


async def _started(transport: MatrixTransport) -> float:
    """Seconds until it knows its rooms."""
    began = time.perf_counter()
    await transport.start()
    while not transport._server.synced:  # noqa: ASYNC110, SLF001 - it is a clock
        await asyncio.sleep(0.01)
    return time.perf_counter() - began


async def _sending(server: Synapse, folder: Path, rooms: int, *, ciphered: bool) -> str:
    """Every room is told once a turn; the first turn, in which keys are given out, is not counted."""
    place = _settled(server.register(), server.register(), rooms, ciphered=ciphered)
    ratios, ours, theirs = [], [], []
    async with a_human(place.person, folder / "human") as human:
        while not human.olm.account.shared:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.1)
    transport = _transport(place, folder)
    with town.database("sqlite", folder) as database:
        _wishes(database, place.rooms)
        started = await _started(transport)
        try:
            async with _peer(place, folder) as client:
                for turn in range(-1, _TURNS):
                    event = _call(database, f"turn {turn}")
                    sender = Deliverer(database, Announcer(transport), Pace(1e9, gap=0), now_utc)
                    drains = partial(_drained, database, sender, rooms)
                    posts = partial(_posts, client, place.rooms, event)
                    if turn % 2:
                        own, other = await _timed(rooms, drains), await _timed(rooms, posts)
                    else:
                        other, own = await _timed(rooms, posts), await _timed(rooms, drains)
                    if turn >= 0:
                        ours.append(own)
                        theirs.append(other)
                        ratios.append(own / other)
        finally:
            await transport.stop()
    kind = "encrypted" if ciphered else "plain"
    return (
        f"start with {rooms} {kind} rooms: {started:.1f} s, reach < {_START:.0f}\n"
        f"durable sends a second, {rooms} {kind} rooms: {statistics.median(ours):.0f}, bare nio "
        f"{statistics.median(theirs):.0f}, ratio {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f}-{max(ratios):.2f}); reach >= {_REACH}"
    )


async def _timed(rooms: int, work: Callable[[], Coroutine[Any, Any, int]]) -> float:
    """How many a second; every room has to be told."""
    start = time.perf_counter()
    told = await work()
    if told != rooms:
        raise RuntimeError(f"{told} of {rooms} rooms were told")
    return rooms / (time.perf_counter() - start)


@asynccontextmanager
async def _peer(place: _Place, folder: Path) -> AsyncIterator[AsyncClient]:
    """Nio as its documentation has it: logged in, following the rooms, with its own store."""
    (folder / "peer").mkdir()
    client = AsyncClient(
        place.bot.server.url,
        place.bot.user,
        store_path=str(folder / "peer"),
        config=AsyncClientConfig(pickle_key="peer"),
    )
    await client.login(place.bot.password)
    following = asyncio.create_task(client.sync_forever(25_000, full_state=True))
    await client.synced.wait()
    try:
        yield client
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await client.close()
        client.store.database.close()


async def _posts(client: AsyncClient, rooms: list[str], event: dict[str, Any]) -> int:
    waiting, told = iter(rooms), 0

    async def some() -> None:
        nonlocal told
        for room in waiting:
            answer = await client.room_send(room, _MESSAGE, event, ignore_unverified_devices=True)
            told += isinstance(answer, RoomSendResponse)

    await asyncio.gather(*(some() for _ in range(MOST_AT_ONCE)))
    return told


def _holding(server: Synapse, folder: Path, rooms: int) -> str:
    """The memory of a process that follows so many rooms, half of them encrypted, each told once."""
    place = _settled(server.register(), server.register(), rooms // 2, ciphered=True)
    more = [place.person.room(place.bot.user) for _ in range(rooms - rooms // 2)]
    for room in more:
        place.bot.joins(room)
    place.rooms += more
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    words = (there, folder, server.port, place.bot.user, place.bot.password, place.rooms)
    process = context.Process(target=_hold, args=words, daemon=True)
    process.start()
    seconds, bytes_ = here.recv()
    process.join()
    return (
        f"start with {rooms:,} rooms: {seconds:.1f} s\n"
        f"memory with {rooms:,} rooms, each told once: {bytes_ / 1e6:.0f} MB; reach < {_SIZE / 1e6:.0f}"
    )


def _hold(line: Connection, folder: Path, port: int, user: str, password: str, rooms: list[str]) -> None:
    bot = Person(Synapse(port), user, password, "")
    line.send(asyncio.run(_held(_Place(bot, bot, rooms), folder)))


async def _held(place: _Place, folder: Path) -> tuple[float, int]:
    transport = _transport(place, folder)
    with town.database("sqlite", folder) as database:
        _wishes(database, place.rooms)
        seconds = await _started(transport)
        _call(database, "once")
        await Deliverer(database, Announcer(transport), Pace(1e9, gap=0), now_utc).drain()
        size = memory(os.getpid())
        await transport.stop()
    return seconds, size


async def _limited(server: Synapse, folder: Path, rooms: int, limit: dict[str, float]) -> str:
    """As an account that nobody has given more: what is refused waits as it is told, and nothing is lost."""
    bot, person, admin = server.register(), server.register(), server.register(admin=True)
    for user in (bot.user, person.user):
        server.lift(admin, user)  # to be in a room counts as much as a message
    place = _settled(bot, person, rooms, ciphered=False)
    server.lift(admin, bot.user, lifted=False)
    transport = _transport(place, folder)
    with town.database("sqlite", folder) as database:
        _wishes(database, place.rooms)
        await transport.start()
        _call(database, "slowly")
        began = time.perf_counter()
        sender = Deliverer(
            database, Announcer(transport), matrix_pace(MatrixConfig(server.url, bot.user)), now_utc
        )
        while _waiting(database):
            await sender.drain()
            await asyncio.sleep(min(1.0, sender.rests() or 0.2))
        seconds = time.perf_counter() - began
        await transport.stop()
    ideal = (rooms - limit["burst_count"]) / limit["per_second"]
    there = [
        [one for one in person.events(room) if one["sender"] == bot.user and one["type"] == _MESSAGE]
        for room in place.rooms
    ]
    return (
        f"{rooms} rooms with Synapse's default limit: {seconds / 60:.1f} min, {seconds / ideal:.2f} of what "
        f"the limit allows at best; told once: {sum(len(one) == 1 for one in there)}"
    )
