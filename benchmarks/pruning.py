"""How quickly a long notification log is pruned, by one node and by two, and whom that holds up.

The log is on a PostgreSQL that waits for the disk. While it is pruned somebody else changes it, as a sender
does; how long each change takes is told, beside how long it takes when nothing is pruned.
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks import town
from jobs.prune import TOLD, Pruner
from jobs.spread import Part
from storage.database import Database, now_utc
from storage.references import sealed
from storage.tables.log import deliveries
from storage.words import DeliveryState

_PEOPLE = 20_000
_LATER = TOLD + timedelta(days=1)
_SIZES = sa.text("SELECT pg_relation_size('deliveries'), pg_indexes_size('deliveries')")
_FILL = sa.text(
    "INSERT INTO deliveries (alert_id, recipient_id, transport, state, lane, not_before, attempts, begun, "
    "reference, detail) SELECT :alert, id, transport, 'sent', 1, date_trunc('day', now()), 1, true, :named, "
    "'' FROM recipients"
)


def measure(folder: Path, rows: int) -> None:
    """Everything, a line each: half of so many rows is pruned by one node, the rest by two."""
    with town.database("postgresql", folder) as database:
        fill(database, rows)
        print(pruned(database), flush=True)


def fill(database: Database, rows: int) -> None:
    """A log of so many messages that were sent, of alerts to 20,000 people."""
    town.settle(database, _PEOPLE)
    for number in range(rows // _PEOPLE):
        with database.write() as work:
            alert = town.called(work, f"call {number}")
            named = sealed(work.recipients.vault, str(number))
            work.connection.execute(_FILL, {"alert": alert.id, "named": named})
    _vacuumed(database)


def pruned(database: Database) -> str:
    """The log is emptied; returns what that took."""
    pruner, later = Pruner(database), now_utc() + _LATER
    before, cut, count = _sizes(database), pruner.past(later), _rows(database)
    half = len(cut) // 2
    with _bystander(database) as quiet:
        time.sleep(5)
    with _bystander(database) as beside_one:
        one = _took(database, cut[:half], 1)
    middle = _rows(database)
    with _bystander(database) as beside_two:
        two = _took(database, cut[half:], 2)
    after, left = _sizes(database), _rows(database)
    began = time.perf_counter()
    _vacuumed(database)
    return (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {count:,} rows, {_told(before)}; "
        f"one node {count - middle:,} in {one:.0f} s, {(count - middle) / one:,.0f} a second; "
        f"two {middle - left:,} in {two:.0f} s, {(middle - left) / two:,.0f} a second; "
        f"afterwards {_told(after)}, vacuumed in {time.perf_counter() - began:.0f} s "
        f"{_told(_sizes(database))}; "
        f"another's change takes {quiet} when nothing is pruned, {beside_one} beside one node, {beside_two} "
        f"beside two; locks on the table: {', '.join(sorted(beside_one.locks | beside_two.locks))}"
    )


def _took(database: Database, cut: Sequence[Part], nodes: int) -> float:
    """Seconds that so many nodes take for these parts, each with connections of its own."""
    url, later = database.engine.url.render_as_string(hide_password=False), now_utc() + _LATER
    left, of_all = iter(cut), threading.Lock()

    def node() -> None:
        mine = Database(url, database.vault)
        pruner = Pruner(mine)
        while True:
            with of_all:
                part = next(left, None)
            if part is None:
                mine.close()
                return
            pruner.drop(part, later, time.monotonic() + 3600)

    began = time.perf_counter()
    with ThreadPoolExecutor(nodes) as pool:
        for each in [pool.submit(node) for _ in range(nodes)]:
            each.result()
    return time.perf_counter() - began


@dataclass
class _Waits:
    """How long each change of a bystander took, in seconds, and which locks it saw on the table."""

    took: list[float] = field(default_factory=list)
    locks: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        ordered = sorted(self.took)
        median, most = ordered[len(ordered) // 2], ordered[-1]
        return f"{median * 1000:.0f} ms (of {len(ordered)} the longest {most * 1000:.0f})"


@contextmanager
def _bystander(database: Database) -> Iterator[_Waits]:
    """A message that waits is changed, over and over."""
    found, stop = _Waits(), threading.Event()
    with database.write() as work:
        alert = town.called(work, f"beside {time.monotonic_ns()}")
        work.connection.execute(_FILL, {"alert": alert.id, "named": ""})
        ids = list(
            work.connection.scalars(sa.select(deliveries.c.id).where(deliveries.c.alert_id == alert.id))
        )

    def goes_on() -> None:
        for number in ids:
            if stop.is_set():
                return
            began = time.perf_counter()
            with database.write() as work:
                change = sa.update(deliveries).where(deliveries.c.id == number)
                work.connection.execute(change.values(state=DeliveryState.QUEUED))
            found.took.append(time.perf_counter() - began)
            with database.engine.connect() as connection:
                found.locks |= set(connection.scalars(_LOCKS))
            time.sleep(0.02)

    thread = threading.Thread(target=goes_on)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()
        with database.write() as work:
            work.connection.execute(sa.delete(deliveries).where(deliveries.c.alert_id == alert.id))


_LOCKS = sa.text(
    "SELECT DISTINCT mode FROM pg_locks WHERE relation = 'deliveries'::regclass AND pid <> pg_backend_pid()"
)


def _vacuumed(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE deliveries")


def _rows(database: Database) -> int:
    with database.read() as work:
        return int(work.connection.scalar(sa.select(sa.func.count()).select_from(deliveries)) or 0)


def _sizes(database: Database) -> tuple[int, int]:
    with database.engine.connect() as connection:
        table, indexes = connection.execute(_SIZES).one()
    return int(table), int(indexes)


def _told(sizes: tuple[int, int]) -> str:
    return f"{sizes[0] / 1e6:,.0f} MB and {sizes[1] / 1e6:,.0f} in indexes"
