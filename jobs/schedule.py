"""When each job runs: the one place that knows APScheduler."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = structlog.get_logger()


HERE = "here"
"""The role of what each node does for itself."""


@dataclass(frozen=True, slots=True)
class Job:
    """What runs every so many seconds; a missed run is made up once. `at_most` runs may overlap.

    Where there are several nodes, those with this `role` do it, one at a time; for HERE each does.
    """

    name: str
    every: float
    run: Callable[[], Awaitable[object]]
    at_most: int = 1
    role: str = "keep"


class Schedule:
    """Runs jobs until it is stopped. What is due is kept in the database, so nothing is lost with it."""

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        for job in jobs:
            self._scheduler.add_job(
                guarded(job),
                IntervalTrigger(seconds=job.every, timezone="UTC"),
                id=job.name,
                max_instances=job.at_most,
                coalesce=True,
                misfire_grace_time=None,
            )

    def start(self) -> None:
        """Begins; to be called inside a running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """No job begins any more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def guarded(job: Job) -> Callable[[], Awaitable[None]]:
    """The job's run, which never raises."""

    async def run() -> None:
        try:
            await job.run()
        except Exception:
            # One bad run must not end the schedule; the log says what happened.
            log.exception("job.failed", job=job.name)

    return run
