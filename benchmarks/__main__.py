"""Measures everything and prints one table. Run by `make bench`; `--only parse` and its like for a part.

The server, and the peer that has an environment of its own, are processes of their own. Ours and the
peer's turns follow one another; a figure is the median of the turns, a ratio the median of their ratios.
"""

import argparse
import asyncio
import logging
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import (
    archive,
    delivery,
    digests,
    floods,
    hawaii,
    large,
    moving,
    news,
    nodes,
    parse,
    pruning,
    unchanged,
    updates,
    wire,
)
from benchmarks.lemon import lemon
from benchmarks.measure import Row
from benchmarks.server import serving
from bot.config import LogConfig
from bot.logs import set_up
from storage.database import now_utc

_PARTS = ("parse", "unchanged", "news", "large")
_ALONE = ("archive", "delivery", "digests", "hawaii", "move", "nodes", "prune", "rooms", "updates", "wire")
_CORE, _MEMORY = 0.15, 250_000_000
_READERS = 10_000
"""Of a false alert."""


def main() -> None:
    """Measures and prints the table."""
    options = _options()
    given = options.parse_args()
    alone = {
        "archive": _archive,
        "delivery": _delivery,
        "digests": _digests,
        "hawaii": _hawaii,
        "move": _move,
        "nodes": _nodes,
        "prune": _prune,
        "rooms": _rooms,
        "updates": _updates,
        "wire": _wire,
    }
    if given.only and len(given.only) == 1 and given.only[0] in alone:
        alone[given.only[0]](given)
        return
    if given.peer is None:
        options.error("--peer is needed, but for --only " + ", ".join(alone))
    parts = given.only or _PARTS
    began, now = time.monotonic(), now_utc()
    console = Console(width=118, highlight=False)
    console.print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    )
    found: list[Row] = []
    load = None
    with (
        _folder() as folder,
        serving(news.FIRSTS * news.FEEDS, news.STAGES, now) as port,
        (folder / "log").open("w", encoding="utf-8") as log,
    ):
        for part in ("same", "body", "news", "large"):
            (folder / part).mkdir()
        set_up(LogConfig(), least=logging.INFO, stream=log)  # the log is written, as in a service
        try:
            with lemon(given.peer.absolute(), folder) as peer:
                if "parse" in parts:
                    found += parse.rows(now)
                if "unchanged" in parts:
                    found += asyncio.run(unchanged.rows(port, folder, peer))
                if "news" in parts:
                    found += asyncio.run(news.rows(port, folder / "news", peer, now))
            if "large" in parts:
                load = large.measure(port, folder / "large")
        finally:
            set_up()
    _print(console, found)
    if load:
        _print_load(console, load)
    console.print(f"\n{time.monotonic() - began:.0f} s in all, load {os.getloadavg()[0]:.1f} at the end")


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description="How fast Vigil is.")
    options.add_argument("--peer", type=Path, help="a python that has lemon24/reader")
    options.add_argument(
        "--only",
        choices=(*_PARTS, *_ALONE),
        action="append",
        help="measure this part (repeatable)",
    )
    options.add_argument("--statements", type=int, default=100_000, help="how many the archive holds")
    options.add_argument("--people", type=int, default=1_000_000, help="how many are to be told")
    options.add_argument("--sources", type=int, default=5_000, help="how many the nodes share; 0: none")
    options.add_argument("--rows", type=int, default=5_000_000, help="how long the log is that is pruned")
    options.add_argument("--messages", type=int, default=5_000, help="how many of them are sent something")
    options.add_argument("--seconds", type=int, default=60, help="how long a flood of updates lasts")
    options.add_argument("--rooms", type=int, default=200, help="how many rooms on Matrix are told")
    options.add_argument("--many", type=int, default=1_000, help="how many rooms are held in memory")
    options.add_argument("--limited", type=int, default=0, help="how many of them under a default limit")
    options.add_argument(
        "--at", metavar="URL", help="measure the archive there: it is filled if it is empty, and kept"
    )
    return options


def _archive(given: argparse.Namespace) -> None:
    """Measures the archive, on both kinds of database; it takes minutes, and has no peer."""
    if given.at:
        print(archive.told(archive.measured(given.at, given.statements)), flush=True)
        return
    with _folder() as folder:
        for shelf in archive.measure(folder, given.statements):
            print(archive.told(shelf), flush=True)


def _delivery(given: argparse.Namespace) -> None:
    place = Path("build")
    place.mkdir(exist_ok=True)
    delivery.measure(place.resolve(), given.people, given.messages)


def _hawaii(given: argparse.Namespace) -> None:
    """Measures how a false alert is taken back; with 10,000 readers it takes eight minutes."""
    with _folder() as folder:
        hawaii.measure(folder, min(given.people, _READERS))


def _rooms(given: argparse.Namespace) -> None:
    from benchmarks import rooms  # noqa: PLC0415 - dear, as Matrix is

    with _folder() as folder:
        rooms.measure(folder, given.rooms, given.many, given.limited)


def _move(given: argparse.Namespace) -> None:
    with _folder() as folder:
        moving.measure(folder, given.people, given.statements)


def _updates(given: argparse.Namespace) -> None:
    """Measures what people's lines cost, and what a flood of them does; some three minutes."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    parts = (
        lambda folder: updates.rates(folder, min(given.messages, 2_000)),
        floods.by_one,
        lambda folder: floods.by_many(folder, given.seconds, 25),
        lambda folder: floods.by_many(folder, given.seconds, 200),
    )
    for part in parts:
        with _folder() as folder, (folder / "log").open("w", encoding="utf-8") as log:
            set_up(LogConfig(), least=logging.INFO, stream=log)
            try:
                told = asyncio.run(part(folder))
            finally:
                set_up()
        print(told, flush=True)


def _wire(given: argparse.Namespace) -> None:
    told = asyncio.run(wire.measure(min(given.messages, 5_000)))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n{told}", flush=True)


def _nodes(given: argparse.Namespace) -> None:
    with _folder() as folder:
        nodes.measure(folder, given.sources, given.people)


def _digests(given: argparse.Namespace) -> None:
    with _folder() as folder:
        digests.measure(folder, min(given.people, 2_000))


def _prune(given: argparse.Namespace) -> None:
    """Measures how a long log is pruned; to fill it takes minutes."""
    with _folder() as folder:
        pruning.measure(folder, given.rows)


@contextmanager
def _folder() -> Iterator[Path]:
    """On a disk: /tmp may be memory, where nothing is ever durable."""
    place = Path("build")
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=place.resolve()) as name:
        yield Path(name)


def _print(console: Console, rows: list[Row]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("what", "Vigil/s", "peer", "peer/s", "ratio", "least-most", "in CPU time", "reach", "met"):
        table.add_column(title, justify="left" if title in ("what", "peer") else "right")
    for row in rows:
        reach = "" if row.reach is None else f"{row.reach:g}"
        met = "" if row.reach is None else _met(row.ratio >= row.reach)
        table.add_row(
            row.what,
            _figure(row.rates(row.ours)),
            row.peer,
            _figure(row.rates(row.theirs)),
            f"{row.ratio:.2f}",
            f"{min(row.ratios):.2f}-{max(row.ratios):.2f}",
            f"{row.thrift:.2f}",
            reach,
            met,
        )
    console.print(table)


def _print_load(console: Console, load: large.Load) -> None:
    mega = 1_000_000
    worst = ", ".join(f"{most} after {hour} h" for hour, most in zip(large.HOURS, load.planned, strict=True))
    size = load.main + load.workers
    lean, small = load.share < _CORE, size < _MEMORY
    console.print(
        f"\n10,000 sources every ten minutes, unchanged, by `vigil run` ({load.asked:,} questions seen)\n"
        f"  of one core         {load.share:.1%}, reach < {_CORE:.0%}: {_met(lean)}\n"
        f"  memory              {size / mega:.0f} MB ({load.main / mega:.0f} and {load.workers / mega:.0f} in"
        f" workers), reach < 250 MB: {_met(small)}\n"
        f"  due in one second   mean {large.SOURCES / large.EVERY:.1f}; in the worst second {worst} all were"
        " due at once\n"
        f"  asked in one second median {load.usual:.0f}, worst {load.most}"
    )


def _figure(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _met(good: bool) -> str:
    return "yes" if good else "NO"


if __name__ == "__main__":
    main()
