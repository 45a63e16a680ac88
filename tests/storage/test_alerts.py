"""Alerts and deliveries: who else carried the call, what is due next, and whom a case has reached."""

from dataclasses import replace
from datetime import timedelta

from storage.database import Database
from storage.words import DeliveryState
from tests.builders import NOON, a_reader, a_source, a_statement, an_alert, kept, queued


def test_an_alert_names_the_other_sources_that_carried_the_call(database: Database) -> None:
    """Each once, by its organisation or else its own name; not the alert's own source."""
    with database.write() as work:
        case = work.cases.open("Nine refugees face return", NOON)
        call = a_statement(case_id=case)
        alert = queued(work, a_reader(work), alert=an_alert(statement=call, case_id=case))
        kept(work, call, call, source=a_source(name="relay", organisation=""))
        kept(work, call, source=a_source(name="copy", organisation="Borderless"))
        kept(work, replace(call, case_id=None), source=a_source(name="stranger", organisation="Stranger"))
        assert work.alerts.many([alert.id])[alert.id].also == ("Borderless", "relay")


def test_the_sender_knows_when_the_next_alert_is_due(database: Database) -> None:
    """Of its own transport, and only of what still waits."""
    with database.write() as work:
        reader = a_reader(work)
        assert work.deliveries.next_due("telegram") is None
        alert = queued(work, reader)
        assert work.deliveries.next_due("telegram") == NOON
        assert work.deliveries.next_due("console") is None
        (delivery,) = work.deliveries.of_alert(alert.id)
        later = NOON + timedelta(seconds=30)
        work.attempts.settle(delivery.id, DeliveryState.QUEUED, not_before=later)
        assert work.deliveries.next_due("telegram") == later
        work.attempts.settle(delivery.id, DeliveryState.SENT)
        assert work.deliveries.next_due("telegram") is None


def test_an_alert_that_nobody_wants_is_kept_all_the_same(database: Database) -> None:
    """It is in the archive and counted against its source's cap; nobody waits for it."""
    with database.write() as work:
        alert = queued(work)
        assert work.deliveries.of_alert(alert.id) == ()
        assert work.counts().alerts == 1
        hour, day = NOON - timedelta(hours=1), NOON - timedelta(days=1)
        assert work.alerts.rung_since(alert.source.id, hour, day) == (1, 1)
        assert work.alerts.rung_since(alert.source.id, NOON, day) == (0, 1)


def test_what_an_admin_must_see_first_is_not_sent(database: Database) -> None:
    """Held means held: no sender claims it, and it says why."""
    with database.write() as work:
        alert = queued(work, a_reader(work), held="more than usual")
        assert work.deliveries.due("telegram", NOON, 10) == ()
        (delivery,) = work.deliveries.of_alert(alert.id)
    assert (delivery.state, delivery.detail) == (DeliveryState.HELD, "more than usual")
