"""Jobs go to whichever node is free, each to one; what a dead node had is done by another."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from structlog.testing import capture_logs

from bot.roles import ALL
from jobs import prune, queue
from jobs.dispatch import Batch
from jobs.ending import ended, nothing_left
from jobs.prune import TOLD, Pruner
from jobs.queue import Queue, cron, put
from jobs.schedule import Job
from jobs.spread import Part, Spread
from storage.database import Database
from storage.people import Route
from storage.queue import begin_anew, waiting
from tests.builders import NOON, a_reader, an_alert, arrived
from tests.builders import a_statement as a_call
from tests.builders import queued as queued_for

SCHEMA = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"


@asynccontextmanager
async def at_work(*queues: Queue) -> AsyncIterator[None]:
    """These nodes, until the block ends."""
    tasks = [asyncio.create_task(node.run()) for node in queues]
    try:
        yield
    finally:
        assert await ended(tasks, every=30, most=60)
        assert await nothing_left(every=1, most=30), asyncio.all_tasks()


async def until(true: Callable[[], object], patience: float = 20.0) -> None:
    """Waits for it."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "in vain"
        await asyncio.sleep(0.02)


def batches(number: int) -> list[Batch]:
    """So many, each of one source."""
    return [Batch((one,), NOON) for one in range(number)]


async def nothing(_batch: Batch) -> None:
    """Does it at once."""


def queued(database: Database, *jobs: Batch) -> None:
    """Puts them in, in a transaction of their own."""
    with database.write() as work:
        put(work.connection, jobs)


def jobs_of(database: Database) -> int:
    """How many wait or are being done."""
    with database.read() as work:
        return sum(one.jobs for one in waiting(work.connection))


async def test_two_nodes_share_what_is_queued_and_each_batch_is_done_once(shared: Database) -> None:
    """Both get a part of it."""
    done: Counter[int] = Counter()
    by: Counter[str] = Counter()
    both = asyncio.Event()

    def node(name: str) -> Queue:
        async def poll(batch: Batch) -> None:
            done[batch.ids[0]] += 1
            by[name] += 1
            if len(by) == 2:
                both.set()
            await both.wait()  # who has all hands full leaves the rest to the other

        return Queue(shared, (), poll, ALL)

    async with at_work(node("one"), node("other")):
        await until(lambda: _workers(shared) == 4)
        queued(shared, *batches(60))
        await until(lambda: sum(done.values()) == 60 and not jobs_of(shared))
    assert set(done.values()) == {1}


async def test_two_nodes_share_the_pruning_of_the_log(
    shared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut into parts: both do some at the same time, of each part one at a time, and all of it goes."""
    monkeypatch.setattr(prune, "_ALERTS", 1)
    later = NOON + TOLD + timedelta(days=1)
    with shared.write() as work:
        people = [a_reader(work, Route(), address=str(number)) for number in range(3)]
        for name in ("one", "two", "three", "four"):
            told = an_alert(identifier=name, statement=a_call(title=name), sent=NOON)
            arrived(work, queued_for(work, *people, alert=told).id)
    pruner, running, most = Pruner(shared), Counter[Part](), Counter[Part]()
    by: Counter[str] = Counter()
    both = asyncio.Event()

    def node(name: str) -> Queue:
        async def drop(part: Part) -> None:
            running[part] += 1
            most[part] = max(most[part], running[part])
            by[name] += 1
            if len(by) == 2:
                both.set()
            await both.wait()  # who is at one part leaves the next to the other
            await asyncio.to_thread(pruner.drop, part, later)
            running[part] -= 1

        spread = Spread("drop", 1.0, lambda: asyncio.to_thread(pruner.past, later), drop)
        return Queue(shared, (), nothing, ALL, spread=(spread,))

    async with at_work(node("one"), node("other")):
        await until(lambda: not pruner.past(later))
    assert set(by) == {"one", "other"}
    assert len(most) == 4
    assert set(most.values()) == {1}


async def test_an_entry_of_the_schedule_is_done_by_one_node_at_a_time(shared: Database) -> None:
    """Each second, by one of two; a slow one is not begun a second time before it has ended."""
    running, most, runs = Counter[str](), Counter[str](), Counter[str]()

    def node() -> Queue:
        def job(name: str, takes: float) -> Job:
            async def run() -> None:
                running[name] += 1
                runs[name] += 1
                most[name] = max(most[name], running[name])
                await asyncio.sleep(takes)
                running[name] -= 1

            return Job(name, 1.0, run)

        return Queue(shared, (job("quick", 0.0), job("slow", 1.5)), nothing, ALL)

    async with at_work(node(), node()):
        await until(lambda: runs["quick"] >= 3 and runs["slow"] >= 2)
    assert most == {"quick": 1, "slow": 1}
    assert runs["quick"] <= 6, "once a second, not once a second and node"


async def test_a_job_is_queued_by_the_nodes_that_do_it(shared: Database) -> None:
    """Whoever is reached over HTTP need not keep the schedule as well."""
    runs = Counter[str]()

    async def run() -> None:
        runs["websub"] += 1

    async with at_work(
        Queue(shared, (), nothing, frozenset({"poll", "keep"})),
        Queue(shared, (Job("websub", 1.0, run, role="web"),), nothing, frozenset({"web", "answer"})),
    ):
        await until(lambda: runs["websub"], 8)


async def test_a_worker_whose_heart_does_not_beat_is_ended(
    shared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others take it for dead after seconds, and do what it does: it begins anew, also with no schedule."""
    monkeypatch.setattr(queue, "_HEARTBEAT", 0.2)

    async def fails(_self: JobManager, _worker: int) -> None:
        raise ConnectorException

    monkeypatch.setattr(JobManager, "update_heartbeat", fails)
    with capture_logs() as logs:
        async with at_work(Queue(shared, (), nothing, frozenset({"poll"}))):
            await until(lambda: "queue.database_away" in {row["event"] for row in logs}, 8)


async def test_a_run_that_fails_is_told_and_runs_again(shared: Database) -> None:
    """As on one machine; the queue keeps nothing of it."""
    runs = Counter[str]()

    async def fails() -> None:
        runs["fails"] += 1
        raise OSError("no disk")

    with capture_logs() as logs:
        async with at_work(Queue(shared, (Job("fails", 1.0, fails),), nothing, ALL)):
            await until(lambda: runs["fails"] >= 2)
    assert {(row["event"], row["job"]) for row in logs if row["log_level"] == "error"} == {
        ("job.failed", "fails")
    }


_DEAD = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
_DOING = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, worker_id) "
    "VALUES (:queue, :name, :lock, :lock, CAST(:args AS jsonb), 'doing', :worker)"
)


async def test_what_a_dead_node_was_doing_is_done_by_another_one(shared: Database) -> None:
    """Its heartbeat is old: a batch is queued again, an entry of the schedule makes room for the next."""
    done, runs = Counter[int](), Counter[str]()

    async def poll(batch: Batch) -> None:
        done[batch.ids[0]] += 1

    async def run() -> None:
        runs["entry"] += 1

    async with at_work(Queue(shared, (Job("entry", 1.0, run),), poll, ALL)):
        await until(lambda: runs["entry"])
        with shared.engine.begin() as connection:
            dead = connection.scalar(sa.text(_DEAD))
            batch = '{"ids": [7], "until": "2026-01-01"}'
            for role, name, lock, args in (("poll", "poll", None, batch), ("keep", "entry", "other", "{}")):
                given = {"queue": role, "name": name, "lock": lock, "args": args, "worker": dead}
                connection.execute(sa.text(_DOING), given)
        await until(lambda: done[7] and not _locked(shared, "other"))
    assert done == {7: 1}


async def test_an_end_that_was_not_heard_is_told_again(
    shared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away for that instant, and came back: the entry does not stand still for ever."""
    monkeypatch.setattr(queue, "_UNHEARD", 0.5)
    runs, deaf = Counter[str](), [True]
    heard = JobManager.finish_job_by_id_async

    async def finish(self: JobManager, *given: Any, **named: Any) -> None:
        if deaf:
            deaf.clear()
            raise ConnectorException
        await heard(self, *given, **named)

    async def run() -> None:
        runs["entry"] += 1

    monkeypatch.setattr(JobManager, "finish_job_by_id_async", finish)
    with capture_logs() as logs:
        async with at_work(Queue(shared, (Job("entry", 1.0, run),), nothing, ALL)):
            await until(lambda: runs["entry"] >= 2)
    assert not deaf
    assert "queue.unheard" in {row["event"] for row in logs}


async def test_a_batch_that_failed_is_done_again(shared: Database) -> None:
    """The database was away for a moment: its sources are given to nobody else for ten minutes."""
    tries = Counter[int]()

    async def poll(batch: Batch) -> None:
        tries[batch.ids[0]] += 1
        if tries[batch.ids[0]] == 1:
            raise OSError("the database is away")

    with capture_logs() as logs:
        async with at_work(Queue(shared, (), poll, frozenset({"poll"}))):
            await until(lambda: _workers(shared))
            queued(shared, *batches(1))
            await until(lambda: tries[0] == 2 and not jobs_of(shared))
    assert [row["event"] for row in logs if row["log_level"] == "error"] == ["job.failed"]


async def test_a_failure_that_was_not_heard_is_no_success(
    shared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the batch nor the queue could say so: it is done again."""
    monkeypatch.setattr(queue, "_UNHEARD", 0.5)
    tries = Counter[int]()

    async def poll(batch: Batch) -> None:
        tries[batch.ids[0]] += 1
        if tries[batch.ids[0]] == 1:
            raise OSError("the database is away")

    deaf, heard = [True], JobManager.retry_job_by_id_async

    async def retry(self: JobManager, *given: Any, **named: Any) -> None:
        if deaf:
            deaf.clear()
            raise ConnectorException
        await heard(self, *given, **named)

    monkeypatch.setattr(JobManager, "retry_job_by_id_async", retry)
    async with at_work(Queue(shared, (), poll, frozenset({"poll"}))):
        await until(lambda: _workers(shared))
        queued(shared, *batches(1))
        await until(lambda: tries[0] == 2 and not jobs_of(shared), 12)
    assert not deaf


async def test_the_first_node_begins_with_an_empty_queue(shared: Database) -> None:
    """After a power cut nothing has to be waited for: what is due stands with the sources."""
    with shared.write() as work:
        put(work.connection, batches(3))
    with shared.engine.begin() as connection:
        connection.execute(sa.text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = 1"))
        begin_anew(connection)
    assert jobs_of(shared) == 0


async def test_a_second_node_leaves_the_queue_of_the_first_alone(shared: Database) -> None:
    """It comes while the other one works."""
    done: list[Batch] = []
    go_on = asyncio.Event()

    async def waits(batch: Batch) -> None:
        await go_on.wait()
        done.append(batch)

    async with at_work(Queue(shared, (), waits, ALL)):
        await until(lambda: _workers(shared) == 2)
        queued(shared, *batches(3))
        async with at_work(Queue(shared, (), waits, frozenset({"keep"}))):
            await until(lambda: _workers(shared) == 3)
            assert jobs_of(shared) == 3
            go_on.set()
            await until(lambda: len(done) == 3)


def _locked(database: Database, lock: str) -> int:
    with database.engine.connect() as connection:
        question = sa.text("SELECT count(*) FROM procrastinate_jobs WHERE lock = :lock")
        return int(connection.scalar(question, {"lock": lock}) or 0)


def _workers(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.scalar(sa.text("SELECT count(*) FROM procrastinate_workers")) or 0)


_AT_WORK = (
    "FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
"""The sessions that say of a node that it is at work."""


async def test_a_database_that_ends_all_sessions_is_gone_back_to(shared: Database) -> None:
    """As a restart of the server does: jobs go on within seconds, and it is told once in words."""
    runs = Counter[str]()

    async def run() -> None:
        runs["entry"] += 1

    with capture_logs() as logs:
        async with at_work(Queue(shared, (Job("entry", 1.0, run),), nothing, ALL)):
            await until(lambda: runs["entry"] >= 1)
            with shared.engine.connect() as connection:
                connection.execute(
                    sa.text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
            shared.engine.dispose()
            before = runs["entry"]
            await until(lambda: runs["entry"] >= before + 2, 40)
    assert "queue.failed" not in {row["event"] for row in logs}


async def test_a_node_that_is_told_to_end_while_its_session_is_lost_ends(
    shared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is just leaving, and cannot take leave: it does not begin anew for ever."""
    leaving, leave = asyncio.Event(), asyncio.Event()

    async def slow(_self: JobManager, _worker: int) -> None:
        leaving.set()
        await leave.wait()
        raise ConnectorException

    monkeypatch.setattr(JobManager, "unregister_worker", slow)
    node = asyncio.create_task(Queue(shared, (), nothing, frozenset({"poll"})).run())
    await until(lambda: _workers(shared))
    with shared.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"SELECT pg_terminate_backend(pid) {_AT_WORK}"))
    await asyncio.wait_for(leaving.wait(), 20)
    node.cancel()
    asyncio.get_running_loop().call_later(0.2, leave.set)
    await _over(node)


async def test_a_node_ends_in_whatever_moment_it_is_told_to(shared: Database) -> None:
    """Libraries pass over a cancellation in some moments: it is told again."""
    for moment in range(12):
        node = asyncio.create_task(Queue(shared, (), nothing, frozenset({"poll"})).run())
        await asyncio.sleep(moment * 0.04)
        node.cancel()
        await _over(node)


async def _over(node: asyncio.Task[None]) -> None:
    """It has ended, within half a minute; if not it is ended by force, and the test has failed."""
    await asyncio.wait({node}, timeout=30)
    is_over = node.done()
    while not node.done():
        node.cancel()
        await asyncio.wait({node}, timeout=1)
    assert await nothing_left(every=1, most=30), asyncio.all_tasks()
    assert is_over
    assert node.cancelled()


async def test_a_node_whose_session_was_ended_enters_anew(shared: Database) -> None:
    """Else the next one to come would find nobody at work, and empty the queue under it."""

    def says(words: str) -> Any:
        with shared.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return connection.scalar(sa.text(words))

    async with at_work(Queue(shared, (), nothing, frozenset({"poll"}))):
        await until(lambda: _workers(shared))
        assert says(f"SELECT pg_terminate_backend(pid) {_AT_WORK}")
        await until(lambda: not says(f"SELECT count(*) {_AT_WORK}"))
        await until(lambda: says(f"SELECT count(*) {_AT_WORK}") == 1)


def test_a_batch_is_queued_with_its_transaction_or_not_at_all(shared: Database) -> None:
    """What was given and what was queued are one."""

    def interrupted() -> None:
        with shared.write() as work:
            put(work.connection, batches(2))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert jobs_of(shared) == 0
    queued(shared)
    assert jobs_of(shared) == 0
    queued(shared, *batches(2))
    with shared.read() as work:
        (found,) = waiting(work.connection)
    assert (found.role, found.taken, found.jobs) == ("poll", False, 2)
    assert timedelta() <= found.oldest < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("every", "said"),
    [
        (0.5, "* * * * * *"),
        (1.0, "* * * * * *"),
        (30.0, "* * * * * */30"),
        (60.0, "* * * * * 0"),
        (300.0, "*/5 * * * * 0"),
        (3600.0, "0 * * * * 0"),
    ],
)
def test_how_often_a_job_runs_is_said_in_the_words_of_cron(every: float, said: str) -> None:
    """Each entry of the schedule can be said so."""
    assert cron(every) == said


@pytest.mark.parametrize("every", [7.0, 90.0, 86_400.0 * 2])
def test_what_cron_cannot_say_is_refused(every: float) -> None:
    """Rounded off it would come at other times than were asked for."""
    with pytest.raises(ValueError, match="cannot be said as a schedule"):
        cron(every)


def test_the_tables_of_the_queue_are_those_of_the_pinned_version() -> None:
    """When this fails, Procrastinate has changed its tables: see the migration 0030."""
    assert sha256(SchemaManager.get_schema().encode()).hexdigest() == SCHEMA
