"""What is held waits for an admin, who sends it or drops it; what nobody looked at in time says so."""

from datetime import UTC, timedelta

import pytest
import sqlalchemy as sa

from jobs.deliver import Deliverer
from jobs.held import NothingHeld, drop, keep, release
from jobs.notices import Admins
from jobs.pace import Pace
from jobs.unanswered import REMIND_AFTER, Unanswered
from storage.database import Database
from storage.held import DROPPED, EXPIRED_HELD
from storage.reach import REPEATED, UNREACHABLE
from storage.words import Act, DeliveryState, EventKind, MsgType, Stance
from tests.builders import NOON, a_reader, a_route, an_alert, arrived, queued
from tests.jobs.test_deliver import Clock, Platform

CANCELLED = DeliveryState.CANCELLED
ANNA = "a" * 64
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
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


@ON_SQLITE
def test_however_often_it_is_left_waiting_one_reminder_is_skipped(database: Database) -> None:
    """The next one, and never the last: what several looked at within minutes is told of again in time.

    By whatever times the operator set.
    """
    with database.write() as work:
        number = queued(work, a_reader(work), held=WHY).id
        since = work.alerts.many([number])[number].sent
    unanswered, told = Unanswered(database, Admins((("telegram", "99"),))), []
    for minutes in (15, 60, 240, 960):
        with database.write() as work:
            for press in range(4):
                keep(work, number, ANNA, since + timedelta(minutes=minutes - 10 + press), REMIND_AFTER)
        told.append(unanswered.remind(since + timedelta(minutes=minutes)))
    assert told == [0, 0, 0, 1]
    with database.write() as work:
        other = queued(work, a_reader(work), held=WHY, alert=an_alert(identifier="other")).id
        for _ in range(4):
            keep(work, other, ANNA, since + timedelta(minutes=20), timedelta(hours=1))
    hourly = Unanswered(database, Admins((("telegram", "99"),)), timedelta(hours=1))
    assert [hourly.remind(since + timedelta(hours=after)) for after in (1, 4)] == [0, 1]


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


async def test_what_nobody_decided_on_in_time_is_in_the_audit_and_is_reminded_of_no_more(
    database: Database,
) -> None:
    """By Vigil itself, or by whoever decided too late."""
    with database.write() as work:
        first = queued(work, a_reader(work), held=WHY)
        other = queued(work, a_reader(work), held=WHY, alert=an_alert(identifier="other"))
        work.held.remind(first.id, 2)
        assert drop(work, other.id, ANNA, NOON) == 1
        late = queued(work, a_reader(work), held=WHY, alert=an_alert(identifier="late"))
        assert release(work, late.id, ANNA, NOON + timedelta(days=2), UTC) == 0
    clock = Clock()
    clock.at += timedelta(days=2)
    assert await sent(database, clock) == []
    with database.read() as work:
        noted = [(one.admin, one.act, one.matter, one.people) for one in work.audit.all()]
        assert work.held.reminders(first.id) == 0
    assert noted == [
        (ANNA, Act.REFUSED, other.id, 1), (ANNA, Act.EXPIRED, late.id, 1), ("", Act.EXPIRED, first.id, 1),
    ]  # fmt: skip


def test_a_source_has_rung_although_its_readers_have_left(database: Database) -> None:
    """/forget takes the deliveries away; what an alert tells of itself stays."""
    with database.write() as work:
        reader = a_reader(work)
        alert = queued(work, reader)
        arrived(work, alert.id)
        work.courses.left({alert.id: (NOON, NOON)})
        work.recipients.forget(reader.id)
        assert work.held.has_rung(alert.source.id)
        assert not work.held.has_rung(alert.source.id + 1)


def test_what_is_held_is_found_without_reading_all_that_was_sent(database: Database) -> None:
    """It is asked for twice a minute, and with each page of /review."""
    with database.write() as work:
        connection = work.connection
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            explain = "EXPLAIN"
        else:
            explain = "EXPLAIN QUERY PLAN"
        asked: list[str] = []
        sa.event.listen(
            connection, "before_cursor_execute", lambda *given: asked.append(given[2]), named=False
        )
        work.held.waiting()
        plan = connection.exec_driver_sql(f"{explain} {asked[0]}").all()
    assert "ix_deliveries_held" in repr(plan), plan


def test_what_was_repeated_is_not_repeated_again_since_an_admin_looked(database: Database) -> None:
    """It may have arrived once: held meanwhile and let go, it stays the one repetition."""
    with database.write() as work:
        alert = queued(work, a_reader(work, address="1"), a_reader(work, address="2"))
        one, other = work.deliveries.of_alert(alert.id)
        note = f"{REPEATED}: timed out"
        work.attempts.settle(one.id, DeliveryState.QUEUED, detail=note, not_before=NOON)
        work.attempts.settle(other.id, DeliveryState.FAILED, detail=f"{UNREACHABLE}: blocked; {REPEATED}")
        assert work.held.keep_back(alert.id, WHY) == 1
        (held,) = work.held.waiting()
        assert held.why == WHY
        work.held.release(alert.id, NOON)
        one, other = work.deliveries.of_alert(alert.id)
    assert (one.state, other.state) == (DeliveryState.QUEUED, CANCELLED)
    assert (one.detail, other.detail) == (REPEATED, f"{UNREACHABLE}; {REPEATED}")
