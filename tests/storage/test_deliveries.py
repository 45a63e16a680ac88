"""The notification log: what is due in which order, who has heard, and what is called off."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from jobs.steps.match import aim_of
from storage.database import Database, Work
from storage.people import Route
from storage.records import Alert
from storage.tables.log import deliveries
from storage.tables.people import recipients
from storage.words import DeliveryState
from tests.builders import NOON, a_reader, an_alert, queued

LATER = NOON + timedelta(hours=1)


def names(work: Work, *, limit: int = 10) -> list[str]:
    """The alerts that are next, in their order; their attempts are counted."""
    due = work.deliveries.due("telegram", LATER, limit)
    work.attempts.begin([delivery.id for delivery in due], NOON)
    alerts = work.alerts.many([delivery.alert_id for delivery in due])
    return [alerts[delivery.alert_id].identifier for delivery in due]


def waiting_since(work: Work, alert: Alert, minutes: int) -> None:
    """Its deliveries may go since so many minutes after noon."""
    for delivery in work.deliveries.of_alert(alert.id):
        at = NOON + timedelta(minutes=minutes)
        work.attempts.settle(delivery.id, DeliveryState.QUEUED, not_before=at)


def test_within_a_lane_goes_first_what_has_waited_longest(database: Database) -> None:
    """A repetition or a flood wait sets an alert back behind those that were due before it."""
    with database.write() as work:
        for name, minutes in (("last", 30), ("first", 10), ("second", 20)):
            one = a_reader(work, address=name)
            waiting_since(work, queued(work, one, alert=an_alert(identifier=name)), minutes)
        assert names(work, limit=2) == ["first", "second"]
        assert names(work) == ["last"]


def test_who_has_much_waiting_is_given_one_at_a_time(database: Database) -> None:
    """However much it is and however long it waits, the next is for somebody else."""
    with database.write() as work:
        much, little = a_reader(work, address="1"), a_reader(work, address="2")
        for number in range(5):
            queued(work, much, alert=an_alert(identifier=f"much {number}"))
        queued(work, little, alert=an_alert(identifier="little"))
        assert names(work, limit=2) == ["much 0", "little"]
        assert work.deliveries.due("telegram", LATER, 5, without=[much.id]) == ()


def test_a_digest_is_all_that_is_due_of_it(database: Database) -> None:
    """So that nobody gets it in pieces; and what is pressing goes before it, by itself."""
    with database.write() as work:
        one, other = a_reader(work, address="1"), a_reader(work, address="2")
        for number in range(3):
            queued(work, one, other, lane=4, alert=an_alert(identifier=f"post {number}"))
        queued(work, one, lane=2, alert=an_alert(identifier="update"))
        assert names(work, limit=1) == ["update"]
        assert names(work, limit=1) == ["post 0", "post 1", "post 2"]
        assert names(work) == ["post 0", "post 1", "post 2"]
        assert names(work) == []


def test_what_waits_for_somebody_unreachable_is_not_sent(database: Database) -> None:
    """Queued in the moment of the suspension, it waits until the recipient speaks again."""
    with database.write() as work:
        lost, other = a_reader(work, address="1"), a_reader(work, address="2")
        work.recipients.suspend(lost.id, NOON)
        queued(work, lost, alert=an_alert(identifier="for nobody"))
        queued(work, other, alert=an_alert(identifier="for somebody"))
        assert names(work, limit=1) == ["for somebody"]
        assert names(work) == []
        a_reader(work, address="1")
        assert names(work) == ["for nobody"]


def test_who_is_lost_in_the_moment_of_the_look_is_sent_nothing(database: Database) -> None:
    """Suspended between the look for what is due and the count of the attempt: one of the two waits."""
    with database.write() as work:
        one = a_reader(work)
        alert = queued(work, one)
    leaving: list[Future[None]] = []

    def leaves() -> None:
        with database.write() as work:
            work.recipients.suspend(one.id, NOON)

    with ThreadPoolExecutor(1) as pool:

        def between(*seen: Any) -> None:
            if not leaving and seen[2].startswith("SELECT deliveries.id"):
                leaving.append(pool.submit(leaves))
                wait(leaving, timeout=1)

        sa.event.listen(database.engine, "after_cursor_execute", between)
        with database.write() as work:
            due = work.deliveries.due("telegram", NOON, 10)
            begun = work.attempts.begin([delivery.id for delivery in due], NOON)
        leaving[0].result(timeout=30)
    with database.write() as work:
        (found,) = work.deliveries.of_alert(alert.id)
    assert (begun, found.state) in {(1, DeliveryState.SENDING), (0, DeliveryState.CANCELLED)}


def on_a_case(work: Work, name: str, state: DeliveryState, *, lane: int = 1) -> tuple[int, int, int]:
    """An alert on a case of its own to a reader of its own, in this state: case, reader and alert."""
    case, reader = work.cases.open(name, NOON), a_reader(work, address=name)
    alert = queued(work, reader, lane=lane, alert=an_alert(identifier=name, case_id=case))
    (delivery,) = work.deliveries.of_alert(alert.id)
    work.attempts.settle(delivery.id, state)
    return case, reader.id, alert.id


@pytest.mark.parametrize(
    ("state", "heard"),
    [
        (DeliveryState.QUEUED, True),
        (DeliveryState.SENDING, True),
        (DeliveryState.SENT, True),
        (DeliveryState.UNCERTAIN, True),
        (DeliveryState.HELD, False),
        (DeliveryState.FAILED, False),
        (DeliveryState.CANCELLED, False),
    ],
)
def test_who_may_have_heard_of_a_case_counts_as_having_heard(
    database: Database, state: DeliveryState, heard: bool
) -> None:
    """Another source's same call is not rung to them again, not even where nobody knows if it arrived."""
    with database.write() as work:
        case, reader, _ = on_a_case(work, "rung", state)
        work.routes.add(reader, Route())
        call = replace(aim_of(an_alert()), unheard=case)
        assert work.matching.reach(call).anyone is not heard
        case, _, _ = on_a_case(work, "in a digest", state, lane=4)
        call = replace(call, unheard=case)
        assert work.matching.reach(call).anyone, "a line in a digest has not rung"


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (DeliveryState.QUEUED, DeliveryState.CANCELLED),
        (DeliveryState.HELD, DeliveryState.CANCELLED),
        (DeliveryState.SENT, DeliveryState.SENT),
        (DeliveryState.UNCERTAIN, DeliveryState.UNCERTAIN),
    ],
)
def test_what_waits_on_a_closed_case_is_cancelled(
    database: Database, state: DeliveryState, after: DeliveryState
) -> None:
    """Also what an admin was to look at first, so that no approval sends it after the end; the rest stays."""
    with database.write() as work:
        case, _, closed = on_a_case(work, "closed", state)
        _, _, still_open = on_a_case(work, "open", DeliveryState.HELD)
        assert work.deliveries.cancel_case(case) == (state is not after)
        (found,) = work.deliveries.of_alert(closed)
        (other,) = work.deliveries.of_alert(still_open)
    assert (found.state, other.state) == (after, DeliveryState.HELD)


def test_what_may_have_arrived_before_its_case_was_closed_is_uncertain(database: Database) -> None:
    """So whoever may read it hears of the end, as everybody does who was told."""
    with database.write() as work:
        case, _, alert = on_a_case(work, "closed", DeliveryState.QUEUED)
        (one,) = work.deliveries.due("telegram", NOON, 5)
        work.attempts.begin([one.id], NOON)
        work.attempts.settle(one.id, DeliveryState.QUEUED, detail="no answer", perhaps=True)
        assert work.deliveries.cancel_case(case) == 1
        (found,) = work.deliveries.of_alert(alert)
        assert (found.state, found.tried) == (DeliveryState.UNCERTAIN, None)
        assert work.told.receivers(case)


def test_what_is_being_sent_when_its_case_is_closed_is_not_tried_again(database: Database) -> None:
    """The alert must not come after the word that it is over."""
    with database.write() as work:
        case, _, alert = on_a_case(work, "closed", DeliveryState.QUEUED)
        (one,) = work.deliveries.due("telegram", NOON, 5)
        work.attempts.begin([one.id], NOON)
        work.deliveries.cancel_case(case)
        work.attempts.settle(one.id, DeliveryState.QUEUED, detail="Too Many Requests", not_before=LATER)
        (found,) = work.deliveries.of_alert(alert)
    assert (found.state, "called off" in found.detail) == (DeliveryState.CANCELLED, True)


def test_the_queue_is_found_by_its_index_however_long_it_is(database: Database) -> None:
    """A look at what is due reads what it takes, in order, and neither counts nor sorts the rest."""
    asked: list[tuple[str, Any]] = []
    with database.write() as work:
        one = a_reader(work)
        for number in range(5):
            queued(work, one, alert=an_alert(identifier=str(number)))
        _multiply(work, 2_000)
    with database.write() as work:
        sa.event.listen(work.connection, "before_cursor_execute", lambda *seen: asked.append(seen[2:4]))
        due = work.deliveries.due("telegram", NOON, 20, without=[one.id])
        assert len(due) == 20
        looks = [one for one in asked if one[0].startswith("SELECT deliveries.id, deliveries.recipient_id")]
        for statement, values in looks:
            plan = _plan(work, statement, values)
            assert "ix_deliveries_queue" in plan, plan
            for costly in ("sort", "temp b-tree", "scan deliveries", "seq scan on deliveries"):
                assert costly not in plan, plan


def _multiply(work: Work, times: int) -> None:
    """As many recipients more, with the same deliveries as the one who is there."""
    (known,) = work.connection.execute(sa.select(recipients)).mappings()
    more = [dict(known) | {"id": 1_000 + one, "address_trace": f"{one:064}"} for one in range(times)]
    work.connection.execute(sa.insert(recipients), more)
    columns = [column for column in deliveries.columns if column.name not in {"id", "recipient_id"}]
    everybody = sa.select(*columns, recipients.c.id).join(recipients, recipients.c.id >= 1_000)
    names = [*(column.name for column in columns), "recipient_id"]
    work.connection.execute(sa.insert(deliveries).from_select(names, everybody))
    if work.connection.dialect.name == "postgresql":
        work.connection.exec_driver_sql("ANALYZE")


def _plan(work: Work, statement: str, values: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if work.connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = work.connection.exec_driver_sql(f"{explain} {statement}", values).all()
    return "\n".join(str(row) for row in rows).lower()


def test_what_is_called_off_in_the_moment_of_a_stop_is_not_sent_later(database: Database) -> None:
    """Its attempt was counted and not made, and meanwhile its case was closed."""
    with database.write() as work:
        case, reader = work.cases.open("Nine", NOON), a_reader(work)
        alert = queued(work, reader, alert=an_alert(case_id=case))
        (due,) = work.deliveries.due("telegram", NOON, 9)
        work.attempts.begin([due.id], NOON)
        work.deliveries.cancel_case(case)
        work.attempts.put_back([due])
        (found,) = work.deliveries.of_alert(alert.id)
    assert (found.state, found.attempts, "called off" in found.detail) == (DeliveryState.CANCELLED, 0, True)
