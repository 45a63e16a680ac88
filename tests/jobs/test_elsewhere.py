"""What a platform says of a chat that somebody has left meanwhile is none of theirs any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from jobs.errands import Errand, Finished, Room, Standing
from jobs.ledger import Ledger
from jobs.outcome import Gone, Migrated, Outcome, RetryLater
from storage.database import Database, Work
from storage.people import Recipient
from storage.words import DeliveryState, RecipientState
from tests.builders import NOON, a_reader, a_route, queued

SECOND = "telegram 2000002"
LATER = NOON + timedelta(minutes=1)
OUTCOMES = (Gone("blocked"), Migrated("-1009"), RetryLater(3600, "Too Many Requests"))
Leaves = Callable[[Work, Recipient], None]


def another_account(work: Work, reader: Recipient) -> None:
    """They write to another bot."""
    work.recipients.turn_to(reader.id, SECOND, NOON)


def another_chat(work: Work, reader: Recipient) -> None:
    """The same account writes to them at another address."""
    work.recipients.move(reader.id, "telegram", "43", NOON)


def nothing(work: Work, reader: Recipient) -> None:
    """They stay where they are."""


def under_way(database: Database) -> tuple[Ledger, Errand]:
    """A message to a reader, which the platform has not answered yet."""
    with database.write() as work:
        queued(work, a_reader(work, a_route()))
    ledger = Ledger(database, "telegram", lambda: NOON)
    ledger.recover()
    (errand,) = ledger.turn((), Room(9)).errands
    return ledger, errand


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("leaves", [another_account, another_chat, nothing])
def test_what_the_old_chat_comes_to_is_not_theirs(
    database: Database, outcome: Outcome, leaves: Leaves
) -> None:
    """They are neither lost nor sent elsewhere nor kept waiting; who stays is."""
    ledger, errand = under_way(database)
    with database.write() as work:
        leaves(work, errand.recipient)
        before = work.recipients.get(errand.recipient.id)
    ledger.turn([Finished(errand, outcome, NOON)], Room())
    with database.write() as work:
        now = work.recipients.get(errand.recipient.id)
        (waits,) = work.deliveries.of_alert(errand.deliveries[0].alert_id)
        sender = SECOND if leaves is another_account else "telegram"
        resting = work.rests.resting(sender, NOON)
        if leaves is nothing:
            assert (now != before) is isinstance(outcome, Gone | Migrated)
            assert bool(resting) is isinstance(outcome, RetryLater)
            return
        assert now == before
        assert now is not None
        assert now.state is RecipientState.ACTIVE
        assert waits.state is DeliveryState.QUEUED
        assert not resting
        assert [one.id for one in work.deliveries.due(sender, LATER, 9)] == [waits.id]


@pytest.mark.parametrize("leaves", [another_account, nothing])
def test_what_one_account_learnt_of_a_limit_is_not_noted_for_another(
    database: Database, leaves: Leaves
) -> None:
    """It is told with the account's own standing as well."""
    ledger, errand = under_way(database)
    with database.write() as work:
        leaves(work, errand.recipient)
    ledger.turn((), Room(), Standing(resting={errand.recipient.id: LATER}))
    with database.read() as work:
        found = {**work.rests.resting("telegram", NOON), **work.rests.resting(SECOND, NOON)}
    assert bool(found) is (leaves is nothing)
