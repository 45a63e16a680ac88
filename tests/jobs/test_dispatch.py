"""A source that is due is given to one node, and comes back whatever becomes of that node."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy.engine import Connection

from jobs.dispatch import BATCH, Batch, Dispatcher
from jobs.fetch import Fetcher
from jobs.poll import Poller
from storage.database import Database
from storage.records import Source
from storage.sources import GIVEN_FOR
from tests.builders import NOON, a_source
from tests.feeds import Site, a_site, item, rss

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A publisher."""
    async with a_site() as made:
        made.publish("/feed", rss(item("News", "Of the day. " * 30, NOON - timedelta(hours=1), "1")))
        yield made


@pytest.fixture
async def poller(database: Database, site: Site) -> AsyncIterator[Poller]:
    """Watches three sources of the publisher."""
    with database.write() as work:
        work.sources.configure([a_source(name=f"source{n}", url=f"{site.url}/feed") for n in range(3)])
    async with Fetcher(allow_private=True) as fetcher:
        yield Poller(database, fetcher)


class Lists:
    """A queue that only writes down what was put into it."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def put(self, _connection: Connection, batches: Sequence[Batch]) -> None:
        """Remembers them."""
        self.batches += batches


def test_of_two_that_give_at_once_each_source_is_given_by_one(database: Database) -> None:
    """Many times, from several threads; and everything that is due is given."""
    with database.write() as work:
        work.sources.configure([a_source(name=f"source{n}") for n in range(2 * BATCH + 5)])
    lists = Lists()

    def ready(now: datetime) -> tuple[Source, ...]:
        with database.read() as work:
            return work.sources.due(now)

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: Dispatcher(database, ready, lists.put).dispatch(NOON), range(8)))
    given = [one for batch in lists.batches for one in batch.ids]
    assert sum(counts) == len(given) == len(set(given)) == 2 * BATCH + 5
    assert max(len(batch.ids) for batch in lists.batches) == BATCH


async def test_what_was_given_is_polled_and_can_be_given_again_when_it_is_due(poller: Poller) -> None:
    """Between the two nobody else is given it, nor asks it of their own."""
    lists = Lists()
    dispatcher = Dispatcher(poller.database, poller.ready, lists.put)
    assert dispatcher.dispatch(NOON) == 3
    assert dispatcher.dispatch(LATER) == 0
    assert await poller.due(LATER) == ()
    (batch,) = lists.batches
    polled = await poller.batch(batch.ids, batch.until, LATER)
    assert [one.new for one in polled] == [1, 1, 1]
    assert dispatcher.dispatch(LATER) == 0, "it is not due"
    assert dispatcher.dispatch(LATER + timedelta(minutes=15)) == 3


async def test_a_job_that_is_done_twice_asks_once(poller: Poller, site: Site) -> None:
    """Its node was taken for dead, and was only slow."""
    lists = Lists()
    Dispatcher(poller.database, poller.ready, lists.put).dispatch(NOON)
    (batch,) = lists.batches
    await poller.batch(batch.ids, batch.until, NOON)
    asked = len(site.asked)
    assert await poller.batch(batch.ids, batch.until, NOON) == ()
    assert len(site.asked) == asked


def test_what_a_node_with_a_wrong_clock_was_given_does_not_wait_for_its_time(database: Database) -> None:
    """It is three hours ahead and was killed: the others need not wait for so long. Seconds are no error."""
    with database.write() as work:
        (source,) = work.sources.configure([a_source()])
        for ahead, free in ((timedelta(seconds=20), ()), (timedelta(hours=3), (source.id,))):
            until = NOON + ahead + GIVEN_FOR
            assert work.sources.give([source.id], until, NOON + timedelta(hours=4)) == (source.id,)
            assert work.sources.give([source.id], NOON + GIVEN_FOR, NOON) == free


async def test_a_node_that_never_came_back_loses_what_it_was_given(poller: Poller) -> None:
    """After a while it is given to another one; and what the first does then is nothing."""
    lists = Lists()
    dispatcher = Dispatcher(poller.database, poller.ready, lists.put)
    dispatcher.dispatch(NOON)
    assert dispatcher.dispatch(NOON + GIVEN_FOR) == 3
    late, fresh = lists.batches
    assert await poller.batch(late.ids, late.until, NOON + GIVEN_FOR) == ()
    assert len(await poller.batch(fresh.ids, fresh.until, NOON + GIVEN_FOR)) == 3


async def test_who_is_stopped_gives_back_what_was_not_asked(poller: Poller, site: Site) -> None:
    """A clean stop in the middle of a batch keeps nobody from asking."""
    lists = Lists()
    dispatcher = Dispatcher(poller.database, poller.ready, lists.put)
    dispatcher.dispatch(NOON)
    (batch,) = lists.batches
    site.hold("/feed")
    polling = asyncio.create_task(poller.batch(batch.ids, batch.until, NOON))
    await site.held.wait()
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)
    assert dispatcher.dispatch(LATER) == 3


async def test_what_is_halted_or_watched_no_more_meanwhile_is_not_asked(poller: Poller, site: Site) -> None:
    """An admin's pause counts at once, not after the queue."""
    lists = Lists()
    Dispatcher(poller.database, poller.ready, lists.put).dispatch(NOON)
    (batch,) = lists.batches
    with poller.database.write() as work:
        work.sources.halt(batch.ids[0], NOON)
    assert len(await poller.batch(batch.ids, batch.until, NOON)) == 2
    del site
