"""What several nodes make of one database: polling shared by the queue, and matching on two at once.

The nodes are `vigil run` as an operator starts it; beside them, in the same run and on the same server, one
program that polls the same sources by itself, without a queue. Peak and overhead are told, never tested.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from benchmarks import delivery, town
from benchmarks.measure import consumed
from benchmarks.server import address, serving, told
from storage.database import Database, now_utc
from storage.tables.watch import entries, sources
from tests.flow.federation import Federation
from tests.flow.program import VIGIL, Program
from tests.postgres import PostgresServer, a_postgres_server

_PATIENCE = 3600.0
_NODES = (0, 1, 2, 3, 3, 2, 1, 0)
"""How many in each turn, 0 for one program without a queue; there and back, as a machine's load changes."""
_EVERY, _RESTS = "2h", timedelta(hours=1)
"""Nothing is asked twice meanwhile, and what rests does not look as if a clock had run ahead."""
_WARM = 0.2
"""Of the sources, asked before: what it takes a program to begin, and its workers to read their words."""
_MEASURED = 1 - _WARM
_FIRST = 1
"""Entries that stand in each feed at first: all are read, which takes longer than what is measured."""


def measure(folder: Path, watched: int, people: int) -> None:
    """Everything, a line each; without sources no polling, which takes the longest."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    if watched:
        with a_server() as server, serving(watched, len(_NODES) + 2, now_utc(), _FIRST) as port:
            asyncio.run(_polling(server, port, folder, watched))
    print(_matching(folder, people), flush=True)


@contextmanager
def a_server() -> Iterator[PostgresServer]:
    """One that waits for the disk at each commit."""
    with a_postgres_server() as server:
        with server.connect("postgres") as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = on".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield server


async def _polling(server: PostgresServer, port: int, folder: Path, watched: int) -> None:
    """The first round fills the archive; each later one brings a new entry at every source."""
    server.make("nodes", like="template1")
    urls = {f"source{number}": address(port, "feed", number) for number in range(watched)}
    federation = Federation(folder, 3, urls, database=server.url("nodes"))
    alone: Program = federation.nodes[0]
    for node in federation.nodes:
        node.afresh = True
        config = node.folder / "config.toml"
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace('every = "1m"', f'every = "{_EVERY}"'), encoding="utf-8")
    postmaster = int((server.folder / "postmaster.pid").read_text(encoding="ascii").split()[0])
    with alone.database() as database:
        await _run_alone(alone, postmaster)
        found: dict[int, Took] = {}
        for stage, nodes in enumerate(_NODES, start=1):
            news = partial(told, port, "stage", stage)
            if nodes:
                took = await _by_nodes(federation, database, nodes, watched, postmaster, news)
            else:
                _rest(database)
                news()
                _make_due(database, _WARM)
                start = await _run_alone(alone, postmaster)
                _make_due(database, 1 - _WARM)
                took = (await _run_alone(alone, postmaster)).without(start).times(_MEASURED / (1 - 2 * _WARM))
            found[nodes] = found.get(nodes, Took()).and_also(took)
            by = f"{nodes} nodes" if nodes else "no queue"
            print(f"{watched} sources with news, {by}: {took}; load {os.getloadavg()[0]:.1f}", flush=True)
            assert _entries(database) == watched * (_FIRST + stage)
    alone_, one, two, three = (found[nodes] for nodes in range(4))
    print(
        f"overhead of the queue {one.seconds / alone_.seconds - 1:.0%} by the clock, "
        f"{one.spent / alone_.spent - 1:.0%} in processor time (reach < 10 %); two nodes "
        f"{one.seconds / two.seconds:.2f} times one, three {one.seconds / three.seconds:.2f} times",
        flush=True,
    )


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock, and of processors: of the program with its workers, and of the database."""

    seconds: float = 0.0
    program: float = 0.0
    database: float = 0.0

    @property
    def spent(self) -> float:
        """Of processors, both together."""
        return self.program + self.database

    def without(self, idle: "Took") -> "Took":
        """What is left if so much is taken for beginning and ending."""
        return Took(self.seconds - idle.seconds, self.program - idle.program, self.database - idle.database)

    def and_also(self, other: "Took") -> "Took":
        """Both one after the other."""
        return Took(
            self.seconds + other.seconds, self.program + other.program, self.database + other.database
        )

    def times(self, factor: float) -> "Took":
        """So much for so many times as much work."""
        return Took(self.seconds * factor, self.program * factor, self.database * factor)

    def __str__(self) -> str:
        """For the table."""
        return f"{self.seconds:.1f} s; of processors {self.program:.1f} s, database {self.database:.1f} s"


async def _run_alone(program: Program, postmaster: int) -> Took:
    """One program, which asks all that is due, from its beginning to its end."""
    began, before, program_took = time.perf_counter(), consumed([postmaster]), 0.0
    with (program.folder / "log").open("ab") as file:
        started = await asyncio.create_subprocess_exec(
            *VIGIL, "poll", cwd=program.folder, env=program.environment(), stdout=file, stderr=file
        )
        ended = asyncio.ensure_future(started.wait())
        while not (await asyncio.wait({ended}, timeout=0.2))[0]:
            program_took = max(program_took, consumed([started.pid]))
    assert ended.result() == 0
    return Took(time.perf_counter() - began, program_took, consumed([postmaster]) - before)


async def _by_nodes(
    federation: Federation,
    database: Database,
    nodes: int,
    watched: int,
    postmaster: int,
    news: Callable[[], object],
) -> Took:
    """From the moment that most are due until they have been asked, with the nodes at work before.

    Those that were asked first have brought the workers of every node to where they stay.
    """
    _rest(database)
    at_work = federation.nodes[:nodes]
    for node in at_work:
        await node.serve("--roles", "poll,keep")
    await asyncio.sleep(3)
    processes = [node.service.pid for node in at_work if node.service]
    news()  # not before: a node that begins slowly would have read it
    await _all_asked(database, _make_due(database, _WARM), watched * _WARM)
    before = consumed(processes), consumed([postmaster])
    began = time.perf_counter()
    await _all_asked(database, _make_due(database, _MEASURED), watched * _MEASURED)
    took = Took(
        time.perf_counter() - began, consumed(processes) - before[0], consumed([postmaster]) - before[1]
    )
    for node in at_work:
        await node.stop()
    return took


async def _all_asked(database: Database, since: object, number: float) -> None:
    began = time.perf_counter()
    while _asked(database, since) < round(number):
        assert time.perf_counter() - began < _PATIENCE
        await asyncio.sleep(0.1)


def _rest(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.update(sources).values(next_due=now_utc() + _RESTS))


def _make_due(database: Database, share: float) -> object:
    """The first of those that have the old, as many as this share of all; returns when."""
    now = now_utc()
    with database.engine.begin() as connection:
        rest = sa.select(sources.c.id).order_by(sources.c.last_polled, sources.c.id)
        count = sa.select(sa.func.round(sa.func.count() * share).cast(sa.Integer)).select_from(sources)
        some = rest.limit(count.scalar_subquery())
        due = sa.update(sources).where(sources.c.id.in_(some))
        connection.execute(due.values(next_due=now, given_until=None))
    return now


def _asked(database: Database, since: object) -> int:
    with database.engine.connect() as connection:
        question = sa.select(sa.func.count()).where(sources.c.last_polled >= since)
        return int(connection.scalar(question) or 0)


def _entries(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(entries)) or 0)


def _matching(folder: Path, people: int) -> str:
    """Two nodes each match and queue an alert for everybody at the same moment, beside one bare insertion."""
    with town.database("postgresql", folder) as database:
        town.settle(database, people)
        url = database.engine.url.render_as_string(hide_password=False)
        other = Database(url, database.vault)
        ratios = []
        for turn in range(3):
            bare = delivery._bare(database, f"bare {turn}")  # noqa: SLF001 - the same measure
            delivery._empty(database)  # noqa: SLF001 - likewise
            with ThreadPoolExecutor(2) as pool:
                began = time.perf_counter()
                both = [
                    pool.submit(delivery._queued, one, f"{name} {turn}", empty=False)  # noqa: SLF001 - likewise
                    for name, one in (("one", database), ("other", other))
                ]
                for each in both:
                    each.result()
                took = time.perf_counter() - began
            ratios.append(took / (2 * bare))
        other.close()
    least, most = min(ratios), max(ratios)
    return (
        f"match and queue {people:,} on two nodes at once, an alert each: {statistics.median(ratios):.2f} "
        f"times two bare insertions ({least:.2f}-{most:.2f}); reach <= 2.5"
    )
