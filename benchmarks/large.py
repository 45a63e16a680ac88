"""A `vigil run` over 10,000 unchanged sources at ten minutes: its processor, memory and worst second."""

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.measure import memory, spent, workers_of
from benchmarks.server import address, told
from jobs.steps.freshness import next_due
from storage.database import Database, now_utc
from storage.records import Source
from storage.vault import Vault, read_or_make_key
from storage.words import SourceState

SOURCES = 10_000
EVERY = 600
_NEWS = 4
"""Of them so many bring twenty entries each beforehand: workers and tables are there, as in life."""
_SETTLED = 15.0
_MEASURED = 60.0
HOURS = (0, 1, 23)


@dataclass(frozen=True, slots=True)
class Load:
    """What it took."""

    share: float
    """Of one core, workers included."""
    main: int
    workers: int
    """Bytes of memory."""
    asked: int
    """Requests while it was measured, and the most and the median in a second."""
    most: int
    usual: float
    planned: list[int]
    """Due times in the worst second of ten minutes, so many hours after all were due at once."""


def measure(port: int, folder: Path) -> Load:
    """Starts it, lets it settle, and looks at it for a minute."""
    planned, due = _rounds(now_utc())
    urls = [address(port, "feed" if n < _NEWS else "same", n) for n in range(SOURCES)]
    _prepare(folder, urls, due)
    with (folder / "log").open("w", encoding="utf-8") as log:
        command = (sys.executable, "-m", "bot", "run", "--config", str(folder / "config.toml"))
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait_for(folder / "log", "new=20", _NEWS)
            time.sleep(_SETTLED)
            began, start, before = int(time.time()) + 1, time.perf_counter(), spent(process.pid)
            time.sleep(_MEASURED)
            used, took = spent(process.pid) - before, time.perf_counter() - start
            ended = int(time.time())
            hands = workers_of(process.pid)
            sizes = [memory(one) for one in (process.pid, *hands)]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    counted = {int(second): number for second, number in json.loads(told(port, "asked")).items()}
    seconds = sorted(counted.get(second, 0) for second in range(began, ended))
    return Load(
        used / took, sizes[0], sum(sizes[1:]), sum(seconds), seconds[-1], seconds[len(seconds) // 2], planned
    )


def _rounds(now: datetime) -> tuple[list[int], list[datetime]]:
    """A day of due times after all were due at once: the worst second at three hours, and the last of them.

    Such a crowd is what a first start and an outage leave.
    """
    luck = random.Random(1).random  # noqa: S311 - the same each time
    start = now - timedelta(days=1)
    crowd = Source("s", "", every=EVERY, last_polled=start, next_due=start - timedelta(hours=1))
    planned: list[Counter[int]] = [Counter() for _ in HOURS]
    found = []
    for _ in range(SOURCES):
        due = next_due(crowd, 0.0, start, luck())
        while due < now:
            since = (due - start).total_seconds()
            for hour, seconds in zip(HOURS, planned, strict=True):
                if hour * 3600 <= since < hour * 3600 + EVERY:
                    seconds[int(since)] += 1
            due = next_due(replace(crowd, next_due=due), 0.0, due, luck())
        found.append(due)
    return [max(seconds.values()) for seconds in planned], found


def _prepare(folder: Path, urls: list[str], due: list[datetime]) -> None:
    """The state in which a service of a day's age would stand."""
    head = (
        f'[vigil]\ndatabase = "sqlite:///{folder / "vigil.db"}"\nkey_file = "{folder / "vigil.key"}"\n'
        "[fetch]\nallow_private = true\n"
    )
    every = f'every = "{EVERY // 60}m"'
    lines = [f'[[sources]]\nname = "s{n}"\nurl = "{url}"\n{every}\n' for n, url in enumerate(urls)]
    (folder / "config.toml").write_text(head + "".join(lines), encoding="utf-8")
    vault = Vault.from_secret(read_or_make_key(folder / "vigil.key"))
    database = Database(f"sqlite:///{folder / 'vigil.db'}", vault)
    database.prepare()
    now = now_utc()
    with database.write() as work:
        watched = work.sources.configure([Source(f"s{n}", url, every=EVERY) for n, url in enumerate(urls)])
        for source, at in zip(watched, due, strict=True):
            new = "/feed/" in source.url
            state = replace(
                source,
                state=SourceState.UNCHANGED,
                etag="" if new else '"v"',
                body_hash="" if new else "0" * 64,
                last_polled=now - timedelta(seconds=EVERY),
                last_success=now - timedelta(seconds=EVERY),
                next_due=now if new else at,
                marks=bytes(8 * 20),
            )
            work.sources.save(state)
    database.close()


def _wait_for(log: Path, words: str, times: int) -> None:
    end = time.monotonic() + 120
    while log.read_text(encoding="utf-8").count(words) < times:
        assert time.monotonic() < end, log.read_text(encoding="utf-8")[-2000:]
        time.sleep(0.1)
