"""Hands jobs to whichever node is free: the one place that knows Procrastinate. With PostgreSQL alone.

What the schedule does on one machine is done here by one node at a time: an entry becomes a job with a
queueing lock, so that it waits at most once, and a lock, so that it is done by one. What is done for many ids
is queued in batches. Every job may be done twice: what is due stands in our own tables, and they decide.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job as Queued
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.tasks import Task
from psycopg_pool import PoolTimeout
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from jobs.dispatch import Batch
from jobs.ending import ended
from jobs.moves import POLL, Doing, Moves
from jobs.schedule import Job, guarded
from jobs.spread import Part, Spread
from storage.database import Database, now_utc
from storage.locks import NODES, Hold, among_others
from storage.queue import begin_anew

log = structlog.get_logger()

_BATCHES_AT_ONCE = 25
"""Jobs of twenty sources each: one lasts as long as its slowest source, with all that it links to."""
_KEEPS_AT_ONCE = 10
SHARE = "share"
"""The queue of what is cut into parts: a node does one at a time, so that the next one is another's."""
_HEARTBEAT = 3.0
_STALLED = 10.0
"""Seconds without a heartbeat after which a node is taken for dead, and another does what it was doing."""
_UNHEARD = 5.0
_LOOK = 2.0
_AGAIN = 1.0
_TRIES = 5
"""How often a batch is tried that fails as a whole."""
_END_WITHIN = 3.0
_PART_WITHIN = 5.0
"""Seconds that a part has to end: what is under way in it, and to take leave of the database."""
_LEAVE_WITHIN = 12.0
"""Seconds for all of it, of a database that may not answer."""
_CONNECTIONS = 4
_SELDOM = "0 0 29 2 *"
"""Procrastinate looks at its heartbeat only beside a schedule: who has none gets this one."""


def put(connection: Connection, batches: Sequence[Batch]) -> None:
    """Queues batches of sources to be polled: they are there when the transaction of `connection` commits."""
    queued = [
        Queued(
            id=None,
            queue=POLL,
            task_name=POLL,
            lock=None,
            queueing_lock=None,
            task_kwargs={"ids": list(batch.ids), "until": batch.until.isoformat()},
        )
        for batch in batches
    ]
    if queued:
        JobManager(SyncPsycopgConnector()).batch_defer_jobs(
            queued, connection=connection.connection.driver_connection
        )


@dataclass(frozen=True, slots=True)
class Queue:
    """One node's part: does the jobs of its roles, and sees that nothing stays with a node that died.

    `poll` does a batch. Of `jobs` the nodes with the role "keep" look when each is due, and what is `spread`
    they share.
    """

    database: Database
    jobs: Sequence[Job]
    poll: Callable[[Batch], Awaitable[object]]
    roles: frozenset[str]
    beat: Callable[[], None] = lambda: None
    spread: Sequence[Spread] = ()
    _ended: dict[tuple[int, int], tuple[float, bool]] = field(default_factory=dict)
    """Attempts of ours at jobs that are over: when, by the monotonic clock, and whether all is done."""
    _doing: Doing = field(default_factory=Doing)

    async def run(self) -> None:
        """Until it is cancelled. While the database is away it is tried again."""
        for name in ("procrastinate", "psycopg.pool"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # `guarded` logs what fails
        moves = Moves(self.database, self.roles, self._doing)
        while True:
            working = asyncio.create_task(self._at_work(moves))
            try:
                await asyncio.wait({working})
            except asyncio.CancelledError:
                await _left(working)
                raise
            error = working.exception()
            if error is not None and _is_away(error):
                self.beat()  # it is told by another loop
                log.warning("queue.database_away", again_in=_AGAIN)
            else:
                log.error("queue.failed", again_in=_AGAIN, exc_info=error)
            await asyncio.sleep(_AGAIN)

    async def _at_work(self, moves: Moves) -> None:
        lock = among_others(self.database.engine, NODES, begin_anew)
        entering = asyncio.ensure_future(asyncio.to_thread(lock.__enter__))
        try:
            hold = await asyncio.shield(entering)
        except asyncio.CancelledError:
            await asyncio.wait({entering})
            if not entering.exception():
                await asyncio.to_thread(lock.__exit__, None, None, None)
            raise
        try:
            rest = sorted(self.roles & {job.role for job in self.jobs} - {"keep"} | self.roles & {POLL})
            works = [(rest, _BATCHES_AT_ONCE)]
            if "keep" in self.roles:
                works += [(["keep"], _KEEPS_AT_ONCE), *([([SHARE], 1)] if self.spread else [])]
            async with AsyncExitStack() as stack:
                apps = [await stack.enter_async_context(self._app(names).open_async()) for names, _ in works]
                parts = [self._look_after(apps[0].job_manager, moves, hold)]
                parts += [self._works(app, *each) for app, each in zip(apps, works, strict=True) if each[0]]
                await _until_one_fails([asyncio.create_task(part) for part in parts])
        finally:
            await asyncio.to_thread(lock.__exit__, None, None, None)

    async def _works(self, app: App, roles: Sequence[str], at_most: int) -> None:
        """Raises when it ends: it does so only when the database does not answer it."""
        await app.run_worker_async(
            queues=roles,
            concurrency=at_most,
            install_signal_handlers=False,
            delete_jobs="always",  # what became of it stands in our tables and in the log
            update_heartbeat_interval=_HEARTBEAT,
            stalled_worker_timeout=_STALLED,
            shutdown_graceful_timeout=_END_WITHIN,
        )
        raise ConnectorException("the worker has ended")

    async def _look_after(self, manager: JobManager, moves: Moves, hold: Hold) -> None:
        """What a node was doing that is dead is done by another one."""
        while True:
            if not await asyncio.to_thread(hold.is_held):  # who comes now would begin anew without us
                raise ConnectorException("the session that says that this node is at work was ended")
            if await asyncio.to_thread(moves.look):
                self.beat()
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED):
                log.warning("queue.stalled", job=job.task_name, number=job.id)
                try:
                    if job.queueing_lock:  # the schedule brings the next one
                        await manager.finish_job(job, Status.FAILED, delete_job=True)
                    else:
                        await manager.retry_job(job, retry_at=now_utc())
                except ConnectorException:
                    log.info("queue.taken_by_another", job=job.task_name, number=job.id)
            await self._finish(manager)
            await asyncio.sleep(_LOOK)

    async def _finish(self, manager: JobManager) -> None:
        """Procrastinate says once that a job is over: where that was not heard, it would never end."""
        now = time.monotonic()
        over = {attempt: done for attempt, (at, done) in self._ended.items() if now - at > _UNHEARD}
        for job in await manager.list_jobs_async(status="doing") if over else ():
            if (attempt := (job.id or 0, job.attempts)) in over:
                log.warning("queue.unheard", job=job.task_name, number=job.id)
                if over[attempt]:
                    await manager.finish_job(job, Status.SUCCEEDED, delete_job=True)
                else:
                    await manager.retry_job(job, retry_at=now_utc())
        for attempt in over:
            del self._ended[attempt]

    def _app(self, roles: Sequence[str]) -> App:
        """What does the jobs of these roles, and queues them when they are due."""
        conninfo = self.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        app = App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=_CONNECTIONS))
        for job in self.jobs:
            made = app.task(
                name=job.name, queue=job.role, lock=job.name, queueing_lock=job.name, pass_context=True
            )(self._entry(job))
            if job.role in roles:
                app.periodic(cron=cron(job.every))(made)
        for spread in self.spread if SHARE in roles else ():
            part = app.task(name=f"{spread.name} part", queue=SHARE, pass_context=True)(self._part(spread))
            cut = Job(spread.name, spread.every, self._cutting(spread, part), role=SHARE)
            made = app.task(
                name=spread.name, queue=SHARE, lock=spread.name, queueing_lock=spread.name, pass_context=True
            )(self._entry(cut))
            app.periodic(cron=cron(spread.every))(made)
        again = RetryStrategy(max_attempts=_TRIES, wait=int(_AGAIN))  # until then nobody else asks them
        app.task(name=POLL, queue=POLL, pass_context=True, retry=again)(self._poll)
        if roles and not app.periodic_registry.periodic_tasks:
            idle = app.task(name="idle", queue=roles[0], queueing_lock="idle")(_idle)
            app.periodic(cron=_SELDOM)(idle)
        return app

    async def _poll(self, context: JobContext, ids: list[int], until: str) -> None:
        try:
            with self._doing.job(POLL):
                await self.poll(Batch(tuple(ids), datetime.fromisoformat(until)))
        except Exception:
            log.exception("job.failed", job=POLL)
            self._is_over(context, done=False)
            raise
        self._is_over(context, done=True)

    def _cutting(self, spread: Spread, task: Task[..., Any, Any]) -> Callable[[], Awaitable[None]]:
        """Queues the parts that do not wait yet: of one range one waits, and one is at work, at most."""

        async def cut() -> None:
            for part in await spread.cut():
                lock = f"{spread.name} {part.first}"
                with suppress(AlreadyEnqueued):
                    await task.configure(lock=lock, queueing_lock=lock).defer_async(
                        first=part.first, last=part.last
                    )

        return cut

    def _part(self, spread: Spread) -> Callable[[JobContext, int, int], Awaitable[None]]:
        async def do(context: JobContext, first: int, last: int) -> None:
            try:
                with self._doing.job(spread.name):
                    await spread.do(Part(first, last))
            except Exception:
                log.exception("job.failed", job=spread.name)  # the next look cuts it anew
            finally:
                self._is_over(context, done=True)

        return do

    def _entry(self, job: Job) -> Callable[[JobContext, int], Awaitable[None]]:
        run = guarded(job)

        async def do(context: JobContext, timestamp: int) -> None:
            """`timestamp` is when it was due: what there is to do is judged as of now."""
            del timestamp
            try:
                with self._doing.job(job.name):
                    await run()
            finally:
                self._is_over(context, done=True)

        return do

    def _is_over(self, context: JobContext, *, done: bool) -> None:
        self._ended[context.job.id or 0, context.job.attempts] = time.monotonic(), done


async def _idle(timestamp: int) -> None:
    """Does nothing: see `_SELDOM`."""


async def _until_one_fails(parts: Sequence[asyncio.Task[None]]) -> None:
    """Raises what the first of them that ends raises, once all have ended: none goes on by itself."""
    try:
        await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not await ended(parts, _PART_WITHIN, 2 * _PART_WITHIN):
            log.warning("queue.part_left_behind")
        failed = [one.exception() for one in parts if one.done() and not one.cancelled()]
    errors = [error for error in failed if isinstance(error, Exception)]
    if errors:
        raise ExceptionGroup("parts of the queue", errors)


async def _left(working: asyncio.Task[None]) -> None:
    """Ends it; what it says to that is of no use any more."""
    if not await ended([working], _LEAVE_WITHIN, 2 * _LEAVE_WITHIN):
        log.warning("queue.left_behind", because="the database does not answer")
    elif not working.cancelled() and (error := working.exception()):
        log.warning("queue.left_without_leave", error=type(error).__name__)


def cron(every: float) -> str:
    """So many seconds in cron's words, with a sixth field for seconds; what comes more often, each second.

    ValueError for what it cannot say.
    """
    seconds = max(1, int(every))
    for size, fields, most in ((1, "* * * * * {}", 60), (60, "{} * * * * 0", 60), (3600, "0 {} * * * 0", 24)):
        count, rest = divmod(seconds, size)
        if not rest and 1 <= count < most and most % count == 0:
            return fields.format("*" if count == 1 else f"*/{count}")
    raise ValueError(f"{every} seconds cannot be said as a schedule")


def _is_away(error: BaseException) -> bool:
    """Whether it is the database that did not answer."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(_is_away, error.exceptions))
    return isinstance(error, ConnectorException | SQLAlchemyError | psycopg.Error | PoolTimeout | OSError)
