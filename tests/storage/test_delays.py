"""How long messages took is counted in steps: a share of them is known to a tenth; nobody stands there."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from jobs.deliver import Deliverer
from jobs.outcome import Gone, Sent, Uncertain
from jobs.pace import Pace
from storage.database import Database
from storage.delays import length_of, step_of, within
from storage.tables.log import deliveries
from storage.words import Cause, DeliveryState
from tests.builders import NOON, a_reader, a_statement, an_alert, queued
from tests.jobs.test_deliver import Platform


@given(st.floats(0, 90_000))
def test_a_step_is_no_shorter_than_the_delay_and_at_most_a_tenth_longer(seconds: float) -> None:
    """Whatever the delay."""
    told = length_of(step_of(timedelta(seconds=seconds))).total_seconds()
    assert max(1.0, seconds) <= told * 1.000_001 <= max(1.0, seconds) * 1.1001 + 0.001


def test_a_share_of_them_is_that_of_the_nearest_rank() -> None:
    """Of twenty the tenth and the nineteenth; of none none."""
    taken = {0: 10, 20: 9, 50: 1}
    assert within(taken, 0.5) == length_of(0)
    assert within(taken, 0.95) == length_of(20)
    assert within(taken, 0.96) == length_of(50)
    assert within({}, 0.5) is None


async def test_what_arrived_is_counted_by_its_day(database: Database) -> None:
    """Not what may have arrived, or did not; not digests; not what came a day later; not reminders."""
    with database.write() as work:
        people = [a_reader(work, address=str(number)) for number in range(4)]
        first = queued(work, *people)
        queued(work, people[0], lane=4, alert=an_alert(identifier="digest"))
        reminder = an_alert(identifier="again", cause=Cause.REMINDER, statement=a_statement())
        again = queued(work, people[0], alert=reminder).id
    clock = NOON + timedelta(seconds=100)
    platform = Platform([Sent("1"), Gone("blocked"), Uncertain("no answer"), Sent("2")])
    await Deliverer(database, platform, Pace(1e9, gap=0), lambda: clock).drain()
    with database.read() as work:
        assert work.delays.since(NOON - timedelta(days=1)) == {NOON.date(): {step_of(clock - NOON): 2}}
        assert work.delays.since(NOON + timedelta(days=1)) == {}
        log = work.connection.execute(sa.select(deliveries.c.state, deliveries.c.alert_id)).all()
        counted = work.statistics(NOON - timedelta(days=1)).messages
    told = Counter(row.state for row in log if row.alert_id and row.alert_id != again)
    assert counted == told, "digests as well; not reminders"
    assert counted[DeliveryState.SENT] == 3
    with database.write() as work:
        work.delays.note("matrix", {(first.id, step_of(clock - NOON)): 3, (first.id, 0): 1})
        found = work.delays.since(NOON - timedelta(days=1))
        assert found == {NOON.date(): {step_of(clock - NOON): 5, 0: 1}}, "both platforms together"


@pytest.mark.parametrize("hours", [23, 25])
async def test_who_returns_after_long_was_not_waited_for(database: Database, hours: int) -> None:
    """What was kept for them says nothing of how quick the watch is."""
    with database.write() as work:
        queued(work, a_reader(work, address="1"), alert=an_alert(expires=NOON + timedelta(days=9)))
    then = NOON + timedelta(hours=hours)
    await Deliverer(database, Platform(), Pace(1e9, gap=0), lambda: then).drain()
    with database.read() as work:
        assert bool(work.delays.since(NOON - timedelta(days=1))) is (hours < 24)
