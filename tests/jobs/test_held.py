"""What is held waits for an admin, who sends it or drops it; what nobody looked at in time says so."""

from datetime import UTC, timedelta

import pytest

from jobs.deliver import Deliverer
from jobs.held import NothingHeld, drop, release
from jobs.notices import Admins
from jobs.pace import Pace
from storage.database import Database
from storage.held import DROPPED, EXPIRED_HELD
from storage.words import DeliveryState, EventKind, MsgType, Stance
from tests.builders import NOON, a_reader, a_route, an_alert, arrived, queued
from tests.jobs.test_deliver import Clock, Platform

CANCELLED = DeliveryState.CANCELLED
ANNA = "a" * 64
WHY = "more than usual: an admin looks first"


async def sent(database: Database, clock: Clock | None = None) -> list[str]:
    """The names of what goes out, by a sender whose admins are told."""
    platform = Platform()
    admins = Admins((("telegram", "99"),))
    await Deliverer(database, platform, Pace(1e9, gap=0), clock or Clock(), admins=admins).drain()
    return [name for _, names, _ in platform.told for name in names]


async def test_what_is_held_is_listed_and_sent_when_it_is_released(database: Database) -> None:
    """To everybody for whom it was held, but for who has muted its case since."""
    with database.write() as work:
        readers = [a_reader(work, a_route(), address=str(number)) for number in range(3)]
        case = work.cases.open("The nine", NOON)
        alert = queued(work, *readers, held=WHY, alert=an_alert(case_id=case))
        (found,) = work.held.waiting()
        assert (found.alert_id, found.recipients, found.why) == (alert.id, 3, WHY)
    assert await sent(database) == []
    with database.write() as work:
        work.stances.take(readers[0].id, case, Stance.MUTE)
        assert release(work, alert.id, ANNA, NOON, UTC) == 2
        assert work.held.waiting() == ()
    assert await sent(database) == ["vigil-1", "vigil-1"]


async def test_what_is_dropped_is_not_sent_and_its_source_is_looked_at_no_more(database: Database) -> None:
    """The log says who decided; a second decision finds nothing."""
    with database.write() as work:
        alert = queued(work, a_reader(work), held=WHY)
        assert drop(work, alert.id, ANNA, NOON) == 1
        (log,) = work.deliveries.of_alert(alert.id)
        assert (log.state, log.detail) == (CANCELLED, DROPPED)
        assert work.alerts.held_since(alert.source.id, NOON - timedelta(hours=1), WHY) == 0
        with pytest.raises(NothingHeld, match="vigil admin held"):
            release(work, alert.id, ANNA, NOON, UTC)
    assert await sent(database) == []


async def test_the_end_of_a_call_that_was_held_does_when_released_what_ends_do(database: Database) -> None:
    """What waits of the call is taken back, and what was told of it is struck."""
    with database.write() as work:
        case = work.cases.open("The nine", NOON)
        told, waits = a_reader(work, address="1"), a_reader(work, address="2")
        call = queued(work, told, alert=an_alert(identifier="call", case_id=case))
        arrived(work, call.id)
        late = queued(work, waits, alert=an_alert(identifier="late", case_id=case))
        end = an_alert(identifier="end", case_id=case, msg_type=MsgType.CANCEL, references=("call",))
        held = queued(work, told, lane=0, held=WHY, alert=end)
        assert release(work, held.id, ANNA, NOON, UTC) == 1
        assert work.deliveries.of_alert(late.id)[0].state is CANCELLED
    assert await sent(database) == ["end", "call by end"]


async def test_what_nobody_looked_at_in_time_says_so(database: Database) -> None:
    """In the log, in the list, and to admins; to release it sends nothing."""
    with database.write() as work:
        first = queued(work, a_reader(work), held=WHY)
        other = queued(work, a_reader(work), held=WHY, alert=an_alert(identifier="other"))
        assert release(work, other.id, ANNA, NOON + timedelta(days=2), UTC) == 0
    clock = Clock()
    clock.at += timedelta(days=2)
    assert await sent(database, clock) == []
    with database.read() as work:
        details = [work.deliveries.of_alert(one.id)[0].detail for one in (first, other)]
        listed = work.held.expired(NOON)
        (notice,) = work.notices.latest(5)
    assert details == [EXPIRED_HELD] * 2
    assert [(one.alert_id, one.expired) for one in listed] == [(first.id, True), (other.id, True)]
    assert [(event.kind, event.counts["held"]) for event in notice.events] == [(EventKind.EXPIRED, 1)]
