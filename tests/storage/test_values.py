"""What the database remembers of itself, where two transactions set it in one moment."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import sqlalchemy as sa

from storage.database import Database, Work, now_utc
from storage.facets import changed
from storage.moments import ALIVE
from storage.tables.program import meta
from storage.values import count_up

_LONG_ENOUGH = 0.5
"""Seconds in which the second transaction is sure to have come to where it waits for the first."""


def both_at_once(database: Database, first: Callable[[Work], None], second: Callable[[Work], None]) -> None:
    """The second begins when the first has done all but commit; what either raises is raised."""
    is_done = Event()

    def one() -> None:
        with database.write() as work:
            first(work)
            is_done.set()
            time.sleep(_LONG_ENOUGH)

    def other() -> None:
        is_done.wait()
        with database.write() as work:
            second(work)

    with ThreadPoolExecutor(2) as threads:
        for ended in [threads.submit(one), threads.submit(other)]:
            ended.result()


@pytest.mark.parametrize(
    "set_by",
    [
        lambda work: changed(work.connection),
        lambda work: work.moments.put(ALIVE, now_utc()),
        lambda work: work.held.remind(7, 1),
        lambda work: count_up(work.connection, "counted"),
    ],
    ids=["words", "moment", "reminders", "number"],
)
def test_two_that_set_one_value_at_once_both_come_to_their_end(
    database: Database, set_by: Callable[[Work], None]
) -> None:
    """The first two of all, and two that find it set."""
    both_at_once(database, set_by, set_by)
    both_at_once(database, set_by, set_by)


def test_of_what_two_count_at_once_none_is_lost(database: Database) -> None:
    """Whoever remembers the archive knows by such a number that it has changed."""

    def count(work: Work) -> None:
        count_up(work.connection, "counted")

    for _ in range(2):
        both_at_once(database, count, count)
    with database.read() as work:
        assert work.connection.scalar(sa.select(meta.c.value).where(meta.c.name == "counted")) == "4"


def test_two_who_leave_at_one_moment_are_both_gone(database: Database) -> None:
    """Neither is told that something went wrong, and stays."""
    with database.write() as work:
        known = [work.recipients.ensure("telegram", address, "en", now_utc()).id for address in ("42", "43")]
    both_at_once(database, *((lambda work, one=one: work.recipients.forget(one)) for one in known))
    with database.read() as work:
        assert not work.recipients.traces()
