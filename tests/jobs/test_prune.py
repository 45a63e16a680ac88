"""Nobody is remembered for longer than it serves them."""

from datetime import datetime, timedelta

import pytest

from jobs.prune import IDLE, Pruner
from storage.database import Database, Work
from storage.people import Recipient, Route
from storage.words import Stance
from tests.builders import NOON, a_reader, an_alert, arrived, kept, queued
from tests.builders import a_statement as a_call

LATER = NOON + IDLE + timedelta(days=1)


def _wants(work: Work, one: Recipient) -> None:
    work.routes.add(one.id, Route())


def _follows(work: Work, one: Recipient) -> None:
    case = work.cases.open("Nine", NOON)
    kept(work, a_call(case_id=case))
    work.stances.take(one.id, case, Stance.FOLLOW)


def _was_told_lately(work: Work, one: Recipient) -> None:
    told = queued(work, alert=an_alert())
    work.deliveries.queue(told.id, [(one.id, one.transport, LATER - timedelta(days=30))], 1)
    arrived(work, told.id)
    work.deliveries.settle_down(LATER)


def _waits(work: Work, one: Recipient) -> None:
    queued(work, one, alert=an_alert(expires=LATER + timedelta(days=1)))


def test_who_wants_nothing_any_more_is_forgotten(database: Database) -> None:
    """After the time that the operator set, not a day before; whoever looked in and left is one of them."""
    with database.write() as work:
        a_reader(work, address="1")
        a_reader(work, Route(), address="2")
    assert Pruner(database).prune(NOON + IDLE) == 0
    assert Pruner(database).prune(LATER) == 1
    with database.read() as work:
        assert work.recipients.find("telegram", "1") is None
        assert work.recipients.find("telegram", "2") is not None


@pytest.mark.parametrize("reason", [_wants, _follows, _was_told_lately, _waits])
def test_whoever_may_have_to_hear_more_is_remembered(database: Database, reason: object) -> None:
    """A wish, a case that is followed, a call that may be taken back, something that waits for them."""
    with database.write() as work:
        one = a_reader(work, address="1")
        assert callable(reason)
        reason(work, one)
    assert Pruner(database).prune(LATER) == 0


def test_somebody_who_comes_back_meanwhile_is_not_forgotten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the deed they have asked for something."""
    with database.write() as work:
        one = a_reader(work, address="1")
        number = one.id
    looked = Pruner._past

    def then(self: Pruner, work: Work, now: datetime) -> tuple[int, ...]:
        found = looked(self, work, now)
        monkeypatch.setattr(Pruner, "_past", looked)
        with database.write() as other:
            other.routes.add(number, Route())
        return found

    monkeypatch.setattr(Pruner, "_past", then)
    Pruner(database).prune(LATER)
    with database.read() as work:
        assert work.recipients.find("telegram", "1") is not None
