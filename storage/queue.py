"""The queue's tables, as far as we look into them ourselves; `jobs.queue` has Procrastinate do the rest."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables.watch import sources

_WAITING = sa.text(
    "SELECT job.queue_name, job.status = 'doing' AS taken, count(*) AS jobs, "
    "now() - min(event.at) AS oldest FROM procrastinate_jobs AS job LEFT JOIN procrastinate_events AS event "
    "ON event.job_id = job.id AND event.type = 'deferred' WHERE job.status IN ('todo', 'doing') "
    "GROUP BY 1, 2 ORDER BY 1, 2"
)


_SCHEDULED = sa.text(
    "SELECT (SELECT max(id) FROM procrastinate_periodic_defers WHERE task_name = :name) AS last, "
    "EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = :name AND status = 'doing') AS doing"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The jobs of one role that wait for a node (or, `taken`, are being done), and the age of the oldest."""

    role: str
    taken: bool
    jobs: int
    oldest: timedelta


def waiting(connection: Connection) -> tuple[Waiting, ...]:
    """What is in the queue; nothing on SQLite, which has none."""
    if connection.dialect.name == "sqlite":
        return ()
    return tuple(
        Waiting(row.queue_name, row.taken, row.jobs, max(timedelta(), row.oldest or timedelta()))
        for row in connection.execute(_WAITING)
    )


def scheduled(connection: Connection, name: str) -> tuple[int, bool]:
    """The number of the entry of this name that was queued last, 0 for none; and whether it is being done.

    A number, for the times are those of the clock of whoever queued it.
    """
    last, doing = connection.execute(_SCHEDULED, {"name": name}).one()
    return last or 0, doing


def begin_anew(connection: Connection) -> None:
    """Nobody is at work: what killed nodes left in the queue goes, and what they had been given is free.

    Nothing is lost by that: when a source is due stands with the source, and the schedule brings the rest.
    """
    connection.execute(sa.text("DELETE FROM procrastinate_jobs"))
    connection.execute(sa.text("DELETE FROM procrastinate_workers"))
    given = sources.c.given_until.is_not(None)
    connection.execute(sa.update(sources).where(given).values(given_until=None))
