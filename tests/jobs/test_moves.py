"""The watchdog hears of polling that stands still by a node's own fault, and of nothing else."""

import sqlalchemy as sa

from bot.roles import ALL
from jobs.dispatch import Batch
from jobs.moves import GIVE, POLL, WITHIN, Doing, Moves
from jobs.queue import put
from storage.database import Database
from tests.builders import NOON

_QUEUED = "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp) VALUES ('give', :at)"


class Clock:
    """Counts seconds, when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """What it shows."""
        return self.seconds


def said(database: Database, words: str, **given: object) -> None:
    """Says it to the database."""
    with database.engine.begin() as connection:
        connection.execute(sa.text(words), given)


def test_a_schedule_that_queues_nothing_is_told(shared: Database) -> None:
    """By a node that keeps it; whoever only polls is not at fault. What is queued anew ends it."""
    clock = Clock()
    keeps, asks = (Moves(shared, roles, Doing(clock)) for roles in (ALL, frozenset({POLL})))
    said(shared, _QUEUED, at=1)
    assert keeps.look()
    clock.seconds += WITHIN + 1
    assert (keeps.look(), asks.look()) == (False, True)
    said(shared, _QUEUED, at=2)
    assert keeps.look()


def test_who_hangs_while_it_gives_sources_out_is_told_and_nobody_else(shared: Database) -> None:
    """The others cannot give anything either: to end them would mend nothing."""
    clock = Clock()
    hangs, waits = (Moves(shared, ALL, Doing(clock)) for _ in range(2))
    said(shared, _QUEUED, at=1)
    said(
        shared,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) "
        "VALUES ('keep', 'give', '{}', 'doing')",
    )
    with hangs.doing.job(GIVE):
        assert hangs.look()
        assert waits.look()
        clock.seconds += WITHIN + 1
        assert (hangs.look(), waits.look()) == (False, True)


def test_what_waits_and_is_not_taken_is_told(shared: Database) -> None:
    """Where there is more than can be done each node takes some now and then: none of them hangs."""
    clock = Clock()
    asks, keeps = (Moves(shared, frozenset({role}), Doing(clock)) for role in (POLL, "answer"))
    with shared.write() as work:
        put(work.connection, [Batch((1,), NOON)])
    clock.seconds += WITHIN + 1
    assert asks.look()
    said(shared, "UPDATE procrastinate_events SET at = now() - interval '3 minutes'")
    assert (asks.look(), keeps.look()) == (False, True)
    with asks.doing.job(POLL):
        assert asks.look()
        clock.seconds += WITHIN + 1
        assert not asks.look()
    assert asks.look()
