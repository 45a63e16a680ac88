"""What digests cost the nodes that send them, by one bot's account and by two.

A digest is no job: it waits in the notification log for its hour, and the sender of its account chooses,
words and sends it. So nodes share digests as they share accounts; how much of a processor the budget of one
takes is told.
"""

import asyncio
import multiprocessing
import os
import time
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa

from benchmarks import town
from benchmarks.delivery import _queue, _transport, _Watched
from benchmarks.measure import consumed
from bot.announce import Announcer
from jobs.deliver import Deliverer
from jobs.pace import Pace
from storage.database import Database, now_utc
from storage.tables.people import recipients
from storage.vault import Vault

_ACCOUNTS = ("telegram", "telegram two")
_ALERTS = 10
_BUDGET = 30
"""Messages a second that Telegram takes from one bot."""


def measure(folder: Path, people: int) -> None:
    """Both accounts at one node, then each at a node of its own: a line."""
    with (
        town.telegram(people, floods=False) as (token, address, _),
        town.database("postgresql", folder) as database,
    ):
        town.settle(database, people)
        with database.engine.begin() as connection:
            half = sa.update(recipients).where(recipients.c.id % 2 == 0)
            connection.execute(half.values(sender=_ACCOUNTS[1]))
        url = database.engine.url.render_as_string(hide_password=False)
        found = []
        for each in ((_ACCOUNTS,), ((_ACCOUNTS[0],), (_ACCOUNTS[1],))):
            with database.write() as work:
                for number in range(_ALERTS):
                    _queue(work, town.called(work, f"{len(each)} {number}"), lane=4)
            found.append(_sent(each, url, token, address))
    (one, spent, told), (two, _, told_by_two) = found
    assert told == told_by_two == people, (told, told_by_two, people)
    cost = spent / people
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {people:,} digests of {_ALERTS} by two "
        f"accounts: {people / one:,.0f} a second at one node, {people / two:,.0f} at two; a digest takes "
        f"{cost * 1000:.1f} ms of a processor, so the {_BUDGET} a second of one account "
        f"{cost * _BUDGET:.0%} of one",
        flush=True,
    )


def _sent(nodes: tuple[tuple[str, ...], ...], url: str, token: str, address: str) -> tuple[float, float, int]:
    """Seconds until all are sent, seconds of processors, and how many messages."""
    context = multiprocessing.get_context("spawn")
    lines, processes = [], []
    for accounts in nodes:
        here, there = context.Pipe()
        process = context.Process(target=_node, args=(there, accounts, url, token, address), daemon=True)
        process.start()
        lines.append(here)
        processes.append(process)
    for line in lines:
        line.recv()
    pids = [process.pid for process in processes if process.pid]
    before, began = consumed(pids), time.perf_counter()
    for line in lines:
        line.send("go")
    told = sum(line.recv() for line in lines)
    took, spent = time.perf_counter() - began, consumed(pids) - before
    for line, process in zip(lines, processes, strict=True):
        line.send("end")
        process.join()
    return took, spent, told


def _node(line: Connection, accounts: tuple[str, ...], url: str, token: str, address: str) -> None:
    asyncio.run(_sends(line, accounts, url, token, address))


class _Account(_Watched):
    """The same bot, by the name of one account."""

    def __init__(self, voice: Announcer, account: str) -> None:
        super().__init__(voice)
        self.account = account

    @property
    def name(self) -> str:
        return self.account

    @property
    def remembers(self) -> timedelta:
        return timedelta()


async def _sends(line: Connection, accounts: tuple[str, ...], url: str, token: str, address: str) -> None:
    database = Database(url, Vault.from_secret(bytes(32)))
    transport = _transport(token, address)
    voices = [_Account(Announcer(transport), account) for account in accounts]
    senders = [Deliverer(database, voice, Pace(1e9, gap=0), now_utc) for voice in voices]
    line.send("ready")
    line.recv()
    await asyncio.gather(*(sender.drain() for sender in senders))
    line.send(sum(len(voice.told) for voice in voices))
    line.recv()
    await transport.stop()
    database.close()
