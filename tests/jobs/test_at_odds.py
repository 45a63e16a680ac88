"""Two that change the same rows at the same moment: each is done, whichever the database lets go first."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa

from bot.commands.request import Request
from bot.desk import Desk
from jobs.errands import Finished, Room
from jobs.ledger import Ledger
from jobs.outcome import Gone, Outcome, RetryLater
from storage.database import Database, Work
from storage.tables.log import deliveries
from storage.words import DeliveryState
from tests.builders import ADDRESS, NOON, a_reader, a_route, an_alert, queued

AWHILE = 0.3
"""Seconds in which the other comes to where it has to wait."""


def before(work: Work, words: str, does: Callable[[], object]) -> None:
    """Once, just before the first statement that begins with these words."""
    met: list[str] = []

    def look(*given: Any) -> None:
        if given[2].startswith(words) and not met:
            met.append(given[2])
            does()

    sa.event.listen(work.connection, "before_cursor_execute", look)


@pytest.mark.parametrize("outcome", [Gone("Forbidden"), RetryLater(60, "Too Many Requests")])
def test_who_is_forgotten_while_their_answer_is_written_down(database: Database, outcome: Outcome) -> None:
    """The one has their row and wants what was sent there, the other the reverse: neither is refused."""
    ledger = Ledger(database, "telegram", lambda: NOON)
    with database.write() as work:
        reader, other = a_reader(work, a_route()), a_reader(work, a_route(), address="2")
        queued(work, other, reader)
    errands = ledger.turn([], Room(9)).errands
    finished = [Finished(one, outcome, NOON) for one in errands]
    running: list[Future[object]] = []
    with ThreadPoolExecutor(1) as pool:
        with database.write() as work:

            def settles() -> None:
                running.append(pool.submit(ledger.turn, finished, Room()))
                wait(running, timeout=AWHILE)

            before(work, "DELETE FROM deliveries", settles)
            work.recipients.forget(reader.id)
        running[0].result(timeout=30)
    with database.read() as work:
        assert work.recipients.get(reader.id) is None
        assert work.connection.scalars(sa.select(deliveries.c.recipient_id)).all() == [other.id]


async def test_forget_is_done_though_a_poll_is_at_the_same_rows(database: Database) -> None:
    """PostgreSQL undoes one of two that wait for each other: a person need not say it again."""
    with database.write() as work:
        reader = a_reader(work, a_route())
        first = queued(work, reader)

    def polls() -> None:
        with database.write() as work:
            work.connection.execute(
                sa.update(deliveries)
                .where(deliveries.c.alert_id == first.id)
                .values(state=DeliveryState.CANCELLED)
            )
            work.connection.execute(sa.text("SELECT 1"))
            begun.set()
            time.sleep(AWHILE)
            queued(work, reader, alert=an_alert(identifier="next"))

    begun = Event()
    polling = asyncio.create_task(asyncio.to_thread(polls))
    await asyncio.to_thread(begun.wait)
    reply = await Desk(database).answer(Request("/forget yes", "telegram", ADDRESS, NOON, "en", id="1"))
    await polling
    assert "Forgotten" in str(reply.messages[0])
    with database.read() as work:
        assert work.recipients.get(reader.id) is None
        assert work.counts().waiting == 0
