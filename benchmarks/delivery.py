"""How fast whom an alert reaches is found and told: matching, sending, order, and memory."""

import asyncio
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import sqlalchemy as sa

from benchmarks import town
from benchmarks.measure import memory
from bot.announce import Announcer
from bot.commands.request import Reply, Request
from bot.config import TelegramConfig
from bot.transports.telegram import TelegramTransport
from bot.voices import apology, telegram_pace
from jobs.amend import Changed
from jobs.deliver import Deliverer
from jobs.manner import Manner
from jobs.outcome import Outcome, Sent
from jobs.pace import Pace
from jobs.removals import Erased
from jobs.steps.match import aim_of
from storage import matching
from storage.database import Database, Work, now_utc
from storage.matching import Timing, Turn
from storage.people import Notice, Recipient
from storage.records import Alert
from storage.tables.log import deliveries
from storage.tables.people import recipients
from storage.vault import Vault
from storage.words import DeliveryState

_TURNS = 3


def measure(folder: Path, people: int, senders: int) -> None:
    """Everything, a line each; `people` are matched, `senders` are written to."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for engine in town.ENGINES:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            print(_matching(engine, Path(name), people), flush=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        print(asyncio.run(_sending(Path(name), senders)), flush=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        print(asyncio.run(_paced(Path(name), min(senders, 900))), flush=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        print(_size(Path(name), people), flush=True)


def _matching(engine: str, folder: Path, people: int) -> str:
    """Match and queue, beside an INSERT ... SELECT of the same rows; each turn with its commit."""
    ratios, ours, theirs = [], [], []
    with town.database(engine, folder) as database:
        town.settle(database, people)
        for turn in range(_TURNS):
            bare = _bare(database, f"bare {turn}")
            own = _queued(database, f"own {turn}")
            ours.append(own)
            theirs.append(bare)
            ratios.append(own / bare)
    return (
        f"match and queue {people:,} on {engine}: {statistics.median(ours):.2f} s, bare "
        f"{statistics.median(theirs):.2f} s, ratio {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f}-{max(ratios):.2f}); reach <= 2.5"
    )


def _bare(database: Database, name: str) -> float:
    _empty(database)
    with database.write() as work:
        alert = town.called(work, name)
        work.connection.execute(sa.select(sa.literal(1)))
        start = time.perf_counter()
        row = (
            sa.literal(alert.id),
            recipients.c.id,
            recipients.c.transport,
            sa.literal(str(DeliveryState.QUEUED)),
            sa.literal(1),
            sa.literal(now_utc(), deliveries.c.not_before.type),
            sa.literal(0),
            sa.false(),
            sa.literal(""),
            sa.literal(""),
        )
        rows = sa.insert(deliveries).from_select(matching._COLUMNS, sa.select(*row))  # noqa: SLF001 - its order
        work.connection.execute(rows)
    return time.perf_counter() - start


def _empty(database: Database) -> None:
    """So that what one turn has left behind does not slow down the next."""
    with database.write() as work:
        work.connection.execute(sa.delete(deliveries))
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE deliveries"))


def _queued(database: Database, name: str, *, empty: bool = True) -> float:
    if empty:
        _empty(database)
    with database.write() as work:
        alert = town.called(work, name)
        work.connection.execute(sa.select(sa.literal(1)))
        start = time.perf_counter()
        _queue(work, alert)
    return time.perf_counter() - start


def _queue(work: Work, alert: Alert, lane: int = 1) -> int:
    aim, now = aim_of(alert), now_utc()
    turn = Turn(lane, now)
    return work.matching.queue(alert.id, aim, work.matching.reach(aim), Timing(turn, turn, turn))


@dataclass
class _Watched:
    """A voice that notes when it spoke, and of what."""

    voice: Announcer
    told: list[tuple[float, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.voice.name

    @property
    def remembers(self) -> timedelta:
        return self.voice.remembers

    async def tell(
        self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
    ) -> Outcome:
        self.told.append((time.perf_counter(), alerts[0].identifier))
        return await self.voice.tell(alerts, recipient, key, now, manner)

    async def notify(self, notice: Notice, recipient: Recipient, key: str, now: datetime) -> Outcome:
        return await self.voice.notify(notice, recipient, key, now)

    @property
    def changes(self) -> bool:
        return self.voice.changes

    async def amend(self, change: Changed, recipient: Recipient, now: datetime) -> Outcome:
        return await self.voice.amend(change, recipient, now)

    async def erase(self, told: Erased, recipient: Recipient, now: datetime) -> Outcome:
        return await self.voice.erase(told, recipient, now)

    async def renew(self, notice: Notice, recipient: Recipient, reference: str, key: str) -> Outcome:
        return await self.voice.renew(notice, recipient, reference, key)

    async def ping(self) -> Outcome:
        return await self.voice.ping()


def _transport(token: str, address: str) -> TelegramTransport:
    async def answer(_: Request) -> Reply:
        return Reply(())

    async def gone(_: str, __: str) -> None:
        return None

    return TelegramTransport(token, api_url=address, answer=answer, apology=apology, gone=gone)


async def _sending(folder: Path, people: int) -> str:
    """Durable sends without a limit, beside bare posts of the same text to the same server, by turns."""
    ratios, ours, theirs = [], [], []
    with town.telegram(people, floods=False) as (token, address, _), town.database("sqlite", folder) as made:
        town.settle(made, people)
        transport = _transport(token, address)
        try:
            for turn in range(_TURNS):
                with made.write() as work:
                    _queue(work, town.called(work, f"turn {turn}"))
                sender = Deliverer(made, Announcer(transport), Pace(1e9, gap=0), now_utc)
                start = time.perf_counter()
                sent = await sender.drain()
                ours.append(sent / (time.perf_counter() - start))
                theirs.append(await _posts(token, address, people))
                ratios.append(ours[-1] / theirs[-1])
        finally:
            await transport.stop()
    return (
        f"durable sends a second, no limit, {people:,}: {statistics.median(ours):,.0f}, bare aiohttp posts "
        f"{statistics.median(theirs):,.0f}, ratio {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f}-{max(ratios):.2f}); reach >= 0.4"
    )


async def _posts(token: str, address: str, people: int) -> float:
    """How many bare posts of a like text a second, a hundred at a time."""
    url, waiting = f"{address}{token}/sendMessage", iter(range(town.FIRST + 1, town.FIRST + people + 1))
    text = "<b>URGENT · Nine refugees face return</b>\n" + "Nine refugees face imminent return. " * 15
    async with aiohttp.ClientSession() as session:

        async def some() -> None:
            for chat in waiting:
                said = {"chat_id": chat, "text": text, "parse_mode": "HTML"}
                async with session.post(url, json=said) as answer:
                    await answer.read()

        start = time.perf_counter()
        await asyncio.gather(*(some() for _ in range(100)))
        return people / (time.perf_counter() - start)


async def _paced(folder: Path, people: int) -> str:
    """At 30 a second, with Telegram's rules on: digests are being sent when an Immediate alert comes."""
    with (
        town.telegram(people, floods=True) as (token, address, line),
        town.database("sqlite", folder) as made,
    ):
        town.settle(made, people)
        with made.write() as work:
            for number in range(max(1, 50_000 // people)):
                _queue(work, town.called(work, f"digest {number}"), lane=4)
        transport = _transport(token, address)
        voice = _Watched(Announcer(transport))
        pace = telegram_pace(TelegramConfig(token=token, api_url=address))
        sending = asyncio.create_task(_service(Deliverer(made, voice, pace, now_utc)))
        try:
            await asyncio.sleep(5)
            with made.write() as work:
                _queue(work, town.called(work, "urgent"))
            came = time.perf_counter()
            while sum(name == "urgent" for _, name in voice.told) < people:  # noqa: ASYNC110 - it is a clock
                await asyncio.sleep(0.1)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await transport.stop()
        line.send("count")
        _, refused = line.recv()
    urgent = [at - came for at, name in voice.told if name == "urgent"]
    all_of_it = [at for at, _ in voice.told]
    rate = (len(all_of_it) - 1) / (all_of_it[-1] - all_of_it[0])
    return (
        f"behind some 50,000 queued digests, {people:,} readers at 30/s: first urgent message after "
        f"{urgent[0]:.2f} s, reach < 1; last after {urgent[-1]:.1f} s, {urgent[-1] / (people / 30):.3f} of "
        f"the ideal, reach <= 1.05; {rate / 30:.1%} of the budget, reach >= 98 %; refused (429): {refused}"
    )


async def _service(sender: Deliverer) -> None:
    """As `vigil run` has it: a refusal is waited out, and what is due then is sent."""
    while True:
        await sender.drain()
        await asyncio.sleep(min(1.0, sender.rests() or 1.0))


def _size(folder: Path, people: int) -> str:
    """The memory of a process that matches, queues, and begins to send, with everybody waiting."""
    context = multiprocessing.get_context("spawn")
    with town.database("sqlite", folder) as made:
        town.settle(made, people)
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, folder), daemon=True)
    process.start()
    bytes_ = here.recv()
    process.join()
    return f"memory with {people:,} recipients and a full queue: {bytes_ / 1e6:.0f} MB; reach < 200"


def _work(line: multiprocessing.connection.Connection, folder: Path) -> None:
    """In a process of its own: what `vigil run` does between an alert and its messages."""
    made = Database(f"sqlite:///{folder / 'vigil.db'}", Vault.from_secret(bytes(32)))
    with made.write() as work:
        _queue(work, town.called(work, "urgent"))

    class Quiet:
        """Takes everything, and looks now and then how large we are."""

        name, remembers, changes = "telegram", timedelta(), False

        def __init__(self) -> None:
            self.told = self.most = 0

        async def tell(self, *_: object) -> Outcome:
            self.told += 1
            if self.told % 500 == 1:
                self.most = max(self.most, memory(os.getpid()))
            return Sent("1")

        notify = amend = renew = erase = tell

        async def ping(self) -> Outcome:
            return Sent()

    voice = Quiet()
    sender = Deliverer(made, voice, Pace(1e9, gap=0), now_utc)

    async def begin() -> None:
        sending = asyncio.create_task(sender.drain())
        await asyncio.sleep(5)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

    asyncio.run(begin())
    line.send(max(voice.most, memory(os.getpid())))
    made.close()
