"""The notification log: what is due in which order, who has heard, and what is called off."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from jobs.steps.match import aim_of
from storage.database import Database, Work
from storage.records import Alert, Route
from storage.words import DeliveryState
from tests.builders import NOON, a_reader, an_alert, queued

LATER = NOON + timedelta(hours=1)


def names(work: Work, *, limit: int = 10) -> list[str]:
    """The alerts that are claimed now, in their order."""
    claimed = work.deliveries.claim("telegram", LATER, limit, lanes=(0, 3))
    alerts = work.alerts.many([delivery.alert_id for delivery in claimed])
    return [alerts[delivery.alert_id].identifier for delivery in claimed]


def waiting_since(work: Work, alert: Alert, minutes: int) -> None:
    """Its deliveries may go since so many minutes after noon."""
    for delivery in work.deliveries.of_alert(alert.id):
        at = NOON + timedelta(minutes=minutes)
        work.deliveries.settle(delivery.id, DeliveryState.QUEUED, not_before=at)


def test_within_a_lane_goes_first_what_has_waited_longest(database: Database) -> None:
    """A repetition or a flood wait sets an alert back behind those that were due before it."""
    with database.write() as work:
        one = a_reader(work)
        for name, minutes in (("last", 30), ("first", 10), ("second", 20)):
            waiting_since(work, queued(work, one, alert=an_alert(identifier=name)), minutes)
        assert names(work, limit=2) == ["first", "second"]
        assert names(work) == ["last"]


def test_what_waits_for_somebody_unreachable_is_not_claimed(database: Database) -> None:
    """Queued in the moment of the suspension, it waits until the recipient speaks again."""
    with database.write() as work:
        lost, other = a_reader(work, address="1"), a_reader(work, address="2")
        work.recipients.suspend(lost.id)
        queued(work, lost, alert=an_alert(identifier="for nobody"))
        queued(work, other, alert=an_alert(identifier="for somebody"))
        assert names(work, limit=1) == ["for somebody"]
        assert names(work) == []
        a_reader(work, address="1")
        assert names(work) == ["for nobody"]


def test_who_is_lost_while_a_delivery_is_claimed_is_sent_nothing(database: Database) -> None:
    """Suspended between the look for what is due and the claim itself: cancelled, and cancelled it stays."""
    with database.write() as work:
        one = a_reader(work)
        alert = queued(work, one)
    leaving: list[Future[None]] = []

    def leaves() -> None:
        with database.write() as work:
            work.recipients.suspend(one.id)

    with ThreadPoolExecutor(1) as pool:

        def between(*seen: Any) -> None:
            if not leaving and seen[2].startswith("SELECT deliveries.id"):
                leaving.append(pool.submit(leaves))
                wait(leaving, timeout=1)

        sa.event.listen(database.engine, "after_cursor_execute", between)
        with database.write() as work:
            claimed = work.deliveries.claim("telegram", NOON, 10, lanes=(0, 4))
        leaving[0].result(timeout=30)
    with database.write() as work:
        assert work.deliveries.begin([delivery.id for delivery in claimed]) == 0
        (found,) = work.deliveries.of_alert(alert.id)
    assert found.state is DeliveryState.CANCELLED


def on_a_case(work: Work, name: str, state: DeliveryState, *, lane: int = 1) -> tuple[int, int, int]:
    """An alert on a case of its own to a reader of its own, in this state: case, reader and alert."""
    case, reader = work.cases.open(name, NOON), a_reader(work, address=name)
    alert = queued(work, reader, lane=lane, alert=an_alert(identifier=name, case_id=case))
    (delivery,) = work.deliveries.of_alert(alert.id)
    work.deliveries.settle(delivery.id, state)
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
